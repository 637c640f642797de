#include "feedhandlers/capture/capture_replay.h"

#include <algorithm>
#include <utility>

namespace indexcast::feed {
namespace {

// A silence longer than this passes in one tick: the night between two captures, or a clock that
// was set.
constexpr std::int64_t kLongSilence = 3600 * kNsPerSecond;

// Longer than any reorder window, shorter than any liveness limit.
constexpr std::int64_t kFinalWait = kNsPerSecond;

constexpr std::uint64_t pack(const SocketAddress& address) {
  return static_cast<std::uint64_t>(address.host) << 16 | address.port;
}

}  // namespace

CaptureReplay::CaptureReplay(CaptureSource source, const ReplayRoutes& routes)
    : source_(std::move(source)),
      reassembler_(*this),
      match_hosts_(routes.match_gateway_hosts),
      tick_ns_(std::max<std::int64_t>(routes.tick_ns, 1)),
      flow_silence_ns_(routes.flow_silence_ns) {
  for (const StreamRoute& route : routes.streams) {
    for (const Endpoint& endpoint : route.gateways) {
      Gateway gateway{false, {0, endpoint.port}, streams_.size()};
      gateway.host_known = parse_host(endpoint.host, gateway.address.host);
      gateways_.push_back(gateway);
    }
    streams_.push_back({route.handler, kNoFlow, {}});
  }
  for (const DatagramRoute& route : routes.datagrams) add_datagram_route(route);
}

void CaptureReplay::add_datagram_route(const DatagramRoute& route) {
  SocketAddress group{0, route.group.port};
  if (!parse_host(route.group.host, group.host)) return;
  channels_[pack(group)] = {route.channel, route.line, route.handler};
  const auto known = std::find(datagram_handlers_.begin(), datagram_handlers_.end(), route.handler);
  if (known == datagram_handlers_.end()) datagram_handlers_.push_back(route.handler);
}

bool CaptureReplay::step() {
  if (finished_) return false;
  if (!pending_) {
    if (!source_.next(packet_)) return finish();
    pending_ = true;
    if (next_tick_.ns == 0) next_tick_ = packet_.time + tick_ns_;
  }
  if (packet_.time >= next_tick_) {
    tick();
  } else {
    handle_packet();
  }
  return true;
}

void CaptureReplay::tick() {
  now_ = packet_.time - next_tick_ > kLongSilence ? packet_.time : next_tick_;
  next_tick_ = now_ + tick_ns_;
  ++counts_.ticks;
  reassembler_.on_time(now_);
  for (const Stream& stream : streams_) {
    stream.handler->on_time(now_, discarded_);
    discarded_.clear();
  }
  for (DatagramHandler* handler : datagram_handlers_) handler->on_time(now_);
}

bool CaptureReplay::finish() {
  finished_ = true;
  if (next_tick_.ns == 0) return false;
  reassembler_.flush(now_);
  packet_.time = next_tick_ = now_ + kFinalWait;
  tick();
  return true;
}

void CaptureReplay::handle_packet() {
  pending_ = false;
  now_ = std::max(now_, packet_.time);
  packet_.time = now_;
  if (packet_.verdict != PacketVerdict::good) return;
  if (packet_.view.transport == IpProtocol::udp) {
    handle_datagram(packet_.view);
  } else if (!streams_.empty()) {
    reassembler_.on_segment(packet_);
  }
}

void CaptureReplay::handle_datagram(const PacketView& view) {
  const auto it = channels_.find(pack(view.destination));
  if (it == channels_.end()) {
    ++counts_.unrouted_packets;
    return;
  }
  ++counts_.datagrams;
  counts_.datagram_bytes += view.payload.size();
  const Channel& channel = it->second;
  channel.handler->on_datagram(channel.channel, channel.line, view.payload, now_);
}

std::size_t CaptureReplay::stream_of(const SocketAddress& address) const {
  std::size_t by_port = kNoStream;
  for (const Gateway& gateway : gateways_) {
    if (gateway.address.port != address.port) continue;
    if (gateway.host_known && gateway.address.host == address.host) return gateway.stream;
    if (by_port == kNoStream) by_port = gateway.stream;
  }
  return match_hosts_ ? kNoStream : by_port;
}

bool CaptureReplay::wants(const SocketAddress& source, const SocketAddress& destination) {
  static_cast<void>(destination);
  return stream_of(source) != kNoStream;
}

void CaptureReplay::on_opened(FlowId flow, const SocketAddress& source,
                              const SocketAddress& destination) {
  static_cast<void>(destination);
  if (flow >= stream_of_flow_.size()) stream_of_flow_.resize(flow + 1, kNoStream);
  stream_of_flow_[flow] = stream_of(source);
}

void CaptureReplay::on_chunk(FlowId flow, const StreamChunk& chunk) {
  Stream& stream = streams_[stream_of_flow_[flow]];
  const bool switched = stream.followed != flow;
  if (switched && !follow(stream, flow)) {
    counts_.unfollowed_bytes += chunk.bytes.size();
    return;
  }
  stream.last_bytes = now_;
  ++counts_.stream_chunks;
  counts_.stream_bytes += chunk.bytes.size();
  // A flow that was not followed from its first byte begins somewhere inside a frame.
  stream.handler->on_captured(chunk.bytes, now_,
                              chunk.after_gap || (switched && chunk.offset != 0));
}

bool CaptureReplay::follow(Stream& stream, FlowId flow) {
  if (stream.followed != kNoFlow) {
    if (now_ - stream.last_bytes < flow_silence_ns_) return false;
    stream.handler->on_disconnected(now_);
  }
  stream.followed = flow;
  return true;
}

void CaptureReplay::on_closed(FlowId flow, TimeNs time) {
  static_cast<void>(time);
  Stream& stream = streams_[stream_of_flow_[flow]];
  if (stream.followed != flow) return;
  stream.handler->on_disconnected(now_);
  stream.followed = kNoFlow;
}

}  // namespace indexcast::feed
