// How far the messages of one channel lag behind their stamps: METHODOLOGY 5, Staleness.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "calc/time.h"

namespace indexcast::feed {

// Limits of a venue's channels, in ns of the receive clock.
struct LagLimits {
  // A channel that lags by more is stale; 0: its lag is not measured, as where exchange time is
  // compressed.
  std::int64_t max_lag_ns = 0;
  // Largest plausible difference between the clocks of the exchange and of this host. It is judged
  // until the first minute of trading has shown what the difference is; 0: not judged.
  std::int64_t max_clock_difference_ns = 0;
};

// The difference between receive time and stamp contains the offset of two clocks, the transport
// and the lag. The base is the part that is always there: the smallest median of a full minute of
// trading so far today. The lag is the smallest difference of the last five seconds less the base.
// One thread; no allocation.
class ChannelLag {
 public:
  // The smallest difference of so long counts.
  static constexpr std::int64_t kWindowNs = 5 * kNsPerSecond;
  static constexpr std::int64_t kMinuteNs = 60 * kNsPerSecond;
  // The lag must stay on the other side of its limit for so long.
  static constexpr std::int64_t kHoldNs = 3 * kNsPerSecond;
  // The first seconds after an auction's result bring many messages at once and are not judged.
  static constexpr std::int64_t kAfterAuctionNs = 60 * kNsPerSecond;
  // A stamp so far ahead of what the base lets expect is wrong.
  static constexpr std::int64_t kAheadNs = 60 * kNsPerSecond;
  // Clocks may drift apart by this, in parts per million: so fast the base follows upwards.
  static constexpr std::int64_t kDriftPpm = 100;

  explicit ChannelLag(const LagLimits& limits) : limits_(limits) {}

  // Whether the stamp of a message that arrives now may be right. Before the base is known the
  // other stamps of the last seconds show what to expect, because the clocks may differ by any
  // amount.
  bool believes(TimeNs stamp, TimeNs now) const {
    if (limits_.max_lag_ns == 0) return true;
    const std::int64_t expected = has_base_ ? base_at(now) : window_least();
    return expected == kNone || now - stamp >= expected - kAheadNs;
  }

  // A message with this stamp arrived. Only stamps that are believed.
  void on_stamp(TimeNs stamp, TimeNs now) {
    if (limits_.max_lag_ns == 0) return;
    advance(now);
    const std::int64_t difference = now - stamp;
    std::int64_t& least = least_[slot_of(now)];
    least = std::min(least, difference);
    if (!trading_since_.ns) return;
    sample(difference);
  }

  // Time passed; `market_trades`: whether the channel's market trades.
  void on_time(TimeNs now, bool market_trades) {
    if (limits_.max_lag_ns == 0) return;
    advance(now);
    if (!market_trades) {
      trading_since_ = {};
      exceeded_ = false;
      turned_at_ = {};
      return;
    }
    if (trading_since_.ns == 0) begin_minute(trading_since_ = now);
    if (now - minute_began_ >= kMinuteNs) end_minute(now);
  }

  // This process paused: what arrived before says nothing of what waits in the socket.
  void forget_window() { least_.fill(kNone); }

  // Stale by lag: above the limit for kHoldNs, and until it was below it for as long.
  bool exceeded() const { return exceeded_; }
  // Above the limit now.
  bool exceeds() const { return has_base_ && lag_ns_ > limits_.max_lag_ns; }
  // No full minute has shown the base yet, and the plain difference is more than two clocks may
  // have.
  bool clocks_differ() const {
    if (has_base_ || limits_.max_clock_difference_ns == 0) return false;
    const std::int64_t least = window_least();
    return least != kNone &&
           (least > limits_.max_clock_difference_ns || -least > limits_.max_clock_difference_ns);
  }
  // 0 before the base is known, and where nothing arrived yet.
  std::int64_t lag_ns() const { return lag_ns_; }

 private:
  static constexpr std::size_t kSlots = 20;
  static constexpr std::int64_t kSlotNs = kWindowNs / kSlots;
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  static constexpr std::size_t kSamples = 1024;

  static std::size_t slot_of(TimeNs now) {
    return static_cast<std::size_t>(now.ns / kSlotNs) % kSlots;
  }
  std::int64_t window_least() const { return *std::min_element(least_.begin(), least_.end()); }
  std::int64_t base_at(TimeNs now) const {
    return base_ns_ + (now - base_since_) / 1'000'000 * kDriftPpm;
  }

  // Forgets the slots that left the window, and judges at the start of each.
  void advance(TimeNs now) {
    const std::int64_t place = now.ns / kSlotNs;
    if (place <= place_) return;
    if (place_ != 0) judge(now);
    const std::int64_t passed = std::min<std::int64_t>(place - place_, kSlots);
    for (std::int64_t i = 0; i < passed; ++i)
      least_[static_cast<std::size_t>(place - i) % kSlots] = kNone;
    place_ = place;
  }

  void judge(TimeNs now) {
    const std::int64_t least = window_least();
    // Silence has a rule of its own; the lag stays as it was last known.
    if (has_base_ && least != kNone) lag_ns_ = std::max<std::int64_t>(0, least - base_at(now));
    const bool judged = trading_since_.ns != 0 && now - trading_since_ >= kAfterAuctionNs;
    if (!judged || exceeds() == exceeded_) {
      turned_at_ = {};
    } else if (turned_at_.ns == 0) {
      turned_at_ = now;
    } else if (now - turned_at_ >= kHoldNs) {
      exceeded_ = !exceeded_;
      turned_at_ = {};
    }
  }

  void begin_minute(TimeNs now) {
    minute_began_ = now;
    sampled_ = 0;
    stride_ = 1;
    skipped_ = 0;
  }
  // The median needs not every difference: when the room is used up, every second one stays.
  void sample(std::int64_t difference) {
    if (++skipped_ < stride_) return;
    skipped_ = 0;
    samples_[sampled_++] = difference;
    if (sampled_ < kSamples) return;
    for (std::size_t i = 0; i < kSamples / 2; ++i) samples_[i] = samples_[2 * i];
    sampled_ = kSamples / 2;
    stride_ *= 2;
  }
  void end_minute(TimeNs now) {
    if (sampled_ != 0) {
      const auto middle = samples_.begin() + static_cast<std::ptrdiff_t>(sampled_ / 2);
      std::nth_element(samples_.begin(), middle,
                       samples_.begin() + static_cast<std::ptrdiff_t>(sampled_));
      base_ns_ = has_base_ ? std::min(base_at(now), *middle) : *middle;
      base_since_ = now;
      has_base_ = true;
    }
    begin_minute(now);
  }

  const LagLimits limits_;
  std::array<std::int64_t, kSlots> least_ = [] {
    std::array<std::int64_t, kSlots> none{};
    none.fill(kNone);
    return none;
  }();
  std::array<std::int64_t, kSamples> samples_{};
  std::size_t sampled_ = 0;
  std::size_t stride_ = 1;  // every so manieth difference is a sample
  std::size_t skipped_ = 0;
  std::int64_t place_ = 0;  // of the running slot, counted since the epoch; 0: none yet
  TimeNs trading_since_{};  // 0: the market does not trade
  TimeNs minute_began_{};
  bool has_base_ = false;
  std::int64_t base_ns_ = 0;
  TimeNs base_since_{};
  std::int64_t lag_ns_ = 0;
  bool exceeded_ = false;
  TimeNs turned_at_{};  // since when the lag is on the other side of the limit; 0: it is not
};

}  // namespace indexcast::feed
