// Sends Shenzhen's day on multicast lines A and B, without what each line is to lose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/simulator/network/mddp_packets.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

class MddpSender {
 public:
  // Sends one datagram of `line` to `group` at exchange time `time`; false when it could not.
  using Send = std::function<bool(TimeNs time, std::size_t line, const feed::Endpoint& group,
                                  feed::Bytes bytes)>;

  // `settings` and `faults` outlive the sender.
  MddpSender(const szse::MulticastSettings& settings, FaultBook& faults, Send send);

  void publish(const ExchangeMessage& message) { packets_.push(message); }
  // Sends what waits once its instant is over.
  void on_exchange_time(TimeNs now);
  const MddpCounts& counts() const { return counts_; }

 private:
  void send(const MddpDatagram& packet, TimeNs now);
  void send_on(const szse::MulticastChannel& channel, const MddpDatagram& packet, TimeNs now);

  // A restart of the fault plan, with its remaining instants.
  struct Restart {
    const Fault* fault;
    std::vector<std::int64_t> instants;
  };

  void restart_when_due(std::int64_t now_ms);

  const szse::MulticastSettings& settings_;
  FaultBook& faults_;
  MddpPackets packets_;
  Send send_datagram_;
  MddpCounts counts_;
  std::int64_t now_ms_ = 0;  // time of day
  std::vector<Restart> restarts_;
};

}  // namespace indexcast::sim
