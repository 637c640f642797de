// Everything that HKEX multicasts, in order of exchange time: both lines of every channel with
// their faults, and the refresh lines beside them. No socket, no clock: the network and captures
// send what comes out. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/hkex_services/refresh_service.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {

// One copy of a packet on one line.
struct LineDatagram {
  TimeNs time;  // exchange time at which it leaves
  std::uint32_t channel = 0;
  std::size_t line = 0;
  std::shared_ptr<const std::vector<std::byte>> bytes;
};

// Decides which line carries each packet, and when. Takes every packet once and returns its copies
// in order of time. Losses, delays and the other faults are seeded and follow exchange time, so the
// network and captures lose the same packets. One thread; no clock, no I/O.
class LineFaults {
 public:
  // `faults` and `counts` outlive the object. Counts everything but what is sent.
  LineFaults(const Settings& settings, FaultBook& faults, TransportCounts& counts);

  // Adds the next packet, in order of exchange time.
  void push(const ExchangeMessage& packet);
  // Releases the packets that still wait to be overtaken. Called at the end of the day.
  void release(TimeNs now);
  // Returns when the next copy leaves; empty when none is queued.
  std::optional<TimeNs> next_time() const;
  // Takes the next copy that leaves at or before `until`; false when there is none.
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

// Merges both lines of every channel, with their faults, and the refresh lines, in order of
// exchange time. Passes each datagram to a callback. No socket, no clock. One thread.
class HkexLines {
 public:
  // Sends one datagram of `line` to `group`, due at exchange time `time`; false when it could not.
  using Send = std::function<bool(TimeNs time, std::size_t line, const feed::Endpoint& group,
                                  feed::Bytes bytes)>;

  // `faults` and `counts` outlive the object.
  HkexLines(const Settings& settings, FaultBook& faults, TransportCounts& counts);

  // Adds the next real-time packet, in order of exchange time.
  void push(const ExchangeMessage& packet);
  // Returns when the next datagram leaves; empty when none is queued.
  std::optional<TimeNs> next_time() const;
  // Sends every datagram that leaves at or before `until`.
  void send_until(TimeNs until, const Send& send);
  // Sends everything that is still queued. The day ends at `now`.
  void finish(TimeNs now, const Send& send);

 private:
  void send_line(const LineDatagram& datagram, const Send& send);
  void send_refresh(const RefreshPacket& packet, const Send& send);

  TransportCounts& counts_;
  std::map<std::uint32_t, hkex::ChannelSettings> channels_;
  LineFaults lines_;
  RefreshService refresh_;
};

}  // namespace indexcast::sim
