// Publishes HKEX prices, trades and orders, one security after the other. A message is sent only
// when its content changes (notes 2.9 to 2.18, 2.21).
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/venues/hkex_book.h"
#include "feedhandlers/simulator/venues/hkex_channels.h"

namespace indexcast::sim {

class HkexMarketData {
 public:
  // Both outlive the object.
  HkexMarketData(MessageOutput& output, HkexChannels& channels)
      : output_(output), channels_(channels) {}

  // Sends the values of a security that changed since the last call.
  void send(const Market& market, const SimulatedSecurity& security, Micros now);
  // Its prices and totals once more, without a trade.
  void restate(const Market& market, const SimulatedSecurity& security, Micros now);
  void trade_cancelled(const SimulatedSecurity& security, const SimulatedTrade& trade, Micros now);
  void interrupted(const SimulatedSecurity& security, Micros now, Micros end);
  // The reference price of the closing auction and its limits (notes 2.11).
  void reference_price(const SimulatedSecurity& security, Micros now);
  // The last `count` trade tickers once more; how many there were.
  std::size_t repeat_tickers(std::size_t count, Micros now);
  // Clients know nothing for certain any more: everything is said again.
  void forget();

 private:
  struct Sent {
    std::int64_t nominal = 0;
    std::int64_t trades = 0;
    std::uint32_t ticker = 0;
    std::int64_t equilibrium = 0;
    bool closed = false;
    HkexBook book;
  };

  void send_statistics(const SimulatedSecurity& security, Micros now);
  void send_ticker(const SimulatedSecurity& security, Sent& sent, Micros now);
  void send_auction(const Market& market, const SimulatedSecurity& security, Sent& sent,
                    Micros now);
  void send_book(const SimulatedSecurity& security, Sent& sent, Micros now);
  void send_queues(const SimulatedSecurity& security, Micros now);
  template <class Message>
  void add(const SimulatedSecurity& security, const Message& message, Micros now);

  MessageOutput& output_;
  HkexChannels& channels_;
  std::unordered_map<std::uint32_t, Sent> sent_;
  std::deque<hkex::TradeTicker> tickers_;  // the latest of all securities
};

}  // namespace indexcast::sim
