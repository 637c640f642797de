// A day as a capture taken at a client's switch port: both TCP conversations with their client's
// side, and what arrives of the multicast lines: Hong Kong's, those of its refresh service
// included, and Shenzhen's where it is sent so. Stamped in exchange time plus a small network
// delay, line B a little later than line A.
#pragma once

#include <cstdint>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/capture/pcap_writer.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/hkex_services/hkex_lines.h"
#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/simulator/network/gateway_server_session.h"
#include "feedhandlers/simulator/network/mddp_sender.h"

namespace indexcast::sim {

class PcapTransport final : public DayTransport {
 public:
  // Throws std::runtime_error when `path` cannot be written, std::invalid_argument for an address
  // that is not IPv4.
  PcapTransport(const Settings& settings, const std::string& path);
  ~PcapTransport() override;

  void begin(const SimulatedDay& day) override;
  void deliver(const ExchangeMessage& message) override;
  void end() override;
  const TransportCounts& counts() const override { return counts_; }
  const FaultCounts& fault_counts() const override { return faults_.counts(); }

 private:
  class Client;
  struct Frame {
    TimeNs time;
    std::uint64_t order = 0;
    std::vector<std::byte> bytes;
    friend bool operator<(const Frame& a, const Frame& b) {
      return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
  };

  void add_clients(TimeNs now);
  void queue(TimeNs time, std::vector<std::byte> bytes);
  // Writes what passed before `until`: the conversations run a few microseconds ahead of others.
  void write_until(TimeNs until);

  const Settings settings_;
  feed::PcapWriter writer_;
  std::priority_queue<Frame> frames_;
  std::uint64_t order_ = 0;
  TransportCounts counts_;
  FaultBook faults_;
  HkexLines lines_;
  HkexLines::Send send_;
  std::unique_ptr<MddpSender> mddp_;  // in place of Shenzhen's conversation
  std::uint16_t ip_id_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  TimeNs last_{};
};

}  // namespace indexcast::sim
