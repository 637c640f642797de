// Finds the TCP flows of a venue in a capture and decodes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/tcp_reassembler.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/transport/bytes.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/frame_cutter.h"

namespace indexcast::server {

// Framing and decoding of a venue's streams.
struct StreamProtocol {
  VenueFraming framing;
  // Returns whether an intact frame identifies its flow as the venue's.
  bool (*convincing)(feed::Bytes frame) = nullptr;
  // Writes the messages of an intact frame.
  void (*decode)(feed::Bytes frame, StreamPlace place, const Direction& direction,
                 DecodeOutput& output) = nullptr;
};

// Returns the protocol of the gateways of SSE or SZSE, or of HKEX's retransmission service.
const StreamProtocol& stream_protocol(feed::Venue venue);

// Decodes one direction of one connection. Without requested ports, keeps the flow's results back
// until a frame identifies the venue, then writes them in order. A flow without such a frame in its
// first 64 KiB is foreign.
class FlowDecoder final : public FrameListener {
 public:
  FlowDecoder(const StreamProtocol& protocol, DecodeOutput& output, Direction direction,
              bool accepted)
      : protocol_(protocol),
        output_(output),
        direction_(std::move(direction)),
        accepted_(accepted),
        cutter_(protocol.framing, *this) {}

  void add(const feed::StreamChunk& chunk);
  void finish();
  // Returns all bytes of the flow if no frame identified the venue, otherwise 0.
  std::uint64_t foreign_bytes() const { return accepted_ ? 0 : bytes_; }

  void on_frame(feed::Bytes frame, StreamPlace place) override;
  void on_malformed(std::size_t bytes, feed::DecodeError reason, StreamPlace place) override;
  void on_skipped(std::size_t bytes, StreamSkipReason reason, StreamPlace place) override;

 private:
  // A result that is kept back: a frame that does not identify the venue, or bytes with a reason.
  struct Remark {
    std::vector<std::byte> frame;
    std::size_t bytes = 0;
    std::string_view reason;
    bool malformed = false;
    StreamPlace place;
  };
  void remark(const Remark& remark);
  void accept();

  const StreamProtocol& protocol_;
  DecodeOutput& output_;
  Direction direction_;
  bool accepted_;
  std::uint64_t bytes_ = 0;
  std::vector<Remark> remarks_;
  FrameCutter cutter_;
};

// Reassembles the TCP streams of a capture and decodes the venue's flows. One thread.
class StreamDecoder final : private feed::StreamSink {
 public:
  // Without `ports`, examines every flow.
  StreamDecoder(feed::Venue venue, std::vector<std::uint16_t> ports, DecodeOutput& output)
      : protocol_(stream_protocol(venue)),
        ports_(std::move(ports)),
        output_(output),
        reassembler_(*this) {}

  void add(const feed::CapturedPacket& packet);
  // Ends all flows and counts the bytes that no flow decoded. Called at the end of the captures.
  void finish(TimeNs now);

  const feed::ReassemblerCounts& tcp_counts() const { return reassembler_.counts(); }

 private:
  bool wants(const feed::SocketAddress& source, const feed::SocketAddress& destination) override;
  void on_opened(feed::FlowId flow, const feed::SocketAddress& source,
                 const feed::SocketAddress& destination) override;
  void on_chunk(feed::FlowId flow, const feed::StreamChunk& chunk) override;
  void on_closed(feed::FlowId flow, TimeNs time) override;
  void retire(feed::FlowId flow);

  const StreamProtocol& protocol_;
  std::vector<std::uint16_t> ports_;
  DecodeOutput& output_;
  std::vector<std::unique_ptr<FlowDecoder>> flows_;
  feed::TcpReassembler reassembler_;
};

}  // namespace indexcast::server
