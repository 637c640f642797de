// State that all retransmission servers of HKEX share: the packets they can send, the users
// logged on, the requests of the day, and the faults (notes 1.5). No socket, no clock; one thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/hkex_services/retransmission_store.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {

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
