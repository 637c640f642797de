#include "server/app/serve.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "server/app/day_runner.h"
#include "server/app/loaded_day.h"
#include "server/app/thread_table.h"
#include "server/definitions/calendar_file.h"
#include "server/settings/exit_code.h"
#include "server/zmq/socket.h"

namespace indexcast::server {
namespace {

struct ServeOptions {
  Config config;  // as its file has it
  // Where to say, as JSON, what was bound, once everything is:
  // {"pid","epoch","http","admin","zmq","journal"}. Empty: nowhere.
  std::string ready_file;
};

// Blocks the signals that the server listens to in this thread and in all that it starts, so that
// one wait hears them.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// The next signal; 0 after `seconds` without one.
int wait_for(const sigset_t& signals, std::int64_t seconds) {
  const timespec limit{seconds, 0};
  return std::max(sigtimedwait(&signals, nullptr, &limit), 0);
}

// Written under another name and renamed, so that a reader never sees half of it.
void write_ready_file(const std::string& path, const nlohmann::json& content) {
  if (path.empty()) return;
  std::ofstream(path + ".new") << content.dump() << "\n";
  std::rename((path + ".new").c_str(), path.c_str());
}

nlohmann::json describe(const Config& config, const DayRunner& days) {
  const Pipeline& pipeline = days.pipeline();
  nlohmann::json ready{{"pid", ::getpid()}, {"epoch", pipeline.view().epoch}};
  if (days.http() != nullptr)
    ready["http"] = fmt::format("http{}://{}:{}/", config.http.tls.certificate.empty() ? "" : "s",
                                config.http.address, days.http()->port());
  if (days.admin() != nullptr)
    ready["admin"] = fmt::format("http://{}:{}/", config.admin.address, days.admin()->port());
  if (days.zmq() != nullptr) ready["zmq"] = days.zmq()->endpoint();
  if (days.query() != nullptr) ready["zmq_query"] = days.query()->endpoint();
  if (days.zmq() != nullptr && !days.zmq()->public_key().empty())
    ready["zmq_public_key"] = days.zmq()->public_key();
  if (pipeline.journal() != nullptr) ready["journal"] = pipeline.journal()->path();
  return ready;
}

// Ends the process at once when another signal asks for it while the server stops.
class SecondSignal {
 public:
  explicit SecondSignal(const sigset_t& signals) : thread_([this, signals] { wait(signals); }) {}
  ~SecondSignal() {
    stopped_ = true;
    pthread_kill(thread_.native_handle(), SIGHUP);
    thread_.join();
  }
  SecondSignal(const SecondSignal&) = delete;
  SecondSignal& operator=(const SecondSignal&) = delete;

