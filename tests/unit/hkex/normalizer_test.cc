#include "feedhandlers/hkex/normalizer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "feedhandlers/hkex/trading_session.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using test::at;
using test::kAlibaba;
using test::kStranger;
using test::kTencent;
using test::traded;

class NormalizerTest : public testing::Test {
 protected:
  // The outcome of one message in a packet sent at `sent`.
  template <class Message>
  FeedCounter feed(const Message& message, TimeNs sent = at(10, 0)) {
    const PacketBuilder built = test::packet(sequence_++, sent, message);
    const Bytes bytes = built.bytes().subspan(wire::packet::kHeaderSize);
    event = {};
    return normalizer().on_message(
        {wire::message::MsgType.of(bytes.data()), built.sequence(), bytes}, 1, sent, event);
  }

  void set_session(std::uint8_t sub_id, TimeNs sent = at(10, 0)) {
    ASSERT_EQ(feed(TradingSessionStatus{"MAIN", sub_id, 0, '0', 0, 0}, sent), FeedCounter::applied);
  }

  Normalizer& normalizer() {
    if (!normalizer_) normalizer_.emplace(settings, symbols_);
    return *normalizer_;
  }

  Settings settings;
  MarketEvent event;

 private:
  Universe universe_ = test::make_universe();
  feed::SymbolTable symbols_{universe_, feed::Venue::hkex};
  std::optional<Normalizer> normalizer_;
  std::uint32_t sequence_ = 41;
};

SecurityDefinition definition(std::uint32_t code, std::int32_t previous_close) {
  SecurityDefinition message;
  message.security_code = code;
  message.previous_closing_price = previous_close;
  return message;
}

MarketPhase phase_in(const MarketEvent& event) { return static_cast<MarketPhase>(event.detail); }

TEST_F(NormalizerTest, MakesTheLastPriceOfStatisticsAPrice) {
  Statistics message = traded(kAlibaba, 123'456);
  message.shares_traded = 1000;
  message.turnover = 5'000'123;
  ASSERT_EQ(feed(message, at(10, 30)), FeedCounter::applied);
  EXPECT_EQ(event.kind, EventKind::price);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(PriceKind::last));
  EXPECT_EQ(event.instrument, 1u);
  EXPECT_EQ(event.market, 2);
  EXPECT_EQ(event.feed, 2);
  EXPECT_EQ(event.value[0], 123'456'000);
  EXPECT_EQ(event.value[1], 1000);
  EXPECT_EQ(event.value[2], 50'001'230);
  EXPECT_EQ(event.exchange_time, at(10, 30));
  EXPECT_EQ(event.feed_sequence, 41u);
}

