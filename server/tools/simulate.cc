#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/simulator/network_transport.h"
#include "feedhandlers/simulator/pcap_transport.h"
#include "server/app/loaded_day.h"
#include "server/definitions/universe_file.h"
#include "server/settings/exit_code.h"
#include "server/settings/fault_file.h"
#include "server/tools/commands.h"

namespace indexcast::server {
namespace {

struct SimulateOptions {
  Config config;
  std::string pcap;  // capture to write instead of using the network
  std::optional<std::uint64_t> seed;
  std::optional<double> speed;  // also sets aside `day_minutes`
  std::string faults;           // a file of them, or "seed:N"
  std::string summary_file;     // where the closing summary goes as one JSON line, beside stdout
};

using nlohmann::ordered_json;

// Set by the signal handler, which may touch nothing else.
std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_requested.store(true, std::memory_order_relaxed); };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

sim::Settings effective_settings(const SimulateOptions& options, const Universe& universe) {
  sim::Settings settings = options.config.simulator;
  settings.trade_date = trade_date_of(options.config, universe);
  if (options.seed) settings.seed = *options.seed;
  if (options.speed) {
    settings.speed = *options.speed;
    settings.day_minutes = 0.0;
  }
  return settings;
}

// Faults of a seed lie inside the part of the day that is played.
sim::PlanRange plan_range(const SimulateOptions& options, const sim::Settings& settings) {
  sim::PlanRange range;
  range.begin_ms = std::max(range.begin_ms, settings.begin_ms);
  if (settings.end_ms != 0) range.end_ms = std::min(range.end_ms, settings.end_ms);
  // A part of the day outside of them is taken as it is.
  if (range.end_ms <= range.begin_ms) {
    range.begin_ms = settings.begin_ms;
    range.end_ms = settings.end_ms != 0 ? settings.end_ms : sim::kDayEndMs;
  }
  range.clients = options.pcap.empty();
  return range;
}

// Says which faults were asked for and did not happen; whether there are any.
bool name_missing(const sim::FaultPlan& plan, const sim::FaultCounts& counts) {
  const std::vector<std::size_t> missing = counts.missing();
  for (const std::size_t fault : missing) {
    fmt::print(stderr, "simulate: fault {} did not happen: {} ({} of {})\n", fault + 1,
               sim::describe(plan[fault]), counts[fault].happened, counts[fault].asked);
  }
  return !missing.empty();
}

// Shanghai's types have a letter; the others are numbers.
std::string type_text(feed::Venue venue, std::uint32_t type) {
  return fmt::format("{}{}", venue == feed::Venue::sse ? "M" : "", type);
}

ordered_json messages_by_type(const sim::SimulatedDay& day) {
  ordered_json venues = ordered_json::object();
  for (const auto& [key, count] : day.counts()) {
    const auto& [venue, type] = key;
    venues[std::string(feed::name_of(venue))][type_text(venue, type)] = count;
  }
  return venues;
}

// One entry a venue, type, stream and security, those that a message does not have left out.
ordered_json messages_by_subject(const sim::SimulatedDay& day) {
  ordered_json subjects = ordered_json::array();
  for (const auto& [subject, count] : day.subjects()) {
    ordered_json entry{{"venue", feed::name_of(subject.venue)},
                       {"type", type_text(subject.venue, subject.type)}};
    if (!subject.stream.empty()) entry["stream"] = subject.stream;
    if (subject.security != 0) {
      const int digits = subject.venue == feed::Venue::hkex ? 5 : 6;
      entry["security"] = fmt::format("{:0{}}", subject.security, digits);
    }
    entry["count"] = count;
    subjects.push_back(std::move(entry));
  }
  return subjects;
}

ordered_json of_lines(const sim::TransportCounts& counts) {
  ordered_json packets;
  const auto add = [&](const std::string& what, const sim::LineCounts& lines) {
    packets[what + "_a"] = lines[0];
    packets[what + "_b"] = lines[1];
  };
  add("sent", counts.packets_sent);
  add("lost", counts.packets_lost);
  add("silenced", counts.packets_silenced);
  add("duplicated", counts.packets_duplicated);
  add("reordered", counts.packets_reordered);
  add("delayed", counts.packets_delayed);
  packets["published"] = counts.messages[feed::market_of(feed::Venue::hkex)];
  packets["unseen"] = counts.packets_unseen;
  packets["send_errors"] = counts.send_errors;
  return packets;
}

ordered_json of_refresh(const sim::RefreshCounts& counts) {
  return {{"rounds", counts.rounds},
          {"messages", counts.messages},
          {"sent_a", counts.packets_sent[0]},
          {"sent_b", counts.packets_sent[1]}};
}

ordered_json of_retransmission(const sim::RetransmissionCounts& counts) {
  return {{"logons", counts.logons},         {"logons_refused", counts.logons_refused},
          {"requests", counts.requests},     {"served", counts.served},
          {"partial", counts.partial},       {"refused", counts.refused},
          {"ignored", counts.ignored},       {"messages", counts.messages},
          {"heartbeats", counts.heartbeats}, {"disconnects", counts.disconnects}};
}

ordered_json of_mddp(const sim::MddpCounts& counts) {
  return {{"packets", counts.packets},
          {"sent", counts.sent},
          {"lost", counts.lost},
          {"send_errors", counts.send_errors}};
}

ordered_json of_faults(const sim::FaultPlan& plan, const sim::FaultCounts& counts) {
  ordered_json faults = ordered_json::array();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    faults.push_back({{"fault", sim::describe(plan[i])},
                      {"kind", sim::name_of(plan[i].kind)},
                      {"asked", counts[i].asked},
                      {"happened", counts[i].happened}});
  }
  return faults;
}

