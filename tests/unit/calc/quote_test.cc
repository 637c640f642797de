// METHODOLOGY 5, "Bid and ask": what a member contributes to the two levels, moment by moment.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

IndexDefinition quoted_basket() {
  IndexDefinition basket = test::golden_basket();
  basket.bid_ask = true;
  return basket;
}

// A.SH 151.20 CNY, 1 point a yuan x 4.4039; B.SZ 17.35 CNY; C.HK 5.91 HKD. The level is 1000.
class Quote : public test::EngineFixture {
 protected:
  Quote() : EngineFixture(quoted_basket()) {
    phases(MarketPhase::trading);
    all_trade();
  }
  std::string bid() const { return format_decimal(log_.last().bid.raw, 4); }
  std::string ask() const { return format_decimal(log_.last().ask.raw, 4); }
  std::string weights() const {
    return std::to_string(log_.last().weight_bid_quoted) + "/" +
           std::to_string(log_.last().weight_ask_quoted);
  }
  void none(InstrumentId id) { quote(id, "", "", 0, QuoteKind::none); }
};

TEST_F(Quote, BeforeAnyQuoteBothSidesAreTheLevel) {
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(level(), "1004.4039");
  EXPECT_EQ(bid(), "1004.4039");
  EXPECT_EQ(ask(), "1004.4039");
  EXPECT_EQ(weights(), "0/0");
}

TEST_F(Quote, BestQuotesMoveBothLevelsAndNotThePrice) {
  quote(0, "151.10", "151.40");
  EXPECT_EQ(log_.last().cause(), Cause::quote);
  EXPECT_EQ(log_.last().cause_instrument, 0u);
  EXPECT_EQ(level(), "1000.0000");
  EXPECT_EQ(bid(), "999.5596") << "0.10 x 1,000,000 of 227,070.440768";
  EXPECT_EQ(ask(), "1000.8808");
  EXPECT_EQ(weights(), "6659/6659");
  EXPECT_TRUE(log_.last().quotable) << "no flag stands because of quotes";
}

TEST_F(Quote, AfterALossAQuoteStandsAgainOnceItsOwnChannelBroughtAnImage) {
  feed(0, FeedState::live, 1);
  feed(0, FeedState::live, 1001);
  quote(0, "151.10", "151.40", 1);
  price(0, PriceKind::last, "151.20", 0, 1);
  ASSERT_EQ(weights(), "6659/6659");
  feed(0, FeedState::gap, 1, true);
  EXPECT_EQ(weights(), "0/0");
  price(0, PriceKind::last, "151.30", 0, 1001);
  EXPECT_EQ(log_.last().flags, 0u) << "a trade on another channel is its last price";
  EXPECT_EQ(weights(), "0/0") << "and says nothing of its book";
  price(0, PriceKind::last, "151.20", 0, 1);
  EXPECT_EQ(weights(), "6659/6659");
}

TEST_F(Quote, OneThatMovesNeitherLevelPublishesNothing) {
  quote(0, "151.10", "151.40");
  const auto published = log_.levels.size();
  quote(0, "151.10", "151.40");
  EXPECT_EQ(log_.levels.size(), published);
  quote(0, "151.20", "");
  quote(0, "", "151.20");
  EXPECT_EQ(log_.levels.size(), published + 1) << "the empty side is the price in force";
  EXPECT_EQ(bid(), "1000.0000");
}

TEST_F(Quote, APriceCarriesThemAndMovesWhatNobodyQuotes) {
  quote(0, "151.10", "151.40");
  price(1, PriceKind::last, "17.45");
  EXPECT_EQ(log_.last().cause(), Cause::price);
  EXPECT_EQ(level(), "1001.2877");
  EXPECT_EQ(bid(), "1000.8473");
  EXPECT_EQ(ask(), "1002.1685");
  price(0, PriceKind::last, "151.40");
  EXPECT_EQ(bid(), "1000.8473") << "a quote stands until the next one";
}

TEST_F(Quote, AnEmptySideIsTheExchangesLimitPriceOfIt) {
  limits(0, "136.08", "166.32");
  quote(0, "166.32", "");
  EXPECT_EQ(bid(), "1066.5873");
  EXPECT_EQ(ask(), "1066.5873") << "limit up: nobody sells";
  EXPECT_EQ(weights(), "6659/0");
  quote(0, "", "136.08");
  EXPECT_EQ(bid(), ask());
  EXPECT_EQ(weights(), "0/6659");
  limits(0, "0.01", "0");
  EXPECT_EQ(log_.last().cause(), Cause::quote) << "the limit price of an empty side";
  EXPECT_EQ(weights(), "0/6659");
}

TEST_F(Quote, WithoutQuotesAnAuctionOrAnUnknownBookIsThePriceInForce) {
  limits(0, "136.08", "166.32");
  quote(0, "151.10", "151.40");
  none(0);
  EXPECT_EQ(log_.last().cause(), Cause::quote);
  EXPECT_EQ(bid(), "1000.0000");
  EXPECT_EQ(ask(), "1000.0000");
  EXPECT_EQ(weights(), "0/0");
}

