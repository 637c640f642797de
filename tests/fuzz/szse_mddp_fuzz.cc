// Any packets of SZSE's multicast through a whole handler. A packet begins with two bytes of length
// and one that says on which line it comes, how much time passes, and whether its checksum is made
// good, so that the fuzzer gets past it.
#include <algorithm>
#include <vector>

#include "feedhandlers/szse/mddp_handler.h"
#include "tests/fuzz/gateway_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast;
  static const Universe kUniverse = fuzz::one_member(feed::Venue::szse, "000001.SZ");
  static const feed::SymbolTable kSymbols(kUniverse, feed::Venue::szse);
  szse::Settings settings;
  settings.ticks = size % 2 == 0;
  settings.tick_capacity = 16;
  // Few streams, so that building the handler does not take most of a run.
  settings.multicast.max_streams = 3;
  fuzz::CheckedEvents events;
  szse::MddpHandler handler(settings, kSymbols, events);
  TimeNs now{1'750'383'000'000'000'000};
  while (size >= 3) {
    const std::uint8_t how = data[2];
    const std::size_t length = std::min<std::size_t>(data[0] * 256U + data[1], size - 3);
    const auto* first = reinterpret_cast<const std::byte*>(data + 3);
    std::vector<std::byte> packet(first, first + length);
    if ((how & 1) != 0 && length >= szse::mddp::kTrailer) {
      const std::size_t end = length - szse::mddp::kTrailer;
      feed::store_be(packet.data() + end, szse::adler32_of(feed::Bytes(packet).first(end)));
    }
    handler.on_datagram(1, (how & 2) != 0 ? feed::Line::b : feed::Line::a, packet, now);
    now = now + (how / 4) * 10 * kNsPerMs;
    handler.on_time(now);
    data += 3 + length;
    size -= 3 + length;
  }
  return 0;
}
