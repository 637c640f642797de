// Any bytes as a sequence of packets for the whole handler, of the channel's lines, its refresh
// lines and the retransmission service: each is prefixed by its length, where it comes from, and
// the time that passed. Every message has one outcome. Every price is positive, but for a close of
// 0, which says that there is none.
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
    if (event.kind != EventKind::price) return;
    const bool is_close = event.detail == static_cast<std::uint8_t>(PriceKind::close);
    if (event.value[0] < (is_close ? 0 : 1)) std::abort();
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

// Takes every request and answers none.
class MuteService final : public hkex::RetransmissionService {
 public:
  hkex::RequestId request(std::uint32_t, feed::NumberRange range, TimeNs) override {
    if (range.begin >= range.end) std::abort();
    return ++last;
  }
  void cancel(hkex::RequestId id) override {
    if (id == hkex::kNoRequest || id > last) std::abort();
  }
  hkex::RequestId last = hkex::kNoRequest;
};

hkex::Settings make_settings(std::uint8_t kind) {
  hkex::Settings settings;
  settings.channels.push_back({1, {}, {}});
  settings.channels.push_back({2, {}, {}});
  if ((kind & 1) != 0) settings.retransmission.servers.push_back({"127.0.0.1", 1});
  if ((kind & 2) != 0) settings.channels[0].refresh_a = {"239.0.0.1", 1};
  settings.price = (kind & 4) != 0 ? hkex::PricePolicy::last : hkex::PricePolicy::nominal;
  settings.reorder_capacity = 4;
  settings.recovery_capacity = 8;
  settings.refresh_bytes = 4096;
  return settings;
}

class Run {
 public:
  explicit Run(std::uint8_t kind) : settings_(make_settings(kind)), uses_service_((kind & 1) != 0) {
    if (uses_service_) handler_.use(&service_);
  }

  // `what`: two bits for where the packet comes from, one for its line, one for its channel, four
  // for the milliseconds that passed.
  void step(std::uint8_t what, feed::Bytes packet) {
    now_ = now_ + (what >> 4) * 5 * kNsPerMs;
    const auto line = static_cast<feed::Line>(what >> 2 & 1);
    const std::uint32_t channel = 1 + (what >> 3 & 1);
    hkex::PacketHeader header;
    const bool intact = hkex::check_packet(packet, header) == feed::DecodeError::none;
    switch (what & 3) {
      case 0:
        expected_ += intact ? header.message_count : 1;
        return handler_.on_datagram(channel, line, packet, now_);
      case 1:
        expected_ += intact ? 0 : 1;
        return handler_.on_datagram(hkex::refresh_id(channel), line, packet, now_);
      case 2:
        if (!intact || header.message_count == 0) return;
        expected_ += header.message_count;
        return handler_.on_retransmitted(channel, header, packet, now_);
      default:
        handler_.on_time(now_);
        return handler_.on_request_done(channel, service_.last,
                                        static_cast<hkex::RetransmissionOutcome>(packet.size() % 4),
                                        now_);
    }
  }

  // With a refresh channel packets may wait for a snapshot for ever: they have no outcome yet.
  void finish() {
    handler_.on_time(now_ + kNsPerDay);
    const std::uint64_t counted = outcomes(handler_.counters());
    const bool may_wait = !settings_.channels[0].refresh_a.host.empty() || uses_service_;
    if (counted > expected_ || (!may_wait && counted != expected_)) std::abort();
  }

 private:
  const hkex::Settings settings_;
  const bool uses_service_;
  CheckingSink sink_;
  MuteService service_;
  hkex::Handler handler_{settings_, symbols(), sink_};
  TimeNs now_{kNsPerDay};
  std::uint64_t expected_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Run run(data[0]);
  for (std::size_t at = 1; at + 2 <= size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 2);
    run.step(data[at + 1], {reinterpret_cast<const std::byte*>(data + at + 2), length});
    at += 2 + length;
  }
  run.finish();
  return 0;
}
