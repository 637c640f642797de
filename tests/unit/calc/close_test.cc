// The end of a day as each index sees it (METHODOLOGY 5): a market that is closing is over for an
// index once that index's own members have their closes; what comes later moves nothing.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;

class CloseTest : public test::EngineFixture {
 protected:
  CloseTest() {
    phases(MarketPhase::trading);
    all_trade();
    ends(2, at(16, 10));
    now_ = at(16, 10);
    phases(MarketPhase::closing);
  }
  IndexStatus status_now() const { return log_.last().status(); }
  void closed_but_for_hong_kong() {
    price(0, PriceKind::close, "151.20");
    price(1, PriceKind::close, "17.35");
    ASSERT_EQ(status_now(), IndexStatus::preliminary_close);
  }
  void no_close(InstrumentId id) {
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::close));
    e.instrument = id;
    e.value[0] = 0;
    send();
  }
};

TEST_F(CloseTest, LastCloseClosesTheIndexByItself) {
  closed_but_for_hong_kong();
  price(2, PriceKind::close, "5.95");
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(log_.last().cause(), Cause::price);
  EXPECT_EQ(log_.last().close, log_.last().level);
}

TEST_F(CloseTest, ShareHaltedToTheEndOwesNoClose) {
  closed_but_for_hong_kong();
  status(2, InstrumentStatus::halted);
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(log_.last().flags & kCarriedForward, 0u);
}

TEST_F(CloseTest, ExchangeWithoutAClosingPriceLeavesTheLastOne) {
  closed_but_for_hong_kong();
  const Level before = log_.last().level;
  no_close(2);
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(log_.last().close, before);
  EXPECT_EQ(count(CoreCounter::price_rejected), 0u);
}

// Field case: one share of another basket never closes. 995365 does not wait for it.
TEST_F(CloseTest, DeadlineOfOneMissingCloseCarriesItForward) {
  closed_but_for_hong_kong();
  time_is(at(16, 29, 59));
  EXPECT_EQ(status_now(), IndexStatus::preliminary_close);
  time_is(at(16, 30));
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_NE(log_.last().flags & kCarriedForward, 0u);
  EXPECT_EQ(count(CoreCounter::close_missing), 1u);
}

TEST_F(CloseTest, DeadlinePassesThoughNoFeedSpeaks) {
  closed_but_for_hong_kong();
  seconds_pass(20 * 60 - 1);
  EXPECT_EQ(status_now(), IndexStatus::preliminary_close);
  seconds_pass(1);
  EXPECT_EQ(status_now(), IndexStatus::closed);
}

// Field case: message 62 comes 25 minutes after the market's end.
TEST_F(CloseTest, CloseAfterTheDeadlineMovesNothingAndIsAProposal) {
  closed_but_for_hong_kong();
  time_is(at(16, 30));
  const LevelUpdate closed = log_.last();
  ASSERT_EQ(closed.status(), IndexStatus::closed);
  now_ = at(16, 35);
  price(2, PriceKind::close, "6.40");
  EXPECT_EQ(log_.last().level, closed.level);
  EXPECT_EQ(log_.last().index_sequence, closed.index_sequence) << "no level";
  EXPECT_EQ(count(CoreCounter::close_late), 1u);
  const auto decision = last_of<InputDecision>(RecordKind::input_decision);
  EXPECT_EQ(decision.header.detail2, static_cast<std::uint8_t>(DecisionReason::late_close));
  EXPECT_EQ(decision.value, test::price("6.40").raw);
  const auto told = last_of<PendingPrice>(RecordKind::pending_price);
  EXPECT_EQ(told.header.detail2, static_cast<std::uint8_t>(DecisionReason::late_close));
  EXPECT_EQ(told.header.detail3, static_cast<std::uint8_t>(DecisionSubject::close));
  EXPECT_NE(told.impact, 0u) << "what the correction would be";
  price(2, PriceKind::close, "6.40");
  EXPECT_EQ(count(CoreCounter::close_late), 1u) << "each value once";
  price(2, PriceKind::close, "6.45");
  EXPECT_EQ(count(CoreCounter::close_late), 2u);
}

