#include "server/tools/decode/stream_decoder.h"

#include <algorithm>

#include "feedhandlers/hkex/retransmission_client.h"
#include "feedhandlers/sse/describe.h"
#include "feedhandlers/szse/describe.h"
#include "server/tools/decode/datagram_decoder.h"

namespace indexcast::server {

namespace {

// For SSE and SZSE, whose checksum covers the whole frame.
bool checksum_convinces(feed::Bytes) { return true; }

MessageHead sse_head(feed::Bytes frame) {
  const sse::Header header = sse::decode_header(frame);
  return {std::string(feed::text_at(frame.data(), 4)),
          sse::type_name(header.msg_type),
          sse::has_table(header.msg_type),
          header.msg_seq_num,
          true,
          sse::validate(frame)};
}

MessageHead szse_head(feed::Bytes frame) {
  const szse::Header header = szse::decode_header(frame);
  return {std::to_string(header.msg_type),
          szse::type_name(header.msg_type),
          szse::has_table(header.msg_type),
          0,
          false,
          szse::validate(frame)};
}

template <MessageHead (*kHead)(feed::Bytes), void (*kDescribe)(feed::Bytes, feed::FieldSink&)>
void decode_one(feed::Bytes frame, StreamPlace place, const Direction& direction,
                DecodeOutput& output) {
  const MessageHead head = kHead(frame);
  if (head.error != feed::DecodeError::none) {
    output.malformed(name_of(head.error), frame.size(), place, direction);
    return;
  }
  output.message(head, frame.size(), place, direction,
                 [&](feed::FieldSink& sink) { kDescribe(frame, sink); });
}

constexpr StreamProtocol kSse{{sse::scan_frame, sse::checksum_ok, sse::kMaxMessageSize},
                              checksum_convinces,
                              decode_one<sse_head, sse::describe>};

constexpr StreamProtocol kSzse{{szse::scan_frame, szse::checksum_ok,
                                szse::kHeaderSize + szse::kMaxBodyLength + szse::kTrailerSize},
                               checksum_convinces,
                               decode_one<szse_head, szse::describe>};

constexpr StreamProtocol kHkex{
    {hkex::RetransmissionProtocol::scan, hkex::RetransmissionProtocol::intact, 65'535},
    holds_known_messages,
    decode_hkex_packet};

// The length of eight of SSE's longest messages, or of SZSE's longest message: a stream whose start
// is not captured contains a whole frame within it.
constexpr std::uint64_t kProbation = 64 << 10;

}  // namespace

const StreamProtocol& stream_protocol(feed::Venue venue) {
  switch (venue) {
    case feed::Venue::sse:
      return kSse;
    case feed::Venue::szse:
      return kSzse;
    case feed::Venue::hkex:
      break;
  }
  return kHkex;
}

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
