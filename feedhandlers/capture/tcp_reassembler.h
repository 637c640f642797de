// Captured TCP segments -> the bytes of each direction, in order.
//
// Our own rather than libtins' StreamFollower, because a capture begins in the middle of a
// connection and loses segments: StreamFollower waits behind a hole until its buffer limit ends the
// stream, and cannot say where bytes are missing.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/packet_view.h"

namespace indexcast::feed {

// One direction of one connection. A number is used again after its flow has closed.
using FlowId = std::size_t;

// A run of bytes that follows the previous run of the same flow, or a hole.
struct StreamChunk {
  Bytes bytes;              // valid during the call
  TimeNs time;              // of the packet that made them deliverable
  std::size_t capture = 0;  // where the packet that carried them stands
  std::uint64_t number = 0;
  std::uint64_t offset = 0;  // of the first byte in the flow, missing bytes counted
  bool after_gap = false;    // bytes before these are missing, or the capture began in mid-stream
};

// Receives what the reassembler finds. Called in the order of the capture.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  // Whether this direction is worth following; asked once for each flow that appears.
  virtual bool wants(const SocketAddress& source, const SocketAddress& destination) = 0;
  virtual void on_opened(FlowId flow, const SocketAddress& source,
                         const SocketAddress& destination) = 0;
  virtual void on_chunk(FlowId flow, const StreamChunk& chunk) = 0;
  // FIN and everything before it, RST, or a new connection between the same ports.
  virtual void on_closed(FlowId flow, TimeNs time) = 0;
};

struct ReassemblerSettings {
  // How long a missing segment may still come, in capture time: a retransmission takes one round
  // trip or the sender's timer (200 ms on Linux), doubled twice.
  std::int64_t hole_wait_ns = kNsPerSecond;
  // Bytes held behind holes by one flow: a receive window of 4 MiB cannot hold more.
  std::size_t held_bytes_per_flow = 4 << 20;
  std::size_t held_bytes_total = 64 << 20;
  // Flows remembered at once; beyond it closed ones are forgotten, then new ones refused.
  std::size_t flows = 1 << 16;
};

// Every payload byte is in exactly one of the first five once flush() has run.
struct ReassemblerCounts {
  std::uint64_t delivered_bytes = 0;
  std::uint64_t repeated_bytes = 0;  // retransmissions and overlaps, dropped
  std::uint64_t unwanted_bytes = 0;  // of flows that the sink did not want
  std::uint64_t refused_bytes = 0;   // of flows beyond the limit
  std::uint64_t late_bytes = 0;      // new bytes after the end of their flow
  std::uint64_t missing_bytes = 0;   // holes that were given up: in no packet
  std::uint64_t gaps = 0;            // chunks that went out with after_gap
  std::uint64_t refused_segments = 0;
};

// Used by one thread. In-order segments are delivered from the packet itself, without a copy or an
// allocation; only what waits behind a hole is copied, within the limits of the settings. A hole is
// given up when the receiver acknowledged it (the capture, not the network, lost it), when it is
// older than hole_wait_ns, when a limit is reached, and at flush().
class TcpReassembler {
 public:
  explicit TcpReassembler(StreamSink& sink, ReassemblerSettings settings = {})
      : sink_(sink), settings_(settings) {}

  // `packet` is good and TCP.
  void on_segment(const CapturedPacket& packet);
  // Capture time passed without a segment.
  void on_time(TimeNs now);
  // The capture ended: everything held goes out.
  void flush(TimeNs now);

  const ReassemblerCounts& counts() const { return counts_; }

 private:
  struct FlowKey {
    std::uint64_t hosts = 0;
    std::uint32_t ports = 0;
    friend bool operator==(const FlowKey&, const FlowKey&) = default;
    template <class H>
    friend H AbslHashValue(H state, const FlowKey& key) {
      return H::combine(std::move(state), key.hosts, key.ports);
    }
  };
  struct HeldSegment {
    std::vector<std::byte> bytes;
    std::size_t capture = 0;
    std::uint64_t number = 0;
  };
  struct Flow {
    FlowKey key;
    bool open = false;
    bool after_gap = false;      // of the next chunk
    std::uint32_t next = 0;      // sequence number expected
    std::uint64_t position = 0;  // its offset in the flow
    bool fin_seen = false;
    std::uint64_t fin_position = 0;
    TimeNs hole_since;
    std::size_t held_bytes = 0;
    std::map<std::uint64_t, HeldSegment> held;  // by offset
  };

  static FlowKey key_of(const SocketAddress& source, const SocketAddress& destination);
  Flow* find_flow(const PacketView& view, TimeNs now);
  Flow* add_flow(const PacketView& view);
  bool make_room();
  void open_flow(Flow& flow, const PacketView& view);
  void close_flow(Flow& flow, TimeNs now);
  static void note_fin(Flow& flow, const PacketView& view);
  void take_payload(Flow& flow, const CapturedPacket& packet);
  void deliver(Flow& flow, Bytes bytes, TimeNs time, std::size_t capture, std::uint64_t number);
  void hold(Flow& flow, std::uint64_t offset, Bytes bytes, const CapturedPacket& packet);
  // Delivers what is held without a hole before it.
  void drain(Flow& flow, TimeNs now);
  void skip_hole(Flow& flow);
  void give_up_acknowledged(const CapturedPacket& packet);
  void give_up_all(Flow& flow, TimeNs now);
  void close_if_finished(Flow& flow, TimeNs now);
  FlowId id_of(const Flow& flow) const { return static_cast<FlowId>(&flow - flows_.data()); }

  StreamSink& sink_;
  ReassemblerSettings settings_;
  ReassemblerCounts counts_;
  absl::flat_hash_map<FlowKey, FlowId> by_key_;
  std::vector<Flow> flows_;
  std::vector<FlowId> free_;
  std::size_t held_bytes_ = 0;
  TimeNs next_check_;
};

}  // namespace indexcast::feed
