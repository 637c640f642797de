// The session messages of S117 (notes 1.4, 1.5), shared by the realtime and the resend session.
#pragma once

#include "feedhandlers/session/gateway_session.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::szse {

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
