// The states of one feed's channels, by number: which of them a security may trust.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "calc/event.h"

namespace indexcast {

// Channel 0 is the feed as a whole. A channel without a reported state has the feed's. One
// thread, no allocation.
class ChannelStates {
 public:
  // Hong Kong spreads its securities over about a dozen channels and Shenzhen its ticks over fewer
  // than twenty, so this holds either three times over. What finds no room counts as the feed.
  static constexpr std::size_t kCapacity = 64;
  using Slot = std::uint8_t;
  static constexpr Slot kWholeFeed = 0;

  constexpr FeedState of(Slot slot) const { return states_[slot]; }
  // Whether a security of the channel is current. `unheard`: no price of it came since the
  // channel lost something. Without branches: every price asks.
  constexpr bool is_current(Slot slot, bool unheard) const {
    const bool live = states_[slot] == FeedState::live;
    return live | (by_security_[slot] & !unheard);
  }
  // Whether `slot` has the state of `other`: it is the same, or has not reported its own yet.
  constexpr bool follows(Slot slot, Slot other) const {
    return slot == other || (other == kWholeFeed && !reported_[slot]);
  }
  constexpr std::uint32_t number(Slot slot) const { return numbers_[slot]; }
  constexpr bool is(Slot slot, std::uint32_t channel) const { return numbers_[slot] == channel; }
  // How often the channel was set to a state in which something of it may be missed.
  constexpr std::uint32_t interruptions(Slot slot) const { return interruptions_[slot]; }

  // The slot of a channel, a new one if need be; kWholeFeed when the table is full.
  Slot place(std::uint32_t channel) {
    const auto end = numbers_.begin() + size_;
    const auto it = std::find(numbers_.begin(), end, channel);
    if (it != end) return static_cast<Slot>(it - numbers_.begin());
    if (size_ == kCapacity) return kWholeFeed;
    numbers_[size_] = channel;
    states_[size_] = states_[kWholeFeed];
    by_security_[size_] = by_security_[kWholeFeed];
    interruptions_[size_] = interruptions_[kWholeFeed];
    return static_cast<Slot>(size_++);
  }

  // `by_security`: the channel is in gap or recovering, and each of its securities counts again
  // from its next price on. Returns the channel's slot; kWholeFeed for another channel than 0 says
  // that it found no room, and nothing changes.
  Slot set(std::uint32_t channel, FeedState state, bool by_security) {
    const Slot slot = place(channel);
    if (slot == kWholeFeed && channel != 0) return slot;
    reported_[slot] = true;
    for (std::size_t i = 0; i < size_; ++i) {
      if (!follows(static_cast<Slot>(i), slot)) continue;
      states_[i] = state;
      by_security_[i] = by_security;
      interruptions_[i] += state != FeedState::live ? 1u : 0u;
    }
    return slot;
  }

 private:
  std::array<std::uint32_t, kCapacity> numbers_{};
  std::array<FeedState, kCapacity> states_{};
  std::array<bool, kCapacity> by_security_{};
  std::array<bool, kCapacity> reported_{};
  std::array<std::uint32_t, kCapacity> interruptions_{};
  std::size_t size_ = 1;  // slot 0 is always there
};

}  // namespace indexcast
