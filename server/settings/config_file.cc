#include <algorithm>
#include <set>

#include "server/settings/config.h"
#include "server/settings/config_schema.h"
#include "server/settings/table_printer.h"
#include "server/settings/table_reader.h"
#include "server/settings/text_file.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

// Each is a subscription for each kind of topic, when a client asks for everything.
constexpr std::size_t kMaxClientCodes = 256;
constexpr std::int64_t kShortHeartbeatMinMs = 50;

// The default that the struct cannot state itself.
Config default_config(const std::string& path) {
  Config config;
  config.source = path;
  config.core.open_deadline_ms = feed::hms(9, 29, 50);
  return config;
}

void resolve_paths(Config& config) {
  for (std::string& path : config.definitions) path = resolve_beside(config.source, path);
  for (std::string& path : config.calendar) path = resolve_beside(config.source, path);
  for (FxSettings& fx : config.fx) {
    for (std::string& source : fx.sources) {
      if (!is_endpoint(source)) source = resolve_beside(config.source, source);
    }
    for (FxCurveSettings& curve : fx.curve)
      curve.secret_key = resolve_beside(config.source, curve.secret_key);
  }
  for (FundSettings& fund : config.funds) {
    fund.composition = resolve_beside(config.source, fund.composition);
    fund.closes = resolve_beside(config.source, fund.closes);
  }
  config.zmq.curve.secret_key = resolve_beside(config.source, config.zmq.curve.secret_key);
  for (std::string* path :
       {&config.http.tokens, &config.http.tls.certificate, &config.http.tls.key})
    *path = resolve_beside(config.source, *path);
  config.admin.tokens = resolve_beside(config.source, config.admin.tokens);
  config.days.directory = resolve_beside(config.source, config.days.directory);
  config.journal.directory = resolve_beside(config.source, config.journal.directory);
}

void check_channels(const Config& config, TableReader& reader) {
  std::set<std::uint32_t> ids;
  for (const hkex::ChannelSettings& channel : config.hkex.channels) {
    if (!ids.insert(channel.id).second)
      reader.fault("hkex", "channel " + std::to_string(channel.id) + " appears twice");
    if (channel.id == 0) reader.fault("hkex", "a channel has no id");
    if (channel.line_a.host.empty() && channel.line_b.host.empty())
      reader.fault("hkex", "channel " + std::to_string(channel.id) + " has neither line");
  }
  const auto& servers = config.hkex.retransmission.servers;
  if (servers.size() > hkex::kRetransmissionServersMax) {
    reader.fault("hkex", "retransmission: at most " +
                             std::to_string(hkex::kRetransmissionServersMax) + " servers");
  }
}

void check_fx_curve(const FxSettings& fx, TableReader& reader) {
  std::set<std::string> sources;
  for (const FxCurveSettings& curve : fx.curve) {
    const std::string place = fx.series + ": curve of " + curve.source;
    if (!is_endpoint(curve.source) || std::ranges::count(fx.sources, curve.source) == 0)
      reader.fault("fx", place + ": source must be one of the endpoints in sources");
    if (!sources.insert(curve.source).second) reader.fault("fx", place + " appears twice");
    if (curve.server_key.empty()) reader.fault("fx", place + " has no server_key");
    if (curve.secret_key.empty()) reader.fault("fx", place + " has no secret_key");
  }
}

void check_fx(const Config& config, TableReader& reader) {
  std::set<std::string> names;
  for (const FxSettings& fx : config.fx) {
    if (fx.series.empty()) reader.fault("fx", "a rate has no series");
    if (!names.insert(fx.series).second) reader.fault("fx", fx.series + " appears twice");
    if (fx.mode != FxMode::fixed && fx.sources.empty())
      reader.fault("fx", fx.series + ": a rate that is not fixed needs a source");
    check_fx_curve(fx, reader);
  }
}

