// How a day leaves the simulator.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "feedhandlers/simulator/trading_day.h"

namespace indexcast::sim {

// What a transport did. Lines: 0 = A, 1 = B.
struct TransportCounts {
  std::array<std::uint64_t, feed::kVenueCount> messages{};  // HKEX: packets
  std::array<std::uint64_t, 2> packets_sent{};
  std::array<std::uint64_t, 2> packets_lost{};  // left out on purpose
  std::uint64_t sessions = 0;                   // clients logged on
  std::uint64_t logons_refused = 0;
  std::uint64_t slow_clients_dropped = 0;
  std::uint64_t send_errors = 0;  // datagrams the kernel did not take
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Before the first message; may wait for clients.
  virtual void begin(const TradingDay& day) = 0;
  // The next message; may wait until it is due.
  virtual void deliver(const ExchangeMessage& message) = 0;
  // After the last one: sessions end.
  virtual void end() = 0;
  virtual const TransportCounts& counts() const = 0;
};

// Plays `day` to its end, or until `stop` becomes true.
inline void play(TradingDay& day, Transport& transport, const std::atomic<bool>& stop) {
  transport.begin(day);
  ExchangeMessage message;
  while (!stop.load(std::memory_order_relaxed) && day.next(message)) transport.deliver(message);
  transport.end();
}

}  // namespace indexcast::sim
