// How late the messages of each channel are, for the levels that depend on it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "calc/event.h"

namespace indexcast {

// The lag of each channel in milliseconds, as its feed last said (METHODOLOGY 5). An index keeps
// the channels that its members trade on as a set of bits. One thread, no allocation.
class ChannelLags {
 public:
  using Set = std::uint64_t;
  // One bit each. Three venues have about forty; a channel that finds no room has no lag.
  static constexpr std::size_t kCapacity = 64;
  // This, or more.
  static constexpr std::int64_t kMaxMs = std::numeric_limits<std::uint16_t>::max();

  // The set of this one channel; empty when the table is full.
  Set channel(MarketId market, std::uint32_t number) {
    const std::uint64_t key = std::uint64_t{market} << 32 | number;
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(size_);
    const auto it = std::find(keys_.begin(), end, key);
    if (it == end && size_ == kCapacity) return 0;
    if (it == end) keys_[size_++] = key;
    return Set{1} << (it - keys_.begin());
  }

  void set(Set channel, std::int64_t lag_ms) {
    if (channel == 0) return;
    lags_[static_cast<std::size_t>(std::countr_zero(channel))] =
        static_cast<std::uint16_t>(std::clamp<std::int64_t>(lag_ms, 0, kMaxMs));
  }

  // The largest lag of these channels.
  std::uint16_t largest(Set channels) const {
    std::uint16_t lag = 0;
    for (; channels != 0; channels &= channels - 1)
      lag = std::max(lag, lags_[static_cast<std::size_t>(std::countr_zero(channels))]);
    return lag;
  }

 private:
  std::array<std::uint64_t, kCapacity> keys_{};
  std::array<std::uint16_t, kCapacity> lags_{};
  std::size_t size_ = 0;
};

}  // namespace indexcast
