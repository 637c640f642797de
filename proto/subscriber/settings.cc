#include "indexcast/subscriber/settings.h"

#include <utility>

namespace indexcast::subscriber {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kKeySize = 40;
// A quarter of the timeout is the longest time between two ticks that counts in full, and poll()
// ticks every 50 ms while no messages arrive.
constexpr std::chrono::milliseconds kHeartbeatTimeoutMin{200};

void check(const Server& server, const Settings& settings, std::vector<std::string>& out) {
  if (server.publish.empty()) out.push_back("servers: a server without `publish`");
  if (server.query.empty()) out.push_back("servers: a server without `query`");
  if (server.public_key.empty()) return;
  if (server.public_key.size() != kKeySize) {
    out.push_back("servers: `public_key` has not 40 characters");
  }
  if (settings.public_key.size() != kKeySize || settings.secret_key.size() != kKeySize) {
    out.push_back("a server has a key: `public_key` and `secret_key` of 40 characters are needed");
  }
}

}  // namespace

std::vector<std::string> faults(const Settings& settings) {
  std::vector<std::string> out;
  if (settings.servers.empty() || settings.servers.size() > 2) {
    out.push_back("servers: a primary and at most one backup");
  }
  for (const Server& server : settings.servers) check(server, settings, out);
  for (const std::string& code : settings.codes) {
    if (code.empty()) out.push_back("codes: an empty one");
  }
  if (!settings.levels && !settings.records && !settings.grid && !settings.inav) {
    out.push_back("levels, records, grid, inav: at least one must be true");
  }
  if (settings.name.size() > kNameMax) out.push_back("name: more than 64 characters");
  const std::chrono::milliseconds none{0};
  if (settings.heartbeat_timeout < kHeartbeatTimeoutMin)
    out.push_back("heartbeat_timeout: below 200 ms");
  for (const auto& [name, value] : {std::pair{"hold_limit", settings.hold_limit},
                                    {"behind_limit", settings.behind_limit},
                                    {"answer_timeout", settings.answer_timeout},
                                    {"report_interval", settings.report_interval}}) {
    if (value <= none) out.push_back(std::string(name) + ": not above 0");
  }
  for (const auto& [name, value] : {std::pair{"return_after", settings.return_after},
                                    {"better_after", settings.better_after},
                                    {"unready_after", settings.unready_after}}) {
    if (value < none) out.push_back(std::string(name) + ": below 0");
  }
  if (settings.held_max == 0) out.push_back("held_max: 0");
  if (settings.receive_high_water_mark < 0) out.push_back("receive_high_water_mark: below 0");
  return out;
}

}  // namespace indexcast::subscriber
