// Sends Shenzhen's day on multicast lines A and B, without what each line is to lose.
#pragma once

#include <boost/asio/io_context.hpp>

#include "feedhandlers/simulator/fault_book.h"
#include "feedhandlers/simulator/mddp_packets.h"
#include "feedhandlers/simulator/multicast_sender.h"
#include "feedhandlers/simulator/settings.h"

namespace indexcast::sim {

struct MddpCounts {
  std::uint64_t packets = 0;  // framed; each is meant for every line
  std::uint64_t sent = 0;     // on both lines together
  std::uint64_t lost = 0;     // left out on purpose
  std::uint64_t send_errors = 0;
};

class MddpSender {
 public:
  // Throws boost::system::system_error when the interface cannot be used. All arguments outlive the
  // sender.
  MddpSender(boost::asio::io_context& io, const szse::MulticastSettings& settings,
             FaultBook& faults);

  void publish(const ExchangeMessage& message) { packets_.push(message); }
  // Sends what waits once its instant is over.
  void on_exchange_time(TimeNs now);
  const MddpCounts& counts() const { return counts_; }

 private:
  void send(const MddpPacket& packet, TimeNs now);
  void send_on(const szse::MulticastChannel& channel, const MddpPacket& packet, TimeNs now);

  const szse::MulticastSettings& settings_;
  FaultBook& faults_;
  MddpPackets packets_;
  MulticastSender sender_;
  MddpCounts counts_;
};

}  // namespace indexcast::sim
