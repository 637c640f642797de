// The data plane allocates nothing once the handler stands.
#include <gtest/gtest.h>

#include "tests/support/allocation_counter.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

class CountingSink final : public feed::EventSink {
 public:
  void push(const MarketEvent&) override { ++events; }
  std::uint64_t events = 0;
};

TEST(Allocation, HappensOnlyWhenTheHandlerIsBuilt) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  const Universe universe = test::make_universe();
  const feed::SymbolTable symbols(universe, feed::Venue::hkex);
  CountingSink sink;
  Handler handler(test::one_channel(), symbols, sink);
  TimeNs now = test::at(11, 59);
  const auto receive = [&](feed::Line line, const PacketBuilder& packet) {
    handler.on_datagram(1, line, packet.bytes(), now);
  };
  const std::uint64_t before = indexcast::test::allocations();
  receive(feed::Line::a, test::packet(1, now, TradingSessionStatus{"MAIN", 3, 2, '0', 0, 0}));
  for (std::uint32_t i = 0; i < 1000; ++i) {
    now = now + 100 * kNsPerMs;
    const auto early = test::packet(3 + 4 * i, now, test::traded(test::kTencent, 1000),
                                    SecurityDefinition{}, ClosingPrice{test::kTencent, 5, 1});
    const auto late = test::packet(2 + 4 * i, now, SecurityStatus{test::kTencent, 2});
    receive(feed::Line::a, early);
    if (i % 7 != 0) receive(feed::Line::b, late);
    receive(feed::Line::b, PacketBuilder(1, now));
    now = now + 30 * kNsPerMs;
    handler.on_time(now);
  }
  receive(feed::Line::b, test::packet(9, now, SequenceReset{1}));
  EXPECT_EQ(indexcast::test::allocations() - before, 0u);
  EXPECT_GT(sink.events, 1000u);
  EXPECT_GT(handler.counters().get(feed::FeedCounter::gaps), 10u);
}

}  // namespace
}  // namespace indexcast::hkex
