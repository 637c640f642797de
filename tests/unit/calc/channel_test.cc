// A security is marked exactly as long as its channel is not synchronised, and an index by its own
// members' channels.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using EngineTest = test::EngineFixture;

class ChannelTest : public EngineTest {
 protected:
  ChannelTest() {
    phases(MarketPhase::trading);
    all_trade();
    feed(2, FeedState::live, 20);
    feed(2, FeedState::live, 10);
    price(2, PriceKind::last, "5.92", 0, 20);
  }
  // Whether the last level is marked: a flag, and less fresh weight. The member in market 2 has
  // 11.07 % of the weight.
  bool marked() const { return log_.last().flags != 0 && log_.last().weight_fresh < 10'000; }
};

TEST_F(ChannelTest, AnotherChannelsGapDoesNotMarkASecurity) {
  const auto published = log_.levels.size();
  feed(2, FeedState::gap, 10);
  feed(2, FeedState::gap);  // the feed is what its worst channel is
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_FALSE(marked());
  EXPECT_EQ(log_.records.back().kind(), RecordKind::feed_changed);
}

TEST_F(ChannelTest, ItsOwnChannelMarksItUntilItIsSynchronised) {
  for (const auto& [state, flag] :
       {std::pair{FeedState::gap, kRecovering}, std::pair{FeedState::recovering, kRecovering},
        std::pair{FeedState::stale, kFeedStale}, std::pair{FeedState::connecting, kFeedStale},
        std::pair{FeedState::down, kFeedStale}}) {
    feed(2, state, 20);
    EXPECT_EQ(log_.last().flags, flag);
    EXPECT_EQ(log_.last().weight_fresh, 8893);
    EXPECT_FALSE(log_.last().quotable);
    price(0, PriceKind::last, "151.30");
    EXPECT_TRUE(marked()) << "a price of another security does not unmark it";
    feed(2, FeedState::live, 20);
    EXPECT_EQ(log_.last().flags, 0u);
    EXPECT_EQ(log_.last().weight_fresh, 10'000);
    EXPECT_TRUE(log_.last().quotable);
    price(0, PriceKind::last, "151.20");
  }
}

TEST_F(ChannelTest, ASecurityMovesWithItsLastPriceAndNotWithAQuote) {
  feed(2, FeedState::gap, 10);
  EXPECT_FALSE(marked());
  price(2, PriceKind::last, "5.93", 0, 10);
  EXPECT_TRUE(marked());
  quote(2, "5.92", "5.94", 20);
  EXPECT_TRUE(marked());
  price(2, PriceKind::last, "5.93", 0, 20);
  EXPECT_FALSE(marked());
}

TEST_F(ChannelTest, APreviousCloseMovesNothing) {
  feed(2, FeedState::gap, 10);
  price(2, PriceKind::previous_close, "5.91", 0, 10);
  EXPECT_FALSE(marked());
}

TEST_F(ChannelTest, AChannelThatNeverSpokeIsAsTheFeedIs) {
  price(2, PriceKind::last, "5.93", 0, 30);
  EXPECT_FALSE(marked());
  feed(2, FeedState::stale);
  EXPECT_TRUE(marked());
  feed(2, FeedState::live, 30);
  EXPECT_FALSE(marked());
  feed(2, FeedState::down);
  EXPECT_FALSE(marked()) << "it has spoken for itself now";
}

TEST_F(ChannelTest, BeyondTheTableTheFeedDecidesAndItIsCounted) {
  for (std::uint32_t channel = 100; channel < 100 + ChannelStates::kCapacity; ++channel)
    feed(2, FeedState::live, channel);
  const std::uint64_t unplaced = count(CoreCounter::channel_unplaced);
  EXPECT_EQ(unplaced, 3u);  // 0, 10 and 20 had their places
  feed(2, FeedState::gap, 500);
  price(2, PriceKind::last, "5.93", 0, 500);
  EXPECT_EQ(count(CoreCounter::channel_unplaced), unplaced + 2);
  EXPECT_FALSE(marked());
  feed(2, FeedState::gap);
  EXPECT_TRUE(marked());
}

TEST_F(ChannelTest, ChannelsOfOtherFeedsAreOthers) {
  feed(0, FeedState::gap, 20);
  feed(1, FeedState::gap, 20);
  EXPECT_FALSE(marked());
}

// METHODOLOGY 5: one message does not make the others fresh.
TEST_F(ChannelTest, AfterALossEachSecurityCountsAgainOnceItWasHeard) {
  feed(2, FeedState::live, 30);
  price(1, PriceKind::last, "17.35");
  price(2, PriceKind::last, "5.92", 0, 30);
  feed(1, FeedState::recovering, 0, true);
  feed(2, FeedState::gap, 30, true);
  price(0, PriceKind::last, "151.30");
  EXPECT_EQ(log_.last().flags, kRecovering);
  EXPECT_EQ(log_.last().weight_fresh, 6659);
  price(1, PriceKind::last, "17.36");
  EXPECT_EQ(log_.last().weight_fresh, 8893);
  EXPECT_EQ(log_.last().flags, kRecovering) << "C.HK was not heard yet";
  price(2, PriceKind::last, "5.92", 0, 30);
  EXPECT_EQ(log_.last().weight_fresh, 10'000);
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_TRUE(log_.last().quotable);
  feed(2, FeedState::gap, 30, true);
  EXPECT_EQ(log_.last().flags, kRecovering) << "a second loss makes it unheard again";
  feed(2, FeedState::live, 30);
  EXPECT_EQ(log_.last().flags, 0u) << "the round is complete";
}

TEST_F(ChannelTest, APriceThatWaitsMakesItsSecurityCurrentAndAnImpossibleOneDoesNot) {
  collar(2, 10);
  feed(2, FeedState::recovering, 20, true);
  price(2, PriceKind::last, "0", 0, 20);
  EXPECT_EQ(log_.last().flags, kRecovering);
  price(2, PriceKind::last, "9.99", 0, 20);
  EXPECT_EQ(count(CoreCounter::price_pending), 1u);
  EXPECT_EQ(log_.last().flags, kPricePending);
}

TEST_F(ChannelTest, WhereNoSecurityCountsAPriceMakesNoneCurrent) {
  feed(2, FeedState::recovering, 20);
  price(2, PriceKind::last, "5.93", 0, 20);
  EXPECT_EQ(log_.last().flags, kRecovering) << "what waited in the socket is old";
}

TEST_F(ChannelTest, TheSourceThatTakesOverJudgesWhatTheOtherPriced) {
  feed(2, FeedState::live, 30);
  feed(2, FeedState::down, 20);
  EXPECT_EQ(log_.last().flags, kFeedStale);
  feed(2, FeedState::down, 20, false, 30);
  EXPECT_EQ(log_.last().flags, 0u);
  feed(2, FeedState::stale, 30);
  EXPECT_EQ(log_.last().flags, kFeedStale);
}

// 1,000,000 in all: 1,999 is 19.99 bp, 2,000 is 20 bp.
class SmallMembers : public EngineTest {
 protected:
  SmallMembers()
      : EngineFixture(test::index("S", {test::member("A.SH", 0, "CNY", "1.00", "992002"),
                                        test::member("B.SZ", 1, "CNY", "1.00", "1999"),
                                        test::member("C.SZ", 1, "CNY", "1.00", "1999"),
                                        test::member("D.HK", 2, "CNY", "1.00", "2000"),
                                        test::member("E.HK", 2, "CNY", "1.00", "2000")})) {
    phases(MarketPhase::trading);
    for (InstrumentId id = 0; id < 5; ++id) price(id, PriceKind::last, "1.00");
  }
};

// METHODOLOGY 8: `recovering` and `feed_stale` only where members weigh 20 bp or more.
TEST_F(SmallMembers, BelowTwentyBasisPointsAnUnheardMemberGivesNoFlag) {
  ASSERT_EQ(log_.last().flags, 0u);
  feed(1, FeedState::recovering, 0, true);
  EXPECT_EQ(log_.last().flags, 0u);
  price(0, PriceKind::last, "1.01");
  EXPECT_EQ(log_.last().weight_fresh, 9960) << "the weights show it all the same";
  EXPECT_TRUE(log_.last().quotable);
  feed(2, FeedState::recovering, 0, true);
  EXPECT_EQ(log_.last().flags, kRecovering);
  price(3, PriceKind::last, "1.00");
  EXPECT_EQ(log_.last().flags, kRecovering);
  price(4, PriceKind::last, "1.00");
  EXPECT_EQ(log_.last().flags, 0u);
}

TEST_F(SmallMembers, MembersThatAreSilentTogetherGiveAFlagFromTwentyBasisPointsOn) {
  price(1, PriceKind::last, "1.00", 0, 5);
  feed(1, FeedState::stale, 5);
  EXPECT_EQ(log_.last().flags, 0u) << "19.99 bp";
  price(2, PriceKind::last, "1.00", 0, 5);
  EXPECT_EQ(log_.last().flags, kFeedStale) << "39.98 bp";
}

TEST_F(ChannelTest, AChannelThatFallsSilentAfterTheCloseIsNoFault) {
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "151.20");
  price(1, PriceKind::close, "17.35");
  price(2, PriceKind::close, "5.91", 0, 20);
  feed(2, FeedState::stale, 20);
  EXPECT_EQ(log_.last().flags, 0u);
}

}  // namespace
}  // namespace indexcast