TEST_F(Quote, WhatCannotBeTradedAtIsThePriceInForceUntilItCanAgain) {
  quote(0, "151.10", "151.40");
  status(0, InstrumentStatus::halted);
  EXPECT_EQ(log_.last().cause(), Cause::instrument_status);
  EXPECT_EQ(bid(), "1000.0000");
  status(0, InstrumentStatus::trading);
  EXPECT_EQ(bid(), "999.5596");
  phase(0, MarketPhase::scheduled);
  EXPECT_EQ(log_.last().cause(), Cause::market);
  EXPECT_EQ(ask(), "1000.0000");
  phase(0, MarketPhase::trading);
  EXPECT_EQ(ask(), "1000.8808");
  phase(0, MarketPhase::closing);
  EXPECT_EQ(bid(), "1000.0000");
  EXPECT_EQ(weights(), "0/0");
}

TEST_F(Quote, NothingIsQuotedFromAChannelThatIsNotLive) {
  feed(0, FeedState::live, 7);
  quote(0, "151.10", "151.40", 7);
  EXPECT_EQ(bid(), "999.5596");
  feed(0, FeedState::gap, 7);
  EXPECT_EQ(bid(), "1000.0000");
  EXPECT_EQ(weights(), "0/0");
  EXPECT_EQ(log_.last().flags, 0u) << "its prices come on another channel";
}

TEST_F(Quote, AnOperatorsPriceReplacesBothSides) {
  quote(0, "151.10", "151.40");
  ASSERT_EQ(EngineFixture::ask(ControlOp::override_price, 0, test::price("152.20").raw),
            ControlOutcome::applied);
  EXPECT_EQ(bid(), "1004.4039");
  EXPECT_EQ(ask(), "1004.4039");
  ASSERT_EQ(EngineFixture::ask(ControlOp::release_price, 0), ControlOutcome::applied);
  EXPECT_EQ(bid(), "999.5596");
}

TEST_F(Quote, ARateMovesBothSides) {
  quote(2, "5.90", "5.92");
  EXPECT_EQ(bid(), "999.8127");
  fx("0.93");
  EXPECT_EQ(log_.last().cause(), Cause::fx);
  EXPECT_EQ(level(), "1000.8275");
  EXPECT_EQ(bid(), "1000.6388");
  EXPECT_EQ(ask(), "1001.0163");
}

TEST_F(Quote, AHeldIndexKeepsThemAndItsReleaseShowsThem) {
  EngineFixture::ask(ControlOp::hold, 0);
  const auto published = log_.levels.size();
  quote(0, "151.10", "151.40");
  EXPECT_EQ(log_.levels.size(), published);
  EngineFixture::ask(ControlOp::release, 0);
  EXPECT_EQ(bid(), "999.5596");
}

TEST_F(Quote, NonsenseIsCountedAndLeavesTheLastQuoteStanding) {
  limits(0, "136.08", "166.32");
  quote(0, "151.10", "151.40");
  const auto published = log_.levels.size();
  quote(0, "151.40", "151.10");
  quote(0, "136.07", "151.40");
  quote(0, "151.10", "166.33");
  quote(1, "17.30", "17351");
  quote(1, "9999999.99", "");
  MarketEvent& e = event(EventKind::quote, 0);
  e.instrument = 1;
  e.value[0] = -1;
  send();
  EXPECT_EQ(count(CoreCounter::quote_rejected), 6u);
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_EQ(bid(), "999.5596");
  quote(9, "1", "2");
  EXPECT_EQ(count(CoreCounter::unknown_rejected), 1u);
}

TEST_F(Quote, ALockedBookIsTaken) {
  quote(0, "151.40", "151.40");
  EXPECT_EQ(bid(), "1000.8808");
  EXPECT_EQ(ask(), "1000.8808");
}

// Two indices over one member, of which one asks.
TEST(QuoteUniverse, AnIndexThatDoesNotAskSeesNothingOfThem) {
  IndexDefinition silent = test::golden_basket();
  silent.code = "silent";
  const Universe universe({silent, quoted_basket()});
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {}, log, counters);
  MarketEvent event;
  event.market = 0;
  std::uint64_t sequence = 0;
  const auto send = [&](EventKind kind, std::uint8_t detail) {
    event.kind = kind;
    event.detail = detail;
    engine.apply(event, ++sequence);
  };
  send(EventKind::feed_state, static_cast<std::uint8_t>(FeedState::live));
  send(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::trading));
  const auto before = log.levels.size();
  event.instrument = 0;
  event.value[0] = test::price("151.10").raw;
  event.value[1] = test::price("151.40").raw;
  send(EventKind::quote, 0);
  ASSERT_EQ(log.levels.size(), before + 1);
  EXPECT_EQ(log.last().header.id, 1u);
  event.value[0] = test::price("152.20").raw;
  send(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
  ASSERT_EQ(log.levels.size(), before + 3);
  EXPECT_EQ(log.levels[before + 1].bid.raw, 0);
  EXPECT_EQ(log.levels[before + 1].weight_bid_quoted, 0);
}

// Constant cash stands beside the quotes as it does beside the prices.
TEST(QuoteUniverse, AFundsCashIsInBothSides) {
  IndexDefinition fund = test::golden_fund();
  fund.bid_ask = true;
  const Universe universe({fund});
  const BasketSums sums(universe);
  QuoteSums quotes(universe);
  EXPECT_EQ(quotes.sum(0, QuoteSide::bid, sums), sums.sum(0));
  quotes.set_price(0, QuoteSide::ask, test::price("152.20"));
  EXPECT_EQ(quotes.sum(0, QuoteSide::bid, sums), sums.sum(0));
  EXPECT_EQ(quotes.sum(0, QuoteSide::ask, sums) - sums.sum(0), 600 * pow10(kSumDecimals));
}

}  // namespace
}  // namespace indexcast
