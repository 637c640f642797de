// Any bytes as a capture file: reader, dissector, reassembler, and `decode` for each venue. Beside
// not crashing, every byte must be accounted for.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/pcap_reader.h"
#include "server/tools/decode/decode.h"

namespace {

using namespace indexcast;  // NOLINT: a program of one file

feed::CaptureSource open_capture(const std::uint8_t* data, std::size_t size, bool& opened) {
  std::vector<feed::PcapReader> readers;
  // fmemopen does not write to a stream opened for reading.
  std::FILE* file = fmemopen(const_cast<std::uint8_t*>(data), size, "rb");
  auto reader = feed::PcapReader::open(file, "fuzz");
  opened = reader.ok();
  if (opened) readers.push_back(*std::move(reader));
  return feed::CaptureSource(std::move(readers));
}

void decode(feed::Venue venue, feed::CaptureSource source) {
  std::ostringstream out;
  server::DecodeOptions options;
  options.venue = venue;
  options.json = venue != feed::Venue::szse;
  server::DecodeOutput output(venue, options.json, out, {});
  server::decode_all(source, options, output);
  const server::DecodeTotals& totals = output.totals();
  if (totals.accounted_bytes() != totals.captured_bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  for (const feed::Venue venue : {feed::Venue::sse, feed::Venue::szse, feed::Venue::hkex}) {
    bool opened = false;
    feed::CaptureSource source = open_capture(data, size, opened);
    if (opened) decode(venue, std::move(source));
  }
  return 0;
}
