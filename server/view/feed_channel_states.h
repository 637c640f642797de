// The state and the lag of each channel of a feed, as last announced.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "calc/event.h"

namespace indexcast::server {

struct FeedChannelState {
  std::uint32_t channel = 0;
  FeedState state = FeedState::down;
  TimeNs since{};  // receive clock
  std::int64_t lag_ms = 0;
};

// Written by the feed's thread as it hands its events over, read by any. A reader may see a new
// state with the time of the one before it, for an instant.
class FeedChannelStates {
 public:
  // More channels than any venue has; what is beyond them is left out and counted.
  static constexpr std::size_t kCapacity = 128;

  // `event` is a feed_state or channel_time event. States of the feed as a whole (channel 0) and of
  // single instruments are not kept.
  void note(const MarketEvent& event) {
    if (event.channel == 0 || event.instrument != kNoInstrument) return;
    Slot* slot = find_or_add(event.channel);
    if (slot == nullptr) return left_out_.store(left_out() + 1, std::memory_order_relaxed);
    if (event.kind == EventKind::channel_time)
      return slot->lag_ms.store(event.value[0], std::memory_order_relaxed);
    slot->since.store(event.receive_time.ns, std::memory_order_relaxed);
    slot->state.store(event.detail, std::memory_order_release);
  }

  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  FeedChannelState at(std::size_t i) const {
    const Slot& slot = slots_[i];
    const auto state = static_cast<FeedState>(slot.state.load(std::memory_order_acquire));
    return {slot.channel, state, TimeNs{slot.since.load(std::memory_order_relaxed)},
            slot.lag_ms.load(std::memory_order_relaxed)};
  }
  std::uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    std::uint32_t channel = 0;  // written once, before size_ lets a reader see it
    std::atomic<std::uint8_t> state{0};
    std::atomic<std::int64_t> since{0};
    std::atomic<std::int64_t> lag_ms{0};
  };

  Slot* find_or_add(std::uint32_t channel) {
    const std::size_t size = size_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < size; ++i) {
      if (slots_[i].channel == channel) return &slots_[i];
    }
    if (size == kCapacity) return nullptr;
    slots_[size].channel = channel;
    size_.store(size + 1, std::memory_order_release);
    return &slots_[size];
  }

  std::array<Slot, kCapacity> slots_{};
  std::atomic<std::size_t> size_{0};
  std::atomic<std::uint64_t> left_out_{0};
};

}  // namespace indexcast::server