void check_funds(const Config& config, TableReader& reader) {
  const std::int64_t grid_ms = config.zmq.inav_grid_s * 1000;
  for (const FundSettings& fund : config.funds) {
    if (fund.code.empty()) reader.fault("funds", "a fund has no code");
    if (fund.composition.empty()) reader.fault("funds", fund.code + " has no composition");
  }
  if (std::ranges::any_of(config.funds, &FundSettings::enabled) &&
      grid_ms % config.core.timer_ms != 0)
    reader.fault("zmq", "inav_grid must be a multiple of core.timer");
}

void check_core(const CoreSettings& core, TableReader& reader) {
  if (core.grid_ms % core.timer_ms != 0) reader.fault("core", "grid must be a multiple of timer");
  if (core.short_heartbeat_ms > 0 && core.short_heartbeat_ms < kShortHeartbeatMinMs)
    reader.fault("core", "short_heartbeat must be \"0s\" or at least \"50ms\"");
}

// A slash would end the code within a topic, and with it what it allows.
void check_client(const ZmqClientSettings& client, TableReader& reader) {
  const std::string& name = client.name;
  if (name.empty()) reader.fault("zmq", "a client has no name");
  if (client.public_key.empty()) reader.fault("zmq", "client " + name + " has no public_key");
  if (client.codes.size() > kMaxClientCodes)
    reader.fault("zmq", "client " + name + " has more than 256 codes");
  for (const std::string& code : client.codes) {
    if (code.find('/') != std::string::npos)
      reader.fault("zmq", "client " + name + ": a code has no slash: " + code);
  }
}

void check_zmq(const ZmqSettings& zmq, TableReader& reader) {
  std::set<std::string> names;
  std::set<std::string> keys;
  for (const ZmqClientSettings& client : zmq.clients) {
    check_client(client, reader);
    if (!names.insert(client.name).second)
      reader.fault("zmq", "client " + client.name + " appears twice");
    if (!keys.insert(client.public_key).second)
      reader.fault("zmq", "client " + client.name + " has the key of another");
  }
  if (zmq.curve.secret_key.empty() != zmq.clients.empty())
    reader.fault("zmq", "clients and curve.secret_key need each other");
}

// "sse.gateways", or another list of them.
template <class Gateway>
void check_gateways(std::string_view section, std::string_view key,
                    const std::vector<Gateway>& gateways, TableReader& reader) {
  std::set<std::string> addresses;
  for (std::size_t i = 0; i < gateways.size(); ++i) {
    const std::string place = std::string(key) + ": gateway " + std::to_string(i + 1);
    const std::string address = feed::to_string(gateways[i].address);
    if (gateways[i].address.host.empty()) {
      reader.fault(section, place + " has no address");
    } else if (!addresses.insert(address).second) {
      reader.fault(section, place + ": " + address + " appears twice");
    }
    if (gateways[i].target_comp_id.empty()) reader.fault(section, place + " has no target_comp_id");
    if constexpr (requires { gateways[i].password_file; }) {
      if (!gateways[i].password.empty() && !gateways[i].password_file.empty())
        reader.fault(section, place + " has both password and password_file");
    }
  }
}

// The first line of each password_file becomes the password.
void read_passwords(std::string_view key, std::vector<szse::Gateway>& gateways,
                    const std::string& config_path, TableReader& reader) {
  for (szse::Gateway& gateway : gateways) {
    if (gateway.password_file.empty()) continue;
    gateway.password_file = resolve_beside(config_path, gateway.password_file);
    const std::optional<std::string> text = read_text_file(gateway.password_file);
    const std::string place = std::string(key) + ": password_file " + gateway.password_file;
    if (!text) {
      reader.fault("szse", place + " cannot be read");
      continue;
    }
    gateway.password = text->substr(0, text->find_first_of("\r\n"));
    if (gateway.password.empty() || gateway.password.size() > kSzsePasswordMax)
      reader.fault("szse", place + ": its first line must have 1 to 16 characters");
  }
}

