// Any bytes, cut anywhere, through a whole SZSE connection. The first byte chooses how: its low bit
// says whether the checksums of what looks like frames are made good, so that the fuzzer gets past
// them; the next whether the stream is our own or watched; the rest how it is cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/handler.h"
#include "tests/fuzz/silent_sinks.h"

namespace indexcast::szse {
namespace {

Universe universe() {
  IndexDefinition definition;
  definition.code = "X";
  definition.currency = "CNY";
  Member member;
  member.symbol = "000001.SZ";
  member.currency = "CNY";
  member.market = feed::market_of(feed::Venue::szse);
  member.shares = {1'000'000};
  member.close = member.base_price = member.reference_price = {1'000'000};
  definition.members = {member};
  return Universe({definition});
}

void make_checksums_good(std::vector<std::byte>& stream) {
  for (std::size_t at = 0; at < stream.size();) {
    const std::span rest = std::span(stream).subspan(at);
    const feed::FrameScan scan = scan_frame(rest);
    if (scan.status == feed::FrameScan::Status::incomplete) return;
    if (scan.status == feed::FrameScan::Status::complete) {
      const std::size_t end = scan.length - kTrailerSize;
      feed::store_be(rest.data() + end, feed::byte_sum(rest.first(end)));
    }
    at += scan.length;
  }
}

void run(std::uint8_t how, std::vector<std::byte> stream) {
  static const Universe kUniverse = universe();
  fuzz::CheckedEvents events;
  feed::Outbox out;
  Handler handler({}, kUniverse, events);
  if ((how & 1) != 0) make_checksums_good(stream);
  const bool watched = (how & 2) != 0;
  const std::size_t step = how < 4 ? std::max<std::size_t>(stream.size(), 1) : how / 4;
  TimeNs now{1'750'383'000'000'000'000};
  if (!watched) handler.on_connected(now, out);
  for (feed::Bytes rest(stream); !rest.empty(); now = now + kNsPerMs) {
    const std::size_t taken = std::min(step, rest.size());
    if (watched) {
      handler.on_captured(rest.first(taken), now, taken % 16 == 15);
    } else if (!handler.on_bytes(rest.first(taken), now, out) || !handler.on_time(now, out)) {
      break;
    }
    rest = rest.subspan(taken);
    out.clear();
  }
  handler.on_disconnected(now);
}

}  // namespace
}  // namespace indexcast::szse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto* first = reinterpret_cast<const std::byte*>(data);
  indexcast::szse::run(data[0], {first + 1, first + size});
  return 0;
}
