// Publishes HKEX prices, trades and orders, one security after the other. A message is sent only
// when its content changes (notes 2.9 to 2.18, 2.21).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "feedhandlers/hkex/message.h"
#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/day/simulated_security.h"
#include "feedhandlers/simulator/venues/hkex_channels.h"

namespace indexcast::sim {

// Builds message 53 for the best levels of one security's book, with only the levels that changed
// (notes 2.15).
class HkexBook {
 public:
  // Levels a side that are sent; an exchange may send ten.
  static constexpr std::size_t kLevels = 5;

  // The message that turns the book as it was last sent into `book`; without entries when they are
  // the same.
  hkex::AggregateOrderBookUpdate update(std::uint32_t security, const Book& book);
  // The message that clears it; without entries when it is clear.
  hkex::AggregateOrderBookUpdate clear(std::uint32_t security);
  // Makes the next update begin with a clear, because clients may hold any state.
  void forget() { unknown_ = true; }

 private:
  using Side = std::vector<BookLevel>;

  std::array<Side, 2> sent_;  // bids, offers
  bool unknown_ = false;
};

// Computes one index of HKEX's index channel over the simulated securities (notes 2.19, 2.20).
class HkexIndex {
 public:
  hkex::IndexDefinitionMessage definition() const;
  // The mean of the securities' prices over their previous closes, as it stands.
  hkex::IndexData data(const Market& market, TimeNs now);

 private:
  std::int64_t open_ = 0;
  std::int64_t high_ = 0;
  std::int64_t low_ = 0;
};

// Publishes HKEX prices, trades and orders of one security at a time. Sends a message only when its
// content changes (notes 2.9 to 2.18, 2.21).
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
  // Makes the next calls send everything again, because clients may have lost state.
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
