// Late data of Hong Kong: METHODOLOGY 4, Order, and 5, Staleness. The stamp is SendTime of live
// packets, heartbeats included; the numbers alone decide about the order.
#include <gtest/gtest.h>

#include "tests/unit/hkex/recovery_support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using test::at;
using test::kTencent;
using test::packet;
using test::Rig;
using test::traded;

Settings judged() {
  Settings settings = test::one_channel();
  settings.trade_date = 20250402;
  settings.lag = {3 * kNsPerSecond, 60 * kNsPerSecond};
  return settings;
}

struct LateRig : Rig {
  LateRig() : Rig(judged()) {
    now = at(10, 0);
    receive(packet(next++, now, TradingSessionStatus{"MAIN", 3, 2, '0', 0, 0}));
    trade_for(130, 0);
  }
  void trade(TimeNs sent) { receive(packet(next++, sent, traded(kTencent, 400'000))); }
  // A trade a second, each `late_ms` behind its stamp.
  void trade_for(int seconds, std::int64_t late_ms) {
    for (int i = 0; i < seconds; ++i) {
      now = now + kNsPerSecond;
      trade(now + -late_ms * kNsPerMs);
      handler.on_time(now);
    }
  }
  std::size_t prices() const { return log.of(EventKind::price).size(); }

  std::uint32_t next = 1;
};

TEST(Lateness, CoreIsToldTimeAndLag) {
  LateRig rig;
  rig.trade_for(6, 700);
  const MarketEvent told = rig.log.of(EventKind::channel_time).back();
  EXPECT_NEAR(static_cast<double>(told.value[0]), 700, 15) << "the base may drift";
  EXPECT_EQ(told.channel, 1u);
  EXPECT_EQ(told.exchange_time, rig.now + -700 * kNsPerMs);
}

TEST(Lateness, FourSecondsLateIsStale) {
  LateRig rig;
  rig.trade_for(12, 4000);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::stale);
  rig.trade_for(12, 0);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::live);
}

TEST(Lateness, HeartbeatsCount) {
  LateRig rig;
  for (int i = 0; i < 12; ++i) {
    rig.now = rig.now + kNsPerSecond;
    rig.receive(PacketBuilder(rig.next - 1, rig.now + -4 * kNsPerSecond));
    rig.handler.on_time(rig.now);
  }
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::stale);
}

// A trade is a trade, whatever its packet says of the time.
TEST(Lateness, PacketOfTheEveningIsTakenByItsNumberAndMovesNoClock) {
  LateRig rig;
  const std::size_t before = rig.prices();
  rig.trade(at(23, 59));
  EXPECT_EQ(rig.prices(), before + 1);
  EXPECT_EQ(rig.count(FeedCounter::stamps_ahead), 1u);
  rig.trade_for(3, 0);
  EXPECT_EQ(rig.prices(), before + 4);
  for (const MarketEvent& event : rig.log.events) EXPECT_LT(event.exchange_time, at(10, 5));
}

TEST(Lateness, TimeThatGoesBackInTheOrderOfNumbersIsAGap) {
  LateRig rig;
  rig.trade(rig.now + -61 * kNsPerSecond);
  bool told = false;
  for (const MarketEvent& event : rig.log.of(EventKind::feed_state))
    told |= event.detail == static_cast<std::uint8_t>(FeedState::gap);
  EXPECT_TRUE(told);
}

// METHODOLOGY 5: message 62 with 0 says that there is no closing price.
TEST(Lateness, NoClosingPriceIsSaidToTheCore) {
  LateRig rig;
  rig.receive(packet(rig.next++, rig.now, ClosingPrice{kTencent, 0, 0}));
  const MarketEvent close = rig.log.of(EventKind::price).back();
  EXPECT_EQ(close.detail, static_cast<std::uint8_t>(PriceKind::close));
  EXPECT_EQ(close.value[0], 0);
}

}  // namespace
}  // namespace indexcast::hkex
