// A whole SSE connection; gateway_stream.h says what the bytes mean.
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/handler.h"
#include "tests/fuzz/gateway_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast;
  static const Universe kUniverse = fuzz::one_member(feed::Venue::sse, "600031.SH");
  static const feed::SymbolTable kSymbols(kUniverse, feed::Venue::sse);
  if (size == 0) return 0;
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> stream(first + 1, first + size);
  if ((data[0] & 1) != 0) fuzz::make_checksums_good(stream, sse::scan_frame, sse::kTrailerSize);
  fuzz::CheckedEvents events;
  sse::Handler handler({}, kSymbols, events);
  fuzz::run_stream(handler, data[0], stream);
  return 0;
}
