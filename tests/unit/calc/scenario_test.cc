// Named scenarios of a market day: each step gives the level, the flags and `quotable` that
// METHODOLOGY 4, 5 and 8 ask for.
//
// The basket is worth 1,000,000 CNY under a divisor of 1,000, so the level moves by one point per
// 1,000 CNY. The arithmetic beside a step is the change of price x index shares (x the rate).
#include <gtest/gtest.h>

#include <array>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;

constexpr bool kQuotable = true;
constexpr bool kNotQuotable = false;
constexpr std::uint32_t kNoFlags = 0;

// Members, in the order of the basket.
enum Share : InstrumentId { kBig, kMiddle, kHongKong, kThin, kPenny, kSmall };
constexpr std::array kReference{"10", "20", "50", "2", "0.010", "10"};

IndexDefinition at_rate(IndexDefinition definition, const char* rate) {
  definition.close_fx = {{"HKD", test::rate(rate)}};
  definition.divisor =
      divisor_for(base_capitalisation(definition), definition.previous_close, definition.decimals);
  return definition;
}

// 701,200 CNY and 332,000 HKD at 0.90: 400,000, 201,200, 225,000, 72,000, 1,800 and 100,000 CNY.
IndexDefinition scenario_basket() {
  return at_rate(test::index("S", {test::member("600001.SH", 0, "CNY", "10", "40000"),
                                   test::member("000001.SZ", 1, "CNY", "20", "10060"),
                                   test::member("00001.HK", 2, "HKD", "50", "5000"),
                                   test::member("00002.HK", 2, "HKD", "2", "40000"),
                                   test::member("00003.HK", 2, "HKD", "0.010", "200000"),
                                   test::member("300001.SZ", 1, "CNY", "10", "10000")}),
                 "0.90");
}

class Scenario : public test::EngineFixture {
 protected:
  explicit Scenario(const IndexDefinition& basket = scenario_basket()) : EngineFixture(basket) {
    for (const auto& [market, percent] : {std::pair{0, 25}, std::pair{1, 25}, std::pair{2, 50}})
      collar(static_cast<MarketId>(market), percent);
    MarketEvent& rule = event(EventKind::belief_rule, 0);
    rule.value[0] = 100;  // level guard, bp
    rule.value[1] = 20;   // pending impact, bp
    send();
    ends(0, at(15, 0));
    ends(1, at(15, 0));
    ends(2, at(16, 10));
  }

  // 09:25: every opening auction is over.
  void auctions_end() {
    now_ = at(9, 25);
    phases(MarketPhase::scheduled);
  }
  // Prices equal to the references, of member `first` and those after it.
  void reference_prices(InstrumentId first = kBig) {
    for (InstrumentId id = first; id < kReference.size(); ++id) traded(id, kReference[id], 1);
  }
  void trading_begins() {
    now_ = at(9, 30);
    phases(MarketPhase::trading);
  }
  // 10:00 of a quiet day. Each member has traded since the break after the auction, because the
  // level guard does not judge the first price after a break.
  void quiet_morning() {
    auctions_end();
    reference_prices();
    trading_begins();
    reference_prices();
    now_ = at(10, 0);
    step("quiet morning", "1000.0000", kNoFlags, kQuotable);
  }
  void traded_after(int seconds, InstrumentId id, const std::string& text, std::int64_t volume) {
    seconds_pass(seconds);
    traded(id, text, volume);
  }
  // A trade whose own stamp is wrong.
  void traded_with_stamp(TimeNs stamp, InstrumentId id, const std::string& text,
                         std::int64_t volume) {
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
    e.instrument = id;
    e.value[0] = test::price(text).raw;
    e.value[1] = volume;
    e.exchange_time = stamp;
    send();
  }

  void step(const char* name, const char* level_text, std::uint32_t flags, bool quotable) const {
    SCOPED_TRACE(name);
    EXPECT_EQ(level(), level_text);
    EXPECT_EQ(log_.last().flags, flags);
    EXPECT_EQ(log_.last().quotable, quotable);
  }
  void expect_decision(Decision decision, DecisionReason reason) const {
    const auto last = last_of<InputDecision>(RecordKind::input_decision);
    EXPECT_EQ(last.header.detail, static_cast<std::uint8_t>(decision));
    EXPECT_EQ(last.header.detail2, static_cast<std::uint8_t>(reason));
  }
  IndexStatus status_now() const { return log_.last().status(); }
  static std::string text(Level value) { return format_decimal(value.raw, 4); }
  std::string high() const { return text(log_.last().high); }
};

