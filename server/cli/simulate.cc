#include "server/cli/simulate.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "feedhandlers/simulator/network_transport.h"
#include "feedhandlers/simulator/pcap_transport.h"
#include "feedhandlers/simulator/trading_day.h"
#include "server/cli/exit_code.h"
#include "server/config/universe_file.h"

namespace indexcast::server {
namespace {

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

ordered_json messages_by_type(const sim::TradingDay& day) {
  ordered_json venues = ordered_json::object();
  for (const auto& [key, count] : day.counts()) {
    const auto& [venue, type] = key;
    // Shanghai's types have a letter; the others are numbers.
    const char* prefix = venue == feed::Venue::sse ? "M" : "";
    venues[std::string(feed::name_of(venue))][fmt::format("{}{}", prefix, type)] = count;
  }
  return venues;
}

ordered_json summarize(const sim::Settings& settings, const sim::TradingDay& day,
                       const sim::TransportCounts& counts) {
  ordered_json summary;
  summary["seed"] = settings.seed;
  summary["trade_date"] = settings.trade_date;
  summary["messages"] = messages_by_type(day);
  summary["packets"] = {{"sent_a", counts.packets_sent[0]},
                        {"sent_b", counts.packets_sent[1]},
                        {"lost_a", counts.packets_lost[0]},
                        {"lost_b", counts.packets_lost[1]},
                        {"send_errors", counts.send_errors}};
  summary["halts"] = day.halts();
  summary["sessions"] = counts.sessions;
  summary["logons_refused"] = counts.logons_refused;
  summary["slow_clients_dropped"] = counts.slow_clients_dropped;
  summary["complete"] = !stop_requested.load();
  return summary;
}

void announce(const sim::Settings& settings, const sim::NetworkTransport& network) {
  const auto line = [&](feed::Venue venue, const std::vector<feed::Endpoint>& gateways) {
    if (gateways.empty()) return;
    fmt::print(stderr, "simulate: {} gateway {}:{}\n", feed::name_of(venue), gateways.front().host,
               network.port(venue));
  };
  line(feed::Venue::sse, settings.sse.gateways);
  line(feed::Venue::szse, settings.szse.gateways);
  for (const hkex::ChannelSettings& channel : settings.hkex.channels) {
    fmt::print(stderr, "simulate: hkex channel {} A {} B {}\n", channel.id,
               feed::to_string(channel.line_a), feed::to_string(channel.line_b));
  }
}

std::unique_ptr<sim::Transport> open_transport(const SimulateOptions& options,
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

}  // namespace

int run_simulate(const SimulateOptions& options, const Universe& universe) {
  stop_on_signals();
  const sim::Settings settings = effective_settings(options, universe);
  sim::TradingDay day(settings, universe);
  const auto transport = open_transport(options, settings);
  sim::play(day, *transport, stop_requested);
  const ordered_json summary = summarize(settings, day, transport->counts());
  fmt::print("{}\n", summary.dump());
  if (!options.summary_file.empty()) write_summary(options.summary_file, summary);
  return kExitOk;
}

}  // namespace indexcast::server
