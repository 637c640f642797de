// How long something took, as counts per bucket: percentiles without keeping samples, written on
// the data plane and read from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace indexcast::server {

// Log-linear: below 128 ns every value has its own bucket; above, each power of two is cut into
// 128, so a bucket is at most 0.79 % of its value wide. Reaches 2^36 ns (68.7 s); what is longer
// counts in the last bucket, and max() still tells it exactly. 30 KiB.
class LatencyHistogram {
 public:
  static constexpr int kSubBits = 7;
  static constexpr int kTopBit = 35;
  static constexpr std::size_t kSub = std::size_t{1} << kSubBits;
  static constexpr std::size_t kBuckets = (kTopBit - kSubBits + 2) * kSub;
  static constexpr std::uint64_t kHighest = (std::uint64_t{1} << (kTopBit + 1)) - 1;

  // The bucket of a duration in nanoseconds.
  static constexpr std::size_t bucket_of(std::uint64_t ns) {
    const std::uint64_t value = std::min(ns, kHighest);
    if (value < kSub) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
    return (static_cast<std::size_t>(shift) << kSubBits) + (value >> shift);
  }

  // The longest duration that falls into `bucket`, nanoseconds.
  static constexpr std::uint64_t highest_in(std::size_t bucket) {
    if (bucket < kSub) return bucket;
    const std::size_t shift = bucket / kSub - 1;
    return ((bucket % kSub + kSub + 1) << shift) - 1;
  }

  // Writer thread only. A negative duration (clocks of two machines) counts as 0.
  void record(std::int64_t ns) {
    const std::uint64_t value = ns < 0 ? 0 : static_cast<std::uint64_t>(ns);
    bump(counts_[bucket_of(value)], 1);
    bump(sum_, value);
    if (value > max_.load(std::memory_order_relaxed)) max_.store(value, std::memory_order_relaxed);
  }

  // The counts at about one instant, to ask several questions of.
  class Snapshot {
   public:
    std::uint64_t count() const { return count_; }
    std::uint64_t sum_ns() const { return sum_; }
    std::uint64_t max_ns() const { return max_; }

    // The smallest bucket end that at least `percent` of the values do not pass, nanoseconds;
    // 0 when empty. 0 < percent <= 100.
    std::uint64_t percentile_ns(double percent) const {
      if (count_ == 0) return 0;
      const double wanted = std::ceil(percent / 100.0 * static_cast<double>(count_));
      const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
      std::uint64_t seen = 0;
      for (std::size_t i = 0; i < kBuckets; ++i) {
        seen += counts_[i];
        if (seen >= rank) return std::min(highest_in(i), max_);
      }
      return max_;
    }

    // How many values are below 2^bit ns, exactly. 7 <= bit <= 36.
    std::uint64_t count_below_power(int bit) const {
      const std::size_t end = static_cast<std::size_t>(bit - kSubBits + 1) * kSub;
      std::uint64_t seen = 0;
      for (std::size_t i = 0; i < end; ++i) seen += counts_[i];
      return seen;
    }

   private:
    friend class LatencyHistogram;
    std::array<std::uint64_t, kBuckets> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t max_ = 0;
  };

  // Any thread. Not one instant: records that arrive meanwhile may be in part of it.
  std::unique_ptr<Snapshot> snapshot() const {
    auto out = std::make_unique<Snapshot>();
    out->max_ = max_.load(std::memory_order_relaxed);
    out->sum_ = sum_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < kBuckets; ++i) {
      out->counts_[i] = counts_[i].load(std::memory_order_relaxed);
      out->count_ += out->counts_[i];
    }
    return out;
  }

 private:
  static void bump(std::atomic<std::uint64_t>& value, std::uint64_t by) {
    value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
  std::atomic<std::uint64_t> sum_{0};
  std::atomic<std::uint64_t> max_{0};
};

}  // namespace indexcast::server