 private:
  void wait(const sigset_t& signals) const {
    int signal = SIGHUP;
    while (signal == SIGHUP && !stopped_) sigwait(&signals, &signal);
    if (stopped_) return;
    spdlog::error("ending at once on signal {}", signal);
    spdlog::default_logger()->flush();
    std::_Exit(kExitFailure);
  }

  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

// Until a signal ends the server; which one.
int run_days(const Config& config, DayRunner& days, const sigset_t& signals) {
  for (;;) {
    const int signal = wait_for(signals, config.days.poll_s);
    if (signal == SIGINT || signal == SIGTERM) return signal;
    if (config.days.directory.empty()) continue;
    signal == SIGHUP ? days.begin_next_day() : days.look();
  }
}

// Checks the server's secret keys: of its own endpoints and for encrypted sources of rates.
std::string curve_faults(const Config& config) {
  std::set<std::string> files;
  if (config.zmq.enabled && !config.zmq.curve.secret_key.empty())
    files.insert(config.zmq.curve.secret_key);
  for (const FxSettings& fx : config.fx) {
    for (const FxCurveSettings& curve : fx.curve) files.insert(curve.secret_key);
  }
  std::string faults;
  for (const std::string& file : files) {
    absl::Status status = check_secrecy(file);
    if (status.ok()) status = load_curve_secret(file).status();
    if (!status.ok()) faults += std::string(status.message()) + "\n";
  }
  return faults;
}

// Names the threads whose processor this process may not use.
std::string processor_faults(const Config& config) {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  std::string faults;
  for (const ThreadRow& row : kThreads) {
    const std::int64_t first = processor_of(row, config.threads);
    if (first == kAnyProcessor) continue;
    const bool several = row.name == "http";
    const std::int64_t last =
        first + (several ? static_cast<std::int64_t>(config.http.threads) - 1 : 0);
    for (std::int64_t processor = first; processor <= last; ++processor) {
      if (CPU_ISSET(static_cast<std::size_t>(processor), &allowed)) continue;
      faults += fmt::format("{}:0:threads.{}: this process may not use processor {}\n",
                            config.source, row.name, processor);
    }
  }
  return faults;
}

// Lists the settings that this machine cannot provide, one line each. Empty: it provides all.
std::string machine_faults(const Config& config) {
  if (config.admin.enabled) {
    const absl::StatusOr<TokenOwners> owners = load_tokens(config.admin.tokens);
    if (!owners.ok()) return std::string(owners.status().message()) + "\n";
    if (config.admin.two_person && owners->size() < 2)
      return config.source + ":0:admin.two_person: " + config.admin.tokens +
             " names one person, and nobody could approve\n";
  }
  if (config.http.enabled) {
    const std::string faults = http_faults(config.http);
    if (!faults.empty()) return faults;
  }
  if (const std::string faults = curve_faults(config); !faults.empty()) return faults;
  if (const std::string faults = processor_faults(config); !faults.empty()) return faults;
  const unsigned spinning = spinning_threads(config);
  const unsigned cores = std::thread::hardware_concurrency();
  if (spinning <= cores) return {};
  return fmt::format(
      "{}:0:core.idle: spin needs {} cores under this topology and the machine has {}\n",
      config.source, spinning, cores);
}

// Runs until SIGINT or SIGTERM; returns the process's exit code. SIGHUP makes it look at its folder
// of definitions and begin the next day that has some. Throws std::exception when an address or a
// file cannot be had.
int run_serve(const ServeOptions& options, DefinitionDirectory directory, LoadedDay first) {
  const sigset_t signals = block_signals();
  for (const std::string& warning : exposure_warnings(options.config)) spdlog::warn(warning);
  const std::size_t indices = first.universe->indices().size();
  DayRunner days(options.config, std::move(directory), std::move(first));
  days.start();
  const nlohmann::json ready = describe(options.config, days);
  spdlog::info("serving {} indices for {}: {}", indices, days.trade_date(), ready.dump());
  write_ready_file(options.ready_file, ready);
  const int signal = run_days(options.config, days, signals);
  spdlog::info("ending on signal {}", signal);
  const SecondSignal second(signals);
  days.stop();
  return kExitOk;
}

int report_check(const std::string& path, const ConfiguredDay& loaded) {
  bool good = true;
  for (const std::string& faults : {loaded.directory.faults(), loaded.day.left_out}) {
    if (faults.empty()) continue;
    fmt::print(stderr, "left out:\n{}\n", faults);
    good = false;
  }
  for (const std::string& warning : exposure_warnings(loaded.config))
    fmt::print(stderr, "warning: {}\n", warning);
  for (const std::string& warning : trading_day_warnings(loaded.day.config))
    fmt::print(stderr, "warning: {}\n", warning);
  fmt::print("{}: {}, {} indices for {}\n", path, good ? "good" : "not all is good",
             loaded.day.universe->indices().size(), loaded.day.trade_date);
  return good ? kExitOk : kExitConfig;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("serve", "the server");
  const auto path = std::make_shared<std::string>();
  const auto ready_file = std::make_shared<std::string>();
  const auto check = std::make_shared<bool>(false);
  const auto print = std::make_shared<bool>(false);
  add_config_option(*command, *path);
  command->add_flag("--check", *check, "say what is wrong with the configuration, and end");
  command->add_flag("--print-config", *print, "print the effective configuration, and end");
  command->add_option("--ready-file", *ready_file, "written as JSON once every address is bound");
  command->callback([=, &exit_code] {
    exit_code = [&] {
      std::optional<ConfiguredDay> loaded = load_configured_day(*path);
      if (!loaded) return kExitConfig;
      const std::string faults = machine_faults(loaded->config);
      if (!faults.empty()) {
        fmt::print(stderr, "{}", faults);
        return kExitConfig;
      }
      if (*print) fmt::print("{}", print_config(loaded->day.config));
      if (*check) return report_check(*path, *loaded);
      if (*print) return kExitOk;
      return run_serve({loaded->config, *ready_file}, std::move(loaded->directory),
                       std::move(loaded->day));
    }();
  });
}

}  // namespace indexcast::server
