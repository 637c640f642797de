// What a level costs on its way out: the message, its bytes, its text, and the ring it comes from.
#include <benchmark/benchmark.h>

#include "server/messages/level_encoder.h"
#include "server/messages/level_json.h"
#include "server/view/latency_histogram.h"
#include "server/view/level_reader.h"
#include "tests/bench/typical_level.h"

namespace indexcast::server {
namespace {

void encode_level_protobuf(benchmark::State& state) {
  const CoreStub core;
  LevelEncoder encoder(core.universe, kStubEpoch);
  LevelUpdate update = typical_level(core);
  for (auto _ : state) {
    ++update.index_sequence;
    benchmark::DoNotOptimize(encoder.encode(update, update.index_sequence, {1}));
  }
  state.counters["bytes"] = static_cast<double>(encoder.encode(update, 1, {1}).size());
}
BENCHMARK(encode_level_protobuf);

void encode_level_json(benchmark::State& state) {
  const CoreStub core;
  LevelEncoder encoder(core.universe, kStubEpoch);
  LevelUpdate update = typical_level(core);
  JsonBuffer text;
  for (auto _ : state) {
    ++update.index_sequence;
    text.clear();
    append_level_json(text, encoder.message(update, update.index_sequence, {1}), "level");
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(encode_level_json);

struct Sink {
  void on_level(const LevelUpdate& update, std::uint64_t) { sum += update.level.raw; }
  void on_skipped(IndexId, std::uint64_t, std::uint64_t) {}
  void on_tick(const TimerTick&, std::uint64_t) {}
  void on_lapped(std::uint64_t) {}
  std::int64_t sum = 0;
};

// One record written and read back, on one thread.
void poll_level(benchmark::State& state) {
  CoreStub core;
  LevelReader reader(core.view());
  Sink sink;
  LevelUpdate update = typical_level(core);
  for (auto _ : state) {
    ++update.index_sequence;
    core.ring.write(Record::of(update));
    reader.poll(1, sink);
  }
  benchmark::DoNotOptimize(sink.sum);
}
BENCHMARK(poll_level);

void record_latency(benchmark::State& state) {
  LatencyHistogram histogram;
  std::int64_t ns = 1;
  for (auto _ : state) histogram.record(ns = (ns * 5 + 3) & 0xfffff);
  benchmark::DoNotOptimize(histogram);
}
BENCHMARK(record_latency);

}  // namespace
}  // namespace indexcast::server
