#include "server/tools/decode/stream_decoder.h"

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
  cutter_.add(chunk.bytes, {chunk.number, chunk.offset, chunk.capture}, chunk.after_gap);
}

void FlowDecoder::finish() {
  if (accepted_ || bytes_ <= kProbation) cutter_.finish();
}

void FlowDecoder::on_frame(feed::Bytes frame, StreamPlace place) {
  if (!accepted_ && !protocol_.convincing(frame)) {
    remarks_.push_back({{frame.begin(), frame.end()}, frame.size(), "", false, place});
    return;
  }
  if (!accepted_) accept();
  protocol_.decode(frame, place, direction_, output_);
}

void FlowDecoder::on_malformed(std::size_t bytes, feed::DecodeError reason, StreamPlace place) {
  remark({{}, bytes, name_of(reason), true, place});
}

void FlowDecoder::on_skipped(std::size_t bytes, StreamSkipReason reason, StreamPlace place) {
  remark({{}, bytes, name_of(reason), false, place});
}

void FlowDecoder::remark(const Remark& remark) {
  if (!accepted_) {
    remarks_.push_back(remark);
  } else if (!remark.frame.empty()) {
    protocol_.decode(remark.frame, remark.place, direction_, output_);
  } else if (remark.malformed) {
    output_.malformed(remark.reason, remark.bytes, remark.place, direction_);
  } else {
    output_.skipped(remark.reason, remark.bytes, remark.place, direction_);
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
  const feed::ReassemblerCounts& counts = reassembler_.counts();
  const auto count = [&](std::string_view reason, std::uint64_t bytes) {
    output_.count_skipped(reason, bytes, bytes == 0 ? 0 : 1);
  };
  count("foreign", counts.unwanted_bytes);
  count("repeated", counts.repeated_bytes);
  count("refused", counts.refused_bytes);
  count("after_close", counts.late_bytes);
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
  const std::uint64_t foreign = flows_[flow]->foreign_bytes();
  output_.count_skipped("foreign", foreign, foreign == 0 ? 0 : 1);
  flows_[flow].reset();
}

}  // namespace indexcast::server
