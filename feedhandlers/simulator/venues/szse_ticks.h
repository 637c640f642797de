// Shenzhen's tick channels: orders (300192), trades and cancellations (300191), numbered together
// in each channel from 1 (SZSE notes 1.6, 2.10), and the channels' heartbeats.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/venues/szse_message_output.h"

namespace indexcast::sim {

class SzseTicks {
 public:
  static constexpr std::uint16_t kFirstChannel = 2011;
  static constexpr std::size_t kChannels = 3;

  // Not `enabled`: the channels say that nothing was sent on them. `out` outlives the ticks.
  SzseTicks(SzseMessageOutput& out, bool enabled) : out_(out), enabled_(enabled) {}

  // Orders came in, and a trade if the security has a newer one than it had.
  void ticked(const SimulatedSecurity& security, Micros now);
  // Every three seconds.
  void heartbeats(bool finished, Micros now);

  static std::uint16_t channel_of(std::uint32_t code) {
    return static_cast<std::uint16_t>(kFirstChannel + code % kChannels);
  }

 private:
  std::int64_t next(std::uint16_t channel) { return ++last_[channel - kFirstChannel]; }
  // Its number in the channel.
  std::int64_t order(const SimulatedSecurity& security, char side, std::int64_t price,
                     std::int64_t shares, Micros now);
  void trade(const SimulatedSecurity& security, std::int64_t bid, std::int64_t offer,
             const SimulatedTrade& trade, char exec_type, Micros now);

  SzseMessageOutput& out_;
  bool enabled_;
  std::array<std::int64_t, kChannels> last_{};
  std::map<std::uint32_t, std::uint32_t> sent_trades_;  // the latest trade's id by code
};

}  // namespace indexcast::sim
