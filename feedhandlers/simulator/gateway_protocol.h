// What the session of a mainland gateway needs to know of its protocol. One object a connection,
// since Shanghai numbers its messages per session.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/decode_error.h"
#include "feedhandlers/simulator/settings.h"

namespace indexcast::sim {

// A client's message as its session sees it.
struct ClientMessage {
  enum class Kind : std::uint8_t { logon, logout, heartbeat, other };
  Kind kind = Kind::other;
  std::int64_t heartbeat_s = 0;  // a logon's interval
  std::string refusal;           // why the logon is not accepted; empty: it is
};

class GatewayProtocol {
 public:
  virtual ~GatewayProtocol() = default;
  virtual feed::FrameScan scan(feed::Bytes stream) const = 0;
  // `frame` is whole, as scan cut it; its checksum is verified here (a bad one is `other`).
  virtual ClientMessage read(feed::Bytes frame) = 0;
  // Each appends one message to `out`.
  virtual void accept_logon(TimeNs now, std::vector<std::byte>& out) = 0;
  virtual void log_out(const std::string& text, TimeNs now, std::vector<std::byte>& out) = 0;
  virtual void heartbeat(TimeNs now, std::vector<std::byte>& out) = 0;
  // A message of the day, with what this session adds to it.
  virtual void market_data(feed::Bytes message, std::vector<std::byte>& out) = 0;
};

// The client's settings double as what the gateway expects of it: CompIDs, version, password.
std::unique_ptr<GatewayProtocol> make_sse_gateway(const sse::Settings& settings);
std::unique_ptr<GatewayProtocol> make_szse_gateway(const szse::Settings& settings);

}  // namespace indexcast::sim
