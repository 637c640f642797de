#include "server/tools/decode/stream_protocol.h"

#include "feedhandlers/hkex/retransmission_client.h"
#include "feedhandlers/sse/describe.h"
#include "feedhandlers/szse/describe.h"
#include "server/tools/decode/hkex_packet.h"

namespace indexcast::server {
namespace {

// Both have a checksum over the whole frame.
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

}  // namespace indexcast::server
