// The states of one feed's channels, by number: which of them a security may trust.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "calc/event.h"

namespace indexcast {

// Channel 0 is the feed as a whole. A channel that has not told its state yet has the feed's. One
// thread, no allocation.
class ChannelStates {
 public:
  // Hong Kong spreads its securities over about a dozen channels and Shenzhen its ticks over fewer
  // than twenty, so this holds either three times over. What finds no room counts as the feed.
  static constexpr std::size_t kCapacity = 64;
  using Slot = std::uint8_t;
  static constexpr Slot kWholeFeed = 0;

  constexpr FeedState of(Slot slot) const { return states_[slot]; }
  constexpr bool is(Slot slot, std::uint32_t channel) const { return numbers_[slot] == channel; }

  // The slot of a channel, a new one if need be; kWholeFeed when the table is full.
  Slot place(std::uint32_t channel) {
    const auto end = numbers_.begin() + size_;
    const auto it = std::find(numbers_.begin(), end, channel);
    if (it != end) return static_cast<Slot>(it - numbers_.begin());
    if (size_ == kCapacity) return kWholeFeed;
    numbers_[size_] = channel;
    states_[size_] = states_[kWholeFeed];
    return static_cast<Slot>(size_++);
  }

  // False when the channel finds no room; then nothing changes.
  bool set(std::uint32_t channel, FeedState state) {
    const Slot slot = place(channel);
    if (slot == kWholeFeed && channel != 0) return false;
    states_[slot] = state;
    told_[slot] = true;
    if (slot == kWholeFeed) {
      for (std::size_t i = 1; i < size_; ++i) {
        if (!told_[i]) states_[i] = state;
      }
    }
    return true;
  }

 private:
  std::array<std::uint32_t, kCapacity> numbers_{};
  std::array<FeedState, kCapacity> states_{};
  std::array<bool, kCapacity> told_{};
  std::size_t size_ = 1;  // slot 0 is always there
};

}  // namespace indexcast
