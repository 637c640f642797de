#include "feedhandlers/hkex/retransmission_client.h"

#include <algorithm>
#include <limits>

#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/find_message.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::FrameScan;

// SessionStatus of message 102 and RetransStatus of message 202, notes 1.5.
constexpr std::uint8_t kSessionActive = 0;
constexpr std::uint8_t kAlreadyConnected = 100;
constexpr std::uint8_t kAccepted = 0;
constexpr std::uint8_t kRangeTooLong = 100;
constexpr std::uint8_t kQuotaReached = 101;

void append(feed::Outbox& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// In requests SeqNum and SendTime are 0 and MsgCount is 1.
template <class Message>
void send(const Message& message, feed::Outbox& out) {
  PacketBuilder packet(0, TimeNs{});
  packet.add(message);
  append(out, packet.bytes());
}

// Whether a packet of `size` bytes may begin with `bytes`, which hold at least its header unless it
// is shorter than one.
bool is_plausible(Bytes bytes, std::size_t size) {
  if (size < wire::packet::kHeaderSize || size > wire::packet::kSizeMax) return false;
  std::size_t at = wire::packet::kHeaderSize;
  for (std::size_t left = wire::packet::MsgCount.of(bytes.data()); left > 0; --left) {
    if (bytes.size() - at < wire::message::kHeaderSize)
      return size - at >= wire::message::kHeaderSize * left;
    const std::size_t message = wire::message::MsgSize.of(bytes.data() + at);
    if (message < wire::message::kHeaderSize || message > size - at) return false;
    at += message;
    if (at > bytes.size()) return size - at >= wire::message::kHeaderSize * (left - 1);
  }
  return at == size;
}

}  // namespace

// Nothing but its own shape tells a packet from other bytes, so whatever has arrived of it is
// walked: a length that is believed wrongly would swallow the packets behind it.
FrameScan RetransmissionProtocol::scan(Bytes bytes) {
  if (bytes.size() < wire::packet::kHeaderSize) return {};
  const std::size_t size = wire::packet::PktSize.of(bytes.data());
  if (!is_plausible(bytes.first(std::min(size, bytes.size())), size)) {
    return {FrameScan::Status::malformed, 1, DecodeError::bad_length};
  }
  const bool whole = size <= bytes.size();
  return {whole ? FrameScan::Status::complete : FrameScan::Status::incomplete, size,
          DecodeError::none};
}

bool RetransmissionProtocol::intact(Bytes frame) {
  PacketHeader header;
  return check_packet(frame, header) == DecodeError::none;
}

RetransmissionClient::RetransmissionClient(const RetransmissionSettings& settings,
                                           RetransmissionSink& sink, feed::FeedCounters& counters)
    : settings_(settings), sink_(sink), counters_(counters) {
  queue_.reserve(kMaxWaiting);
}

bool RetransmissionClient::has_quota(TimeNs now) {
  if (!now_is_today(now)) {
    today_ = china_date(now);
    sent_today_ = 0;
    quota_reached_ = false;
  }
  return !quota_reached_ && sent_today_ < settings_.requests_per_day;
}

RequestId RetransmissionClient::request(std::uint32_t channel, feed::NumberRange range,
                                        TimeNs now) {
  constexpr std::uint64_t kNumberMax = std::numeric_limits<std::uint32_t>::max();
  if (range.begin >= range.end || range.end > kNumberMax + 1) return kNoRequest;
  if (queue_.size() == kMaxWaiting || !has_quota(now)) return kNoRequest;
  if (++last_id_ == kNoRequest) ++last_id_;
  queue_.push_back(
      {last_id_, channel, range.begin, range.end, 0, false, settings_.messages_per_request});
  return last_id_;
}

// A request under way is still answered; its packets then count as duplicates.
void RetransmissionClient::cancel(RequestId id) {
  const auto at = std::find_if(queue_.begin(), queue_.end(),
                               [id](const Request& request) { return request.id == id; });
  if (at == queue_.end()) return;
  if (at == queue_.begin() && page_.sent) {
    at->cancelled = true;
  } else {
    queue_.erase(at);
  }
}

