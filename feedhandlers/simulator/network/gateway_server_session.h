// A mainland gateway's side of one client connection, without the socket: the same object serves a
// live client, a capture and a test in virtual time. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feedhandlers/session/liveness.h"
#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/simulator/network/gateway_faults.h"
#include "feedhandlers/simulator/network/gateway_protocol.h"

namespace indexcast::sim {

class GatewayServerSession {
 public:
  // The connection is up at `now`. `faults`, if any, outlive the session.
  GatewayServerSession(std::unique_ptr<GatewayProtocol> protocol, TimeNs now,
                       GatewayFaults* faults = nullptr);

  // Bytes from the client, cut anywhere. False: close once `out` is sent.
  bool on_bytes(feed::Bytes bytes, TimeNs now, feed::Outbox& out);
  // Time passed: heartbeats, liveness, logon deadline. False: close.
  bool on_time(TimeNs now, feed::Outbox& out);
  // A message of the day; dropped unless the client is logged on. False: close once `out` is sent.
  bool send(feed::Bytes message, TimeNs now, feed::Outbox& out);
  // Ends the session from this side; `code` as GatewayProtocol says.
  void log_out(const std::string& text, TimeNs now, feed::Outbox& out,
               std::optional<std::int64_t> code = std::nullopt);

  bool logged_on() const { return state_ == State::live; }
  bool refused() const { return state_ == State::refused; }
  bool stuck() const { return stuck_; }
  // An answer is to leave slowly: in how many real milliseconds. Returned once.
  std::optional<std::int64_t> take_answer_ms() { return std::exchange(answer_ms_, std::nullopt); }

 private:
  enum class State : std::uint8_t { awaiting_logon, live, leaving, refused };

  bool on_message(const ClientMessage& message, feed::Bytes frame, TimeNs now, feed::Outbox& out);
  bool on_logon(const ClientMessage& message, TimeNs now, feed::Outbox& out);

  // The bytes of one message, as the faults would have them.
  bool send_with_faults(feed::Bytes message, feed::Outbox& out);

  std::unique_ptr<GatewayProtocol> protocol_;
  GatewayFaults* faults_;
  bool stuck_ = false;
  std::optional<std::int64_t> answer_ms_;
  std::vector<std::byte> received_;  // an unfinished frame
  State state_ = State::awaiting_logon;
  feed::Liveness liveness_;
  TimeNs deadline_;  // for the client's logon, later for its answer to a logout
};

}  // namespace indexcast::sim
