// The core allocates nothing once it stands: not for a price, a rate, a phase, a level or a hop.
#include <gtest/gtest.h>

#include <iterator>

#include "calc/broadcast_ring.h"
#include "calc/latest_table.h"
#include "calc/sequencer.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/baskets.h"

namespace indexcast {
namespace {

class RingSink final : public RecordSink {
 public:
  void write(LevelUpdate& update) override {
    latest.store(update);
    ring.write(Record::of(update));
  }
  void write(const Record& record) override { ring.write(record); }

  BroadcastRing ring{1024};
  LatestTable latest{1};
};

// One event of every kind, prices moving.
MarketEvent event_of(std::int64_t step) {
  constexpr EventKind kKinds[] = {
      EventKind::price,  EventKind::price,        EventKind::fx,
      EventKind::price,  EventKind::market_phase, EventKind::instrument_status,
      EventKind::price,  EventKind::feed_state,   EventKind::quote,
      EventKind::limits, EventKind::price_collar, EventKind::fx_rule,
      EventKind::control};
  MarketEvent event;
  event.kind = kKinds[step % std::ssize(kKinds)];
  event.market = static_cast<MarketId>(step % 3);
  event.instrument = event.kind == EventKind::fx ? 1 : static_cast<InstrumentId>(step % 3);
  event.detail = event.kind == EventKind::price ? 1 : static_cast<std::uint8_t>(step % 4);
  event.value[0] = event.kind == EventKind::fx ? 92'310'000 + step % 100 : 10'000'000 + step * 1000;
  event.receive_time = event.exchange_time = TimeNs{kNsPerDay + step * kNsPerMs};
  if (event.kind == EventKind::control) {
    event.detail =
        static_cast<std::uint8_t>(step / std::ssize(kKinds) % std::int64_t{kControlOpCount});
    event.set_expected_version(kAnyVersion);
    event.exchange_time = {};
  }
  if (event.kind == EventKind::price_collar) event.value[0] = 2500;
  if (event.kind == EventKind::limits) {
    event.detail = 0;
    if (step % 8 != 0) event.value[0] = 0;
  }
  // A wild print now and then, so that something waits.
  if (event.kind == EventKind::price && step % 7 == 0) event.value[0] *= 3;
  return event;
}

TEST(Allocation, HappensOnlyWhenTheCoreIsBuilt) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  IndexDefinition basket = test::golden_basket();
  basket.bid_ask = true;
  const Universe universe({basket});
  RingSink sink;
  CoreCounters counters;
  Engine engine(universe, {}, sink, counters);
  SpscRing<MarketEvent> ring(256);
  Sequencer sequencer(engine, nullptr, kNsPerSecond);
  sequencer.add_ring(ring);
  const std::uint64_t before = test::allocations();
  ASSERT_GT(before, 0u);
  engine.start();
  for (std::int64_t step = 0; step < 50'000; ++step) {
    ring.try_push(event_of(step));
    sequencer.poll(TimeNs{kNsPerDay + step * kNsPerMs});
  }
  EXPECT_EQ(test::allocations(), before);
  EXPECT_GT(counters.get(CoreCounter::levels_published), 1000u);
  EXPECT_GT(counters.get(CoreCounter::price_pending), 100u);
  EXPECT_GT(counters.get(CoreCounter::control_applied), 100u);
}

// The new definition's engine is built aside; taking over copies into what that one holds.
TEST(Allocation, DoesNotHappenWhenADefinitionTakesOver) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  const Universe universe({test::golden_basket()});
  IndexDefinition renamed = test::golden_basket();
  renamed.version = 2;
  const Universe next_universe({renamed}, universe);
  RingSink sink;
  CoreCounters counters;
  Engine engine(universe, {}, sink, counters);
  EngineSettings settings;
  settings.definition_set = 1;
  Engine next(next_universe, settings, sink, counters);
  Sequencer sequencer(engine, nullptr, kNsPerSecond);
  for (std::int64_t step = 0; step < 1'000; ++step) sequencer.admit(event_of(step));
  sequencer.stage(&next);
  MarketEvent activate = event_of(0);
  activate.kind = EventKind::control;
  activate.detail = static_cast<std::uint8_t>(ControlOp::activate);
  activate.instrument = 0;
  activate.exchange_time = {};
  activate.value[0] = 2;
  activate.value[1] = 1;
  activate.set_expected_version(kAnyVersion);
  const std::uint64_t before = test::allocations();
  sequencer.admit(activate);
  for (std::int64_t step = 1'000; step < 2'000; ++step) sequencer.admit(event_of(step));
  EXPECT_EQ(test::allocations(), before);
  EXPECT_EQ(engine.successor(), &next);
  EXPECT_EQ(counters.definition_set(), 1u);
}

}  // namespace
}  // namespace indexcast