TEST_F(Scenario, ForgedPairOfTenTimesThePrice) {
  quiet_morning();
  traded(kBig, "100", 2);
  step("ten times", "1000.0000", kPricePending, kNotQuotable);
  traded(kBig, "100", 3);
  step("again in the same packet", "1000.0000", kPricePending, kNotQuotable);
  seconds_pass(60);
  step("a minute later", "1000.0000", kPricePending, kNotQuotable);
  traded(kBig, "10.10", 4);
  step("a price inside: 0.10 x 40,000", "1004.0000", kNoFlags, kQuotable);
  expect_decision(Decision::refused, DecisionReason::back_inside);
}

// 40 % is near enough for witnesses: three over 3 s. A pair is one witness.
TEST_F(Scenario, ForgedPairWithinReachOfWitnesses) {
  quiet_morning();
  traded(kBig, "14", 2);
  traded(kBig, "14", 3);
  step("pair", "1000.0000", kPricePending, kNotQuotable);
  traded_after(3, kBig, "14", 4);
  step("one more: two witnesses over 3 s", "1000.0000", kPricePending, kNotQuotable);
  traded(kBig, "14", 5);
  step("its pair", "1000.0000", kPricePending, kNotQuotable);
  traded_after(1, kBig, "10.10", 6);
  step("a price inside: 0.10 x 40,000", "1004.0000", kNoFlags, kQuotable);
}

TEST_F(Scenario, ForgedBurstOfStretchedStampsHasOneWitness) {
  quiet_morning();
  const TimeNs start = now_;
  for (int i = 0; i < 10; ++i) {  // 100 ms apart, stamped 20 s apart
    now_ = start + i * (kNsPerSecond / 10);
    traded_with_stamp(start + 20 * i * kNsPerSecond, kBig, "14", 2 + i);
    step("burst", "1000.0000", kPricePending, kNotQuotable);
  }
  now_ = start + 3 * kNsPerSecond;
  traded_with_stamp(start + 200 * kNsPerSecond, kBig, "14", 12);
  step("3 s after the burst: the second witness", "1000.0000", kPricePending, kNotQuotable);
  traded(kBig, "10.10", 13);
  step("a price inside: 0.10 x 40,000", "1004.0000", kNoFlags, kQuotable);
  EXPECT_EQ(count(CoreCounter::pending_accepted), 0u);
}

TEST_F(Scenario, GatewayWithAWrongScaleMovesItsLimitsAndPreviousCloseToo) {
  price(kMiddle, PriceKind::previous_close, "200");
  step("previous close x 10", "1000.0000", kReferenceMismatch, kNotQuotable);
  limits(kMiddle, "180", "220");
  step("limits x 10 around it", "1000.0000", kReferenceMismatch, kNotQuotable);
  auctions_end();
  reference_prices();
  traded(kMiddle, "200", 2);
  step("auction price x 10", "1000.0000", kReferenceMismatch | kPricePending, kNotQuotable);
  trading_begins();
  for (int i = 0; i < 24; ++i) {
    traded_after(5, kMiddle, "200", 3 + i);
    step("trades x 10", "1000.0000", kReferenceMismatch | kPricePending, kNotQuotable);
  }
  limits(kMiddle, "18", "22");
  step("true limits", "1000.0000", kReferenceMismatch | kPricePending, kNotQuotable);
  traded_after(1, kMiddle, "20.20", 40);
  // 180 x 10,060 of doubt remain until an operator confirms one of the two previous closes.
  step("true trade: 0.20 x 10,060", "1002.0120", kReferenceMismatch, kNotQuotable);
}

