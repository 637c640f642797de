// Runs one trading day after another in the same process. Subscribers stay connected; everything
// else belongs to one day.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/app/definition_directory.h"
#include "server/app/loaded_day.h"
#include "server/app/pipeline.h"
#include "server/ops/admin_server.h"
#include "server/ops/service_control.h"
#include "server/web/http_server.h"
#include "server/zmq/query_server.h"
#include "server/zmq/socket.h"

namespace indexcast::server {

// Each day is a Pipeline with its own epoch, feeds, core and journal, so no state of a day reaches
// the next one. The next day is loaded and built while the current day runs and then takes its
// place. If that fails, the current day continues. One thread calls it, which belongs to no
// pipeline; the operators' interface calls stage() from its own.
class DayRunner {
 public:
  // Binds the addresses for subscribers and opens the first day. Throws std::exception with the
  // address or path when one cannot be used. `config` is as in its file; `directory` was read.
  DayRunner(Config config, DefinitionDirectory directory, LoadedDay first);
  ~DayRunner() { stop(); }

  void start();
  void stop();

  // Reads the directory, logs its changes, and begins the day that is due (next_date()).
  void look();
  // Reads the directory and begins the next day that has a definition, whatever the time.
  void begin_next_day();

  // Prepares a version of a running index's definition for an `activate` request. The status has
  // the reason as text for the operator; Unavailable while a day begins.
  absl::StatusOr<StagedDefinitionSet> stage(const std::string& code, std::uint32_t version);

  const Pipeline& pipeline() const { return *pipeline_; }
  Date trade_date() const { return trade_date_; }
  // Null when disabled.
  const HttpServer* http() const { return http_.get(); }
  const ZmqSocket* zmq() const { return zmq_.get(); }
  const QueryServer* query() const { return query_.get(); }
  const AdminServer* admin() const { return admin_.get(); }

 private:
  absl::Status save_staged(std::uint32_t definition_set, const Universe& definitions,
                           const std::string& code) const;
  void look_at_directory();
  DateEvidence evidence() const;
  void begin(Date date);
  void replace(std::unique_ptr<Pipeline> next);
  void open_admin(const AdminSettings& settings);
  void reopen_admin(std::uint16_t port);
  std::vector<const PublisherStats*> publishers() const;
  ServiceStats services() const;

  Config config_;
  DefinitionDirectory directory_;
  Date trade_date_;
  ServiceControl service_;
  std::unique_ptr<ZmqSocket> zmq_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<QueryServer> query_;
  RequestStats request_stats_;
  std::unique_ptr<Audit> audit_;  // beside the pipeline's journal
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<HttpServer> http_;
  std::mutex mutex_;  // the directory, and which pipeline runs
};

}  // namespace indexcast::server
