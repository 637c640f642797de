#include "feedhandlers/sse/handler.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/sse/encoder.h"

namespace indexcast::sse {
namespace {

// Meaning of the SessionStatus of an S002 for the next connection attempt (protocol notes 2.2).
struct LogoutRule {
  std::uint32_t first;
  std::uint32_t last;
  std::string_view meaning;
  feed::Reconnect::To to;
  bool severe;
};

constexpr std::array kLogoutRules{
    LogoutRule{0, 0, "normal", feed::Reconnect::To::next_gateway, false},
    LogoutRule{1, 999, "ordinary: connecting again helps", feed::Reconnect::To::same_gateway,
               false},
    LogoutRule{1000, 9999, "severe: another server", feed::Reconnect::To::next_gateway, true},
};

// The documents end at 9999; what lies beyond is not better than severe.
constexpr LogoutRule kUnknownLogout{10000, 0xffff'ffff, "unknown",
                                    feed::Reconnect::To::next_gateway, true};

constexpr const LogoutRule& rule_of_logout(std::uint32_t session_status) {
  for (const LogoutRule& rule : kLogoutRules) {
    if (session_status >= rule.first && session_status <= rule.last) return rule;
  }
  return kUnknownLogout;
}

}  // namespace

void SourceSwitch::on_gateway_state(FeedState state, bool by_security, TimeNs now) {
  gateway_ = state;
  gateway_by_security_ = by_security;
  if (by_security) {
    events_.feed_state_by_security(feed::kMainChannel, state, now);
    if (source() == Source::gateway) announce_whole(state, true, now);
    return;
  }
  events_.feed_state(feed::kMainChannel, state, now);
  if (state == FeedState::live) return take(Source::gateway, now);
  announce(now);
}

void SourceSwitch::on_gateway_data(TimeNs now) {
  gateway_data_ = now;
  if (gateway_ == FeedState::live) take(Source::gateway, now);
}

void SourceSwitch::on_file_state(FeedState state, TimeNs now) {
  if (file_ == state) return;
  file_ = state;
  events_.feed_state(kFileChannel, state, now);
  announce(now);
}

void SourceSwitch::on_time(TimeNs now, bool market_trades) {
  if (!has_file_ || source() == Source::file) return;
  const bool logged_on = gateway_ != FeedState::down && gateway_ != FeedState::connecting;
  if (gateway_data_.ns == 0 || (logged_on && !market_trades)) gateway_data_ = now;
  if (now - gateway_data_ >= fallback_after_ns_) take(Source::file, now);
}

void SourceSwitch::take(Source source, TimeNs now) {
  if (source != this->source()) {
    source_.store(source, std::memory_order_relaxed);
    counters_.add(feed::FeedCounter::source_switches);
    if (source == Source::gateway) {
      file_ = FeedState::down;
      events_.hand_over(kFileChannel, feed::kMainChannel, now);
    }
  }
  announce(now);
}

void SourceSwitch::announce(TimeNs now) {
  const bool of_file = source() == Source::file;
  const FeedState state = of_file ? file_ : gateway_;
  const bool by_security = !of_file && gateway_by_security_;
  if (state == whole_.load(std::memory_order_relaxed) && by_security == whole_by_security_) return;
  announce_whole(state, by_security, now);
}

void SourceSwitch::announce_whole(FeedState state, bool by_security, TimeNs now) {
  whole_.store(state, std::memory_order_relaxed);
  whole_by_security_ = by_security;
  if (by_security) return events_.feed_state_by_security(feed::kWholeFeed, state, now);
  events_.feed_state(feed::kWholeFeed, state, now);
}

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