ordered_json summarize(const sim::Settings& settings, const sim::SimulatedDay& day,
                       const sim::TransportCounts& counts, const sim::FaultCounts& faults) {
  ordered_json summary;
  summary["seed"] = settings.seed;
  summary["trade_date"] = settings.trade_date;
  summary["messages"] = messages_by_type(day);
  summary["subjects"] = messages_by_subject(day);
  summary["packets"] = of_lines(counts);
  summary["refresh"] = of_refresh(counts.refresh);
  summary["retransmission"] = of_retransmission(counts.retransmission);
  summary["mddp"] = of_mddp(counts.mddp);
  summary["mktdt_rounds"] = counts.file_rounds;
  summary["faults"] = of_faults(settings.faults, faults);
  summary["halts"] = day.halts();
  summary["sessions"] = counts.sessions;
  summary["logons_refused"] = counts.logons_refused;
  summary["connections_blocked"] = counts.connections_blocked;
  summary["slow_clients_dropped"] = counts.slow_clients_dropped;
  summary["complete"] = !stop_requested.load();
  return summary;
}

void announce(const sim::Settings& settings, const sim::NetworkTransport& network) {
  const auto line = [&](feed::Venue venue, const auto& gateways) {
    const std::vector<std::uint16_t> ports = network.ports(venue);
    for (std::size_t i = 0; i < ports.size(); ++i) {
      fmt::print(stderr, "simulate: {} gateway {}:{}\n", feed::name_of(venue),
                 gateways[i].address.host, ports[i]);
    }
  };
  line(feed::Venue::sse, settings.sse.gateways);
  line(feed::Venue::szse, settings.szse.gateways);
  for (const hkex::ChannelSettings& channel : settings.hkex.channels) {
    fmt::print(stderr, "simulate: hkex channel {} A {} B {}\n", channel.id,
               feed::to_string(channel.line_a), feed::to_string(channel.line_b));
  }
  const std::vector<std::uint16_t> ports = network.retransmission_ports();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    fmt::print(stderr, "simulate: hkex retransmission {}:{}\n",
               settings.hkex.retransmission.servers[i].host, ports[i]);
  }
}

std::unique_ptr<sim::DayTransport> open_transport(const SimulateOptions& options,
                                                  const sim::Settings& settings) {
  if (!options.pcap.empty()) return std::make_unique<sim::PcapTransport>(settings, options.pcap);
  auto network = std::make_unique<sim::NetworkTransport>(settings, stop_requested);
  announce(settings, *network);
  return network;
}

void write_summary(const std::string& path, const ordered_json& summary) {
  std::ofstream file(path);
  file << summary.dump() << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

// Plays the day to its end, or until SIGINT or SIGTERM; prints where it listens to stderr and a
// closing summary of counts to stdout. Returns the process's exit code, kExitIncomplete when a
// fault that was asked for did not happen. Once a process: it takes over those signals. Throws
// std::exception for settings, addresses or files that cannot be used.
int run_simulate(const SimulateOptions& options, const Universe& universe) {
  stop_on_signals();
  sim::Settings settings = effective_settings(options, universe);
  if (!options.faults.empty()) {
    absl::StatusOr<sim::FaultPlan> plan =
        faults_from(options.faults, plan_range(options, settings));
    if (!plan.ok()) {
      fmt::print(stderr, "{}\n", std::string(plan.status().message()));
      return kExitConfig;
    }
    settings.faults = *std::move(plan);
  }
  sim::SimulatedDay day(settings, universe);
  const auto transport = open_transport(options, settings);
  sim::play(day, *transport, stop_requested);
  sim::FaultCounts faults = day.fault_counts();
  faults.add(transport->fault_counts());
  const ordered_json summary = summarize(settings, day, transport->counts(), faults);
  fmt::print("{}\n", summary.dump());
  if (!options.summary_file.empty()) write_summary(options.summary_file, summary);
  return name_missing(settings.faults, faults) ? kExitIncomplete : kExitOk;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("simulate", "the three exchanges, a trading day over their own protocols");
  const auto path = std::make_shared<std::string>();
  const auto options = std::make_shared<SimulateOptions>();
  add_config_option(*command, *path);
  const auto date = std::make_shared<Date>(0);
  add_date_option(*command, *date);
  command->add_option("--seed", options->seed, "of the day; default: the configuration's");
  command->add_option("--speed", options->speed, "exchange seconds for a real one")
      ->check(CLI::PositiveNumber);
  command->add_option("--pcap", options->pcap, "write a capture instead of sending");
  command->add_option("--faults", options->faults, "what goes wrong: a file, or seed:N");
  command->add_option("--summary", options->summary_file, "write the closing summary as JSON");
  command->callback([=, &exit_code] {
    exit_code = [&] {
      std::optional<ConfiguredDay> loaded = load_configured_day(*path, *date);
      if (!loaded) return kExitConfig;
      options->config = loaded->day.config;
      return run_simulate(*options, *loaded->day.universe);
    }();
  });
}

}  // namespace indexcast::server
