#include "feedhandlers/sse/handler.h"

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/logout_rules.h"

namespace indexcast::sse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Outbox;
using feed::SessionMessage;

namespace {

using Kind = SessionMessage::Kind;

// A jump wider than a day's messages is no loss but a damaged number; following it would make every
// later message a step backwards.
constexpr std::uint64_t kMaxSequenceJump = 1'000'000'000;

}  // namespace

Handler::Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink)
    : GatewaySession({.heartbeat_s = settings.heartbeat_s,
                      .stale_after_ns = settings.stale_after_ns,
                      .lag = settings.lag}),
      settings_(settings),
      symbols_(symbols),
      events_(feed::Venue::sse, symbols.universe_size(), settings.image_period_ns, sink, counters_),
      normalizer_(settings, symbols, events_),
      sources_(settings, events_, counters_) {}

void Handler::begin_session(bool watched) {
  expected_sequence_ = watched ? 0 : 1;
  sent_sequence_ = 0;
}

void Handler::send_logon(TimeNs now, Outbox& out) {
  const Gateway& peer = feed::gateway_at(settings_.gateways, gateway());
  encode_logon(next_stamp(now),
               {.sender_comp_id = peer.sender_comp_id,
                .target_comp_id = peer.target_comp_id,
                .heart_bt_int = settings_.heartbeat_s,
                .appl_ver_id = settings_.appl_ver_id},
               out);
}

void Handler::send_heartbeat(TimeNs now, Outbox& out) { encode_heartbeat(next_stamp(now), out); }

// Both use SessionStatus 0: the interface defines no other normal end.
void Handler::send_logout(TimeNs now, feed::LogoutRole, Outbox& out) {
  encode_logout(next_stamp(now), {}, out);
}

SessionMessage Handler::read_session(Bytes frame) {
  switch (decode_header(frame).msg_type) {
    case kMsgLogon:
      return read_logon(frame);
    case kMsgLogout:
      return read_logout(frame);
    case kMsgHeartbeat:
      return {.kind = Kind::heartbeat};
    default:
      return {.kind = Kind::application};
  }
}

// Numbers rise by one in each direction of a session (2.1). What a jump left out is lost: snapshots
// are not sent again, the next full image of a security replaces it.
std::optional<std::uint64_t> Handler::follow_sequence(Bytes frame) {
  const std::uint64_t number = decode_header(frame).msg_seq_num;
  if (expected_sequence_ == 0) expected_sequence_ = number;
  if (number < expected_sequence_) return std::nullopt;
  const std::uint64_t missing = number - expected_sequence_;
  if (missing > kMaxSequenceJump) return std::nullopt;
  counters_.add(FeedCounter::sequence_received);
  expected_sequence_ = number + 1;
  return missing;
}

// Any names are accepted: IS120 does not define the names in the answer.
SessionMessage Handler::read_logon(Bytes frame) {
  Logon logon;
  if (decode_logon(frame, logon) != DecodeError::none || logon.heart_bt_int == 0) {
    return {.kind = Kind::malformed};
  }
  return {.kind = Kind::logon,
          .heartbeat_s = logon.heart_bt_int,
          .sender = logon.sender_comp_id,
          .target = logon.target_comp_id};
}

SessionMessage Handler::read_logout(Bytes frame) {
  Logout logout;
  if (decode_logout(frame, logout) != DecodeError::none) return {.kind = Kind::malformed};
  const LogoutRule& rule = rule_of_logout(logout.session_status);
  if (rule.severe) counters_.add(FeedCounter::logouts_severe);
  const bool refused = state() == FeedState::connecting;
  return {
      .kind = Kind::logout,
      .reconnect = {.to = rule.to, .wait_at_least_ns = refused ? settings_.refused_backoff_ns : 0},
      .status = logout.session_status,
      .meaning = rule.meaning,
      .text = logout.text};
}

// M101 says how the market is and comes whether anything is traded or not.
bool Handler::note_data(Bytes frame, TimeNs now, feed::StalenessMonitor& data) {
  const Header header = decode_header(frame);
  if (header.sending_time != sent_) {
    sent_ = header.sending_time;
    sent_time_ = stamps_.read(sent_);
  }
  if (sent_time_ && !data.believes(*sent_time_, now)) return false;
  if (header.msg_type == kMsgMarketStatus) return true;
  data.on_data(now);
  if (header.msg_type != kMsgSnapshot || !sent_time_) return true;
  data.on_exchange_time(*sent_time_, now);
  events_.on_image_time(*sent_time_);
  return true;
}

FeedCounter Handler::on_application(Bytes frame, TimeNs now) {
  sources_.on_gateway_data(now);
  const Header header = decode_header(frame);
  switch (header.msg_type) {
    case kMsgSnapshot:
      return normalizer_.on_snapshot(header, frame, now);
    case kMsgMarketStatus:
      return normalizer_.on_market_status(header, frame, now);
    default:
      return FeedCounter::filtered;
  }
}

Stamp Handler::next_stamp(TimeNs now) {
  return {.sending_time = feed::china_stamp(now), .msg_seq_num = ++sent_sequence_};
}

}  // namespace indexcast::sse
