// Any bytes through every SZSE decoding function: nothing may be read outside them.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/describe.h"
#include "tests/fuzz/silent_sinks.h"

namespace indexcast::szse {
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
  ChannelHeartbeat heartbeat;
  decode_channel_heartbeat(frame, heartbeat);
  Snapshot snapshot;
  decode_snapshot(frame, snapshot);
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
