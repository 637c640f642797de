// What the engine remembers of one index beside its sum: statistics, quality, sequence.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "calc/channel_lags.h"
#include "calc/instrument_state.h"
#include "calc/record.h"

namespace indexcast {

// A member, or members together, below this share of today's reference weights give an index no
// flag (METHODOLOGY 8).
inline constexpr std::uint64_t kFlagBp = 20;

// The flags of an index's members in total: sums of member units for the weights, which are
// shown in basis points, and numbers of members for the others.
class MemberFlagTotals {
 public:
  // The flags of a member of `units` changed.
  void move(std::uint64_t units, std::uint16_t from, std::uint16_t to) {
    for (unsigned changed = (from ^ to) & ((1u << kIndexBits) - 1); changed != 0;
         changed &= changed - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(changed));
      const std::uint64_t step = step_of(bit, units);
      sums_[bit] = to >> bit & 1u ? sums_[bit] + step : sums_[bit] - step;
    }
  }
  void set_total(std::uint64_t total) { total_ = total; }
  // Of a weight: rounded half up; 10000 exactly when every member counts.
  std::uint16_t basis_points(MemberFlags flag) const { return share(sum(flag)); }
  // Of members of so many units: the same.
  std::uint16_t share(std::uint64_t units) const {
    return static_cast<std::uint16_t>((units * 10'000 + total_ / 2) / total_);
  }
  // Returns whether any member has a counted flag. kIncomplete ignores members below kFlagBp.
  bool any(MemberFlags flag) const { return sum(flag) != 0; }
  // Returns whether the members with a weighted flag reach kFlagBp together. Not rounded.
  bool has_weight(MemberFlags flag) const { return is_heavy(sum(flag)); }
  // Returns whether so many units reach kFlagBp. Not rounded.
  bool is_heavy(std::uint64_t units) const { return units * (10'000 / kFlagBp) >= total_; }

 private:
  static constexpr std::size_t bit_of(MemberFlags flag) {
    return static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(flag)));
  }
  std::uint64_t sum(MemberFlags flag) const { return sums_[bit_of(flag)]; }
  std::uint64_t step_of(std::size_t bit, std::uint64_t units) const {
    if (bit < kWeightBits) return units;
    return bit == bit_of(kIncomplete) ? is_heavy(units) : 1;
  }

  std::array<std::uint64_t, kIndexBits> sums_{};
  std::uint64_t total_ = 1;
};

// What a level says of its first two foreign currencies.
struct LevelRates {
  FxRate first{};  // 0 = none
  FxRate second{};
  TimeNs first_time{};  // of the first, as its source says; 0 = no source's
};

// What a subscriber acts on beside the level.
struct PublishedStatus {
  IndexStatus status = IndexStatus::pre_open;
  bool quotable = false;
  std::uint32_t flags = 0;

  friend bool operator==(const PublishedStatus&, const PublishedStatus&) = default;
};

// Statistics follow the published levels, or their grid (METHODOLOGY 5).
struct IndexState {
  // Of its definition, kept here because every level carries them.
  std::uint8_t decimals = 0;
  std::uint32_t version = 0;
  Level previous_close{};
  Level level{};
  Level open{};
  Level high{};
  Level low{};
  Level close{};
  IndexStatus status = IndexStatus::pre_open;
  std::uint32_t flags = 0;
  bool quotable = false;
  MarketId session = kNoMarket;  // the one that a fund follows; an index follows all of its own
  std::uint64_t sequence = 0;
  MemberFlagTotals members;
  // In basis points, as last derived.
  std::uint16_t opened_bp = 0;
  std::uint16_t fresh_bp = 0;
  std::uint16_t suspended_bp = 0;
  std::uint16_t live_bp = 0;
  // Something that status, flags, weights or the open follow from has moved since they were
  // derived.
  bool quality_due = true;
  // A price or rate in force has moved since the level was derived.
  bool level_due = false;
  bool held = false;              // frozen by an operator: its level stays, its flags go on
  bool exceptional_rule = false;  // said by an operator
  bool bid_ask = false;           // of its definition
  // Part of the session was not seen, for the rest of the day. An open not taken before stays
  // empty.
  bool statistics_partial = false;
  bool carried_forward = false;  // a market ended without all closing prices of its members there
  // Some member's price waits or its reference price is in doubt, so that the impact of that moves
  // with every price.
  bool in_doubt = false;
  std::uint16_t pending_impact_bp = 20;  // up to which a level may be quotable
  std::uint16_t guard_bp = 0;            // a move of one member beyond it is guarded; 0: none
  std::uint32_t pending_impact = 0;      // as last derived, 0.01 bp
  std::uint32_t guards = 0;              // members whose price moved the level too far
  bool guard_counts = false;             // of those that ended, every price was repeated
  // Extremes of the levels under guard, which high and low have not taken in; 0 = none.
  Level guarded_high{};
  Level guarded_low{};
  ChannelLags::Set channels = 0;      // those that its members had a price of today on
  LevelRates held_rates;              // those of the frozen level
  std::uint32_t control_version = 0;  // controls applied to it
  std::uint64_t records = 0;          // numbered so far, of those beside its levels
  PublishedStatus published_status;   // of its last level
  std::uint64_t flushed_for = 0;      // the deferred input whose level came out early

  bool is_open() const { return open.raw != 0; }
  // Whether high and low follow its levels now.
  bool statistics_run() const { return is_open() && !held && !(flags & kRecovering); }
  // True when the level is a new high or low. Under guard its extremes are kept aside.
  bool follow(Level published) {
    if (guards != 0) [[unlikely]] {
      guarded_high = std::max(guarded_high, published);
      guarded_low = guarded_low.raw == 0 ? published : std::min(guarded_low, published);
      return false;
    }
    return widen(published, published);
  }
  void raise_guard() {
    if (guards++ != 0) return;
    guard_counts = true;
    guarded_high = guarded_low = {};
  }
  // One of its members is believed again, `counts`: because its price was repeated.
  void lower_guard(bool counts) {
    guard_counts &= counts;
    if (--guards == 0 && guard_counts) take_in_guarded();
  }
  // High and low take in what was kept aside. True when that moves one of them.
  bool take_in_guarded() {
    if (guarded_low.raw == 0) return false;
    const bool moved = widen(guarded_high, guarded_low);
    guarded_high = guarded_low = {};
    return moved;
  }
  PublishedStatus current_status() const { return {status, quotable, flags}; }

 private:
  bool widen(Level upper, Level lower) {
    const bool moved = upper > high || lower < low;
    high = std::max(high, upper);
    low = std::min(low, lower);
    return moved;
  }
};

}  // namespace indexcast
