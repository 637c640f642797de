#include "feedhandlers/simulator/hkex_services/retransmission_session.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/simulator/hkex_services/hkex_raw_packet.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;

std::uint64_t stamp(TimeNs now) { return static_cast<std::uint64_t>(now.ns); }

// The only message of a packet: clients send one at a time (notes 1.5). Empty when it is not so.
feed::Bytes only_message(feed::Bytes packet, const hkex::PacketHeader& header) {
  feed::Bytes found;
  if (header.message_count != 1) return found;
  hkex::for_each_message(packet, header, [&](const hkex::MessageView& m) { found = m.bytes; });
  return found;
}

// Padded with NUL, unlike every other text (OMD-C 3.5.1): a name with other padding is a different
// name.
std::string name_of(std::string_view field) {
  const std::size_t end = std::min(field.find('\0'), field.size());
  const bool padded = field.find_first_not_of('\0', end) == std::string_view::npos;
  return std::string(padded ? field.substr(0, end) : field);
}

bool is(feed::Bytes message, std::uint16_t type, std::size_t size) {
  return message.size() >= size && wire::message::MsgType.of(message.data()) == type;
}

}  // namespace

RetransmissionSession::RetransmissionSession(RetransmissionState& state, TimeNs now)
    : state_(state),
      logon_deadline_(now + state.settings().logon_timeout_ns),
      next_heartbeat_(now + state.settings().heartbeat_ns) {}

RetransmissionSession::~RetransmissionSession() {
  if (user_) state_.log_off(*user_);
}

bool RetransmissionSession::end() {
  ++state_.counts().disconnects;
  return false;
}

bool RetransmissionSession::on_bytes(feed::Bytes bytes, TimeNs now, feed::Outbox& out) {
  received_.insert(received_.end(), bytes.begin(), bytes.end());
  std::size_t used = 0;
  bool open = !refused_;
  while (open && received_.size() - used >= wire::packet::kHeaderSize) {
    const feed::Bytes rest = feed::Bytes(received_).subspan(used);
    const std::size_t size = wire::packet::PktSize.of(rest.data());
    if (size < wire::packet::kHeaderSize || size > wire::packet::kSizeMax) return end();
    if (rest.size() < size) break;
    open = on_packet(rest.first(size), now);
    used += size;
  }
  received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(used));
  return release(now, out) && open;
}

bool RetransmissionSession::on_packet(feed::Bytes packet, TimeNs now) {
  hkex::PacketHeader header;
  if (hkex::check_packet(packet, header) != feed::DecodeError::none) return end();
  if (header.message_count == 0) {
    echo_deadline_.reset();
    return true;
  }
  const feed::Bytes message = only_message(packet, header);
  if (!user_) return on_logon(message, now);
  if (!is(message, wire::retransmission_request::kType, wire::retransmission_request::kSize)) {
    return end();
  }
  namespace request = wire::retransmission_request;
  on_request({request::ChannelID.of(message.data()), request::BeginSeqNum.of(message.data()),
              request::EndSeqNum.of(message.data())},
             now);
  return true;
}

bool RetransmissionSession::on_logon(feed::Bytes message, TimeNs now) {
  if (!is(message, wire::logon::kType, wire::logon::kSize)) return end();
  const std::string user = name_of(wire::logon::Username.of(message.data()));
  const std::uint8_t status = state_.log_on(user);
  HkexRawPacket packet(0, stamp(now));
  std::byte* response =
      packet.add_message(wire::logon_response::kType, wire::logon_response::kSize);
  wire::logon_response::SessionStatus.put(response, status);
  answer(packet.bytes(), now);
  if (status == kSessionActive) {
    user_ = user;
    ++state_.counts().logons;
    return true;
  }
  ++state_.counts().logons_refused;
  refused_ = true;
  return false;
}

