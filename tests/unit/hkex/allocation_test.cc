// The data plane allocates nothing once the handler stands.
#include <gtest/gtest.h>

#include "feedhandlers/hkex/retransmission_client.h"
#include "tests/support/allocation_counter.h"
#include "tests/unit/hkex/recovery_support.h"
#include "tests/unit/hkex/retransmission_server.h"

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

// A handler whose channel 1 recovers by retransmission and refresh. What a test lays out allocates;
// what the feed does with it is counted.
class RecoveryAllocation : public testing::Test {
 protected:
  RecoveryAllocation() {
    handler_.use(&client_);
    out_.reserve(4096);  // as the owner of a socket has it after the first messages
  }

  template <class Act>
  void counted(const Act& act) {
    const std::uint64_t before = indexcast::test::allocations();
    act();
    allocated_ += indexcast::test::allocations() - before;
  }
  static Statistics price(std::uint32_t number) {
    return test::traded(test::kTencent, static_cast<std::int32_t>(number));
  }
  void receive(std::uint32_t number) {
    const PacketBuilder packet = test::packet(number, now_, price(number));
    counted([&] { handler_.on_datagram(1, feed::Line::a, packet.bytes(), now_); });
  }
  void receive_refresh(const PacketBuilder& packet) {
    counted([&] { handler_.on_datagram(refresh_id(1), feed::Line::a, packet.bytes(), now_); });
  }
  // A round of the refresh channel that stands for everything up to `last`.
  void refresh(std::uint32_t last) {
    receive_refresh(test::packet(refresh_next_, now_, price(last), RefreshComplete{last}));
    refresh_next_ += 2;
  }
  void serve(const test::Wire& bytes) {
    counted([&] { client_.on_bytes(bytes, now_, out_); });
  }
  void connect() {
    counted([&] { client_.on_connected(now_, out_); });
    serve(test::logon_answer(0));
  }
  void pass(std::int64_t ns) {
    now_ = now_ + ns;
    counted([&] { handler_.on_time(now_); });
    out_.clear();
    bool alive = true;
    counted([&] { alive = client_.on_time(now_, out_); });
    if (alive) return;
    counted([&] { client_.on_disconnected(now_); });
    connect();
  }
  void open() {
    connect();
    for (std::uint32_t number = 1; number < 10; ++number) receive(number);
    receive_refresh(test::packet(refresh_next_++, now_, RefreshComplete{0}));
    pass(settings_.reorder_wait_ns);
  }
  static Settings make_settings() {
    Settings settings = test::with_refresh(test::with_retransmission());
    settings.retransmission.requests_per_day = 1'000'000;
    return settings;
  }

  const Settings settings_ = make_settings();
  const Universe universe_ = test::make_universe();
  const feed::SymbolTable symbols_{universe_, feed::Venue::hkex};
  CountingSink sink_;
  Handler handler_{settings_, symbols_, sink_};
  RetransmissionClient client_{settings_.retransmission, handler_, handler_.counters()};
  feed::Outbox out_;
  TimeNs now_ = test::at(9, 45);
  std::uint32_t refresh_next_ = 1;
  std::uint64_t allocated_ = 0;
};

// Holes that a retransmission session fills, that it refuses, and that a refresh round replaces.
TEST_F(RecoveryAllocation, DoesNotHappen) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  open();
  std::uint32_t next = 10;
  for (int round = 0; round < 300; ++round, next += 3) {
    receive(next + 2);
    pass(settings_.reorder_wait_ns);
    if (round % 3 == 0) {
      serve(test::answer(1, 0, next, next + 1));
      serve(test::wire_of(test::packet(next, now_, price(next), price(next + 1))));
      continue;
    }
    if (round % 3 == 1) serve(test::answer(1, 3, next, next + 1));
    // What was refused, or is not answered, a snapshot replaces.
    refresh(next + 2);
    pass(settings_.retransmission.give_up_ns);
    refresh(next + 2);
    serve(test::wire_of(PacketBuilder(0, now_)));
    pass(settings_.reorder_wait_ns);
  }
  counted([&] { client_.on_disconnected(now_); });
  EXPECT_EQ(allocated_, 0u);
  const feed::FeedCounters& counters = handler_.counters();
  EXPECT_GT(counters.get(feed::FeedCounter::sequence_recovered), 100u);
  EXPECT_GT(counters.get(feed::FeedCounter::refreshes), 100u);
  EXPECT_GT(counters.get(feed::FeedCounter::retransmission_refused), 50u);
}

}  // namespace
}  // namespace indexcast::hkex
