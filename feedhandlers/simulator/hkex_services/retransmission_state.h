// State that all retransmission servers of HKEX share: the packets they can send, the users
// logged on, the requests of the day, and the faults (notes 1.5). No socket, no clock; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {

// Keeps the last messages of every HKEX channel as they were sent, for retransmission (notes 1.5).
class RetransmissionStore {
 public:
  // `capacity`: messages kept for a channel; whole packets leave while that many stay.
  explicit RetransmissionStore(std::uint32_t capacity) : capacity_(capacity) {}

  // Adds a channel before its first packet.
  void open(std::uint32_t channel) { channels_[channel]; }
  // Adds the next packet of its channel. Clears the channel when its numbers start again.
  void keep(const ExchangeMessage& packet);

  bool knows(std::uint32_t channel) const { return channels_.contains(channel); }
  // Returns whether the store holds all of `begin` to `end`, both included.
  bool holds(std::uint32_t channel, std::uint32_t begin, std::uint32_t end) const;
  std::uint64_t messages(std::uint32_t channel) const { return channels_.at(channel).messages; }

  // Returns the packets that carry `begin` to `end`, which the store must hold. The first and last
  // packet are cut to the range; the others are as sent.
  std::vector<std::vector<std::byte>> packets(std::uint32_t channel, std::uint32_t begin,
                                              std::uint32_t end) const;

 private:
  struct Packet {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::vector<std::byte> bytes;
    std::uint32_t next() const { return first + count; }
  };
  struct Channel {
    std::deque<Packet> packets;
    std::uint64_t messages = 0;
    void clear() { *this = {}; }
  };

  std::uint32_t capacity_;
  std::map<std::uint32_t, Channel> channels_;
};

// Values of SessionStatus (102) and RetransStatus (202), notes 1.5.
inline constexpr std::uint8_t kSessionActive = 0;
inline constexpr std::uint8_t kInvalidUser = 5;
inline constexpr std::uint8_t kAlreadyConnected = 100;
inline constexpr std::uint8_t kAccepted = 0;
inline constexpr std::uint8_t kUnknownChannel = 1;
inline constexpr std::uint8_t kNotAvailable = 2;
inline constexpr std::uint8_t kRangeTooLong = 100;
inline constexpr std::uint8_t kQuotaReached = 101;

struct RetransmissionRange {
  std::uint16_t channel = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  // included
};

// Holds the state that all retransmission servers of HKEX share: packets, users logged on, requests
// of the day, faults (notes 1.5). No socket, no clock. One thread.
class RetransmissionState {
 public:
  // `faults` and `counts` outlive this.
  RetransmissionState(const hkex::Settings& settings, FaultBook& faults, TransportCounts& counts);

  // A real-time packet, in order of exchange time; sets the exchange's clock.
  void on_packet(const ExchangeMessage& packet);

  // Returns the answer to a logon. A user may have one session over all servers (OMD-C 4.3). Active
  // sessions end with log_off.
  std::uint8_t log_on(const std::string& user);
  void log_off(const std::string& user) { users_.erase(user); }

  // The fault of `kind` that strikes a request of this channel; null when none does.
  const Fault* strike(FaultKind kind, std::uint32_t channel);
  // The same for a partial answer, if it leaves out any of the `wanted` messages.
  const Fault* strike_partial(std::uint32_t channel, std::int64_t wanted);
  // Returns the answer to a request, and counts it against the daily quota of all channels
  // together.
  std::uint8_t check(const RetransmissionRange& range);

  const RetransmissionStore& store() const { return store_; }
  const hkex::RetransmissionSettings& settings() const { return settings_; }
  RetransmissionCounts& counts() { return counts_.retransmission; }

 private:
  const hkex::RetransmissionSettings settings_;
  FaultBook& faults_;
  TransportCounts& counts_;
  RetransmissionStore store_;
  std::set<std::string> users_;
  std::uint32_t requests_today_ = 0;
  std::int64_t ms_ = 0;
};

}  // namespace indexcast::sim
