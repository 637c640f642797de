#include "feedhandlers/szse/gateway_messages.h"

#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/session_status.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::SessionMessage;

namespace {

using Kind = SessionMessage::Kind;

SessionMessage read_logon(Bytes frame) {
  Logon logon;
  if (decode_logon(frame, logon) != DecodeError::none || logon.heart_bt_int <= 0) {
    return {.kind = Kind::malformed};
  }
  return {.kind = Kind::logon, .heartbeat_s = logon.heart_bt_int};
}

SessionMessage read_logout(Bytes frame) {
  Logout logout;
  if (decode_logout(frame, logout) != DecodeError::none) return {.kind = Kind::malformed};
  return {.kind = Kind::logout, .reconnect = reconnect_after(logout.session_status)};
}

SessionMessage read_channel_heartbeat(Bytes frame) {
  ChannelHeartbeat heartbeat;
  const bool decoded = decode_channel_heartbeat(frame, heartbeat) == DecodeError::none;
  return {.kind = decoded ? Kind::heartbeat : Kind::malformed};
}

}  // namespace

void append_logon(const Settings& settings, feed::Outbox& out) {
  encode_logon({.sender_comp_id = settings.sender_comp_id,
                .target_comp_id = settings.target_comp_id,
                .heart_bt_int = settings.heartbeat_s,
                .password = settings.password,
                .default_appl_ver_id = settings.default_appl_ver_id},
               out);
}

void append_heartbeat(feed::Outbox& out) { encode_heartbeat(out); }

void append_logout(feed::Outbox& out) {
  encode_logout({.session_status = kLogoutComplete, .text = {}}, out);
}

SessionMessage read_session_message(Bytes frame) {
  switch (decode_header(frame).msg_type) {
    case kMsgLogon:
      return read_logon(frame);
    case kMsgLogout:
      return read_logout(frame);
    case kMsgHeartbeat:
      return {.kind = Kind::heartbeat};
    case kMsgChannelHeartbeat:
      return read_channel_heartbeat(frame);
    default:
      return {.kind = Kind::application};
  }
}

}  // namespace indexcast::szse
