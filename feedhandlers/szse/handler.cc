#include "feedhandlers/szse/handler.h"

#include "feedhandlers/szse/encoder.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Outbox;

Handler::Handler(const Settings& settings, const Universe& universe, feed::EventSink& sink)
    : settings_(settings),
      events_(feed::Venue::szse, universe.instruments().size(), sink, counters_),
      normalizer_(settings, universe, events_) {}

void Handler::on_connected(TimeNs now, Outbox& out) {
  counters_.add(FeedCounter::connects);
  framer_.restart();
  watching_ = false;
  liveness_.start(now, settings_.heartbeat_s);
  enter(FeedState::connecting, now);
  encode_logon({.sender_comp_id = settings_.sender_comp_id,
                .target_comp_id = settings_.target_comp_id,
                .heart_bt_int = settings_.heartbeat_s,
                .password = settings_.password,
                .default_appl_ver_id = settings_.default_appl_ver_id},
               out);
}

bool Handler::on_bytes(Bytes bytes, TimeNs now, Outbox& out) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, bytes.size());
  Frames frames{*this, now, &out};
  return framer_.feed(bytes, frames);
}

bool Handler::on_time(TimeNs now, Outbox& out) {
  if (state_ == FeedState::down) return true;
  if (liveness_.peer_dead(now)) return false;
  if (state_ == FeedState::live && liveness_.heartbeat_due(now)) {
    encode_heartbeat(out);
    liveness_.sent(now);
  }
  return true;
}

void Handler::on_disconnected(TimeNs now) {
  counters_.add(FeedCounter::disconnects);
  if (framer_.restart()) counters_.add(FeedCounter::malformed);
  watching_ = false;
  enter(FeedState::down, now);
}

void Handler::on_captured(Bytes bytes, TimeNs now, bool after_gap) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, bytes.size());
  if ((!watching_ || after_gap) && framer_.lose_step()) counters_.add(FeedCounter::malformed);
  watching_ = true;
  Frames frames{*this, now, nullptr};
  framer_.feed(bytes, frames);
}

bool Handler::on_frame(Bytes frame, TimeNs now, Outbox* out) {
  if (!checksum_ok(frame)) {
    counters_.add(FeedCounter::malformed);
    return true;
  }
  liveness_.received(now);
  if (out == nullptr) enter(FeedState::live, now);
  switch (const Header header = decode_header(frame); header.msg_type) {
    case kMsgLogon:
      return on_logon(frame, now);
    case kMsgLogout:
      return on_logout(frame, now, out);
    case kMsgHeartbeat:
      counters_.add(FeedCounter::heartbeats);
      return true;
    case kMsgBusinessReject:
      counters_.add(FeedCounter::session_messages);
      return true;
    case kMsgChannelHeartbeat:
      on_channel_heartbeat(frame);
      return true;
    default:
      counters_.add(on_application(header, frame, now));
      return true;
  }
}

FeedCounter Handler::on_application(const Header& header, Bytes frame, TimeNs now) {
  // The gateway answers our logon first (1.4); before that it has no business with prices.
  if (state_ != FeedState::live) return FeedCounter::rejected;
  ++message_count_;
  switch (header.msg_type) {
    case kMsgSnapshot:
      return normalizer_.on_snapshot(frame, now, message_count_);
    case kMsgChannelStatistics:
      return normalizer_.on_channel_statistics(frame, now, message_count_);
    default:
      return FeedCounter::filtered;
  }
}

// It tells of tick channels, which an index does not need, and that the gateway lives.
void Handler::on_channel_heartbeat(Bytes frame) {
  ChannelHeartbeat heartbeat;
  const bool decoded = decode_channel_heartbeat(frame, heartbeat) == DecodeError::none;
  counters_.add(decoded ? FeedCounter::heartbeats : FeedCounter::malformed);
}

bool Handler::on_logon(Bytes frame, TimeNs now) {
  Logon logon;
  if (decode_logon(frame, logon) != DecodeError::none || logon.heart_bt_int <= 0) {
    counters_.add(FeedCounter::malformed);
    return state_ == FeedState::live;
  }
  counters_.add(FeedCounter::session_messages);
  liveness_.set_interval(logon.heart_bt_int);
  enter(FeedState::live, now);
  return true;
}

// An answer to our logon that refuses it, or the gateway's own leave, which is answered (1.4).
bool Handler::on_logout(Bytes frame, TimeNs now, Outbox* out) {
  Logout logout;
  const bool decoded = decode_logout(frame, logout) == DecodeError::none;
  counters_.add(decoded ? FeedCounter::session_messages : FeedCounter::malformed);
  if (out == nullptr) return true;
  if (state_ == FeedState::live) {
    encode_logout({.session_status = kLogoutComplete, .text = {}}, *out);
    liveness_.sent(now);
  }
  return false;
}

void Handler::enter(FeedState state, TimeNs now) {
  if (state_ == state) return;
  state_ = state;
  events_.feed_state(state, now);
}

}  // namespace indexcast::szse
