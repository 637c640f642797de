// The session messages of S117 (notes 1.4, 1.5), shared by the realtime and the resend session.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "calc/time.h"
#include "feedhandlers/session/gateway_session.h"
#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::szse {

// SessionStatus of a logout (S117, notes 1.5), and the wait before the next logon.
struct SessionStatus {
  std::int32_t code = 0;
  std::string_view name;
  // Wait before the next logon at this gateway, in addition to the usual back-off. S117 asks for a
  // wait without a length. Other gateways have their own passwords and are not delayed.
  std::int64_t wait_ns = 0;
};

// Asking again with the same password must not lock the account.
inline constexpr std::int64_t kCredentialWaitNs = 60 * kNsPerSecond;
inline constexpr std::int64_t kNotNowWaitNs = 10 * kNsPerSecond;

inline constexpr std::array kSessionStatuses{
    SessionStatus{0, "session active", 0},
    SessionStatus{1, "password changed", 0},
    SessionStatus{2, "password about to expire", 0},
    SessionStatus{3, "new password not compliant", kCredentialWaitNs},
    SessionStatus{4, "logout complete", 0},
    SessionStatus{5, "invalid user or password", kCredentialWaitNs},
    SessionStatus{6, "account locked", kCredentialWaitNs},
    SessionStatus{7, "logon not allowed now", kNotNowWaitNs},
    SessionStatus{8, "password expired", kCredentialWaitNs},
    SessionStatus{9, "MsgSeqNum too small", 0},
    SessionStatus{10, "NextExpectedMsgSeqNum too large", 0},
    SessionStatus{101, "other", 0},
    SessionStatus{102, "invalid message", 0},
};

constexpr std::string_view name_of_status(std::int32_t session_status) {
  for (const SessionStatus& status : kSessionStatuses) {
    if (status.code == session_status) return status.name;
  }
  return "unknown";
}

// Another gateway is tried after every logout; a status that the table does not hold adds no wait.
constexpr feed::Reconnect reconnect_after(std::int32_t session_status) {
  for (const SessionStatus& status : kSessionStatuses) {
    if (status.code == session_status) return {.wait_at_least_ns = status.wait_ns};
  }
  return {};
}

// S117 to the stream framer.
struct Framing {
  static constexpr std::size_t kMaxFrame = kHeaderSize + kMaxBodyLength + kTrailerSize;
  // Out of step many numbers look like a header; waiting for less bounds the harm of a wrong one.
  static constexpr std::size_t kMaxResyncFrame = 8 * 1024;
  static feed::FrameScan scan(feed::Bytes stream) { return scan_frame(stream); }
  static bool intact(feed::Bytes frame) { return checksum_ok(frame); }
};

// With the names and the password of `gateway`.
void append_logon(const Settings& settings, const Gateway& gateway, feed::Outbox& out);
void append_heartbeat(feed::Outbox& out);
// SessionStatus is 0 in a logout that starts the exchange, 4 in an answer (GUIDE 5.5).
void append_logout(feed::LogoutRole logout, feed::Outbox& out);

// Reads a frame with a correct checksum as a session message. 8, 390094 and market data are
// `application`.
feed::SessionMessage read_session_message(feed::Bytes frame);

}  // namespace indexcast::szse
