#include "server/zmq/socket_options.h"

#include <array>
#include <fstream>
#include <stdexcept>

#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyText = 41;  // with its end

bool is_key(const std::string& text) {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  return text.size() == kKeyText - 1 && zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

}  // namespace

absl::StatusOr<std::string> load_curve_secret(const std::string& path) {
  FaultList faults;
  std::ifstream file(path);
  if (!file) faults.add(path, 0, "file", "cannot be read");
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.empty() || text[0] == '#') continue;
    if (is_key(text)) return text;
    faults.add(path, line, "secret_key", "must be a key of 40 characters in Z85");
  }
  if (faults.empty()) faults.add(path, 0, "secret_key", "the file holds none");
  return faults.status();
}

std::string curve_public_of(const std::string& secret_key) {
  std::array<char, kKeyText> key{};
  if (zmq_curve_public(key.data(), secret_key.c_str()) != 0)
    throw std::runtime_error("zmq.curve.secret_key: this libzmq has no CURVE");
  return key.data();
}

void apply_options(const ZmqSettings& settings, zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, settings.linger_ms);
  socket.set(zmq::sockopt::maxmsgsize, settings.max_message_bytes);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, settings.keepalive_idle_s);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, settings.keepalive_interval_s);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, settings.keepalive_count);
  socket.set(zmq::sockopt::heartbeat_ivl, settings.heartbeat_ms);
  if (settings.curve.secret_key.empty()) return;
  const absl::StatusOr<std::string> secret = load_curve_secret(settings.curve.secret_key);
  if (!secret.ok()) throw std::runtime_error(std::string(secret.status().message()));
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, *secret);
}

std::string bind_or_throw(const std::string& endpoint, zmq::socket_t& socket) {
  try {
    socket.bind(endpoint);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error("zmq " + endpoint + ": " + error.what());
  }
  return socket.get(zmq::sockopt::last_endpoint);
}

}  // namespace indexcast::server
