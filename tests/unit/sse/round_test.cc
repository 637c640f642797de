// Conditions under which a gateway's images are complete again after a connection, a loss or a
// pause of this process.
#include <gtest/gtest.h>

#include "feedhandlers/sse/handler.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using indexcast::test::EventLog;
using indexcast::test::universe_of;

constexpr TimeNs kStart{1'768'352'400'000'000'000};

// METHODOLOGY 5, Staleness: each security counts by itself; one message does not make the others
// current.
class SseRound : public testing::Test {
 protected:
  SseRound() {
    handler_.on_connected(kStart, out_);
    deliver(test::logon_answer());
  }
  void deliver(const test::Message& bytes) { handler_.on_bytes(bytes, kStart, out_); }
  // An image of another security at this time of the exchange; 0 hour: 2026-01-14 00.
  void other_image(std::uint64_t time_of_day) {
    SnapshotFields fields = test::snapshot_fields();
    fields.security_id = "600000";
    deliver(test::snapshot(++number_, fields, {}, kDay + time_of_day));
  }
  void status(std::uint64_t time_of_day) {
    deliver(test::market_status(++number_, "T1", kDay + time_of_day));
  }

  static constexpr std::uint64_t kDay = 20260114'000000'000;
  Universe universe_ = universe_of(feed::Venue::sse, {"600031.SH"});
  feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  EventLog log_;
  feed::Outbox out_;
  Handler handler_{Settings{}, symbols_, log_};
  std::uint64_t number_ = 1;  // of the last message
};

TEST_F(SseRound, OtherSecuritiesMakeOursCurrentAfterAFullPeriodOfTradingOnly) {
  status(103000'000);
  for (std::uint64_t s = 0; s < 60; s += 3) {
    other_image(103000'000 + s * 1'000);
    EXPECT_EQ(handler_.state(), FeedState::recovering) << s;
    EXPECT_EQ(handler_.counters().unheard(), 1u);
  }
  handler_.on_time(kStart + kNsPerSecond, out_);
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  other_image(103100'000);
  EXPECT_EQ(handler_.state(), FeedState::live);
  EXPECT_EQ(handler_.counters().unheard(), 0u);
}

TEST_F(SseRound, AnImageOfOneSecurityMakesNoOtherCurrent) {
  const Universe two = universe_of(feed::Venue::sse, {"600031.SH", "600000.SH"});
  const feed::SymbolTable symbols(two, feed::Venue::sse);
  Handler handler(Settings{}, symbols, log_);
  handler.on_connected(kStart, out_);
  handler.on_bytes(test::logon_answer(), kStart, out_);
  handler.on_bytes(test::trade(2), kStart, out_);
  EXPECT_EQ(handler.state(), FeedState::recovering);
  EXPECT_EQ(handler.counters().unheard(), 1u);
  SnapshotFields fields = test::snapshot_fields();
  fields.security_id = "600000";
  handler.on_bytes(test::snapshot(3, fields, {{kEntryLast, 1'000'000, 0, 0}}), kStart, out_);
  EXPECT_EQ(handler.state(), FeedState::live);
  EXPECT_EQ(handler.counters().unheard(), 0u);
}

TEST_F(SseRound, LunchAndPausesBetweenImagesDoNotCount) {
  status(112930'000);
  for (std::uint64_t s = 30; s < 60; s += 3) other_image(112900'000 + s * 1'000);
  status(113000'000);
  for (std::uint64_t minute = 30; minute < 60; ++minute) {
    for (std::uint64_t s = 0; s < 60; s += 3)
      other_image(110000'000 + minute * 100'000 + s * 1'000);
  }
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  status(130000'000);
  for (std::uint64_t s = 0; s < 30; s += 3) other_image(130000'000 + s * 1'000);
  EXPECT_EQ(handler_.state(), FeedState::recovering) << "27 s before lunch, 27 s after it";
  other_image(130055'000);
  EXPECT_EQ(handler_.state(), FeedState::recovering) << "28 s without an image";
  other_image(130101'000);
  EXPECT_EQ(handler_.state(), FeedState::live);
}

TEST_F(SseRound, APauseOfThisProcessLastsUntilTheSocketWasReadEmpty) {
  deliver(test::trade(++number_));
  ASSERT_EQ(handler_.state(), FeedState::live);
  log_.events.clear();
  handler_.on_paused(kStart + 5 * kNsPerSecond);
  deliver(test::trade(++number_, 2'250'000));
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  handler_.on_drained(kStart + 5 * kNsPerSecond);
  EXPECT_EQ(handler_.state(), FeedState::live) << "TCP lost nothing";
  const auto states = log_.of(EventKind::feed_state);
  ASSERT_EQ(states.size(), 4u);
  EXPECT_EQ(states[0].value[kBySecurity], 0) << "no security counts: what waited is old";
}

TEST_F(SseRound, APauseWithinARoundBeginsItAnew) {
  log_.events.clear();
  handler_.on_paused(kStart + 5 * kNsPerSecond);
  handler_.on_drained(kStart + 5 * kNsPerSecond);
  using enum FeedState;
  EXPECT_EQ(log_.states(1), (std::vector{recovering, recovering}));
  EXPECT_EQ(log_.of(EventKind::feed_state).back().value[kBySecurity], 1);
}

}  // namespace
}  // namespace indexcast::sse