TEST_F(Scenario, TenthOfThePriceIsNeverBelieved) {
  quiet_morning();
  traded(kPenny, "0.001", 2);  // 0.009 x 200,000 x 0.90 = 1,620: 16.2 bp
  step("a tenth of a small member", "1000.0000", kPricePending, kQuotable);
  traded(kBig, "1", 2);
  step("and of the biggest", "1000.0000", kPricePending, kNotQuotable);
  for (int i = 0; i < 24; ++i) {
    traded_after(5, kPenny, "0.001", 3 + i);
    traded(kBig, "1", 3 + i);
    step("both, for two minutes", "1000.0000", kPricePending, kNotQuotable);
  }
  traded_after(1, kBig, "10.10", 40);
  step("the biggest is back: 0.10 x 40,000", "1004.0000", kPricePending, kQuotable);
  traded_after(1, kPenny, "0.010", 40);
  step("so is the small one", "1004.0000", kNoFlags, kQuotable);
}

// The definition marks the biggest member as suspended on the day before.
class ScenarioAfterSuspension : public Scenario {
 protected:
  ScenarioAfterSuspension() : Scenario(basket()) {}
  static IndexDefinition basket() {
    IndexDefinition definition = scenario_basket();
    definition.members[kBig].suspended = true;
    return definition;
  }
};

TEST_F(ScenarioAfterSuspension, ReopeningAtAFifthIsBelievedAfterFiveWitnesses) {
  auctions_end();
  reference_prices(kMiddle);
  traded(kBig, "2", 1);
  step("09:25:00", "1000.0000", kPricePending, kNotQuotable);
  EXPECT_EQ(log_.last().open, Level{}) << "the open waits for the price";
  time_is(at(9, 29, 50));
  step("09:29:50", "1000.0000", kPricePending | kStatisticsPartial, kNotQuotable);
  EXPECT_EQ(text(log_.last().open), "1000.0000");
  trading_begins();
  traded(kBig, "2", 2);
  step("09:30:00", "1000.0000", kPricePending | kStatisticsPartial, kNotQuotable);
  for (int witness = 3; witness < 5; ++witness) {
    traded_after(15, kBig, "2.02", witness);
    step("third and fourth", "1000.0000", kPricePending | kStatisticsPartial, kNotQuotable);
  }
  traded_after(15, kBig, "2", 5);
  step("fifth: -8 x 40,000", "680.0000", kStatisticsPartial, kQuotable);
  expect_decision(Decision::accepted, DecisionReason::resumed);
  EXPECT_EQ(text(log_.last().low), "680.0000");
}

TEST_F(Scenario, ReopeningAtAFifthWithoutASuspensionNeedsAnOperator) {
  auctions_end();
  reference_prices(kMiddle);
  traded(kBig, "2", 1);
  step("09:25:00", "1000.0000", kPricePending, kNotQuotable);
  time_is(at(9, 29, 50));
  trading_begins();
  for (int i = 0; i < 12; ++i) {
    traded_after(15, kBig, "2", 2 + i);
    step("three minutes", "1000.0000", kPricePending | kStatisticsPartial, kNotQuotable);
  }
  EXPECT_EQ(force(ControlOp::accept_price, kBig), ControlOutcome::applied);
  step("operator: -8 x 40,000", "680.0000", kStatisticsPartial, kQuotable);
}

TEST_F(Scenario, ThinHongKongJumpThatIsNotRepeated) {
  quiet_morning();
  traded(kThin, "2.80", 2);  // 40 %, inside 50 %
  step("0.80 x 40,000 x 0.90", "1028.8000", kLevelGuard, kNotQuotable);
  traded_after(20, kBig, "10.10", 2);
  step("another member: 0.10 x 40,000", "1032.8000", kLevelGuard, kNotQuotable);
  traded_after(20, kBig, "10", 3);
  step("and back", "1028.8000", kLevelGuard, kNotQuotable);
  EXPECT_EQ(high(), "1000.0000");
  seconds_pass(19);
  step("59 s", "1028.8000", kLevelGuard, kNotQuotable);
  EXPECT_EQ(high(), "1000.0000");
  seconds_pass(1);
  step("60 s", "1028.8000", kNoFlags, kQuotable);
  expect_decision(Decision::refused, DecisionReason::unrepeated);
  EXPECT_LT(log_.last().high, Level{10'328'000}) << "levels under guard do not count";
}

