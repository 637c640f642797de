#include "server/cli/stream_decoder.h"

#include <algorithm>

namespace indexcast::server {
namespace {

// Eight of the longest SSE messages, or the longest of SZSE: a stream joined in its middle shows a
// whole frame by then.
constexpr std::uint64_t kProbation = 64 << 10;

}  // namespace

void FlowDecoder::add(const feed::StreamChunk& chunk) {
  bytes_ += chunk.bytes.size();
  if (!accepted_ && bytes_ - chunk.bytes.size() > kProbation) return;
  cutter_.add(chunk.bytes, {chunk.number, chunk.offset}, chunk.after_gap);
}

void FlowDecoder::finish() {
  if (accepted_ || bytes_ <= kProbation) cutter_.finish();
}

void FlowDecoder::on_frame(feed::Bytes frame, StreamPlace place) {
  const MessageHead head = protocol_.head(frame);
  if (!accepted_) accept();
  if (head.error != feed::DecodeError::none) {
    output_.malformed(name_of(head.error), frame.size(), place, direction_);
    return;
  }
  output_.message(head, frame.size(), place, direction_,
                  [&](feed::FieldSink& sink) { protocol_.describe(frame, sink); });
}

void FlowDecoder::on_malformed(std::size_t bytes, feed::DecodeError reason, StreamPlace place) {
  remark({bytes, reason, place});
}

void FlowDecoder::on_skipped(std::size_t bytes, StreamPlace place) {
  remark({bytes, feed::DecodeError::none, place});
}

void FlowDecoder::remark(const Remark& remark) {
  if (!accepted_) {
    remarks_.push_back(remark);
  } else if (remark.reason == feed::DecodeError::none) {
    output_.skipped(remark.bytes, remark.place, direction_);
  } else {
    output_.malformed(name_of(remark.reason), remark.bytes, remark.place, direction_);
  }
}

void FlowDecoder::accept() {
  accepted_ = true;
  for (const Remark& earlier : remarks_) remark(earlier);
  remarks_.clear();
}

void StreamDecoder::add(const feed::CapturedPacket& packet) { reassembler_.on_segment(packet); }

void StreamDecoder::finish(TimeNs now) {
  reassembler_.flush(now);
  for (feed::FlowId flow = 0; flow < flows_.size(); ++flow) retire(flow);
}

bool StreamDecoder::wants(const feed::SocketAddress& source,
                          const feed::SocketAddress& destination) {
  const auto is_ours = [&](std::uint16_t port) {
    return port == source.port || port == destination.port;
  };
  return ports_.empty() || std::any_of(ports_.begin(), ports_.end(), is_ours);
}

void StreamDecoder::on_opened(feed::FlowId flow, const feed::SocketAddress& source,
                              const feed::SocketAddress& destination) {
  if (flow >= flows_.size()) flows_.resize(flow + 1);
  flows_[flow] = std::make_unique<FlowDecoder>(
      protocol_, output_, Direction{to_string(source), to_string(destination)}, !ports_.empty());
}

void StreamDecoder::on_chunk(feed::FlowId flow, const feed::StreamChunk& chunk) {
  flows_[flow]->add(chunk);
}

void StreamDecoder::on_closed(feed::FlowId flow, TimeNs time) {
  static_cast<void>(time);
  retire(flow);
}

void StreamDecoder::retire(feed::FlowId flow) {
  if (!flows_[flow]) return;
  flows_[flow]->finish();
  foreign_bytes_ += flows_[flow]->foreign_bytes();
  flows_[flow].reset();
}

}  // namespace indexcast::server
