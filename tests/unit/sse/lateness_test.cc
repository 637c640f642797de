// Late data of Shanghai: METHODOLOGY 4, Order, and 5, Staleness. The stamp of the channel is
// SendingTime of M102; an image's own is LastUpdateTime.
#include <gtest/gtest.h>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/sse/handler.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;

constexpr Date kDay = 20260114;

TimeNs clock_at(int hour, int minute, int second = 0) {
  return china_time(kDay, feed::hms(hour, minute, second));
}

class SseLateness : public testing::Test {
 protected:
  SseLateness() {
    handler_.on_connected(now_, out_);
    deliver(test::logon_answer());
    deliver(test::market_status(++number_, "T111", feed::china_stamp(now_)));
    images_for(70, 0);
  }
  static Settings settings() {
    Settings settings;
    settings.trade_date = kDay;
    settings.lag = {8 * kNsPerSecond, 60 * kNsPerSecond};
    return settings;
  }
  void deliver(const test::Message& bytes) { handler_.on_bytes(bytes, now_, out_); }
  // An image of our security as of `sent`, which its message says too.
  void image(TimeNs sent, std::uint64_t last = 2'249'000) {
    SnapshotFields fields = test::snapshot_fields();
    const std::uint64_t stamp = feed::china_stamp(sent);
    fields.trade_date = static_cast<std::uint32_t>(stamp / feed::kTimeDigits);
    fields.last_update_time = static_cast<std::uint32_t>(stamp % feed::kTimeDigits);
    deliver(test::snapshot(++number_, fields, {{kEntryLast, last, 0, 0}}, stamp));
  }
  // An image a second, each `late_s` behind its stamp.
  void images_for(int seconds, std::int64_t late_s) {
    for (int i = 0; i < seconds; ++i) {
      now_ = now_ + kNsPerSecond;
      image(now_ + -late_s * kNsPerSecond);
      handler_.on_time(now_, out_);
    }
  }
  std::size_t prices() const { return log_.of(EventKind::price).size(); }
  std::uint64_t count(FeedCounter counter) { return handler_.counters().get(counter); }
  MarketEvent last_time() const { return log_.of(EventKind::channel_time).back(); }

  Universe universe_ = universe_of(feed::Venue::sse, {"600031.SH"});
  feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  EventLog log_;
  feed::Outbox out_;
  Handler handler_{settings(), symbols_, log_};
  TimeNs now_ = clock_at(10, 0);
  std::uint64_t number_ = 1;
};

TEST_F(SseLateness, CoreIsToldTimeAndLagOnceASecond) {
  EXPECT_EQ(handler_.state(), FeedState::live);
  const std::size_t told = log_.of(EventKind::channel_time).size();
  for (int i = 0; i < 30; ++i) {
    now_ = now_ + 100 * kNsPerMs;
    image(now_ + -2 * kNsPerSecond);
  }
  EXPECT_EQ(log_.of(EventKind::channel_time).size(), told + 3);
  images_for(6, 2);
  EXPECT_NEAR(static_cast<double>(last_time().value[0]), 2000, 5) << "the base may drift";
  EXPECT_EQ(last_time().exchange_time, now_ + -2 * kNsPerSecond);
  EXPECT_EQ(last_time().channel, feed::kMainChannel);
}