void RetransmissionClient::on_connected(TimeNs now, feed::Outbox& out) {
  counters_.add(FeedCounter::connects);
  framer_.restart();
  garbled_ = false;
  connected_elsewhere_ = false;
  state_ = FeedState::connecting;
  connected_at_ = received_at_ = now;
  Logon logon;
  // Padded with NUL, unlike every other text (OMD-C 3.5.1).
  logon.username.characters.fill('\0');
  std::copy_n(settings_.username.begin(),
              std::min(settings_.username.size(), logon.username.characters.size()),
              logon.username.characters.begin());
  send(logon, out);
}

bool RetransmissionClient::on_bytes(Bytes bytes, TimeNs now, feed::Outbox& out) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, bytes.size());
  received_at_ = now;
  FrameSink sink{*this, now, &out};
  if (!framer_.feed(bytes, sink) || garbled_) return false;
  send_next(now, out);
  return true;
}

feed::Reconnect RetransmissionClient::reconnect() const {
  if (!connected_elsewhere_) return {};
  return {feed::Reconnect::To::next_gateway,
          settings_.heartbeat_ns + settings_.response_timeout_ns};
}

void RetransmissionClient::on_captured(Bytes bytes, TimeNs now, bool after_gap) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, bytes.size());
  if (after_gap && framer_.lose_step()) counters_.add(FeedCounter::malformed);
  FrameSink sink{*this, now, nullptr};
  framer_.feed(bytes, sink);
}

bool RetransmissionClient::on_time(TimeNs now, feed::Outbox& out) {
  switch (state_) {
    case FeedState::connecting:
      return now - connected_at_ < settings_.logon_timeout_ns;
    case FeedState::live:
      if (now - received_at_ > 2 * settings_.heartbeat_ns) return false;
      if (page_.sent && now - progress_at_ >= settings_.response_timeout_ns) return false;
      send_next(now, out);
      return true;
    default:
      return true;
  }
}

void RetransmissionClient::on_disconnected(TimeNs now) {
  counters_.add(FeedCounter::disconnects);
  if (framer_.restart()) counters_.add(FeedCounter::malformed);
  state_ = FeedState::down;
  if (!page_.sent) return;
  page_ = {};
  Request& request = queue_.front();
  if (request.cancelled) {
    queue_.erase(queue_.begin());
  } else if (++request.failures >= settings_.servers.size()) {
    finish(RetransmissionOutcome::failed, now);
  }
}

// False ends the session.
bool RetransmissionClient::on_packet(Bytes packet, TimeNs now, feed::Outbox* out) {
  PacketHeader header;
  if (check_packet(packet, header) != DecodeError::none) {
    on_garbage();
    return out == nullptr;
  }
  if (header.message_count == 0) {
    counters_.add(FeedCounter::heartbeats);
    if (out != nullptr) append(*out, packet);
    return true;
  }
  if (const auto logon = find_message<LogonResponse>(packet, header)) {
    counters_.add(FeedCounter::session_messages);
    return out == nullptr || on_logon_response(*logon, now);
  }
  if (const auto response = find_message<RetransmissionResponse>(packet, header)) {
    counters_.add(FeedCounter::session_messages);
    on_response(*response, now);
  } else {
    on_data(header, packet, now);
  }
  return true;
}

void RetransmissionClient::on_garbage() {
  counters_.add(FeedCounter::malformed);
  garbled_ = true;
}

bool RetransmissionClient::on_logon_response(const LogonResponse& response, TimeNs) {
  if (response.session_status != kSessionActive) {
    counters_.add(FeedCounter::logons_refused);
    connected_elsewhere_ = response.session_status == kAlreadyConnected;
    return false;
  }
  state_ = FeedState::live;
  return true;
}

