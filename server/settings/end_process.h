// How a thread that cannot go on ends the server.
#pragma once

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <exception>
#include <string_view>

#include "server/settings/exit_code.h"

namespace indexcast::server {

// Logs the reason and ends the process with kExitFailure at once. Nothing is flushed but the log:
// the state that an exception left behind is not to be published or journaled. Any thread.
[[noreturn]] inline void end_process(std::string_view thread, const std::exception& error) {
  spdlog::critical("thread {}: {}; the server ends", thread, error.what());
  spdlog::default_logger()->flush();
  std::_Exit(kExitFailure);
}

}  // namespace indexcast::server