// Field case: 25 s late, and live.
TEST_F(SseLateness, TwentyFiveSecondsLateIsStale) {
  log_.events.clear();
  for (std::int64_t late = 0; late <= 25; ++late) images_for(10, late);
  EXPECT_EQ(handler_.state(), FeedState::stale);
  EXPECT_NEAR(static_cast<double>(last_time().value[0]), 25'000, 50);
  images_for(9, 0);
  // Nothing was lost, so no security need be heard again.
  EXPECT_EQ(log_.states(1), (std::vector{FeedState::stale, FeedState::live}));
}

TEST_F(SseLateness, SilenceWhileItLagsLosesAsMuchAsAnyOther) {
  for (std::int64_t late = 0; late <= 25; ++late) images_for(10, late);
  log_.events.clear();
  for (int s = 0; s < 31; ++s) {
    now_ = now_ + kNsPerSecond;
    deliver(test::heartbeat(++number_));
    handler_.on_time(now_, out_);
  }
  images_for(9, 0);
  EXPECT_EQ(log_.states(1).front(), FeedState::recovering);
}

TEST_F(SseLateness, OneStampOfTheEveningIsRefusedAndMovesNothing) {
  const std::size_t before = prices();
  image(clock_at(23, 59), 2'300'000);
  EXPECT_EQ(prices(), before);
  EXPECT_EQ(count(FeedCounter::stamps_ahead), 1u);
  deliver(test::market_status(++number_, "E111", feed::china_stamp(clock_at(23, 59))));
  EXPECT_TRUE(handler_.market_trades());
  images_for(2, 0);
  EXPECT_EQ(prices(), before + 2) << "it anchored nothing";
  for (const MarketEvent& event : log_.events) EXPECT_LT(event.exchange_time, clock_at(10, 5));
}

// A host whose clock is two minutes slow must not refuse the whole day.
TEST(SseSlowHost, IsRecoveringForAMinuteOfTradingAndThenLive) {
  const Universe universe = universe_of(feed::Venue::sse, {"600031.SH"});
  const feed::SymbolTable symbols(universe, feed::Venue::sse);
  EventLog log;
  feed::Outbox out;
  Settings settings;
  settings.trade_date = kDay;
  settings.lag = {8 * kNsPerSecond, 60 * kNsPerSecond};
  Handler handler(settings, symbols, log);
  TimeNs now = clock_at(9, 28);
  std::uint64_t number = 1;
  handler.on_connected(now, out);
  handler.on_bytes(test::logon_answer(), now, out);
  for (int i = 0; i < 200; ++i) {
    now = now + kNsPerSecond;
    const TimeNs exchange = now + 120 * kNsPerSecond;
    const std::uint64_t stamp = feed::china_stamp(exchange);
    handler.on_bytes(test::market_status(++number, "T111", stamp), now, out);
    SnapshotFields fields = test::snapshot_fields();
    fields.last_update_time = static_cast<std::uint32_t>(stamp % feed::kTimeDigits);
    handler.on_bytes(test::snapshot(++number, fields, {{kEntryLast, 2'249'000, 0, 0}}, stamp), now,
                     out);
    handler.on_time(now, out);
    if (i == 30) {
      EXPECT_EQ(handler.state(), FeedState::recovering);
    }
  }
  EXPECT_EQ(handler.state(), FeedState::live);
  EXPECT_EQ(handler.counters().get(FeedCounter::stamps_ahead), 0u);
}

TEST_F(SseLateness, MorningInTheAfternoonIsRefused) {
  now_ = clock_at(14, 0);
  images_for(70, 0);
  const std::size_t before = prices();
  for (int i = 0; i < 12; ++i) {
    now_ = now_ + kNsPerSecond;
    image(clock_at(10, 0, i), 2'000'000);
    handler_.on_time(now_, out_);
  }
  EXPECT_EQ(prices(), before);
  EXPECT_NE(handler_.state(), FeedState::live) << "exchange time went back by more than a minute";
  EXPECT_EQ(count(FeedCounter::securities_refused), 1u);
}

TEST_F(SseLateness, LessVolumeIsRefused) {
  const std::size_t before = prices();
  SnapshotFields fields = test::snapshot_fields();
  fields.last_update_time = 10'02'00'000;
  fields.total_volume_traded -= 1;
  now_ = now_ + kNsPerSecond;
  deliver(test::snapshot(++number_, fields, {{kEntryLast, 2'250'000, 0, 0}},
                         feed::china_stamp(clock_at(10, 2))));
  EXPECT_EQ(prices(), before);
  EXPECT_EQ(count(FeedCounter::duplicate), 1u);
}

// METHODOLOGY 5: after a pause of more than a second, until its lag is below the limit.
TEST_F(SseLateness, AfterAPauseDataThatWaitedIsNotLive) {
  now_ = now_ + 20 * kNsPerSecond;
  handler_.on_paused(now_);
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  for (std::int64_t s = 20; s > 12; --s) image(now_ + -s * kNsPerSecond);
  now_ = now_ + kNsPerSecond;
  image(now_ + -12 * kNsPerSecond);
  handler_.on_drained(now_);
  EXPECT_EQ(handler_.state(), FeedState::recovering) << "the socket is empty and the data late";
  images_for(6, 0);
  EXPECT_EQ(handler_.state(), FeedState::live);
}

}  // namespace
}  // namespace indexcast::sse
