// Any bytes through every SSE decoding function: nothing may be read outside them.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/describe.h"
#include "tests/fuzz/silent_sinks.h"

namespace indexcast::sse {
namespace {

void decode_everything(feed::Bytes frame) {
  scan_frame(frame);
  checksum_ok(frame);
  decode_header(frame);
  security_code(frame);
  Logon logon;
  decode_logon(frame, logon);
  Logout logout;
  decode_logout(frame, logout);
  MarketStatus status;
  decode_market_status(frame, status);
  Snapshot snapshot;
  decode_snapshot(frame, snapshot);
  validate(frame);
  fuzz::SilentFields fields;
  describe(frame, fields);
}

}  // namespace
}  // namespace indexcast::sse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exactly this size, so that the sanitizer sees any read behind it.
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> frame(first, first + size);
  indexcast::sse::decode_everything(frame);
  return 0;
}
