#include "feedhandlers/szse/resend_session.h"

#include "feedhandlers/szse/encoder.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;

ResendSession::ResendSession(const Settings& settings, TickSource& ticks,
                             feed::FeedCounters& counters)
    : GatewaySession({.heartbeat_s = settings.heartbeat_s}, &counters),
      settings_(settings),
      ticks_(ticks) {}

bool ResendSession::on_time(TimeNs now, feed::Outbox& out) {
  if (!Base::on_time(now, out)) return false;
  if (const auto request = ticks_.next_request(now)) encode_resend(*request, out);
  return true;
}

std::optional<FeedCounter> ResendSession::on_application(Bytes frame, TimeNs now) {
  switch (decode_header(frame).msg_type) {
    case kMsgTrade:
    case kMsgOrder:
      ticks_.on_tick(frame, TickSession::resend, now);
      return std::nullopt;
    case kMsgResend:
      return on_answer(frame, now);
    case kMsgBusinessReject:
      ticks_.on_refusal(now);
      return FeedCounter::session_messages;
    default:
      return FeedCounter::filtered;
  }
}

FeedCounter ResendSession::on_answer(Bytes frame, TimeNs now) {
  Resend answer;
  if (decode_resend(frame, answer) != DecodeError::none) return FeedCounter::malformed;
  ticks_.on_answer(answer, now);
  return FeedCounter::session_messages;
}

void ResendSession::on_state(FeedState state, bool, TimeNs now) {
  ticks_.on_resend_session(state != FeedState::down && state != FeedState::connecting, now);
}

}  // namespace indexcast::szse
