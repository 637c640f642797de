// Any bytes as a sequence of datagrams for the whole handler: each is prefixed by its length, its
// line and the time that passed. Every message has one outcome and every price is positive.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "calc/universe.h"
#include "feedhandlers/hkex/handler.h"
#include "tests/support/baskets.h"

namespace {

using namespace indexcast;
using feed::FeedCounter;

class CheckingSink final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override {
    if (event.kind == EventKind::price && event.value[0] <= 0) std::abort();
  }
};

std::uint64_t outcomes(const feed::FeedCounters& counters) {
  return counters.get(FeedCounter::applied) + counters.get(FeedCounter::duplicate) +
         counters.get(FeedCounter::filtered) + counters.get(FeedCounter::rejected) +
         counters.get(FeedCounter::malformed);
}

const feed::SymbolTable& symbols() {
  static const feed::SymbolTable table(
      Universe({test::index("T", {test::member("0700.HK", 2, "HKD", "400", "1000")})}),
      feed::Venue::hkex);
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hkex::Settings settings;
  settings.channels.push_back({1, {}, {}});
  settings.reorder_capacity = 4;
  settings.price = size % 2 == 0 ? hkex::PricePolicy::last : hkex::PricePolicy::nominal;
  CheckingSink sink;
  hkex::Handler handler(settings, symbols(), sink);
  TimeNs now{kNsPerDay};
  std::uint64_t expected = 0;
  for (std::size_t at = 0; at + 2 <= size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 2);
    const auto line = static_cast<feed::Line>(data[at + 1] & 1);
    now = now + (data[at + 1] >> 1) * kNsPerMs;
    const feed::Bytes datagram(reinterpret_cast<const std::byte*>(data + at + 2), length);
    hkex::PacketHeader header;
    const bool intact = hkex::check_packet(datagram, header) == feed::DecodeError::none;
    expected += intact ? header.message_count : 1;
    handler.on_datagram(1, line, datagram, now);
    at += 2 + length;
  }
  handler.on_time(now + kNsPerDay);
  if (outcomes(handler.counters()) != expected) std::abort();
  return 0;
}