void check_szse(const szse::Settings& szse, TableReader& reader) {
  const bool multicast = szse.transport == szse::FeedTransport::multicast;
  check_gateways("szse", "gateways", szse.gateways, reader);
  check_gateways("szse", "resend_gateways", szse.resend_gateways, reader);
  if (!multicast && szse.gateways.empty()) reader.fault("szse", "gateways: at least one is needed");
  if (multicast && szse.multicast.channels.empty())
    reader.fault("szse", "multicast: at least one channel is needed");
  for (const szse::MulticastChannel& channel : szse.multicast.channels) {
    if (channel.line_a.host.empty())
      reader.fault("szse", "multicast channel " + std::to_string(channel.id) + " has no line_a");
  }
}

void check_http(const Config& config, TableReader& reader) {
  if (config.http.tls.certificate.empty() != config.http.tls.key.empty())
    reader.fault("http", "tls: certificate and key, or neither");
}

// Checks rules that involve several keys.
void check_whole(const Config& config, TableReader& reader) {
  if (config.definitions.empty() == config.days.directory.empty())
    reader.fault("definitions", "at least one is needed, or days.directory, and not both");
  if (config.sse_enabled && config.sse.gateways.empty())
    reader.fault("sse", "gateways: at least one is needed");
  if (config.sse_enabled) check_gateways("sse", "gateways", config.sse.gateways, reader);
  if (config.szse_enabled) check_szse(config.szse, reader);
  if (config.hkex_enabled && config.hkex.channels.empty())
    reader.fault("hkex", "channels: at least one is needed");
  if (config.admin.enabled && config.admin.tokens.empty())
    reader.fault("admin", "tokens: needed when the interface is enabled");
  if (config.journal.enabled && config.journal.directory.empty())
    reader.fault("journal", "directory: needed when the journal is enabled");
  const auto& simulator = config.simulator;
  if (simulator.end_ms != 0 && simulator.begin_ms >= simulator.end_ms)
    reader.fault("simulator", "begin must be before end");
  check_http(config, reader);
  check_channels(config, reader);
  check_fx(config, reader);
  check_core(config.core, reader);
  check_funds(config, reader);
  if (config.zmq.enabled) check_zmq(config.zmq, reader);
}

// Completes the simulator's settings: it plays the other side of the same sessions, on the same
// day. A venue without an address is not simulated.
void complete_simulator(Config& config) {
  config.simulator.sse = config.sse;
  config.simulator.szse = config.szse;
  config.simulator.hkex = config.hkex;
  if (!config.sse_enabled) config.simulator.sse.gateways.clear();
  if (!config.szse_enabled) config.simulator.szse.gateways.clear();
  if (!config.hkex_enabled) config.simulator.hkex.channels.clear();
  if (config.trade_date != 0) config.simulator.trade_date = config.trade_date;
}

}  // namespace

absl::StatusOr<Config> load_config(const std::string& path) {
  const absl::StatusOr<toml::table> table = read_toml(path);
  if (!table.ok()) return table.status();
  FaultList faults;
  Config config = default_config(path);
  TableReader reader(*table, path, "", faults);
  walk_config(reader, config);
  reader.refuse_unknown_keys();
  if (faults.empty()) check_whole(config, reader);
  if (faults.empty() && config.szse_enabled) {
    read_passwords("gateways", config.szse.gateways, path, reader);
    read_passwords("resend_gateways", config.szse.resend_gateways, path, reader);
  }
  if (!faults.empty()) return faults.status();
  resolve_paths(config);
  complete_simulator(config);
  return config;
}

std::string print_config(const Config& config) {
  std::string out;
  TablePrinter printer(out);
  Config copy = config;  // a walker takes what it may write to
  for (auto* gateways : {&copy.szse.gateways, &copy.szse.resend_gateways}) {
    for (szse::Gateway& gateway : *gateways) {
      if (!gateway.password_file.empty()) gateway.password.clear();
    }
  }
  walk_config(printer, copy);
  return out;
}

}  // namespace indexcast::server