// A step of 10 % is no jump of a level that it moves by 1.8 bp.
TEST_F(Scenario, PennyStockThatAlternatesBetweenTwoSteps) {
  quiet_morning();
  for (int i = 0; i < 10; ++i) {
    traded_after(3, kPenny, "0.011", 2 + 2 * i);
    step("0.001 x 200,000 x 0.90", "1000.1800", kNoFlags, kQuotable);
    traded_after(3, kPenny, "0.010", 3 + 2 * i);
    step("and back", "1000.0000", kNoFlags, kQuotable);
  }
}

// The same stock with a fifth of the weight: a step moves the level by 2 %.
class ScenarioHeavyPenny : public Scenario {
 protected:
  ScenarioHeavyPenny() : Scenario(basket()) {}
  static IndexDefinition basket() {
    IndexDefinition definition = scenario_basket();
    definition.members[kPenny].shares = test::shares("22222200");  // 199,999.80 CNY
    definition.members[kMiddle].shares = test::shares("150.01");   // 3,000.20 CNY
    return at_rate(definition, "0.90");
  }
};

TEST_F(ScenarioHeavyPenny, EachStepIsGuarded) {
  quiet_morning();  // 1,000,000 CNY as before
  traded(kPenny, "0.011", 2);
  step("0.001 x 22,222,200 x 0.90", "1020.0000", kLevelGuard, kNotQuotable);  // 1019.99998
  for (int i = 1; i <= 3; ++i) {
    traded_after(3, kPenny, i % 2 == 1 ? "0.010" : "0.011", 2 + i);
    step("3, 6, 9 s", i % 2 == 1 ? "1000.0000" : "1020.0000", kLevelGuard, kNotQuotable);
  }
  seconds_pass(1);
  step("10 s", "1000.0000", kNoFlags, kQuotable);
  traded_after(2, kPenny, "0.011", 6);
  step("the next step", "1020.0000", kLevelGuard, kNotQuotable);
}

TEST_F(Scenario, ThreeMembersOpenLimitUp) {
  limits(kBig, "8", "12");
  limits(kMiddle, "16", "24");
  limits(kSmall, "8", "12");
  auctions_end();
  for (const InstrumentId id : {kHongKong, kThin, kPenny}) traded(id, kReference[id], 1);
  traded(kBig, "12", 1);
  step("2 x 40,000", "1080.0000", kNoFlags, kNotQuotable);
  traded(kMiddle, "24", 1);
  step("4 x 10,060", "1120.2400", kNoFlags, kNotQuotable);
  EXPECT_EQ(log_.last().open, Level{});
  traded(kSmall, "12", 1);
  step("2 x 10,000", "1140.2400", kNoFlags, kNotQuotable);
  EXPECT_EQ(text(log_.last().open), "1140.2400");
  trading_begins();
  step("09:30", "1140.2400", kNoFlags, kQuotable);
  EXPECT_EQ(high(), "1140.2400");
  EXPECT_EQ(count(CoreCounter::price_pending), 0u);
  EXPECT_EQ(count(CoreCounter::level_guarded), 0u);
  traded_after(1, kBig, "12.01", 2);
  step("beyond the limit, 400 CNY: 3.5 bp", "1140.2400", kPricePending, kQuotable);
  traded_after(1, kBig, "12.10", 3);
  step("4,000 CNY: 35 bp", "1140.2400", kPricePending, kNotQuotable);
}

class ScenarioClose : public Scenario {
 protected:
  ScenarioClose() { quiet_morning(); }
  void mainland_ends() {
    now_ = at(15, 0);
    phase(0, MarketPhase::closing);
    phase(1, MarketPhase::closing);
  }
  void hong_kong_ends() {
    now_ = at(16, 10);
    phase(2, MarketPhase::closing);
  }
  void close_of(InstrumentId id, const char* text) { price(id, PriceKind::close, text); }
  void reference_close_of(std::initializer_list<InstrumentId> ids) {
    for (const InstrumentId id : ids) close_of(id, kReference[id]);
  }
};

