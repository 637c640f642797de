// What each line carries of HKEX's packets, and when: every packet goes in once, its copies come
// out in order of their times. Loss, delay and the rest are seeded and on exchange time, so that
// the network and captures lose the same. One thread; no clock, no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {

// One copy of a packet on one line.
struct LineDatagram {
  TimeNs time;  // exchange time at which it leaves
  std::uint32_t channel = 0;
  std::size_t line = 0;
  std::shared_ptr<const std::vector<std::byte>> bytes;
};

class LineFaults {
 public:
  // `faults` and `counts` outlive the object. Counts everything but what is sent.
  LineFaults(const Settings& settings, FaultBook& faults, TransportCounts& counts);

  // The next packet, in order of exchange time.
  void push(const ExchangeMessage& packet);
  // The day is over: what still waits to be overtaken leaves now.
  void release(TimeNs now);
  // When the next copy leaves; empty when none waits.
  std::optional<TimeNs> next_time() const;
  // The next copy that leaves at or before `until`.
  bool take(TimeNs until, LineDatagram& out);

 private:
  struct Held {
    LineDatagram copy;
    std::int64_t left = 0;  // packets that still overtake it
  };
  // One line of one channel.
  struct Line {
    std::int64_t burst = 0;  // packets still to be lost
    TimeNs floor{};          // skew keeps the order: nothing leaves before this
    std::vector<Held> held;
  };
  struct Waiting {
    LineDatagram copy;
    std::uint64_t order = 0;
    friend bool operator<(const Waiting& a, const Waiting& b) {
      return a.copy.time != b.copy.time ? b.copy.time < a.copy.time : a.order > b.order;
    }
  };
  using Carried = std::array<bool, kLineCount>;

  Line& line_of(std::uint32_t channel, std::size_t line) { return lines_[{channel, line}]; }
  // Asks the faults of `kind` for which `may` answers true about the lines in `carried`;
  // `act(fault, line)` for each that is hit.
  template <class May, class Act>
  void strike(FaultKind kind, const Opportunity& at, const Carried& carried, May may, Act act);
  void silence(const Opportunity& at, Carried& carried);
  void lose_bursts(const Opportunity& at, Carried& carried);
  void lose_on_both(const Opportunity& at, Carried& carried);
  void lose_on_one(const Opportunity& at, Carried& carried);
  void lose(std::size_t line, Carried& carried);
  void send(LineDatagram copy, const Opportunity& at);
  TimeNs delayed(const LineDatagram& copy, const Opportunity& at);
  void queue(LineDatagram copy);
  void overtake(Line& line, TimeNs now);

  Random random_;
  double share_a_;
  double share_b_;
  FaultBook& faults_;
  TransportCounts& counts_;
  std::map<std::pair<std::uint32_t, std::size_t>, Line> lines_;
  std::priority_queue<Waiting> waiting_;
  std::uint64_t order_ = 0;
};

}  // namespace indexcast::sim
