// Runs one trading day after another in the same process: subscribers stay connected, everything
// else of a day begins anew with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/days/definition_directory.h"
#include "server/days/loaded_day.h"
#include "server/http/http_server.h"
#include "server/pipeline/pipeline.h"
#include "server/publish/zmq_socket.h"

namespace indexcast::server {

// What the values of an `activate` request say (calc/control.h).
struct StagedEdition {
  std::uint32_t edition = 0;
  std::int64_t mark = 0;
};

// A day is a Pipeline: its own epoch, feeds, core and journal, so that nothing of the day before
// can reach into it, as if the server had been started for it. The next one is loaded and built
// while the last one runs, and only then takes its place; when that fails, the last one goes on.
// One thread, which is none of a pipeline's.
class DayKeeper {
 public:
  // Binds the addresses for subscribers and opens the first day; throws std::exception with the
  // address or path when one cannot be had. `config` is as its file has it, `directory` has been
  // looked at.
  DayKeeper(Config config, DefinitionDirectory directory, LoadedDay first);
  ~DayKeeper() { stop(); }

  void start();
  void stop();

  // Looks at the directory, says what changed there, and begins the day that is due at `now`.
  void look(TimeNs now);
  // Looks, and begins the next day that has a definition, whatever the time.
  void begin_next_day();

  // Gets a version of a running index's definition from the directory ready for an `activate`
  // request of it. The status says, for a person, why it cannot be.
  absl::StatusOr<StagedEdition> stage(const std::string& code, std::uint32_t version);

  const Pipeline& pipeline() const { return *pipeline_; }
  Date trade_date() const { return trade_date_; }
  // Null when disabled.
  const HttpServer* http() const { return http_.get(); }
  const ZmqSocket* zmq() const { return zmq_.get(); }

 private:
  void look_at_directory();
  void begin(Date date);
  std::vector<const PublisherStats*> publishers() const;

  Config config_;
  DefinitionDirectory directory_;
  Date trade_date_;
  std::unique_ptr<ZmqSocket> zmq_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace indexcast::server
