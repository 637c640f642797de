#include "feedhandlers/szse/gateway_messages.h"

#include "feedhandlers/szse/encoder.h"

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
  return {.kind = Kind::logon,
          .heartbeat_s = logon.heart_bt_int,
          .sender = logon.sender_comp_id,
          .target = logon.target_comp_id};
}

SessionMessage read_logout(Bytes frame) {
  Logout logout;
  if (decode_logout(frame, logout) != DecodeError::none) return {.kind = Kind::malformed};
  return {.kind = Kind::logout,
          .reconnect = reconnect_after(logout.session_status),
          .status = logout.session_status,
          .meaning = name_of_status(logout.session_status),
          .text = logout.text};
}

SessionMessage read_channel_heartbeat(Bytes frame) {
  ChannelHeartbeat heartbeat;
  const bool decoded = decode_channel_heartbeat(frame, heartbeat) == DecodeError::none;
  return {.kind = decoded ? Kind::heartbeat : Kind::malformed};
}

}  // namespace

void append_logon(const Settings& settings, const Gateway& gateway, feed::Outbox& out) {
  encode_logon({.sender_comp_id = gateway.sender_comp_id,
                .target_comp_id = gateway.target_comp_id,
                .heart_bt_int = settings.heartbeat_s,
                .password = gateway.password,
                .default_appl_ver_id = settings.default_appl_ver_id},
               out);
}

void append_heartbeat(feed::Outbox& out) { encode_heartbeat(out); }

void append_logout(feed::LogoutRole logout, feed::Outbox& out) {
  const bool answers = logout == feed::LogoutRole::answers;
  encode_logout({.session_status = answers ? kLogoutComplete : kSessionActive, .text = {}}, out);
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
