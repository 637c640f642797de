// How a day leaves the simulator.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/faults/fault_plan.h"
#include "feedhandlers/transport/receive_stamps.h"

namespace indexcast::sim {

// Returns the real time of sessions with live clients, independent of the speed of the simulated
// day: the wall clock at the first call plus monotonic time since. A step of the wall clock does
// not end a session. Any thread.
inline TimeNs session_now() {
  static const feed::ClockReading kBegan = feed::read_clocks();
  return kBegan.wall + (feed::read_clocks().monotonic_ns - kBegan.monotonic_ns);
}

// HKEX's refresh service (notes 1.6).
struct RefreshCounts {
  std::uint64_t rounds = 0;    // ended with message 203
  std::uint64_t messages = 0;  // those included
  std::array<std::uint64_t, 2> packets_sent{};
};

// HKEX's retransmission service (notes 1.5), both servers together.
struct RetransmissionCounts {
  std::uint64_t logons = 0;
  std::uint64_t logons_refused = 0;
  std::uint64_t requests = 0;  // = served + partial + refused + ignored
  std::uint64_t served = 0;    // every message that was asked for
  std::uint64_t partial = 0;   // accepted, but not all of it sent
  std::uint64_t refused = 0;
  std::uint64_t ignored = 0;  // never answered
  std::uint64_t messages = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t disconnects = 0;  // by the server
};

// Shenzhen's multicast form.
struct MddpCounts {
  std::uint64_t packets = 0;  // framed; each is meant for every line
  std::uint64_t sent = 0;     // on both lines together
  std::uint64_t lost = 0;     // left out on purpose
  std::uint64_t send_errors = 0;
};

using LineCounts = std::array<std::uint64_t, kLineCount>;

// Counts of a transport. For each line: messages[hkex] = sent + lost + silenced - duplicated,
// except for packets that only one line had to carry.
struct TransportCounts {
  std::array<std::uint64_t, feed::kVenueCount> messages{};  // HKEX: packets
  LineCounts packets_sent{};
  LineCounts packets_lost{};         // left out on purpose, bursts included
  LineCounts packets_silenced{};     // left out while the line was silent
  LineCounts packets_duplicated{};   // copies sent beside the packet itself
  LineCounts packets_reordered{};    // overtaken by later ones
  LineCounts packets_delayed{};      // sent late, skew included
  std::uint64_t packets_unseen = 0;  // on neither line
  RefreshCounts refresh;
  RetransmissionCounts retransmission;
  MddpCounts mddp;                // known at the end
  std::uint64_t file_rounds = 0;  // of Shanghai's mktdt00.txt; known at the end
  std::uint64_t sessions = 0;     // clients logged on
  std::uint64_t logons_refused = 0;
  std::uint64_t connections_blocked = 0;  // closed because the port had its one session
  std::uint64_t slow_clients_dropped = 0;
  std::uint64_t send_errors = 0;  // datagrams the kernel did not take
};

// Delivers the messages of a simulated day: to the network or into a capture.
class DayTransport {
 public:
  virtual ~DayTransport() = default;
  // Before the first message; may wait for clients.
  virtual void begin(const SimulatedDay& day) = 0;
  // The next message; may wait until it is due.
  virtual void deliver(const ExchangeMessage& message) = 0;
  // After the last one: sessions end.
  virtual void end() = 0;
  virtual const TransportCounts& counts() const = 0;
  // Counts of the faults that the transport has carried out so far.
  virtual const FaultCounts& fault_counts() const = 0;
};

// Plays `day` to its end, or until `stop` becomes true.
inline void play(SimulatedDay& day, DayTransport& transport, const std::atomic<bool>& stop) {
  transport.begin(day);
  ExchangeMessage message;
  while (!stop.load(std::memory_order_relaxed) && day.next(message)) transport.deliver(message);
  transport.end();
}

}  // namespace indexcast::sim
