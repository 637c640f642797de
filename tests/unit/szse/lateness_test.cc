// Late data of Shenzhen: METHODOLOGY 4, Order, and 5, Staleness. The stamp of the channel is
// OrigTime of snapshots; between a snapshot and ticks traded volume decides.
#include <gtest/gtest.h>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/szse/handler.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;

constexpr Date kDay = 20250620;

TimeNs clock_at(int hour, int minute, int second = 0) {
  return china_time(kDay, feed::hms(hour, minute, second));
}

class SzseLateness : public testing::Test {
 protected:
  void begin(const Settings& settings) {
    handler_.emplace(settings, symbols_, log_);
    handler_->on_connected(now_, out_);
    deliver(test::logon_answer());
    images_for(70, 0);
  }
  static Settings settings() {
    Settings settings;
    settings.trade_date = kDay;
    settings.lag = {8 * kNsPerSecond, 60 * kNsPerSecond};
    return settings;
  }
  void deliver(const test::Message& bytes) { handler_->on_bytes(bytes, now_, out_); }
  // Volume in 1e-2 shares.
  void image(TimeNs made, std::int64_t volume = 12'340'000, std::int64_t last = 12'350'000) {
    SnapshotCommon fields =
        test::snapshot_fields("T0", "000001", static_cast<std::int64_t>(feed::china_stamp(made)));
    fields.total_volume_trade = volume;
    deliver(test::snapshot(fields, {test::price_entry(kEntryLast, last)}));
  }
  void images_for(int seconds, std::int64_t late_s) {
    for (int i = 0; i < seconds; ++i) {
      now_ = now_ + kNsPerSecond;
      image(now_ + -late_s * kNsPerSecond);
      handler_->on_time(now_, out_);
    }
  }
  std::size_t prices() const { return log_.of(EventKind::price).size(); }
  std::uint64_t count(FeedCounter counter) { return handler_->counters().get(counter); }

  Universe universe_ = universe_of(feed::Venue::szse, {"000001.SZ"});
  feed::SymbolTable symbols_ = make_symbols(Settings{}, universe_);
  EventLog log_;
  feed::Outbox out_;
  std::optional<Handler> handler_;
  TimeNs now_ = clock_at(14, 0);
};

TEST_F(SzseLateness, NineSecondsLateIsStaleAndLiveAgainInTime) {
  begin(settings());
  images_for(70, 0);
  images_for(12, 9);
  EXPECT_EQ(handler_->state(), FeedState::stale);
  images_for(12, 0);
  EXPECT_EQ(handler_->state(), FeedState::live);
}

// Field case: gateways came back at 14:00 with the morning's data, which rewrote the low.
TEST_F(SzseLateness, MorningInTheAfternoonIsRefused) {
  begin(settings());
  const std::size_t before = prices();
  for (int i = 0; i < 12; ++i) {
    now_ = now_ + kNsPerSecond;
    image(clock_at(10, 0, i), 1'000'000 + i, 9'000'000);
    handler_->on_time(now_, out_);
  }
  EXPECT_EQ(prices(), before);
  EXPECT_NE(handler_->state(), FeedState::live);
  EXPECT_EQ(count(FeedCounter::securities_refused), 1u);
}

TEST_F(SzseLateness, AVenueInTestMayRunItsDayAgain) {
  Settings rerun = settings();
  rerun.accept_reruns = true;
  begin(rerun);
  const std::size_t before = prices();
  image(clock_at(10, 0), 1'000'000, 9'000'000);
  EXPECT_EQ(prices(), before + 1);
}

TEST_F(SzseLateness, OneStampOfTheEveningIsRefusedAndMovesNothing) {
  begin(settings());
  const std::size_t before = prices();
  image(clock_at(23, 59), 99'000'000, 20'000'000);
  EXPECT_EQ(prices(), before);
  EXPECT_EQ(count(FeedCounter::stamps_ahead), 1u);
  images_for(3, 0);
  EXPECT_EQ(prices(), before + 3);
  for (const MarketEvent& event : log_.events) EXPECT_LT(event.exchange_time, clock_at(14, 5));
}

TEST_F(SzseLateness, LessVolumeIsRefusedThoughItsStampIsNewer) {
  begin(settings());
  const std::size_t before = prices();
  now_ = now_ + kNsPerSecond;
  image(now_, 12'339'900, 9'000'000);
  EXPECT_EQ(prices(), before);
  image(now_, 12'340'000, 12'340'000);
  EXPECT_EQ(prices(), before + 1);
}

}  // namespace
}  // namespace indexcast::szse