TEST_F(ScenarioClose, OfficialCloseNearAWaitingPriceIsTheClose) {
  now_ = at(14, 59, 58);
  traded(kBig, "14", 2);
  step("last trade at +40 %", "1000.0000", kPricePending, kNotQuotable);
  mainland_ends();
  reference_close_of({kMiddle, kSmall});
  close_of(kBig, "14.28");
  step("close within 2 %: 4.28 x 40,000", "1171.2000", kNoFlags, kQuotable);
  expect_decision(Decision::accepted, DecisionReason::official_close);
  hong_kong_ends();
  step("Hong Kong over", "1171.2000", kNoFlags, kNotQuotable);
  reference_close_of({kHongKong, kThin, kPenny});
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(text(log_.last().close), "1171.2000");
}

TEST_F(ScenarioClose, OfficialCloseFarFromTheLastTradeIsNotTheClose) {
  mainland_ends();
  reference_close_of({kMiddle, kSmall});
  close_of(kBig, "15");
  step("close at +50 %", "1000.0000", kPricePending, kNotQuotable);
  time_is(at(15, 19, 59));
  step("it waits", "1000.0000", kPricePending, kNotQuotable);
  EXPECT_EQ(engine_.phase(0), MarketPhase::closing);
  time_is(at(15, 20));
  step("deadline", "1000.0000", kPricePending | kCarriedForward, kNotQuotable);
  EXPECT_EQ(engine_.phase(0), MarketPhase::closed);
  hong_kong_ends();
  reference_close_of({kHongKong, kThin, kPenny});
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(text(log_.last().close), "1000.0000");
}