std::uint8_t RetransmissionSession::refusal(const RetransmissionRange& range) {
  const std::uint8_t status = state_.check(range);
  if (status != kAccepted) return status;
  if (state_.strike(FaultKind::retransmission_over_quota, range.channel) != nullptr) {
    return kQuotaReached;
  }
  const Fault* refuse = state_.strike(FaultKind::retransmission_refuse, range.channel);
  return refuse == nullptr ? kAccepted : static_cast<std::uint8_t>(refuse->amount);
}

void RetransmissionSession::on_request(const RetransmissionRange& range, TimeNs now) {
  ++state_.counts().requests;
  if (state_.strike(FaultKind::retransmission_silent, range.channel) != nullptr) {
    ++state_.counts().ignored;
    return;
  }
  const std::uint8_t status = refusal(range);
  const std::size_t first = answers_.size();
  respond(range, status, now);
  if (status != kAccepted) {
    ++state_.counts().refused;
    // The server ends the session of a user whose requests are used up (OMD-C 4.3).
    answers_.back().closes = status == kQuotaReached;
    return;
  }
  serve(range, now);
  if (const Fault* cut = state_.strike(FaultKind::retransmission_disconnect, range.channel)) {
    cut_answer(first, cut->amount);
  }
}

void RetransmissionSession::respond(const RetransmissionRange& range, std::uint8_t status,
                                    TimeNs now) {
  namespace response = wire::retransmission_response;
  HkexRawPacket packet(0, stamp(now));
  std::byte* message = packet.add_message(response::kType, response::kSize);
  response::ChannelID.put(message, range.channel);
  response::RetransStatus.put(message, status);
  response::BeginSeqNum.put(message, range.begin);
  response::EndSeqNum.put(message, range.end);
  answer(packet.bytes(), now);
}

void RetransmissionSession::serve(const RetransmissionRange& range, TimeNs now) {
  std::int64_t wanted = std::int64_t{range.end} - range.begin + 1;
  if (const Fault* partial = state_.strike_partial(range.channel, wanted)) {
    wanted = partial->amount;
    ++state_.counts().partial;
  } else {
    ++state_.counts().served;
  }
  state_.counts().messages += static_cast<std::uint64_t>(wanted);
  if (wanted == 0) return;
  const Fault* slow = state_.strike(FaultKind::retransmission_slow, range.channel);
  const auto last = static_cast<std::uint32_t>(range.begin + wanted - 1);
  TimeNs due = now;
  for (auto& packet : state_.store().packets(range.channel, range.begin, last)) {
    if (slow != nullptr) due = due + slow->amount * kNsPerMs;
    answer(std::move(packet), due);
  }
}

// The connection ends after so many bytes of the answer that begins at `first`.
void RetransmissionSession::cut_answer(std::size_t first, std::int64_t bytes) {
  auto left = static_cast<std::size_t>(bytes);
  for (std::size_t i = first; i < answers_.size(); ++i) {
    if (answers_[i].bytes.size() < left) {
      left -= answers_[i].bytes.size();
      continue;
    }
    answers_[i].bytes.resize(left);
    answers_.resize(i + 1);
    break;
  }
  answers_.back().closes = true;
}

bool RetransmissionSession::release(TimeNs now, feed::Outbox& out) {
  while (!answers_.empty() && answers_.front().due <= now) {
    const Answer answer = std::move(answers_.front());
    answers_.pop_front();
    out.insert(out.end(), answer.bytes.begin(), answer.bytes.end());
    if (answer.closes) return end();
  }
  return true;
}

bool RetransmissionSession::on_time(TimeNs now, feed::Outbox& out) {
  if (!user_ && now >= logon_deadline_) return end();
  if (echo_deadline_ && now >= *echo_deadline_) return end();
  if (user_ && now >= next_heartbeat_) {
    const HkexRawPacket heartbeat(0, stamp(now));
    out.insert(out.end(), heartbeat.bytes().begin(), heartbeat.bytes().end());
    ++state_.counts().heartbeats;
    next_heartbeat_ = now + state_.settings().heartbeat_ns;
    echo_deadline_ = now + state_.settings().response_timeout_ns;
  }
  return release(now, out);
}

}  // namespace indexcast::sim
