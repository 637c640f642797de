// What the tests of the TCP venues share: a universe, a log of events, bytes from hex.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/venue.h"
#include "tests/support/baskets.h"

namespace indexcast::test {

inline std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> out;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() == 2) {
      out.push_back(static_cast<std::byte>(std::stoi(digits, nullptr, 16)));
      digits.clear();
    }
  }
  return out;
}

// One basket that holds `symbols`, all on `venue`; instrument ids follow their order.
inline Universe universe_of(feed::Venue venue, const std::vector<std::string>& symbols,
                            bool bid_ask = false) {
  std::vector<Member> members;
  for (const std::string& symbol : symbols) {
    members.push_back(member(symbol, feed::market_of(venue), "CNY", "10", "1000"));
  }
  IndexDefinition basket = index("X", std::move(members));
  basket.bid_ask = bid_ask;
  return Universe({std::move(basket)});
}

class EventLog final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override { events.push_back(event); }

  std::vector<MarketEvent> of(EventKind kind) const {
    std::vector<MarketEvent> found;
    std::ranges::copy_if(events, std::back_inserter(found),
                         [&](const MarketEvent& e) { return e.kind == kind; });
    return found;
  }
  // The states of `channel`, in order; 0 is the feed as a whole.
  std::vector<FeedState> states(std::uint32_t channel) const {
    std::vector<FeedState> found;
    for (const MarketEvent& e : of(EventKind::feed_state)) {
      if (e.channel == channel) found.push_back(static_cast<FeedState>(e.detail));
    }
    return found;
  }
  // Details of all events of `kind`, in order.
  template <class Detail>
  std::vector<Detail> details(EventKind kind) const {
    std::vector<Detail> found;
    for (const MarketEvent& e : of(kind)) found.push_back(static_cast<Detail>(e.detail));
    return found;
  }

  std::vector<MarketEvent> events;
};

// Messages that ended as one of the five.
inline std::uint64_t outcomes(const feed::FeedCounters& counters) {
  using enum feed::FeedCounter;
  std::uint64_t sum = 0;
  for (const auto counter : {applied, duplicate, filtered, rejected, malformed}) {
    sum += counters.get(counter);
  }
  return sum;
}

}  // namespace indexcast::test
