#include "feedhandlers/szse/handler.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::FeedCounter;
using feed::SessionMessage;

Handler::Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink)
    : GatewaySession({.heartbeat_s = settings.heartbeat_s,
                      .stale_after_ns = settings.stale_after_ns,
                      .lag = settings.lag}),
      settings_(settings),
      router_(settings, symbols, sink, counters_) {}

bool Handler::on_time(TimeNs now, feed::Outbox& out) {
  router_.on_time(now);
  return Base::on_time(now, out);
}

// The realtime port serves no resend, so what belongs to it says nothing here.
SessionMessage Handler::read_session(Bytes frame) const {
  const auto type = decode_header(frame).msg_type;
  if (type == kMsgBusinessReject || type == kMsgResend) {
    return {.kind = SessionMessage::Kind::other};
  }
  return read_session_message(frame);
}

std::optional<FeedCounter> Handler::on_application(Bytes frame, TimeNs now) {
  return router_.on_message(frame, now);
}

void Handler::on_heartbeat(Bytes frame, TimeNs now) {
  if (decode_header(frame).msg_type == kMsgChannelHeartbeat) {
    router_.on_channel_heartbeat(frame, now);
  }
}

}  // namespace indexcast::szse
