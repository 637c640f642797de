// What the core counts. The core's thread writes, any thread reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "calc/event.h"

namespace indexcast {

// Every input ends as exactly one of those up to unknown_rejected.
enum class CoreCounter : std::uint8_t {
  price_applied,     // changed a price
  price_unchanged,   // freshness, kind or volume only
  price_superseded,  // a lower rung of the price ladder than what is held
  price_pending,     // outside its collar: waits
  price_rejected,    // not positive, an overflow code, or more than 1000 x the day's reference
  quote_rejected,    // the same of a side, beyond the limit prices, or a crossed book
  rate_applied,
  rate_unused,    // fixed or frozen, or of a source while a better one speaks
  rate_pending,   // beyond the guard: waits for an operator
  rate_rejected,  // not positive
  state_applied,  // phases, statuses, quotes, limits, feed states, timetables, timers, rules
  control_applied,
  control_refused,
  control_previewed,
  unknown_rejected,  // an instrument, series, market or kind that the core does not hold
  levels_published,
  inexact_estimates,  // divisions whose floating estimate was off by more than one and were redone
                      // natively
  channel_unplaced,   // prices and states of a channel beyond the table's capacity
  close_missing,      // markets that ended without all of their closing prices
  calendar_contradicted,  // markets that traded though the calendar said shut
  pending_accepted,       // prices and rates that waited and were taken after all
  pending_refused,        // and those that were not
  level_guarded,          // prices that moved a level too far at once
  close_late,             // closing prices that came or changed after a level closed without them
};
inline constexpr std::size_t kCoreCounterCount = 24;

inline constexpr std::array<std::string_view, kCoreCounterCount> kCoreCounterNames{
    "price_applied",     "price_unchanged",   "price_superseded", "price_pending",
    "price_rejected",    "quote_rejected",    "rate_applied",     "rate_unused",
    "rate_pending",      "rate_rejected",     "state_applied",    "control_applied",
    "control_refused",   "control_previewed", "unknown_rejected", "levels_published",
    "inexact_estimates", "channel_unplaced",  "close_missing",    "calendar_contradicted",
    "pending_accepted",  "pending_refused",   "level_guarded",    "close_late"};

class CoreCounters {
 public:
  void add(CoreCounter counter, std::uint64_t n = 1) {
    auto& value = values_[static_cast<std::size_t>(counter)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get(CoreCounter counter) const {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }

  // Number of the definition set in force. Set before the first record that belongs to the set.
  void enter_definition_set(std::uint32_t definition_set) {
    definition_set_.store(definition_set, std::memory_order_release);
  }
  std::uint32_t definition_set() const { return definition_set_.load(std::memory_order_acquire); }

  // The phase of a market as the core last published it; pre_open before that.
  void enter_phase(MarketId market, MarketPhase phase) {
    phases_[market].store(phase, std::memory_order_relaxed);
  }
  MarketPhase phase(MarketId market) const {
    return phases_[market].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, kCoreCounterCount> values_{};
  std::atomic<std::uint32_t> definition_set_{0};
  std::array<std::atomic<MarketPhase>, kMaxMarkets> phases_{};
};

}  // namespace indexcast
