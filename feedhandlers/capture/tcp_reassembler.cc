#include "feedhandlers/capture/tcp_reassembler.h"

#include <algorithm>

namespace indexcast::feed {
namespace {

// A sequence number further away than this belongs to another connection between the same ports
// (or follows a loss as large as a gateway's whole send buffer): the flow starts anew.
constexpr std::int32_t kPlausibleDistance = 16 << 20;

// What one held segment costs beside its bytes, so that many empty ones are bounded too.
constexpr std::size_t kHeldOverhead = 128;

// How often flows are searched for old holes, in capture time.
constexpr std::int64_t kCheckInterval = 100 * kNsPerMs;

std::int32_t distance(std::uint32_t from, std::uint32_t to) {
  return static_cast<std::int32_t>(to - from);
}

}  // namespace

TcpReassembler::FlowKey TcpReassembler::key_of(const SocketAddress& source,
                                               const SocketAddress& destination) {
  return {static_cast<std::uint64_t>(source.host) << 32 | destination.host,
          static_cast<std::uint32_t>(source.port) << 16 | destination.port};
}

void TcpReassembler::on_segment(const CapturedPacket& packet) {
  const PacketView& view = packet.view;
  if (held_bytes_ != 0 && (view.tcp_flags & kTcpAck) != 0) give_up_acknowledged(packet);
  if (Flow* flow = find_flow(view, packet.time)) {
    if ((view.tcp_flags & kTcpFin) != 0) note_fin(*flow, view);
    if (!view.payload.empty()) take_payload(*flow, packet);
    if ((view.tcp_flags & kTcpRst) != 0 && flow->open) {
      close_flow(*flow, packet.time);
    } else {
      close_if_finished(*flow, packet.time);
    }
  }
  on_time(packet.time);
}

// The segment's flow, opened or opened anew as the segment demands; null when nobody wants it.
TcpReassembler::Flow* TcpReassembler::find_flow(const PacketView& view, TimeNs now) {
  const bool syn = (view.tcp_flags & kTcpSyn) != 0;
  const auto it = by_key_.find(key_of(view.source, view.destination));
  if (it == by_key_.end()) {
    return syn || !view.payload.empty() ? add_flow(view) : nullptr;
  }
  Flow& flow = flows_[it->second];
  const std::int32_t ahead = distance(flow.next, view.tcp_sequence + (syn ? 1 : 0));
  const bool foreign = ahead > kPlausibleDistance || ahead < -kPlausibleDistance;
  const bool resumed = !flow.open && ahead >= 0;
  const bool restart =
      syn ? ahead != 0 || !flow.open : !view.payload.empty() && (foreign || resumed);
  if (restart) {
    close_flow(flow, now);
    open_flow(flow, view);
  }
  return &flow;
}

TcpReassembler::Flow* TcpReassembler::add_flow(const PacketView& view) {
  if (!sink_.wants(view.source, view.destination)) {
    counts_.unwanted_bytes += view.payload.size();
    return nullptr;
  }
  if (free_.empty() && flows_.size() == settings_.flows && !make_room()) {
    ++counts_.refused_segments;
    counts_.refused_bytes += view.payload.size();
    return nullptr;
  }
  if (free_.empty()) {
    free_.push_back(flows_.size());
    flows_.emplace_back();
  }
  Flow& flow = flows_[free_.back()];
  free_.pop_back();
  flow.key = key_of(view.source, view.destination);
  by_key_[flow.key] = id_of(flow);
  open_flow(flow, view);
  return &flow;
}

// Forgets the flows that have closed. They are kept until then, so that a late retransmission is
// not taken for a new connection.
bool TcpReassembler::make_room() {
  for (const Flow& flow : flows_) {
    if (flow.open) continue;
    by_key_.erase(flow.key);
    free_.push_back(id_of(flow));
  }
  return !free_.empty();
}

void TcpReassembler::open_flow(Flow& flow, const PacketView& view) {
  const bool syn = (view.tcp_flags & kTcpSyn) != 0;
  flow.open = true;
  flow.after_gap = !syn;
  flow.next = view.tcp_sequence + (syn ? 1 : 0);
  flow.position = 0;
  flow.fin_seen = false;
  sink_.on_opened(id_of(flow), view.source, view.destination);
}

// What is held goes out first, even beyond a FIN: a closed flow says nothing any more.
void TcpReassembler::close_flow(Flow& flow, TimeNs now) {
  if (!flow.open) return;
  give_up_all(flow, now);
  flow.open = false;
  sink_.on_closed(id_of(flow), now);
}

void TcpReassembler::note_fin(Flow& flow, const PacketView& view) {
  const std::int64_t end = static_cast<std::int64_t>(flow.position) +
                           distance(flow.next, view.tcp_sequence) +
                           static_cast<std::int64_t>(view.payload.size());
  flow.fin_seen = true;
  flow.fin_position = static_cast<std::uint64_t>(std::max<std::int64_t>(end, 0));
}

void TcpReassembler::take_payload(Flow& flow, const CapturedPacket& packet) {
  const PacketView& view = packet.view;
  Bytes bytes = view.payload;
  const std::uint32_t sequence = view.tcp_sequence + ((view.tcp_flags & kTcpSyn) != 0 ? 1 : 0);
  std::int32_t ahead = distance(flow.next, sequence);
  if (ahead < 0) {
    const std::size_t known = std::min(bytes.size(), static_cast<std::size_t>(-ahead));
    counts_.repeated_bytes += known;
    bytes = bytes.subspan(known);
    ahead = 0;
  }
  if (!flow.open) counts_.late_bytes += bytes.size();
  if (bytes.empty() || !flow.open) return;
  if (ahead > 0) {
    hold(flow, flow.position + static_cast<std::uint64_t>(ahead), bytes, packet);
    return;
  }
  deliver(flow, bytes, packet.time, packet.capture, packet.number);
  drain(flow, packet.time);
}

void TcpReassembler::deliver(Flow& flow, Bytes bytes, TimeNs time, std::size_t capture,
                             std::uint64_t number) {
  const StreamChunk chunk{bytes, time, capture, number, flow.position, flow.after_gap};
  counts_.gaps += flow.after_gap ? 1 : 0;
  counts_.delivered_bytes += bytes.size();
  flow.after_gap = false;
  flow.next += static_cast<std::uint32_t>(bytes.size());
  flow.position += bytes.size();
  sink_.on_chunk(id_of(flow), chunk);
}

void TcpReassembler::hold(Flow& flow, std::uint64_t offset, Bytes bytes,
                          const CapturedPacket& packet) {
  if (flow.held.empty()) flow.hole_since = packet.time;
  const auto [it, inserted] = flow.held.try_emplace(offset);
  HeldSegment& segment = it->second;
  if (!inserted && segment.bytes.size() >= bytes.size()) {
    counts_.repeated_bytes += bytes.size();
    return;
  }
  const std::size_t before = inserted ? 0 : segment.bytes.size() + kHeldOverhead;
  counts_.repeated_bytes += segment.bytes.size();
  segment = {{bytes.begin(), bytes.end()}, packet.capture, packet.number};
  const std::size_t added = bytes.size() + kHeldOverhead - before;
  flow.held_bytes += added;
  held_bytes_ += added;
  if (flow.held_bytes > settings_.held_bytes_per_flow || held_bytes_ > settings_.held_bytes_total) {
    give_up_all(flow, packet.time);
  }
}

void TcpReassembler::drain(Flow& flow, TimeNs now) {
  while (!flow.held.empty() && flow.held.begin()->first <= flow.position) {
    const auto node = flow.held.extract(flow.held.begin());
    const HeldSegment& segment = node.mapped();
    const std::size_t cost = segment.bytes.size() + kHeldOverhead;
    flow.held_bytes -= cost;
    held_bytes_ -= cost;
    const std::size_t known =
        std::min<std::size_t>(segment.bytes.size(), flow.position - node.key());
    counts_.repeated_bytes += known;
    const Bytes bytes = Bytes(segment.bytes).subspan(known);
    if (!bytes.empty()) deliver(flow, bytes, now, segment.capture, segment.number);
  }
  flow.hole_since = now;
}

// Moves on to the first held byte.
void TcpReassembler::skip_hole(Flow& flow) {
  const std::uint64_t missing = flow.held.begin()->first - flow.position;
  counts_.missing_bytes += missing;
  flow.next += static_cast<std::uint32_t>(missing);
  flow.position += missing;
  flow.after_gap = true;
}

// The segment acknowledges bytes of the other direction: what is acknowledged and not here will
// not come again.
void TcpReassembler::give_up_acknowledged(const CapturedPacket& packet) {
  const auto it = by_key_.find(key_of(packet.view.destination, packet.view.source));
  if (it == by_key_.end()) return;
  Flow& flow = flows_[it->second];
  while (!flow.held.empty()) {
    const auto hole = static_cast<std::int64_t>(flow.held.begin()->first - flow.position);
    if (distance(flow.next, packet.view.tcp_acknowledged) < hole) return;
    skip_hole(flow);
    drain(flow, packet.time);
  }
}

void TcpReassembler::give_up_all(Flow& flow, TimeNs now) {
  while (!flow.held.empty()) {
    skip_hole(flow);
    drain(flow, now);
  }
}

void TcpReassembler::close_if_finished(Flow& flow, TimeNs now) {
  if (flow.fin_seen && flow.position >= flow.fin_position) close_flow(flow, now);
}

void TcpReassembler::on_time(TimeNs now) {
  if (now < next_check_) return;
  next_check_ = now + kCheckInterval;
  if (held_bytes_ == 0) return;
  for (Flow& flow : flows_) {
    if (flow.held.empty() || now - flow.hole_since < settings_.hole_wait_ns) continue;
    give_up_all(flow, now);
    close_if_finished(flow, now);
  }
}

void TcpReassembler::flush(TimeNs now) {
  for (Flow& flow : flows_) {
    give_up_all(flow, now);
    close_if_finished(flow, now);
  }
}

}  // namespace indexcast::feed
