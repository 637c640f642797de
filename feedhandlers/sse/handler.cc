#include "feedhandlers/sse/handler.h"

#include "feedhandlers/common/china_stamp.h"
#include "feedhandlers/sse/encoder.h"

namespace indexcast::sse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Outbox;

namespace {

// A jump wider than a day's messages is no loss but a damaged number; following it would make every
// later message a step backwards.
constexpr std::uint64_t kMaxSequenceJump = 1'000'000'000;

}  // namespace

Handler::Handler(const Settings& settings, const Universe& universe, feed::EventSink& sink)
    : settings_(settings),
      events_(feed::Venue::sse, universe.instruments().size(), sink, counters_),
      normalizer_(settings, universe, events_) {}

void Handler::on_connected(TimeNs now, Outbox& out) {
  counters_.add(FeedCounter::connects);
  framer_.restart();
  watching_ = false;
  expected_sequence_ = 1;
  sent_sequence_ = 0;
  liveness_.start(now, settings_.heartbeat_s);
  enter(FeedState::connecting, now);
  encode_logon(next_stamp(now),
               {.sender_comp_id = settings_.sender_comp_id,
                .target_comp_id = settings_.target_comp_id,
                .heart_bt_int = settings_.heartbeat_s,
                .appl_ver_id = settings_.appl_ver_id},
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
    encode_heartbeat(next_stamp(now), out);
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
  const Header header = decode_header(frame);
  // Watched, a new session shows by its logon alone.
  if (out == nullptr && header.msg_type == kMsgLogon) expected_sequence_ = 0;
  if (!checksum_ok(frame) || !in_sequence(header.msg_seq_num)) {
    counters_.add(FeedCounter::malformed);
    return true;
  }
  liveness_.received(now);
  if (out == nullptr) enter(FeedState::live, now);
  switch (header.msg_type) {
    case kMsgLogon:
      return on_logon(frame, now);
    case kMsgLogout:
      return on_logout(frame, now, out);
    case kMsgHeartbeat:
      counters_.add(FeedCounter::heartbeats);
      return true;
    default:
      counters_.add(on_application(header, frame, now));
      return true;
  }
}

FeedCounter Handler::on_application(const Header& header, Bytes frame, TimeNs now) {
  // The gateway speaks S001 first (2.2); before that it has no business with prices.
  if (state_ != FeedState::live) return FeedCounter::rejected;
  switch (header.msg_type) {
    case kMsgSnapshot:
      return normalizer_.on_snapshot(header, frame, now);
    case kMsgMarketStatus:
      return normalizer_.on_market_status(header, frame, now);
    default:
      return FeedCounter::filtered;
  }
}

bool Handler::on_logon(Bytes frame, TimeNs now) {
  Logon logon;
  if (decode_logon(frame, logon) != DecodeError::none || logon.heart_bt_int == 0) {
    counters_.add(FeedCounter::malformed);
    return state_ == FeedState::live;
  }
  counters_.add(FeedCounter::session_messages);
  liveness_.set_interval(logon.heart_bt_int);
  enter(FeedState::live, now);
  return true;
}

// An answer to our logon that refuses it, or the gateway's own leave, which is answered (2.2).
bool Handler::on_logout(Bytes frame, TimeNs now, Outbox* out) {
  Logout logout;
  const bool decoded = decode_logout(frame, logout) == DecodeError::none;
  counters_.add(decoded ? FeedCounter::session_messages : FeedCounter::malformed);
  if (out == nullptr) return true;
  if (state_ == FeedState::live) encode_logout(next_stamp(now), {}, *out);
  return false;
}

// Numbers rise by one in each direction of a session (2.1). What a jump left out is lost: snapshots
// are not sent again, the next full image of a security replaces it.
bool Handler::in_sequence(std::uint64_t msg_seq_num) {
  if (expected_sequence_ == 0) expected_sequence_ = msg_seq_num;
  if (msg_seq_num < expected_sequence_) return false;
  const std::uint64_t missing = msg_seq_num - expected_sequence_;
  if (missing > kMaxSequenceJump) return false;
  if (missing != 0) {
    counters_.add(FeedCounter::gaps);
    counters_.add(FeedCounter::sequence_lost, missing);
  }
  counters_.add(FeedCounter::sequence_received);
  expected_sequence_ = msg_seq_num + 1;
  return true;
}

void Handler::enter(FeedState state, TimeNs now) {
  if (state_ == state) return;
  state_ = state;
  events_.feed_state(state, now);
}

Stamp Handler::next_stamp(TimeNs now) {
  liveness_.sent(now);
  return {.sending_time = feed::china_stamp(now), .msg_seq_num = ++sent_sequence_};
}

}  // namespace indexcast::sse
