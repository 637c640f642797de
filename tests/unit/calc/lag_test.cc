// Levels show the lag of their channels. A member is recovering while only refused prices of it
// come (METHODOLOGY 4, Order, and 5, Staleness).
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

class LagTest : public test::EngineFixture {
 protected:
  LagTest() {
    phases(MarketPhase::trading);
    for (MarketId market = 0; market < 3; ++market) feed(market, FeedState::live, 1);
    feed(2, FeedState::live, 20);
    price(0, PriceKind::last, "151.20", 0, 1);
    price(1, PriceKind::last, "17.35", 0, 1);
    price(2, PriceKind::last, "5.91", 0, 20);
  }
  void lags(MarketId market, std::uint32_t channel, std::int64_t ms) {
    MarketEvent& e = event(EventKind::channel_time, 0);
    e.market = e.feed = market;
    e.channel = channel;
    e.value[0] = ms;
    send();
  }
  std::uint16_t lag_of_next_level() {
    price(0, PriceKind::last, std::to_string(151 + ++moves_ % 2) + ".00", 0, 1);
    return log_.last().lag_ms;
  }
  void refused(InstrumentId id, FeedState state) {
    MarketEvent& e = event(EventKind::feed_state, static_cast<std::uint8_t>(state));
    e.market = e.feed = static_cast<FeedId>(id);
    e.instrument = id;
    send();
  }
  int moves_ = 0;
};

TEST_F(LagTest, LevelSaysTheLargestLagOfItsMembersChannels) {
  EXPECT_EQ(lag_of_next_level(), 0u);
  lags(0, 1, 30);
  lags(2, 20, 700);
  lags(1, 1, 5);
  EXPECT_EQ(lag_of_next_level(), 700u);
  lags(2, 20, 10);
  EXPECT_EQ(lag_of_next_level(), 30u);
}

TEST_F(LagTest, ChannelWithoutAMemberDoesNotCount) {
  lags(2, 10, 5000);
  EXPECT_EQ(lag_of_next_level(), 0u);
  price(2, PriceKind::last, "5.92", 0, 10);
  EXPECT_EQ(lag_of_next_level(), 5000u);
}

TEST_F(LagTest, MoreThanTheFieldHoldsIsItsLargestValue) {
  lags(2, 20, 3'600'000);
  EXPECT_EQ(lag_of_next_level(), 65535u);
}

TEST_F(LagTest, AChannelThatIsAwayHasNone) {
  lags(2, 20, 700);
  feed(2, FeedState::down, 20);
  EXPECT_EQ(lag_of_next_level(), 0u);
}

TEST_F(LagTest, SuccessorOfAChannelCounts) {
  lags(0, 2, 400);
  EXPECT_EQ(lag_of_next_level(), 0u);
  feed(0, FeedState::down, 1, false, 2);
  feed(0, FeedState::live, 2);
  price(1, PriceKind::last, "17.40", 0, 1);
  EXPECT_EQ(log_.last().lag_ms, 400u);
}

TEST_F(LagTest, ItTellsTheTimeAndPublishesNothing) {
  ends(2, test::at(12, 10));
  const auto levels = log_.levels.size();
  now_ = test::at(9, 40);
  lags(2, 20, 0);
  EXPECT_EQ(log_.levels.size(), levels);
  phase(2, MarketPhase::closing);
  for (int minute = 41; minute <= 60; ++minute) {
    now_ = test::at(9, minute);
    lags(0, 1, 0);
  }
  EXPECT_EQ(engine_.phase(2), MarketPhase::closed) << "its deadline passed by a channel's time";
}

// Field case: a gateway brings the morning again at 14:00.
TEST_F(LagTest, MemberOfWhichOnlyRefusedPricesComeIsRecovering) {
  refused(2, FeedState::recovering);
  EXPECT_EQ(log_.last().flags, kRecovering);
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(log_.last().weight_fresh, 8893);
  EXPECT_EQ(last_of<InputDecision>(RecordKind::input_decision).header.detail2,
            static_cast<std::uint8_t>(DecisionReason::out_of_order));
  refused(2, FeedState::live);
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_TRUE(log_.last().quotable);
}

TEST_F(LagTest, ItStaysSoWhateverItsChannelDoes) {
  refused(2, FeedState::recovering);
  feed(2, FeedState::gap, 20, true);
  price(2, PriceKind::last, "5.93", 0, 20);
  feed(2, FeedState::live, 20);
  EXPECT_EQ(log_.last().flags, kRecovering);
}

}  // namespace
}  // namespace indexcast
