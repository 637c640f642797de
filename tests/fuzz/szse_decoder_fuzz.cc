// Any bytes through every SZSE decoding function: nothing may be read outside them.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/describe.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/fuzz/silent_sinks.h"

namespace indexcast::szse {
namespace {

template <class Message>
void decode_as(feed::Bytes frame, feed::DecodeError (*decode)(feed::Bytes, Message&)) {
  Message message;
  decode(frame, message);
}

void decode_everything(feed::Bytes frame) {
  scan_frame(frame);
  checksum_ok(frame);
  decode_header(frame);
  security_code(frame);
  decode_as(frame, decode_logon);
  decode_as(frame, decode_logout);
  decode_as(frame, decode_business_reject);
  decode_as(frame, decode_channel_heartbeat);
  decode_as(frame, decode_resend);
  decode_as(frame, decode_channel_statistics);
  decode_as(frame, decode_security_status);
  decode_as(frame, decode_market_status);
  decode_as(frame, decode_order);
  decode_as(frame, decode_trade);
  Snapshot snapshot;
  if (decode_common(frame, snapshot) == feed::DecodeError::none) {
    std::size_t visited = 0;
    const auto count = [&](const auto&) { ++visited; };
    for_each_entry(snapshot, count);
    for_each_index_entry(snapshot, count);
    for_each_hk_entry(snapshot, count);
    for (const SnapshotEntry& entry : snapshot.entries) {
      if (entry.order_qty.size() != 0) visited += entry.order_qty[entry.order_qty.size() - 1] != 0;
    }
  }
  validate(frame);
  fuzz::SilentFields fields;
  describe(frame, fields);
}

}  // namespace
}  // namespace indexcast::szse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exactly this size, so that the sanitizer sees any read behind it.
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> frame(first, first + size);
  indexcast::szse::decode_everything(frame);
  return 0;
}
