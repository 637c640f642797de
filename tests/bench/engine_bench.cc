// A price through the core: the bare multiply-add, the exact level, and the whole engine with its
// records.
#include <benchmark/benchmark.h>

#include <vector>

#include "calc/engine.h"
#include "tests/support/baskets.h"
#include "tests/support/big_universe.h"

namespace indexcast {
namespace {

// A round visits each of up to 5000 instruments several times, each time at another price.
constexpr std::size_t kPrices = 16'381;

// `indices` baskets over shared instruments; each instrument is in about `per_instrument` of them.
Universe universe_of(int indices, int members, int instruments) {
  std::vector<IndexDefinition> definitions;
  for (int i = 0; i < indices; ++i) {
    std::vector<Member> list;
    for (int m = 0; m < members; ++m) {
      const int id = (i * 37 + m * (instruments / members)) % instruments;
      list.push_back(test::member(std::to_string(id) + ".X", static_cast<MarketId>(id % 3), "CNY",
                                  "10.00", "1000000"));
    }
    definitions.push_back(test::index(std::to_string(i), std::move(list)));
  }
  return Universe(std::move(definitions));
}

// The shipped three: ten members each, in the disclosed overlap of about 1.7 indices an instrument.
Universe three_indices() { return universe_of(3, 10, 18); }

struct Tick {
  InstrumentId id;
  Price price;
};

std::vector<Tick> ticks_for(const Universe& universe) {
  std::vector<Tick> ticks;
  for (std::size_t i = 0; i < kPrices; ++i) {
    ticks.push_back({static_cast<InstrumentId>(i * 7919 % universe.instruments().size()),
                     Price{10'000'000 + static_cast<std::int64_t>(i * 104729 % 9973) * 100}});
  }
  return ticks;
}

class DropSink final : public RecordSink {
 public:
  void write(LevelUpdate& update) override { benchmark::DoNotOptimize(update.level); }
  void write(const Record& record) override { benchmark::DoNotOptimize(record.words[0]); }
};

// The floor: the multiply-adds of a tick over the same arrays, without prices, levels or records.
void BareMultiplyAdd(benchmark::State& state, const Universe& universe) {
  const std::vector<Tick> ticks = ticks_for(universe);
  std::vector<Int128> sums(universe.legs().size());
  std::size_t at = 0;
  for (auto _ : state) {
    const Tick& tick = ticks[at++ % kPrices];
    for (const Membership& m : universe.memberships(tick.id)) {
      sums[m.leg] += static_cast<Int128>(tick.price.raw) * m.shares.raw;
    }
    benchmark::DoNotOptimize(sums.data());
  }
}

void PriceToSums(benchmark::State& state, const Universe& universe) {
  const std::vector<Tick> ticks = ticks_for(universe);
  BasketSums sums(universe);
  std::size_t at = 0;
  for (auto _ : state) {
    const Tick& tick = ticks[at++ % kPrices];
    sums.set_price(tick.id, tick.price);
    benchmark::ClobberMemory();
  }
}

void PriceToLevels(benchmark::State& state, const Universe& universe) {
  const std::vector<Tick> ticks = ticks_for(universe);
  BasketSums sums(universe);
  std::size_t at = 0;
  for (auto _ : state) {
    const Tick& tick = ticks[at++ % kPrices];
    sums.set_price(tick.id, tick.price);
    for (const Membership& m : universe.memberships(tick.id))
      benchmark::DoNotOptimize(sums.level(m.index).level);
  }
}

void EventToRecords(benchmark::State& state, const Universe& universe) {
  const std::vector<Tick> ticks = ticks_for(universe);
  DropSink sink;
  CoreCounters counters;
  Engine engine(universe, {}, sink, counters);
  MarketEvent event;
  event.kind = EventKind::price;
  event.detail = static_cast<std::uint8_t>(PriceKind::last);
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    const Tick& tick = ticks[sequence % kPrices];
    event.instrument = tick.id;
    event.value[0] = tick.price.raw;
    engine.apply(event, ++sequence);
  }
  state.counters["levels_per_tick"] =
      static_cast<double>(counters.get(CoreCounter::levels_published)) /
      static_cast<double>(sequence);
}

void NativeDivision(benchmark::State& state) {
  const Divisor divisor{Int128{2270704} * pow10(16)};
  Int128 sum = divisor.raw * 10'000'000;
  for (auto _ : state) {
    sum += 12'345'678;
    benchmark::DoNotOptimize(level_of(sum, divisor, 4));
  }
}

void EstimatedDivision(benchmark::State& state) {
  const Divisor divisor{Int128{2270704} * pow10(16)};
  const LevelDivider divider(divisor, 4, divisor.raw * 10'000'000'000);
  Int128 sum = divisor.raw * 10'000'000;
  for (auto _ : state) {
    sum += 12'345'678;
    benchmark::DoNotOptimize(divider.divide(sum).level);
  }
}

void register_for(const std::string& name, const Universe& universe) {
  const auto add = [&](const char* what, void (*run)(benchmark::State&, const Universe&)) {
    benchmark::RegisterBenchmark(
        (std::string(what) + "/" + name).c_str(),
        [run, &universe](benchmark::State& state) { run(state, universe); });
  };
  add("BareMultiplyAdd", BareMultiplyAdd);
  add("PriceToSums", PriceToSums);
  add("PriceToLevels", PriceToLevels);
  add("EventToRecords", EventToRecords);
}

}  // namespace
}  // namespace indexcast

int main(int argc, char** argv) {
  using namespace indexcast;
  static const Universe three = three_indices();
  static const Universe thousand = universe_of(1000, 100, 5000);
  static const Universe ten_thousand{test::big_definitions({})};
  register_for("3_indices_of_10", three);
  register_for("1000_indices_of_100", thousand);
  register_for("10000_indices_of_300", ten_thousand);
  benchmark::RegisterBenchmark("NativeDivision", NativeDivision);
  benchmark::RegisterBenchmark("EstimatedDivision", EstimatedDivision);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
