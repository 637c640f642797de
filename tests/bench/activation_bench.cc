// How long the core is busy with the change of a definition: an `activate` request, from admission
// to the first level of the new version, in small and large universes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <deque>
#include <vector>

#include "calc/control.h"
#include "calc/sequencer.h"
#include "tests/support/big_universe.h"

namespace indexcast {
namespace {

class DropSink final : public RecordSink {
 public:
  void write(LevelUpdate&) override {}
  void write(const Record&) override {}
};

// Twice the shares over twice the divisor, as the next version.
Universe next_version(const Universe& before, IndexId id) {
  std::vector<IndexDefinition> definitions(before.indices().begin(), before.indices().end());
  ++definitions[id].version;
  definitions[id].divisor = Divisor{definitions[id].divisor.raw * 2};
  for (Member& member : definitions[id].members) member.shares.raw *= 2;
  return Universe(std::move(definitions), before);
}

MarketEvent activation(const Engine& staged, IndexId id) {
  MarketEvent event;
  event.kind = EventKind::control;
  event.detail = static_cast<std::uint8_t>(ControlOp::activate);
  event.instrument = id;
  event.value[0] = staged.universe().indices()[id].version;
  event.value[1] = staged.definition_set();
  event.set_expected_version(kAnyVersion);
  return event;
}

double activation_us(const test::BigUniverse& shape) {
  std::deque<Universe> universes;
  universes.emplace_back(test::big_definitions(shape));
  universes.push_back(next_version(universes.front(), 0));
  DropSink sink;
  CoreCounters counters;
  Engine running(universes[0], {}, sink, counters);
  EngineSettings settings;
  settings.definition_set = 1;
  Engine staged(universes[1], settings, sink, counters);
  Sequencer sequencer(running, nullptr, kNsPerSecond);
  running.start();
  sequencer.stage(&staged);
  const auto begin = std::chrono::steady_clock::now();
  sequencer.admit(activation(staged, 0));
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
  if (running.successor() != &staged) throw std::runtime_error("the activation was refused");
  return taken.count();
}

void measure(const test::BigUniverse& shape, int rounds) {
  std::vector<double> taken;
  for (int i = 0; i < rounds; ++i) taken.push_back(activation_us(shape));
  std::ranges::sort(taken);
  fmt::print("{:>8} {:>12} {:>12.0f} {:>12.0f}\n", shape.indices, shape.memberships,
             taken[taken.size() / 2], taken.back());
}

}  // namespace
}  // namespace indexcast

int main(int argc, char** argv) {
  using indexcast::test::BigUniverse;
  int rounds = 5;
  CLI::App app("How long the change of a definition keeps the core");
  app.add_option("--rounds", rounds, "of each case");
  CLI11_PARSE(app, argc, argv);
  fmt::print("{:>8} {:>12} {:>12} {:>12}\n", "indices", "memberships", "median us", "longest us");
  for (const auto& [indices, memberships, most] :
       {std::tuple{10, 500, 100}, {1'000, 100'000, 1'000}, {10'000, 3'000'000, 3'000}})
    indexcast::measure(BigUniverse{.indices = indices, .most = most, .memberships = memberships},
                       rounds);
}
