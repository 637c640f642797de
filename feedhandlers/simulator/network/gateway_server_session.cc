#include "feedhandlers/simulator/network/gateway_server_session.h"

#include <utility>

namespace indexcast::sim {
namespace {

// Shanghai's gateway closes after about 5 s without a logon, and waits 5 s for the answer to a
// logout (SSE notes 2.2); Shenzhen leaves both times open and gets the same.
constexpr std::int64_t kPatienceNs = 5 * kNsPerSecond;

}  // namespace

GatewayServerSession::GatewayServerSession(std::unique_ptr<GatewayProtocol> protocol, TimeNs now,
                                           GatewayFaults* faults)
    : protocol_(std::move(protocol)),
      faults_(faults),
      stuck_(faults && faults->stuck()),
      deadline_(now + kPatienceNs) {}

bool GatewayServerSession::on_bytes(feed::Bytes bytes, TimeNs now, feed::Outbox& out) {
  if (stuck_) return true;
  received_.insert(received_.end(), bytes.begin(), bytes.end());
  std::size_t done = 0;
  bool open = true;
  while (open) {
    const feed::Bytes rest = feed::Bytes(received_).subspan(done);
    const feed::FrameScan scan = protocol_->scan(rest);
    if (scan.status == feed::FrameScan::Status::malformed) return false;
    if (scan.status == feed::FrameScan::Status::incomplete) break;
    const feed::Bytes frame = rest.first(scan.length);
    open = on_message(protocol_->read(frame), frame, now, out);
    done += scan.length;
  }
  received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(done));
  return open;
}

bool GatewayServerSession::on_message(const ClientMessage& message, feed::Bytes frame, TimeNs now,
                                      feed::Outbox& out) {
  liveness_.received(now);
  switch (state_) {
    case State::awaiting_logon:
      if (message.kind == ClientMessage::Kind::logon) return on_logon(message, now, out);
      state_ = State::refused;
      if (message.kind == ClientMessage::Kind::stranger) return false;
      protocol_->log_out("logon first", std::nullopt, now, out);
      return false;
    case State::live:
      if (message.kind == ClientMessage::Kind::request) {
        protocol_->answer(frame, out);
        if (faults_) answer_ms_ = faults_->resend_ms();
        liveness_.sent(now);
      }
      if (message.kind != ClientMessage::Kind::logout) return true;
      log_out("", now, out, protocol_->answer_status());
      return false;
    case State::leaving:
      return message.kind != ClientMessage::Kind::logout;
    case State::refused:
      return false;
  }
  return false;
}

bool GatewayServerSession::on_logon(const ClientMessage& message, TimeNs now, feed::Outbox& out) {
  if (!message.refusal.empty()) {
    state_ = State::refused;
    protocol_->log_out(message.refusal, std::nullopt, now, out);
    return false;
  }
  if (const auto code = faults_ ? faults_->refuse_logon() : std::nullopt) {
    state_ = State::refused;
    protocol_->log_out("not now", *code > 0 ? code : std::nullopt, now, out);
    return false;
  }
  liveness_.start(now, message.heartbeat_s);
  state_ = State::live;
  protocol_->accept_logon(now, out);
  return true;
}

bool GatewayServerSession::on_time(TimeNs now, feed::Outbox& out) {
  if (stuck_) return true;
  if (state_ != State::live) return now < deadline_;
  if (liveness_.peer_dead(now)) return false;
  if (liveness_.heartbeat_due(now)) {
    if (!faults_ || !faults_->heartbeat_missing()) protocol_->heartbeat(now, out);
    liveness_.sent(now);
  }
  return true;
}

bool GatewayServerSession::send(feed::Bytes message, TimeNs now, feed::Outbox& out) {
  if (state_ != State::live || stuck_) return true;
  liveness_.sent(now);
  if (faults_) return send_with_faults(message, out);
  protocol_->market_data(message, out);
  return true;
}

bool GatewayServerSession::send_with_faults(feed::Bytes message, feed::Outbox& out) {
  stuck_ = faults_->stuck();
  if (stuck_) return true;
  protocol_->skip_numbers(faults_->sequence_jump());
  const std::size_t begin = out.size();
  protocol_->market_data(message, out);
  // The checksum's low byte is the last of both protocols' messages.
  if (faults_->bad_checksum()) out.back() ^= std::byte{0x55};
  const auto cut = faults_->cut(out.size() - begin);
  if (cut) out.resize(begin + *cut);
  return !cut;
}

void GatewayServerSession::log_out(const std::string& text, TimeNs now, feed::Outbox& out,
                                   std::optional<std::int64_t> code) {
  if (state_ != State::live || stuck_) return;
  state_ = State::leaving;
  deadline_ = now + kPatienceNs;
  protocol_->log_out(text, code, now, out);
}

}  // namespace indexcast::sim
