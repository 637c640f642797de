// Feeds captures to the feed handlers, packet by packet, in capture time.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/tcp_reassembler.h"
#include "feedhandlers/sequencing/datagram_handler.h"
#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::feed {

// The bytes that a gateway sent, to the handler of its venue. The handler outlives the replay.
struct StreamRoute {
  std::vector<Endpoint> gateways;
  StreamHandler* handler = nullptr;
};

// One line of one multicast channel.
struct DatagramRoute {
  Endpoint group;
  std::uint32_t channel = 0;
  Line line = Line::a;
  DatagramHandler* handler = nullptr;
};

struct ReplayRoutes {
  std::vector<StreamRoute> streams;
  std::vector<DatagramRoute> datagrams;
  // False: a gateway is known by its port alone, since captures come from other hosts than the
  // configured ones. An exact match of host and port always wins.
  bool match_gateway_hosts = false;
  // Capture time between two calls of on_time: half of the shortest wait a handler keeps (HKEX
  // reorder_wait_ns, 20 ms).
  std::int64_t tick_ns = 10 * kNsPerMs;
  // A gateway's connection that is silent for this long yields to another one of the same venue
  // (twice the default heartbeat, and some).
  std::int64_t flow_silence_ns = 10 * kNsPerSecond;
};

struct ReplayCounts {
  std::uint64_t datagrams = 0;  // given to a handler
  std::uint64_t datagram_bytes = 0;
  std::uint64_t stream_chunks = 0;  // given to a handler
  std::uint64_t stream_bytes = 0;
  std::uint64_t unrouted_packets = 0;  // good UDP that no route asks for
  // Of a second connection of a venue, while the first one was alive.
  std::uint64_t unfollowed_bytes = 0;
  std::uint64_t ticks = 0;
};

// Usage: `while (replay.step()) { ... replay.now() ... }`. Used by one thread; allocates nothing
// per datagram or in-order segment.
//
// A handler holds one session, so of several connections to a venue's gateways one is followed at a
// time: until it closes, or falls silent while another one speaks. Bytes after a hole reach the
// handler with `after_gap`.
class CaptureReplay : private StreamSink {
 public:
  // Hosts of `routes` are dotted IPv4 addresses; anything else never matches.
  CaptureReplay(CaptureSource source, const ReplayRoutes& routes);
  CaptureReplay(const CaptureReplay&) = delete;
  CaptureReplay& operator=(const CaptureReplay&) = delete;
  ~CaptureReplay() override = default;

  // Handles one packet, or lets one tick_ns pass. False: every capture has ended, everything held
  // was delivered, and a last second passed so that reorder windows closed.
  bool step();

  // Capture time, never backwards. Zero before the first step.
  TimeNs now() const { return now_; }

  const ReplayCounts& counts() const { return counts_; }
  const ReassemblerCounts& tcp_counts() const { return reassembler_.counts(); }
  const CaptureSource& source() const { return source_; }

 private:
  static constexpr std::size_t kNoStream = ~std::size_t{0};
  static constexpr FlowId kNoFlow = ~FlowId{0};

  struct Stream {
    StreamHandler* handler = nullptr;
    FlowId followed = kNoFlow;
    TimeNs last_bytes;
  };
  struct Gateway {
    bool host_known = false;
    SocketAddress address;
    std::size_t stream = 0;
  };
  struct Channel {
    std::uint32_t channel = 0;
    Line line = Line::a;
    DatagramHandler* handler = nullptr;
  };

  bool wants(const SocketAddress& source, const SocketAddress& destination) override;
  void on_opened(FlowId flow, const SocketAddress& source,
                 const SocketAddress& destination) override;
  void on_chunk(FlowId flow, const StreamChunk& chunk) override;
  void on_closed(FlowId flow, TimeNs time) override;

  void add_datagram_route(const DatagramRoute& route);
  std::size_t stream_of(const SocketAddress& gateway) const;
  void handle_packet();
  void handle_datagram(const PacketView& view);
  void tick();
  bool finish();
  bool follow(Stream& stream, FlowId flow);

  CaptureSource source_;
  TcpReassembler reassembler_;
  bool match_hosts_;
  std::int64_t tick_ns_;
  std::int64_t flow_silence_ns_;
  std::vector<Stream> streams_;
  std::vector<Gateway> gateways_;
  std::vector<std::size_t> stream_of_flow_;
  absl::flat_hash_map<std::uint64_t, Channel> channels_;  // by host and port of the group
  std::vector<DatagramHandler*> datagram_handlers_;
  ReplayCounts counts_;
  CapturedPacket packet_;
  bool pending_ = false;
  bool finished_ = false;
  TimeNs now_;
  TimeNs next_tick_;
  Outbox discarded_;  // what handlers would send: nobody listens in a capture
};

}  // namespace indexcast::feed
