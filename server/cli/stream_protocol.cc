#include "server/cli/stream_protocol.h"

#include "feedhandlers/sse/describe.h"
#include "feedhandlers/szse/describe.h"

namespace indexcast::server {
namespace {

MessageHead sse_head(feed::Bytes frame) {
  const sse::Header header = sse::decode_header(frame);
  return {std::string(feed::text_at(frame.data(), 4)), sse::type_name(header.msg_type),
          header.msg_seq_num, true, sse::validate(frame)};
}

MessageHead szse_head(feed::Bytes frame) {
  const szse::Header header = szse::decode_header(frame);
  return {std::to_string(header.msg_type), szse::type_name(header.msg_type), 0, false,
          szse::validate(frame)};
}

constexpr StreamProtocol kSse{
    {sse::scan_frame, sse::checksum_ok, sse::kMaxMessageSize}, sse_head, sse::describe};

constexpr StreamProtocol kSzse{{szse::scan_frame, szse::checksum_ok,
                                szse::kHeaderSize + szse::kMaxBodyLength + szse::kTrailerSize},
                               szse_head,
                               szse::describe};

}  // namespace

const StreamProtocol& stream_protocol(feed::Venue venue) {
  return venue == feed::Venue::sse ? kSse : kSzse;
}

}  // namespace indexcast::server
