// A large universe from its files: how long until it can run, and how much memory that takes at
// most.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <ranges>

#include "calc/engine.h"
#include "server/definitions/universe_file.h"
#include "tests/support/big_universe.h"

namespace indexcast::server {
namespace {

struct Options {
  std::string folder;
  bool write = false;
  test::BigUniverse shape;
};

constexpr auto kConfigFile = "indexcast.toml";

// Definitions, and a configuration of them alone.
void write_universe(const Options& options) {
  std::filesystem::create_directories(options.folder);
  std::ofstream config(options.folder + "/" + kConfigFile);
  config << "definitions = [\n";
  for (const std::string& head :
       test::write_definitions(test::big_definitions(options.shape), options.folder)) {
    config << "  \"" << head << "\",\n";
  }
  config << "]\n[sse]\nenabled = false\n[szse]\nenabled = false\n[hkex]\nenabled = false\n";
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

class Stopwatch {
 public:
  // Since it was made or last asked, by the wall and by the processor.
  void report(const char* what) {
    const auto now = std::chrono::steady_clock::now();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const double cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    fmt::print("{:<10} {:6.2f} s wall {:6.2f} s processor, at most {} MiB so far\n", what,
               std::chrono::duration<double>(now - wall_).count(), cpu - cpu_,
               usage.ru_maxrss / 1024);
    wall_ = now;
    cpu_ = cpu;
  }

 private:
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
  double cpu_ = 0;
};

class DropSink final : public RecordSink {
 public:
  void write(LevelUpdate&) override {}
  void write(const Record&) override {}
};

int load(const std::string& folder) {
  Stopwatch watch;
  const absl::StatusOr<Config> config = load_config(folder + "/" + kConfigFile);
  if (!config.ok()) throw std::runtime_error(std::string(config.status().message()));
  watch.report("config");
  const absl::StatusOr<Universe> universe = load_universe(*config);
  if (!universe.ok()) throw std::runtime_error(std::string(universe.status().message()));
  watch.report("universe");
  DropSink sink;
  CoreCounters counters;
  const Engine engine(*universe, {}, sink, counters);
  watch.report("engine");
  fmt::print("{} instruments, {} indices, {} memberships\n", universe->instruments().size(),
             universe->indices().size(), universe->memberships().size());
  return 0;
}

}  // namespace
}  // namespace indexcast::server

int main(int argc, char** argv) {
  using namespace indexcast::server;
  Options options;
  CLI::App app("Loads a universe of synthetic indices from a folder");
  app.add_option("FOLDER", options.folder, "of the definitions")->required();
  app.add_flag("--write", options.write, "write them, instead of loading");
  app.add_option("--indices", options.shape.indices, "how many, with --write");
  app.add_option("--memberships", options.shape.memberships, "in all, with --write");
  app.add_option("--seed", options.shape.seed, "of the baskets, with --write");
  CLI11_PARSE(app, argc, argv);
  if (options.write) {
    write_universe(options);
    return 0;
  }
  return load(options.folder);
}
