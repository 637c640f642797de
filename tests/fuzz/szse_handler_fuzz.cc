// A whole SZSE connection; gateway_stream.h says what the bytes mean.
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/handler.h"
#include "tests/fuzz/gateway_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast;
  static const Universe kUniverse = fuzz::one_member(feed::Venue::szse, "000001.SZ");
  static const feed::SymbolTable kSymbols = szse::make_symbols({}, kUniverse);
  if (size == 0) return 0;
  const auto* first = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> stream(first + 1, first + size);
  if ((data[0] & 1) != 0) fuzz::make_checksums_good(stream, szse::scan_frame, szse::kTrailerSize);
  fuzz::CheckedEvents events;
  szse::Handler handler({}, kSymbols, events);
  fuzz::run_stream(handler, data[0], stream);
  return 0;
}