TEST_F(ScenarioClose, HongKongsLastCloseComesTwentyFiveMinutesLate) {
  mainland_ends();
  reference_close_of({kBig, kMiddle, kSmall});
  step("mainland closed", "1000.0000", kNoFlags, kQuotable);
  hong_kong_ends();
  close_of(kHongKong, "51");
  step("1 x 5,000 x 0.90", "1004.5000", kNoFlags, kNotQuotable);
  reference_close_of({kPenny});
  time_is(at(16, 29, 59));
  EXPECT_EQ(status_now(), IndexStatus::preliminary_close);
  time_is(at(16, 30));
  step("deadline", "1004.5000", kCarriedForward, kNotQuotable);
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(text(log_.last().close), "1004.5000");
  const std::uint64_t sequence = log_.last().index_sequence;
  now_ = at(16, 35);
  close_of(kThin, "2.10");
  expect_decision(Decision::refused, DecisionReason::late_close);
  EXPECT_EQ(log_.last().index_sequence, sequence) << "no level";
  // 0.10 x 40,000 x 0.90 = 3,600 of 1,004,500: 35.8387... bp
  EXPECT_EQ(last_of<PendingPrice>(RecordKind::pending_price).impact, 3'584u);
}

TEST_F(ScenarioClose, ShareHaltedToTheEndIsNotWaitedFor) {
  now_ = at(14, 0);
  traded(kSmall, "10.10", 2);
  traded(kBig, "10.20", 2);
  step("0.20 x 40,000 + 0.10 x 10,000", "1009.0000", kNoFlags, kQuotable);
  now_ = at(14, 30);
  status(kBig, InstrumentStatus::halted);
  step("60 % of the weight is live", "1009.0000", kNoFlags, kNotQuotable);
  traded_after(1, kSmall, "10.20", 3);
  step("the others trade: 0.10 x 10,000", "1010.0000", kNoFlags, kNotQuotable);
  mainland_ends();
  EXPECT_EQ(engine_.phase(0), MarketPhase::closed) << "all of Shanghai's members have ended";
  reference_close_of({kMiddle});
  close_of(kSmall, "10.20");
  EXPECT_EQ(engine_.phase(1), MarketPhase::closed);
  hong_kong_ends();
  reference_close_of({kHongKong, kThin, kPenny});
  step("closed", "1010.0000", kNoFlags, kNotQuotable);
  EXPECT_EQ(status_now(), IndexStatus::closed);
  EXPECT_EQ(text(log_.last().close), "1010.0000");
}

TEST_F(Scenario, StampOfTheLastMinuteOfTheDayEndsNothing) {
  quiet_morning();
  traded_with_stamp(at(23, 59), kBig, "10.10", 2);
  step("0.10 x 40,000", "1004.0000", kNoFlags, kQuotable);
  traded_after(1, kSmall, "10.10", 2);
  step("0.10 x 10,000", "1005.0000", kNoFlags, kQuotable);
  now_ = at(14, 0);
  traded(kSmall, "10", 3);
  traded_with_stamp(at(23, 59), kMiddle, "20.10", 2);
  step("-0.10 x 10,000 + 0.10 x 10,060", "1005.0060", kNoFlags, kQuotable);
  traded_after(1, kBig, "10.20", 3);
  step("0.10 x 40,000", "1009.0060", kNoFlags, kQuotable);
  EXPECT_EQ(status_now(), IndexStatus::open);
  for (MarketId market = 0; market < 3; ++market)
    EXPECT_EQ(engine_.phase(market), MarketPhase::trading);
}

// The feed measures the lag and says when a channel is stale; the core shows both.
TEST_F(Scenario, ChannelThatSlowlyFallsBehind) {
  constexpr std::uint32_t kChannel = 20;
  quiet_morning();
  feed(2, FeedState::live, kChannel);
  price(kHongKong, PriceKind::last, "50", 0, kChannel);
  const auto lags = [&](std::int64_t ms, const char* big) {
    seconds_pass(1);
    MarketEvent& e = event(EventKind::channel_time, 0);
    e.market = e.feed = 2;
    e.channel = kChannel;
    e.value[0] = ms;
    send();
    traded(kBig, big, 2);
    EXPECT_EQ(log_.last().lag_ms, ms);
  };
  lags(200, "10.10");
  step("0.10 x 40,000", "1004.0000", kNoFlags, kQuotable);
  lags(2'900, "10.20");
  step("below max_lag", "1008.0000", kNoFlags, kQuotable);
  lags(5'000, "10.10");
  step("above max_lag, not for 3 s yet", "1004.0000", kNoFlags, kQuotable);
  feed(2, FeedState::stale, kChannel);
  step("stale: 22.5 % of the weight", "1004.0000", kFeedStale, kNotQuotable);
  EXPECT_EQ(log_.last().weight_fresh, 7'750);
  EXPECT_EQ(log_.last().lag_ms, 5'000);
  lags(25'000, "10.20");
  step("25 s behind", "1008.0000", kFeedStale, kNotQuotable);
  price(kHongKong, PriceKind::last, "50.10", 0, kChannel);
  step("0.10 x 5,000 x 0.90", "1008.4500", kFeedStale, kNotQuotable);
  lags(100, "10.10");
  step("caught up, not for 3 s yet", "1004.4500", kFeedStale, kNotQuotable);
  feed(2, FeedState::live, kChannel);
  step("live", "1004.4500", kNoFlags, kQuotable);
}

// The feed refuses prices that are older than the last one, and after 10 s of only such prices it
// says that the member is recovering.
TEST_F(Scenario, MorningIsSentAgainInTheAfternoon) {
  const auto member_is = [&](FeedState state, InstrumentId id) {
    MarketEvent& e = event(EventKind::feed_state, static_cast<std::uint8_t>(state));
    e.market = e.feed = 2;
    e.instrument = id;
    send();
  };
  quiet_morning();
  now_ = at(14, 0, 10);
  member_is(FeedState::recovering, kPenny);
  traded(kBig, "10.10", 2);
  step("18 bp of the weight: 0.10 x 40,000", "1004.0000", kNoFlags, kQuotable);
  member_is(FeedState::recovering, kThin);
  step("and 720 bp", "1004.0000", kRecovering, kNotQuotable);
  expect_decision(Decision::refused, DecisionReason::out_of_order);
  EXPECT_EQ(log_.last().weight_fresh, 9'262);
  traded_after(1, kBig, "10.20", 3);
  step("the others trade: 0.10 x 40,000", "1008.0000", kRecovering, kNotQuotable);
  EXPECT_EQ(high(), "1004.0000") << "no statistics while recovering";
  traded_after(1, kBig, "10.10", 4);
  step("-0.10 x 40,000", "1004.0000", kRecovering, kNotQuotable);
  member_is(FeedState::live, kThin);
  step("a newer price of it came", "1004.0000", kNoFlags, kQuotable);
  EXPECT_EQ(high(), "1004.0000");
}

}  // namespace
}  // namespace indexcast
