// The hops of a tick: into the core's ring and out of the broadcast ring, on one thread and across
// two.
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>

#include "calc/broadcast_ring.h"
#include "calc/event.h"
#include "calc/latest_table.h"
#include "calc/spsc_ring.h"

namespace indexcast {
namespace {

void SpscPushAndPop(benchmark::State& state) {
  SpscRing<MarketEvent> ring(1024);
  MarketEvent event;
  for (auto _ : state) {
    ring.try_push(event);
    benchmark::DoNotOptimize(*ring.front());
    ring.pop();
  }
}
BENCHMARK(SpscPushAndPop);

// The floor of a hop: one 64-byte copy into memory and out again.
void CopyEventTwice(benchmark::State& state) {
  MarketEvent event;
  MarketEvent slot;
  for (auto _ : state) {
    slot = event;
    benchmark::DoNotOptimize(slot);
    MarketEvent out = slot;
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(CopyEventTwice);

// One way and back between two threads: half of it is a hop. Needs two free cores.
void SpscRoundTrip(benchmark::State& state) {
  SpscRing<MarketEvent> there(64);
  SpscRing<MarketEvent> back(64);
  std::atomic<bool> running{true};
  std::thread echo([&] {
    while (running.load(std::memory_order_relaxed)) {
      if (const MarketEvent* event = there.front()) {
        back.try_push(*event);
        there.pop();
      }
    }
  });
  for (auto _ : state) {
    there.try_push(MarketEvent{});
    while (back.front() == nullptr) {
    }
    back.pop();
  }
  running = false;
  echo.join();
}
BENCHMARK(SpscRoundTrip)->UseRealTime();

void BroadcastWriteAndRead(benchmark::State& state) {
  BroadcastRing ring(1 << 12);
  BroadcastReader reader(ring);
  Record record;
  for (auto _ : state) {
    ring.write(record);
    benchmark::DoNotOptimize(reader.poll(record));
  }
}
BENCHMARK(BroadcastWriteAndRead);

void LatestStore(benchmark::State& state) {
  LatestTable table(3);
  LevelUpdate update;
  for (auto _ : state) {
    ++update.index_sequence;
    table.store(update);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(LatestStore);

}  // namespace
}  // namespace indexcast