// In a capture the request came from another client, or from a handler with the same gap; its
// answer then serves this one.
void RetransmissionClient::on_response(const RetransmissionResponse& response, TimeNs now) {
  if (response.retrans_status == kAccepted) streaming_channel_ = response.channel_id;
  const bool ours = !queue_.empty() && queue_.front().channel == response.channel_id &&
                    (page_.sent || state_ == FeedState::down);
  if (!ours) return;
  if (response.retrans_status == kAccepted) {
    accept(response, now);
  } else {
    refuse(response.retrans_status, now);
  }
}

void RetransmissionClient::accept(const RetransmissionResponse& response, TimeNs now) {
  const std::uint64_t end = std::uint64_t{response.end_seq_num} + 1;
  page_.end = page_.sent ? std::min(page_.end, end) : end;
  page_.sent = true;
  page_.accepted = true;
  progress_at_ = now;
}

void RetransmissionClient::refuse(std::uint8_t status, TimeNs now) {
  Request& request = queue_.front();
  const std::uint64_t asked = page_.end - request.next;
  const bool split = status == kRangeTooLong && page_.sent && asked > 1 && !request.cancelled;
  page_ = {};
  if (split) {
    request.page_max = asked / 2;
    return;
  }
  if (status != kQuotaReached) return finish(RetransmissionOutcome::refused, now);
  has_quota(now);
  quota_reached_ = true;
  while (!queue_.empty()) finish(RetransmissionOutcome::quota_reached, now);
}

void RetransmissionClient::on_data(const PacketHeader& header, Bytes packet, TimeNs now) {
  progress_at_ = now;
  const bool ours = page_.accepted && !queue_.empty();
  if (streaming_channel_ == 0 || (ours && queue_.front().cancelled)) {
    counters_.add(FeedCounter::duplicate, header.message_count);
  } else {
    sink_.on_retransmitted(streaming_channel_, header, packet, now);
  }
  if (ours) advance(std::uint64_t{header.sequence} + header.message_count, now);
}

void RetransmissionClient::advance(std::uint64_t reached, TimeNs now) {
  Request& request = queue_.front();
  if (reached > request.next) {
    request.next = reached;
    request.failures = 0;
    page_.advanced = true;
  }
  if (request.next >= page_.end) finish_page(now);
}

// A server that answers with less than was asked for is asked for the rest, unless it gave nothing.
void RetransmissionClient::finish_page(TimeNs now) {
  const Request& request = queue_.front();
  const bool advanced = page_.advanced;
  page_ = {};
  if (request.next >= request.end || request.cancelled) {
    finish(RetransmissionOutcome::complete, now);
  } else if (!advanced) {
    finish(RetransmissionOutcome::failed, now);
  }
}

void RetransmissionClient::finish(RetransmissionOutcome outcome, TimeNs now) {
  const Request request = queue_.front();
  queue_.erase(queue_.begin());
  if (outcome != RetransmissionOutcome::complete) {
    counters_.add(FeedCounter::retransmission_refused);
  }
  if (!request.cancelled) sink_.on_request_done(request.channel, request.id, outcome, now);
}

void RetransmissionClient::send_next(TimeNs now, feed::Outbox& out) {
  if (state_ != FeedState::live || page_.sent) return;
  while (!queue_.empty() && !has_quota(now)) finish(RetransmissionOutcome::quota_reached, now);
  if (!queue_.empty()) send_page(now, out);
}

void RetransmissionClient::send_page(TimeNs now, feed::Outbox& out) {
  const Request& request = queue_.front();
  page_ = {};
  page_.sent = true;
  page_.end = std::min(request.end, request.next + request.page_max);
  progress_at_ = now;
  ++sent_today_;
  counters_.add(FeedCounter::retransmission_requests);
  send(RetransmissionRequest{static_cast<std::uint16_t>(request.channel),
                             static_cast<std::uint32_t>(request.next),
                             static_cast<std::uint32_t>(page_.end - 1)},
       out);
}

}  // namespace indexcast::hkex
