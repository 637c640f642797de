// `indexcast simulate`: the three exchanges on a made-up trading day, on the network or into a
// capture.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "calc/universe.h"
#include "server/settings/config.h"

namespace indexcast::server {

struct SimulateOptions {
  Config config;
  std::string pcap;  // capture to write instead of using the network
  std::optional<std::uint64_t> seed;
  std::optional<double> speed;  // also sets aside `day_minutes`
  std::string faults;           // a file of them, or "seed:N"
  std::string summary_file;     // where the closing summary goes as one JSON line, beside stdout
};

// Plays the day to its end, or until SIGINT or SIGTERM; prints where it listens to stderr and a
// closing summary of counts to stdout. Returns the process's exit code, kExitIncomplete when a
// fault that was asked for did not happen. Once a process: it takes over those signals. Throws
// std::exception for settings, addresses or files that cannot be used.
int run_simulate(const SimulateOptions& options, const Universe& universe);

}  // namespace indexcast::server
