// Finds the flows of a stream venue in a capture and decodes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/tcp_reassembler.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/frame_cutter.h"
#include "server/tools/decode/stream_protocol.h"

namespace indexcast::server {

// One direction of one connection. With no ports to go by it is on probation until a frame of the
// venue convinces; what it said until then is remembered, and comes out in its place when it is
// accepted. A flow that shows none within 64 KiB is foreign.
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
  // Bytes that turned out to be nobody's.
  std::uint64_t foreign_bytes() const { return accepted_ ? 0 : bytes_; }

  void on_frame(feed::Bytes frame, StreamPlace place) override;
  void on_malformed(std::size_t bytes, feed::DecodeError reason, StreamPlace place) override;
  void on_skipped(std::size_t bytes, StreamSkipReason reason, StreamPlace place) override;

 private:
  // Something that was said on probation: a frame that did not convince, or bytes with a reason.
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

class StreamDecoder final : private feed::StreamSink {
 public:
  // `ports` empty: every flow is looked at.
  StreamDecoder(feed::Venue venue, std::vector<std::uint16_t> ports, DecodeOutput& output)
      : protocol_(stream_protocol(venue)),
        ports_(std::move(ports)),
        output_(output),
        reassembler_(*this) {}

  void add(const feed::CapturedPacket& packet);
  // The captures have ended: closes the account of what the streams' packets held.
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
