// What the HKEX tests share: a small universe, a sink that keeps events, packets and times.
#pragma once

#include <cstdint>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/handler.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"
#include "tests/support/baskets.h"

namespace indexcast::hkex::test {

inline constexpr std::uint32_t kTencent = 700;
inline constexpr std::uint32_t kAlibaba = 9988;
inline constexpr std::uint32_t kStranger = 5;

// Instruments 0 and 1 are 0700 and 9988; 2 is a mainland share with the code of the stranger.
inline Universe make_universe(bool bid_ask = false) {
  using indexcast::test::member;
  indexcast::IndexDefinition basket =
      indexcast::test::index("T", {member("0700.HK", 2, "HKD", "400.000", "1000"),
                                   member("9988.HK", 2, "HKD", "100.000", "1000"),
                                   member("000005.SZ", 1, "CNY", "5.00", "1000")});
  basket.bid_ask = bid_ask;
  return Universe({std::move(basket)});
}

class EventLog final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override { events.push_back(event); }
  std::vector<MarketEvent> of(EventKind kind) const {
    std::vector<MarketEvent> out;
    for (const MarketEvent& event : events) {
      if (event.kind == kind) out.push_back(event);
    }
    return out;
  }
  std::vector<MarketEvent> events;
};

// A moment of 2025-04-02, Hong Kong time.
inline TimeNs at(int hour, int minute, int second = 0, std::int64_t ns = 0) {
  return china_time(20250402, feed::hms(hour, minute, second)) + ns;
}

// Statistics with a last price in 10^-3.
inline Statistics traded(std::uint32_t code, std::int32_t last, std::uint64_t shares = 100) {
  Statistics message;
  message.security_code = code;
  message.last_price = last;
  message.shares_traded = shares;
  message.turnover = std::int64_t{last} * static_cast<std::int64_t>(shares);
  return message;
}

template <class... Messages>
PacketBuilder packet(std::uint32_t sequence, TimeNs sent, const Messages&... messages) {
  PacketBuilder builder(sequence, sent);
  (builder.add(messages), ...);
  return builder;
}

// Every message's one outcome.
inline std::uint64_t outcomes(const feed::FeedCounters& counters) {
  using enum feed::FeedCounter;
  return counters.get(applied) + counters.get(duplicate) + counters.get(filtered) +
         counters.get(rejected) + counters.get(malformed);
}

inline Settings one_channel(std::uint32_t id = 1) {
  Settings settings;
  settings.channels.push_back({id, {}, {}});
  return settings;
}

// A handler with its surroundings.
struct Rig {
  explicit Rig(Settings configured = one_channel(), bool bid_ask = false)
      : universe(make_universe(bid_ask)),
        settings(std::move(configured)),
        handler(settings, symbols, log) {}

  void receive(const PacketBuilder& packet, feed::Line line = feed::Line::a) {
    handler.on_datagram(settings.channels.front().id, line, packet.bytes(), now);
  }
  std::uint64_t count(feed::FeedCounter counter) { return handler.counters().get(counter); }

  Universe universe;
  feed::SymbolTable symbols{universe, feed::Venue::hkex};
  EventLog log;
  Settings settings;
  Handler handler;
  TimeNs now = at(9, 0);
};

}  // namespace indexcast::hkex::test
