// HKEX's refresh service: beside every real-time channel that has refresh lines, round after round
// of its whole state, ended by message 203 (notes 1.6). On exchange time; no clock, no I/O; one
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/hkex_services/refresh_image.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {

// One packet of the refresh channel beside real-time channel `channel`, for both its lines.
struct RefreshPacket {
  TimeNs time;  // exchange time at which it leaves
  std::uint32_t channel = 0;
  std::vector<std::byte> bytes;
};

class RefreshService {
 public:
  // `faults` and `counts` outlive the service.
  RefreshService(const Settings& settings, FaultBook& faults, TransportCounts& counts);

  // A real-time packet, in order of exchange time: takes its time, then enters the images.
  void on_packet(const ExchangeMessage& packet);
  // Time passed: rounds that are due are taken of the images as they stand.
  void on_time(TimeNs now);
  // When the next packet leaves; empty when none waits.
  std::optional<TimeNs> next_time() const;
  // The next packet that leaves at or before `until`.
  bool take(TimeNs until, RefreshPacket& out);

 private:
  struct Channel {
    RefreshImage image;
    std::uint32_t next_sequence = 1;
    bool greeted = false;  // a sequence reset opened it
    TimeNs last_sent{};    // its latest packet leaves then
    // The last snapshot that was sent, for a round that is older than the stream.
    std::vector<std::vector<std::byte>> snapshot;
    std::uint32_t snapshot_last = 0;
  };

  void on_disaster(bool in_progress, TimeNs now);
  void send_heartbeats(TimeNs until);
  void round(std::uint32_t id, Channel& channel, TimeNs now);
  void take_snapshot(Channel& channel, const Opportunity& at);
  // The snapshot's packets, from `time` on; returns when the next may leave.
  TimeNs send_snapshot(std::uint32_t id, Channel& channel, bool gap, TimeNs time);
  void reset(std::uint32_t id, Channel& channel, TimeNs now);
  void send(std::uint32_t id, std::vector<std::byte> bytes, TimeNs time);

  FaultBook& faults_;
  TransportCounts& counts_;
  std::int64_t interval_ns_;
  std::uint32_t first_number_;
  bool disaster_ = false;
  std::map<std::uint32_t, Channel> channels_;
  std::optional<TimeNs> next_round_;
  // Ascending in time; the next rounds wait until these have left.
  std::deque<RefreshPacket> waiting_;
};

}  // namespace indexcast::sim
