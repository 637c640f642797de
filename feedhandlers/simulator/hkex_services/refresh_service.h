// HKEX's refresh service: beside every real-time channel that has refresh lines, round after round
// of its whole state, ended by message 203 (notes 1.6). On exchange time; no clock, no I/O; one
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {

// A security's order book, levels best first, from the updates of message 53 (notes 2.15).
class RefreshBook {
 public:
  // Entry as in the message, 24 bytes.
  void apply(const std::byte* entry);
  bool empty() const { return sides_[0].empty() && sides_[1].empty(); }
  // The whole book as one message 53 of new levels.
  std::vector<std::byte> message(std::uint32_t security) const;

 private:
  using Level = std::vector<std::byte>;  // its last entry

  std::array<std::vector<Level>, 2> sides_;  // bids, offers
};

// Keeps the state of one HKEX channel: the latest message about each item, taken from its real-time
// packets, so a snapshot equals the sum of the stream (notes 1.6). Excludes trades and tickers.
class RefreshImage {
 public:
  // The next real-time packet, which passed check_packet. A reset changes the numbers and nothing
  // of what is known.
  void apply(feed::Bytes packet, const hkex::PacketHeader& header);

  // The number of the last real-time message in the image; 0 before the first.
  std::uint32_t last_sequence() const { return last_sequence_; }
  // Returns every message, ordered by type, then by item.
  std::vector<std::vector<std::byte>> messages() const;

 private:
  void apply_message(const hkex::MessageView& message);
  void apply_book(feed::Bytes message);

  std::uint32_t last_sequence_ = 0;
  std::map<std::pair<std::uint16_t, std::string>, std::vector<std::byte>> latest_;
  std::map<std::uint32_t, RefreshBook> books_;
};

// One packet of the refresh channel beside real-time channel `channel`, for both its lines.
struct RefreshPacket {
  TimeNs time;  // exchange time at which it leaves
  std::uint32_t channel = 0;
  std::vector<std::byte> bytes;
};

// Sends HKEX's refresh channels: for every real-time channel with refresh lines, rounds of its
// whole state, each ended by message 203 (notes 1.6). Follows exchange time; no clock, no I/O. One
// thread.
class RefreshService {
 public:
  // `faults` and `counts` outlive the service.
  RefreshService(const Settings& settings, FaultBook& faults, TransportCounts& counts);

  // A real-time packet, in order of exchange time: takes its time, then enters the images.
  void on_packet(const ExchangeMessage& packet);
  // Advances the time. Makes the rounds that are due, from the current images.
  void on_time(TimeNs now);
  // Returns when the next packet leaves; empty when none is queued.
  std::optional<TimeNs> next_time() const;
  // Takes the next packet that leaves at or before `until`; false when there is none.
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