TEST_F(CloseTest, CloseThatChangesAfterwardsMovesNothing) {
  closed_but_for_hong_kong();
  price(2, PriceKind::close, "5.95");
  const LevelUpdate closed = log_.last();
  price(0, PriceKind::close, "152.00");
  price(0, PriceKind::last, "153.00");
  EXPECT_EQ(log_.last().index_sequence, closed.index_sequence);
  EXPECT_EQ(count(CoreCounter::close_late), 1u);
}

TEST_F(CloseTest, RepeatedCloseIsNoProposal) {
  closed_but_for_hong_kong();
  price(2, PriceKind::close, "5.95");
  price(2, PriceKind::close, "5.95");
  EXPECT_EQ(count(CoreCounter::close_late), 0u);
}

TEST_F(CloseTest, CloseMayChangeWhileAnotherIsOwed) {
  price(2, PriceKind::close, "5.95");
  price(1, PriceKind::close, "17.35");
  const Level before = log_.last().level;
  now_ = at(16, 11);
  // Shanghai still owes its close, so nothing has closed on the old value but Hong Kong's own.
  price(0, PriceKind::close, "151.30");
  EXPECT_NE(log_.last().level, before);
  EXPECT_EQ(status_now(), IndexStatus::closed);
}

// Two baskets of the same market: one member of the wider one never closes.
class TwoBaskets : public testing::Test {
 protected:
  TwoBaskets() {
    std::vector<Member> narrow{test::member("600001.SH", 0, "CNY", "10", "1000")};
    std::vector<Member> wide{test::member("600001.SH", 0, "CNY", "10", "1000"),
                             test::member("600002.SH", 0, "CNY", "20", "1000")};
    universe_.emplace(
        std::vector<IndexDefinition>{test::index("NARROW", narrow), test::index("WIDE", wide)});
    EngineSettings settings;
    settings.trade_date = test::kDay;
    engine_.emplace(*universe_, settings, log_, counters_);
    engine_->start();
    event(EventKind::feed_state, static_cast<std::uint8_t>(FeedState::live));
    event(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::trading));
    price(0, PriceKind::last, "10.50");
    price(1, PriceKind::last, "20.50");
    event(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::closing));
  }
  void event(EventKind kind, std::uint8_t detail, InstrumentId id = kNoInstrument,
             std::int64_t value = 0) {
    MarketEvent e;
    e.kind = kind;
    e.detail = detail;
    e.market = 0;
    e.instrument = id;
    e.value[0] = value;
    e.exchange_time = e.receive_time = at(15, 0);
    engine_->apply(e, ++sequence_);
  }
  void price(InstrumentId id, PriceKind kind, const std::string& text) {
    event(EventKind::price, static_cast<std::uint8_t>(kind), id, test::price(text).raw);
  }
  LevelUpdate last_of(IndexId id) const {
    for (auto it = log_.levels.rbegin(); it != log_.levels.rend(); ++it) {
      if (it->header.id == id) return *it;
    }
    return {};
  }

  std::optional<Universe> universe_;
  test::RecordLog log_;
  CoreCounters counters_;
  std::optional<Engine> engine_;
  std::uint64_t sequence_ = 0;
};

TEST_F(TwoBaskets, EachClosesByItsOwnMembers) {
  price(0, PriceKind::close, "10.60");
  EXPECT_EQ(last_of(0).status(), IndexStatus::closed);
  EXPECT_EQ(last_of(1).status(), IndexStatus::preliminary_close);
  EXPECT_EQ(engine_->phase(0), MarketPhase::closing);
  price(1, PriceKind::close, "20.60");
  EXPECT_EQ(last_of(1).status(), IndexStatus::closed);
  EXPECT_EQ(engine_->phase(0), MarketPhase::closed);
}

TEST_F(TwoBaskets, ACloseThatOneOfThemHasTakenMovesNeither) {
  price(0, PriceKind::close, "10.60");
  const LevelUpdate narrow = last_of(0);
  const LevelUpdate wide = last_of(1);
  price(0, PriceKind::close, "10.70");
  EXPECT_EQ(last_of(0).index_sequence, narrow.index_sequence);
  EXPECT_EQ(last_of(1).index_sequence, wide.index_sequence) << "a security has one price";
  EXPECT_EQ(counters_.get(CoreCounter::close_late), 1u);
}

}  // namespace
}  // namespace indexcast
