#include "server/cli/serve.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/cli/exit_code.h"
#include "server/config/calendar_file.h"
#include "server/control/admin_server.h"
#include "server/http/http_server.h"
#include "server/pipeline/pipeline.h"

namespace indexcast::server {
namespace {

// Blocks the signals that end the server in this thread and in all that it starts, so that one
// sigwait hears them.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int wait_for(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

std::unique_ptr<Audit> open_audit(const Config& config, const Pipeline& pipeline) {
  if (!config.admin.enabled || !config.journal.enabled) return std::make_unique<Audit>();
  return std::make_unique<Audit>(Audit::path_in(config.journal.directory, pipeline.view().epoch));
}

std::unique_ptr<AdminServer> open_admin(const Config& config, Pipeline& pipeline, Audit& audit) {
  if (!config.admin.enabled) return nullptr;
  absl::StatusOr<TokenOwners> owners = load_tokens(config.admin.tokens);
  if (!owners.ok()) throw std::runtime_error(std::string(owners.status().message()));
  return std::make_unique<AdminServer>(
      config.admin, AdminParts{pipeline.view(), pipeline.control_port(), pipeline.clock(),
                               *std::move(owners), audit});
}

std::unique_ptr<HttpServer> open_http(const Config& config, const Pipeline& pipeline,
                                      const AdminServer* admin) {
  if (!config.http.enabled) return nullptr;
  std::vector<const PublisherStats*> publishers;
  if (pipeline.zmq() != nullptr) publishers.push_back(&pipeline.zmq()->stats());
  return std::make_unique<HttpServer>(config.http, pipeline.view(), pipeline.clock(), publishers,
                                      admin == nullptr ? nullptr : &admin->stats());
}

// Written under another name and renamed, so that a reader never sees half of it.
void write_ready_file(const std::string& path, const nlohmann::json& content) {
  if (path.empty()) return;
  std::ofstream(path + ".new") << content.dump() << "\n";
  std::rename((path + ".new").c_str(), path.c_str());
}

nlohmann::json describe(const Config& config, const Pipeline& pipeline, const HttpServer* http,
                        const AdminServer* admin) {
  nlohmann::json ready{{"pid", ::getpid()}, {"epoch", pipeline.view().epoch}};
  if (http != nullptr)
    ready["http"] = fmt::format("http://{}:{}/", config.http.address, http->port());
  if (admin != nullptr)
    ready["admin"] = fmt::format("http://{}:{}/", config.admin.address, admin->port());
  if (pipeline.zmq() != nullptr) ready["zmq"] = pipeline.zmq()->endpoint();
  if (pipeline.journal() != nullptr) ready["journal"] = pipeline.journal()->path();
  return ready;
}

void log_end(const Pipeline& pipeline) {
  spdlog::info("published {} levels", pipeline.view().core->get(CoreCounter::levels_published));
  const JournalWriter* journal = pipeline.journal();
  if (journal == nullptr) return;
  if (journal->failed())
    spdlog::error("{}: the disk refused a write, the journal is incomplete", journal->path());
  if (journal->left_out() > 0)
    spdlog::warn("{}: {} inputs were left out", journal->path(), journal->left_out());
}

}  // namespace

std::string machine_faults(const Config& config) {
  if (config.admin.enabled) {
    const absl::StatusOr<TokenOwners> owners = load_tokens(config.admin.tokens);
    if (!owners.ok()) return std::string(owners.status().message()) + "\n";
  }
  const unsigned spinning = spinning_threads(config);
  const unsigned cores = std::thread::hardware_concurrency();
  if (spinning <= cores) return {};
  return fmt::format(
      "{}:0:core.idle: spin needs {} cores under this topology and the machine has {}\n",
      config.source, spinning, cores);
}

int run_serve(const ServeOptions& options, const Universe& universe, Date trade_date) {
  const sigset_t signals = block_end_signals();
  for (const std::string& warning : trading_day_warnings(options.config)) spdlog::warn(warning);
  Pipeline pipeline(options.config, universe, trade_date);
  const std::unique_ptr<Audit> audit = open_audit(options.config, pipeline);
  const std::unique_ptr<AdminServer> admin = open_admin(options.config, pipeline, *audit);
  const std::unique_ptr<HttpServer> http = open_http(options.config, pipeline, admin.get());
  if (http) http->start();
  pipeline.start();
  if (admin) admin->start();
  const nlohmann::json ready = describe(options.config, pipeline, http.get(), admin.get());
  spdlog::info("serving {} indices for {}: {}", universe.indices().size(), trade_date,
               ready.dump());
  write_ready_file(options.ready_file, ready);
  const int signal = wait_for(signals);
  spdlog::info("ending on signal {}", signal);
  // While the core still answers.
  if (admin) admin->stop();
  pipeline.stop();
  if (http) http->stop();
  log_end(pipeline);
  return kExitOk;
}

}  // namespace indexcast::server