TEST_F(NormalizerTest, MakesThePreviousCloseAndTheCloseAPrice) {
  ASSERT_EQ(feed(definition(kTencent, 492'400)), FeedCounter::applied);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(PriceKind::previous_close));
  EXPECT_EQ(event.value[0], 492'400'000);
  ASSERT_EQ(feed(ClosingPrice{kTencent, 500'000, 0}), FeedCounter::applied);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(PriceKind::close));
  EXPECT_EQ(event.value[0], 500'000'000);
}

TEST_F(NormalizerTest, NeverUsesAPriceThatIsNotPositive) {
  for (const std::int32_t price : {0, -1, std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_EQ(feed(traded(kTencent, price)), FeedCounter::rejected);
    if (price != 0) {
      EXPECT_EQ(feed(ClosingPrice{kTencent, price, 0}), FeedCounter::rejected);
    }
    EXPECT_EQ(feed(definition(kTencent, price)), FeedCounter::rejected);
  }
}

// Notes 2.18: 0 says that there is none; the core keeps the last price.
TEST_F(NormalizerTest, SaysThatThereIsNoClosingPrice) {
  EXPECT_EQ(feed(ClosingPrice{kTencent, 0, 0}), FeedCounter::applied);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(PriceKind::close));
  EXPECT_EQ(event.value[0], 0);
}

TEST_F(NormalizerTest, RejectsVolumesThatDoNotFit) {
  Statistics message = traded(kTencent, 1000);
  message.shares_traded = ~std::uint64_t{0};
  EXPECT_EQ(feed(message), FeedCounter::rejected);
  for (const std::int64_t turnover :
       {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max() / 10 + 1,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min() + 1}) {
    message = traded(kTencent, 1000);
    message.turnover = turnover;
    EXPECT_EQ(feed(message), FeedCounter::rejected) << turnover;
  }
}

// OMD-C 3.1.1: 0x8000000000000000 is null, and may occur in every Int64 field.
TEST_F(NormalizerTest, ANullTurnoverLeavesTheLastPriceOfStatisticsUsable) {
  // Statistics (60, OMD-C 3.11.1): SecurityCode 700, SharesTraded 1200, Turnover null, LastPrice
  // 388.600, ShortSellTurnover null.
  constexpr std::array<unsigned char, 52> kBytes{
      52, 0, 60, 0, 0xbc, 0x02, 0, 0, 0xb0, 0x04, 0, 0, 0, 0, 0,    0,    0,    0,
      0,  0, 0,  0, 0,    0x80, 0, 0, 0,    0,    0, 0, 0, 0, 0xf8, 0xed, 0x05, 0,
      0,  0, 0,  0, 0,    0,    0, 0, 0,    0,    0, 0, 0, 0, 0,    0x80};
  const Bytes bytes(reinterpret_cast<const std::byte*>(kBytes.data()), kBytes.size());
  ASSERT_EQ(normalizer().on_message({60, 7, bytes}, 1, at(10, 0), event), FeedCounter::applied);
  EXPECT_EQ(event.value[0], 388'600'000);
  EXPECT_EQ(event.value[1], 1200);
  EXPECT_EQ(event.value[2], 0);  // not stated: the core keeps the turnover that it has
}

TEST_F(NormalizerTest, TakesTheLargestPrice) {
  ASSERT_EQ(feed(traded(kTencent, std::numeric_limits<std::int32_t>::max(), 0)),
            FeedCounter::applied);
  EXPECT_EQ(event.value[0], 2'147'483'647'000);
}

TEST_F(NormalizerTest, FiltersWhatNoBasketHolds) {
  EXPECT_EQ(feed(traded(kStranger, 1000)), FeedCounter::filtered);
  EXPECT_EQ(feed(definition(kStranger, 0)), FeedCounter::filtered);
  EXPECT_EQ(feed(SecurityStatus{kStranger, 99}), FeedCounter::filtered);
  EXPECT_EQ(feed(CurrencyRate{"GBP", 0, 107'500}), FeedCounter::filtered);
  EXPECT_EQ(feed(MarketDefinition{"MAIN", "", "HKD", 1}), FeedCounter::filtered);
  SecurityDefinition dummy = definition(kTencent, 1000);
  dummy.dummy_security_flag = 'Y';
  EXPECT_EQ(feed(dummy), FeedCounter::filtered);
}

TEST_F(NormalizerTest, FollowsSuspensionAndResumption) {
  ASSERT_EQ(feed(SecurityStatus{kTencent, 2}), FeedCounter::applied);
  EXPECT_EQ(event.kind, EventKind::instrument_status);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(InstrumentStatus::suspended));
  ASSERT_EQ(feed(SecurityStatus{kTencent, 3}), FeedCounter::applied);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(InstrumentStatus::trading));
  EXPECT_EQ(feed(SecurityStatus{kTencent, 1}), FeedCounter::rejected);
}

TEST_F(NormalizerTest, UsesOneLadderAtATime) {
  EXPECT_EQ(feed(NominalPrice{kTencent, 1000}), FeedCounter::filtered);
}

TEST_F(NormalizerTest, UsesTheNominalPriceWhereConfigured) {
  settings.price = PricePolicy::nominal;
  set_session(3);
  ASSERT_EQ(feed(NominalPrice{kTencent, 1000}), FeedCounter::applied);
  EXPECT_EQ(event.detail, static_cast<std::uint8_t>(PriceKind::nominal));
  EXPECT_EQ(event.value[0], 1'000'000);
  EXPECT_EQ(feed(NominalPrice{kTencent, 0}), FeedCounter::rejected);
  EXPECT_EQ(feed(traded(kTencent, 1000)), FeedCounter::filtered);
  EXPECT_EQ(feed(ClosingPrice{kTencent, 1000, 0}), FeedCounter::applied);
}

struct SessionCase {
  std::uint8_t sub_id;
  MarketPhase phase;
  MarketPhase phase_at_noon;
  bool nominal_counts;
  bool close_counts;
};

// Every id of notes 3.4, in the order of the day. METHODOLOGY 4 names the ids in which message 40
// is ignored; a closing price never comes before there was trading.
const SessionCase kSessions[] = {
    {100, MarketPhase::pre_open, MarketPhase::pre_open, true, false},
    {1, MarketPhase::pre_open, MarketPhase::pre_open, false, false},
    {101, MarketPhase::pre_open, MarketPhase::pre_open, false, false},
    {108, MarketPhase::pre_open, MarketPhase::pre_open, false, false},
    {2, MarketPhase::pre_open, MarketPhase::pre_open, false, false},
    {7, MarketPhase::trading, MarketPhase::scheduled, true, false},
    {3, MarketPhase::trading, MarketPhase::scheduled, true, true},
    {102, MarketPhase::halt, MarketPhase::scheduled, true, true},
    {105, MarketPhase::trading, MarketPhase::trading, false, true},
    {5, MarketPhase::trading, MarketPhase::trading, false, true},
    {106, MarketPhase::trading, MarketPhase::trading, false, true},
    {107, MarketPhase::trading, MarketPhase::trading, false, true},
    {4, MarketPhase::trading, MarketPhase::trading, false, true},
    {103, MarketPhase::closing, MarketPhase::closing, true, true},
    {104, MarketPhase::scheduled, MarketPhase::scheduled, true, true},
    {0, MarketPhase::closing, MarketPhase::closing, true, true},
};

TEST_F(NormalizerTest, MapsEverySessionToAPhase) {
  MarketEvent ignored;
  for (const SessionCase& tested : kSessions) {
    SCOPED_TRACE(static_cast<int>(tested.sub_id));
    normalizer().on_exchange_time(at(10, 0), ignored);
    set_session(tested.sub_id);
    EXPECT_EQ(event.kind, EventKind::market_phase);
    EXPECT_EQ(event.market, 2);
    EXPECT_EQ(phase_in(event), tested.phase);
    normalizer().on_exchange_time(at(12, 0), ignored);
    set_session(tested.sub_id, at(12, 0));
    EXPECT_EQ(phase_in(event), tested.phase_at_noon);
  }
}

// The exchange changed the value set of TradingSesStatus between versions (notes 3.4).
TEST_F(NormalizerTest, ReadsNothingFromTradingSesStatus) {
  for (int status = 0; status < 256; ++status) {
    const TradingSessionStatus message{"MAIN", 3, static_cast<std::uint8_t>(status), '0', 0, 0};
    ASSERT_EQ(feed(message), FeedCounter::applied);
    EXPECT_EQ(phase_in(event), MarketPhase::trading);
  }
}

TEST_F(NormalizerTest, TakesTheLastPriceInEverySession) {
  EXPECT_EQ(feed(traded(kTencent, 1000)), FeedCounter::applied);
  for (const SessionCase& tested : kSessions) {
    SCOPED_TRACE(static_cast<int>(tested.sub_id));
    set_session(tested.sub_id);
    EXPECT_EQ(feed(traded(kTencent, 1000)), FeedCounter::applied);
    EXPECT_EQ(feed(NominalPrice{kTencent, 1000}), FeedCounter::filtered);
    EXPECT_EQ(feed(definition(kTencent, 1000)), FeedCounter::applied);
  }
}

TEST_F(NormalizerTest, TakesTheNominalPriceOutsideAuctions) {
  settings.price = PricePolicy::nominal;
  EXPECT_EQ(feed(NominalPrice{kTencent, 1000}), FeedCounter::filtered);  // could be an auction
  for (const SessionCase& tested : kSessions) {
    SCOPED_TRACE(static_cast<int>(tested.sub_id));
    set_session(tested.sub_id);
    EXPECT_EQ(feed(NominalPrice{kTencent, 1000}),
              tested.nominal_counts ? FeedCounter::applied : FeedCounter::filtered);
    EXPECT_EQ(feed(traded(kTencent, 1000)), FeedCounter::filtered);
  }
}

TEST_F(NormalizerTest, TakesAClosingPriceOnceThereWasTrading) {
  EXPECT_EQ(feed(ClosingPrice{kTencent, 1000, 0}), FeedCounter::applied);
  for (const SessionCase& tested : kSessions) {
    SCOPED_TRACE(static_cast<int>(tested.sub_id));
    set_session(tested.sub_id);
    EXPECT_EQ(feed(ClosingPrice{kTencent, 1000, 0}),
              tested.close_counts ? FeedCounter::applied : FeedCounter::filtered);
  }
}

// A security of the Growth Enterprise Market follows that market's auctions.
TEST_F(NormalizerTest, JudgesASecurityByTheSessionOfItsSegment) {
  settings.price = PricePolicy::nominal;
  set_session(3);
  SecurityDefinition of_gem = definition(kAlibaba, 1000);
  of_gem.market_code = "GEM";
  ASSERT_EQ(feed(of_gem), FeedCounter::applied);
  EXPECT_EQ(feed(NominalPrice{kAlibaba, 1000}), FeedCounter::filtered);
  EXPECT_EQ(feed(TradingSessionStatus{"GEM", 3, 0, '0', 0, 0}), FeedCounter::filtered);
  EXPECT_EQ(feed(NominalPrice{kAlibaba, 1000}), FeedCounter::applied);
  EXPECT_EQ(feed(TradingSessionStatus{"GEM", 5, 0, '0', 0, 0}), FeedCounter::filtered);
  EXPECT_EQ(feed(NominalPrice{kAlibaba, 1000}), FeedCounter::filtered);
  EXPECT_EQ(feed(NominalPrice{kTencent, 1000}), FeedCounter::applied);
}

AggregateOrderBookUpdate crossed_auction_book() {
  AggregateOrderBookUpdate book;
  book.security_code = kTencent;
  book.entries = {{1000, 400'000, 1, 0, 1, 0}, {1000, 400'000, 1, 1, 1, 0}};
  return book;
}

TEST_F(NormalizerTest, NeverMakesAPriceOfAuctionsTradesBooksOrLimits) {
  for (const PricePolicy policy : {PricePolicy::last, PricePolicy::nominal}) {
    settings.price = policy;
    for (const SessionCase& tested : kSessions) {
      SCOPED_TRACE(static_cast<int>(tested.sub_id));
      set_session(tested.sub_id);
      EXPECT_EQ(feed(IndicativeEquilibriumPrice{kTencent, 1000, 100}), FeedCounter::filtered);
      EXPECT_EQ(feed(ReferencePrice{kTencent, 1000, 950, 1050}), FeedCounter::filtered);
      EXPECT_EQ(feed(ReferencePrice{kTencent, 1000, 0, 0}), FeedCounter::filtered);
      EXPECT_EQ(feed(VcmTrigger{kTencent, 0, 0, 1000, 950, 1050}), FeedCounter::filtered);
      EXPECT_EQ(feed(Trade{kTencent, 1, 1000, 100, 103, 0}), FeedCounter::filtered);
      EXPECT_EQ(feed(TradeCancel{kTencent, 1}), FeedCounter::filtered);
      EXPECT_EQ(feed(TradeTicker{kTencent, tested.sub_id, 1000, 100, 1, 0, 'N'}),
                policy == PricePolicy::last ? FeedCounter::filtered : FeedCounter::duplicate);
      EXPECT_EQ(feed(crossed_auction_book()), FeedCounter::filtered);
      EXPECT_EQ(feed(OrderImbalance{kTencent, 'B', 100}), FeedCounter::filtered);
      EXPECT_EQ(feed(Yield{kTencent, 1000}), FeedCounter::filtered);
    }
  }
}

TEST_F(NormalizerTest, FiltersTheBusinessOfChannelsAndWhatNoBasketNeeds) {
  EXPECT_EQ(feed(SequenceReset{1}), FeedCounter::filtered);
  EXPECT_EQ(feed(DisasterRecoverySignal{1}), FeedCounter::filtered);
  EXPECT_EQ(feed(RefreshComplete{1}), FeedCounter::filtered);
  EXPECT_EQ(feed(IndexData{}), FeedCounter::filtered);
  EXPECT_EQ(feed(IndexDefinitionMessage{}), FeedCounter::filtered);
  EXPECT_EQ(feed(MarketTurnover{}), FeedCounter::filtered);
  EXPECT_EQ(feed(News{}), FeedCounter::filtered);
}

// After a failover the publisher may send tickers again (notes 1.4).
TEST_F(NormalizerTest, TellsARepeatedTradeTicker) {
  const TradeTicker first{kTencent, 7, 1000, 500, 111, 0, 'N'};
  EXPECT_EQ(feed(first), FeedCounter::filtered);
  EXPECT_EQ(feed(first), FeedCounter::duplicate);
  TradeTicker other = first;
  other.security_code = kAlibaba;  // ids are per security
  EXPECT_EQ(feed(other), FeedCounter::filtered);
  other = first;
  other.trade_time = 222;  // the id on another day
  EXPECT_EQ(feed(other), FeedCounter::filtered);
  const TradeTicker cancel{kTencent, 7, 1000, 300, 0, 0, 'Y'};  // 300 of the 500 remain
  EXPECT_EQ(feed(cancel), FeedCounter::filtered);
  EXPECT_EQ(feed(cancel), FeedCounter::duplicate);
  EXPECT_EQ(feed(TradeTicker{kTencent, 7, 1000, 0, 0, 0, 'Y'}), FeedCounter::filtered);
}

// A snapshot repeats what was said in real time.
TEST_F(NormalizerTest, SaysTheSameOfTheSameMessageTwice) {
  const auto twice = [this](const auto& message) {
    ASSERT_EQ(feed(message), FeedCounter::applied);
    MarketEvent first = event;
    ASSERT_EQ(feed(message), FeedCounter::applied);
    first.feed_sequence = event.feed_sequence;
    EXPECT_EQ(std::memcmp(&first, &event, sizeof event), 0);
  };
  twice(definition(kTencent, 1000));
  twice(TradingSessionStatus{"MAIN", 3, 0, '0', 0, 0});
  twice(SecurityStatus{kTencent, 2});
  twice(traded(kTencent, 1000));
  twice(ClosingPrice{kTencent, 1000, 0});
}

TEST_F(NormalizerTest, IgnoresOtherSegmentsAndUnknownSessions) {
  EXPECT_EQ(feed(TradingSessionStatus{"GEM", 3, 2, '0', 0, 0}), FeedCounter::filtered);
  EXPECT_EQ(feed(TradingSessionStatus{"MAIN", 42, 2, '0', 0, 0}), FeedCounter::rejected);
}

TEST_F(NormalizerTest, BreaksForLunchOnExchangeTime) {
  set_session(3, at(11, 0));
  EXPECT_FALSE(normalizer().on_exchange_time(at(11, 59, 59), event));
  ASSERT_TRUE(normalizer().on_exchange_time(at(12, 0), event));
  EXPECT_EQ(phase_in(event), MarketPhase::scheduled);
  EXPECT_EQ(event.exchange_time, at(12, 0));
  EXPECT_FALSE(normalizer().on_exchange_time(at(12, 30), event));
  // Another channel lags: no way back into the morning.
  EXPECT_FALSE(normalizer().on_exchange_time(at(11, 59, 59), event));
  ASSERT_TRUE(normalizer().on_exchange_time(at(13, 0), event));
  EXPECT_EQ(phase_in(event), MarketPhase::trading);
}

TEST_F(NormalizerTest, SaysNothingOfLunchBeforeTheVenueSpokeOrAfterItClosed) {
  EXPECT_FALSE(normalizer().on_exchange_time(at(12, 0), event));
  set_session(103, at(12, 10));
  EXPECT_EQ(phase_in(event), MarketPhase::closing);
  EXPECT_FALSE(normalizer().on_exchange_time(at(13, 0), event));
}

TEST_F(NormalizerTest, RecoversFromATimeThatWasFarAhead) {
  set_session(3, at(11, 0));
  normalizer().on_exchange_time(at(11, 0) + 30 * kNsPerDay, event);
  ASSERT_FALSE(normalizer().on_exchange_time(at(11, 1), event));
  EXPECT_TRUE(normalizer().on_exchange_time(at(12, 0), event));
}

TEST_F(NormalizerTest, CountsAShortMessageAsMalformed) {
  const PacketBuilder built = test::packet(1, at(10, 0), traded(kTencent, 1000));
  const Bytes whole = built.bytes().subspan(wire::packet::kHeaderSize);
  for (std::size_t size = 4; size < whole.size(); ++size) {
    EXPECT_EQ(normalizer().on_message({60, 1, whole.first(size)}, 1, at(10, 0), event),
              FeedCounter::malformed);
  }
  EXPECT_EQ(normalizer().on_message({20, 1, whole.first(8)}, 1, at(10, 0), event),
            FeedCounter::malformed);
  EXPECT_EQ(normalizer().on_message({999, 1, whole.first(4)}, 1, at(10, 0), event),
            FeedCounter::filtered);
}

TEST_F(NormalizerTest, CountsAGroupThatDoesNotFitAsMalformed) {
  const PacketBuilder built = test::packet(1, at(10, 0), crossed_auction_book());
  const Bytes whole = built.bytes().subspan(wire::packet::kHeaderSize);
  EXPECT_EQ(normalizer().on_message({53, 1, whole}, 1, at(10, 0), event), FeedCounter::filtered);
  EXPECT_EQ(normalizer().on_message({53, 1, whole.first(whole.size() - 1)}, 1, at(10, 0), event),
            FeedCounter::malformed);
}

}  // namespace
}  // namespace indexcast::hkex
