// Finds services that a configuration opens to a network without protection, and the key that
// closes each.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "server/settings/config.h"

namespace indexcast::server {
namespace {

// Whether only programs on this machine reach the address or name.
bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "lo" || host == "::1" || host == "[::1]") return true;
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 &&
         ntohl(address.s_addr) >> 24 == 127;
}

// Whether a ZeroMQ endpoint is local. "tcp://SOURCE;HOST:PORT" names the local end first. Of the
// other transports only ipc and inproc stay on the machine.
bool is_local_endpoint(std::string_view endpoint) {
  const std::size_t scheme = endpoint.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view transport = endpoint.substr(0, scheme);
  if (transport == "ipc" || transport == "inproc") return true;
  std::string_view host = endpoint.substr(scheme + 3);
  host.remove_prefix(host.find(';') + 1);
  return is_loopback(host.substr(0, host.rfind(':')));
}

class Warnings {
 public:
  explicit Warnings(const Config& config) : config_(config) {}

  std::vector<std::string> find() {
    feeds();
    rates();
    zmq();
    http();
    if (config_.admin.enabled && !is_loopback(config_.admin.address))
      add("admin.address",
          "requests and tokens cross the network of {} unencrypted: set it to \"127.0.0.1\" and "
          "reach it through a tunnel",
          config_.admin.address);
    return std::move(out_);
  }

 private:
  template <class... Args>
  void add(std::string_view key, fmt::format_string<Args...> format, Args&&... args) {
    out_.push_back(fmt::format("{}:0:{}: {}", config_.source, key,
                               fmt::format(format, std::forward<Args>(args)...)));
  }

  void multicast(std::string_view key, const std::string& interface,
                 const std::vector<std::string>& sources) {
    if (!sources.empty() || is_loopback(interface)) return;
    add(key,
        "empty on interface {}: any host of that network can send prices; list the addresses of "
        "the exchange's senders",
        interface);
  }

  void feeds() {
    if (config_.hkex_enabled)
      multicast("hkex.sources", config_.hkex.interface, config_.hkex.sources);
    if (config_.szse_enabled && config_.szse.transport == szse::FeedTransport::multicast)
      multicast("szse.multicast.sources", config_.szse.multicast.interface,
                config_.szse.multicast.sources);
  }

  void rates() {
    for (const FxSettings& fx : config_.fx) {
      for (const std::string& source : fx.sources) {
        if (!is_endpoint(source) || is_local_endpoint(source)) continue;
        if (std::ranges::count(fx.curve, source, &FxCurveSettings::source) != 0) continue;
        add("fx.sources",
            "{}: rates of {} arrive unencrypted and from anyone at that address; give it keys in "
            "[[fx.curve]], or use a file, or a tunnel that ends on 127.0.0.1",
            fx.series, source);
      }
    }
  }

  void zmq() {
    if (!config_.zmq.enabled || !config_.zmq.curve.secret_key.empty()) return;
    if (!is_local_endpoint(config_.zmq.publish))
      add("zmq.publish",
          "{} takes every subscriber, unencrypted: set zmq.curve.secret_key and list zmq.clients",
          config_.zmq.publish);
    if (!config_.zmq.query.empty() && !is_local_endpoint(config_.zmq.query))
      add("zmq.query",
          "{} answers every client, unencrypted: set zmq.curve.secret_key and list zmq.clients",
          config_.zmq.query);
  }

  void http() {
    const HttpSettings& http = config_.http;
    if (!http.enabled || is_loopback(http.address)) return;
    if (http.tokens.empty())
      add("http.tokens", "empty on address {}: every client sees every index; name a token file",
          http.address);
    if (http.tls.certificate.empty())
      add("http.tls",
          "empty on address {}: levels and tokens cross the network unencrypted; set "
          "http.tls.certificate and http.tls.key",
          http.address);
  }

  const Config& config_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> exposure_warnings(const Config& config) { return Warnings(config).find(); }

}  // namespace indexcast::server
