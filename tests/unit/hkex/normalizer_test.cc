#include "feedhandlers/hkex/normalizer.h"

#include <gtest/gtest.h>

#include <limits>

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
        {wire::message::MsgType.of(bytes.data()), built.sequence(), bytes}, sent, event);
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
    EXPECT_EQ(feed(ClosingPrice{kTencent, price, 0}), FeedCounter::rejected);
    EXPECT_EQ(feed(definition(kTencent, price)), FeedCounter::rejected);
  }
}

TEST_F(NormalizerTest, RejectsVolumesThatDoNotFit) {
  Statistics message = traded(kTencent, 1000);
  message.shares_traded = ~std::uint64_t{0};
  EXPECT_EQ(feed(message), FeedCounter::rejected);
  for (const std::int64_t turnover :
       {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max() / 10 + 1,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    message = traded(kTencent, 1000);
    message.turnover = turnover;
    EXPECT_EQ(feed(message), FeedCounter::rejected) << turnover;
  }
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
};

TEST_F(NormalizerTest, MapsEverySession) {
  using enum MarketPhase;
  settings.price = PricePolicy::nominal;
  const SessionCase cases[] = {
      {100, pre_open, pre_open, true},   {1, pre_open, pre_open, false},
      {101, pre_open, pre_open, false},  {108, pre_open, pre_open, false},
      {2, pre_open, pre_open, false},    {7, trading, scheduled, true},
      {3, trading, scheduled, true},     {102, halt, scheduled, true},
      {105, trading, trading, false},    {5, trading, trading, false},
      {106, trading, trading, false},    {107, trading, trading, false},
      {4, trading, trading, false},      {103, closing, closing, true},
      {104, scheduled, scheduled, true}, {0, closing, closing, true},
  };
  MarketEvent ignored;
  for (const SessionCase& tested : cases) {
    SCOPED_TRACE(static_cast<int>(tested.sub_id));
    normalizer().on_exchange_time(at(10, 0), ignored);
    set_session(tested.sub_id);
    EXPECT_EQ(event.kind, EventKind::market_phase);
    EXPECT_EQ(event.market, 2);
    EXPECT_EQ(phase_in(event), tested.phase);
    EXPECT_EQ(feed(NominalPrice{kTencent, 1000}) == FeedCounter::applied, tested.nominal_counts);
    normalizer().on_exchange_time(at(12, 0), ignored);
    set_session(tested.sub_id, at(12, 0));
    EXPECT_EQ(phase_in(event), tested.phase_at_noon);
  }
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
    EXPECT_EQ(normalizer().on_message({60, 1, whole.first(size)}, at(10, 0), event),
              FeedCounter::malformed);
  }
  EXPECT_EQ(normalizer().on_message({20, 1, whole.first(8)}, at(10, 0), event),
            FeedCounter::malformed);
  EXPECT_EQ(normalizer().on_message({999, 1, whole.first(4)}, at(10, 0), event),
            FeedCounter::filtered);
}

}  // namespace
}  // namespace indexcast::hkex
