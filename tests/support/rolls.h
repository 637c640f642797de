// Rolls of the golden basket for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "calc/basket/roll.h"
#include "tests/support/baskets.h"

namespace indexcast::test {

// One thing that happens on 2025-04-03; `amount` as a file would write it.
inline CorporateAction action(ActionKind kind, const std::string& symbol,
                              const std::string& amount = "1") {
  CorporateAction each;
  each.kind = kind;
  each.symbol = symbol;
  each.date = 20250403;
  each.line = 5;
  each.amount = parse_fraction(amount).value();
  return each;
}

// The mainland's fen, and Hong Kong's finest step.
inline std::array<TickRule, kMaxMarkets> ticks() {
  return {TickRule{price("0.01"), true}, TickRule{price("0.01"), true},
          TickRule{price("0.001"), false}};
}

// METHODOLOGY 10, G2, on its way to 2025-04-03 with the closes it has.
inline RollInput golden_roll() {
  RollInput input;
  input.today = golden_basket();
  const std::int64_t shares[] = {1'000'000, 4'000'000, 9'000'000};
  const std::int64_t factors[] = {1000, 731, 512};
  int line = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    Member& each = input.today.members[i];
    each.calculation_shares = {shares[i] * 1'000'000};
    each.cap_factor = {factors[i] * 10'000'000'000'000};
    input.closes.push_back({each.symbol(), each.close, {}, ++line});
  }
  input.date = 20250403;
  input.ticks = ticks();
  return input;
}

// The member of the rolled definition; it must be there.
inline const Member& find(const Roll& roll, const std::string& symbol) {
  return *std::ranges::find(roll.tomorrow.members, symbol, &Member::symbol);
}

inline std::string text(Divisor divisor) { return format_trimmed(divisor.raw, Divisor::kDecimals); }
inline std::string text(Level level) { return format_decimal(level.raw, 4); }

// Number of actions that the roll skipped for `reason`.
inline std::size_t skipped(const Roll& roll, SkipReason reason) {
  return roll.skipped_actions[static_cast<std::size_t>(reason)];
}

// The result of a roll that must succeed: each fault fails the test.
inline Roll rolled(const RollInput& input) {
  RollResult result = roll(input);
  for (const RollFault& fault : result.faults) ADD_FAILURE() << fault.key << ": " << fault.what;
  return std::move(result.roll);
}

}  // namespace indexcast::test
