// Any bytes as mktdt00.txt: every line through the reader, the description and the normalizer. The
// first byte chooses whether they follow a good first line, without which nothing is taken.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/sse/handler.h"
#include "feedhandlers/sse/mktdt_reader.h"
#include "tests/fuzz/gateway_stream.h"
#include "tests/fuzz/silent_sinks.h"

namespace indexcast::sse {
namespace {

constexpr std::string_view kFirstLine =
    "HEADER|MTP1.00 |      1000|    1|        |XSHG01|20160115-14:29:58.120|0|T11     \n";

void take_everything(const std::string& file, Normalizer& normalizer) {
  checksum_of(file);
  MktdtLines lines(file);
  std::string_view line;
  while (lines.next(line)) {
    // A copy of exactly this size, so that the sanitizer sees any read behind it.
    const std::vector<char> exact(line.begin(), line.end());
    const std::string_view alone(exact.data(), exact.size());
    fuzz::SilentFields fields;
    describe_line(alone, fields);
    MktdtHeaderLine header;
    std::uint32_t sum = 0;
    read_trailer(alone, sum);
    if (!read_header(alone, header)) normalizer.on_file_header(header, {});
    normalizer.on_file_record(alone, 1, {});
  }
}

}  // namespace
}  // namespace indexcast::sse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast;
  static const Universe kUniverse = fuzz::one_member(feed::Venue::sse, "600000.SH");
  static const feed::SymbolTable kSymbols(kUniverse, feed::Venue::sse);
  if (size == 0) return 0;
  std::string file((data[0] & 1) != 0 ? sse::kFirstLine : std::string_view());
  file.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  fuzz::CheckedEvents events;
  sse::Handler handler({}, kSymbols, events);
  sse::take_everything(file, handler.normalizer());
  return 0;
}
