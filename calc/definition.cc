#include "calc/definition.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "calc/decimal.h"
#include "calc/level_divider.h"

namespace indexcast {
namespace {

// Levels stay below 2^50 units, so that the engine's estimate in double is off by less than one
// (level_divider.h).
constexpr std::int64_t kMaxLevel = std::int64_t{1} << 50;
// METHODOLOGY 9: a fund's value at reference prices may be off by 0.5 %, one part in this many.
constexpr Int128 kFundGateParts = 200;

// Caps, and their overflow, one member after another.
bool add_capitalisation(const Member& member, FxRate rate, Int128& sum) {
  Int128 product;
  return !__builtin_mul_overflow(static_cast<Int128>(member.base_price.raw),
                                 static_cast<Int128>(member.shares.raw), &product) &&
         !__builtin_mul_overflow(product, static_cast<Int128>(rate.raw), &product) &&
         !__builtin_add_overflow(sum, product, &sum);
}

class Checker {
 public:
  explicit Checker(const IndexDefinition& definition) : definition_(definition) {}

  std::vector<DefinitionFault> run() {
    check_head();
    symbols_.reserve(definition_.members.size());
    for (const Member& member : definition_.members) check_member(member);
    if (faults_.empty()) check_range();
    if (faults_.empty()) definition_.fund ? check_fund_gate(*definition_.fund) : check_gate();
    return std::move(faults_);
  }

 private:
  void fault(int line, std::string key, std::string what) {
    faults_.push_back({line, std::move(key), std::move(what)});
  }

  void check_head() {
    if (definition_.code.empty()) fault(0, "code", "missing");
    if (definition_.currency.empty()) fault(0, "currency", "missing");
    if (definition_.decimals < 0 || definition_.decimals > 8)
      fault(0, "decimals", "must be 0 to 8");
    if (definition_.effective_date == 0) fault(0, "effective_date", "missing");
    if (definition_.divisor.raw <= 0) fault(0, "divisor", "must be positive");
    if (definition_.previous_close.raw <= 0) fault(0, "previous_close", "must be positive");
    if (definition_.members.empty()) fault(0, "members", "an index needs at least one");
    if (definition_.fx_series.size() > 2) fault(0, "fx_series", "at most two foreign currencies");
    for (const auto& [currency, rate] : definition_.day_fx) check_day_rate(currency, rate);
    if (definition_.fx_in_divisor) check_fx_in_divisor();
    if (definition_.total_return) check_total_return(*definition_.total_return);
    if (definition_.fund) check_fund_terms(*definition_.fund);
  }

  void check_day_rate(const std::string& currency, FxRate rate) {
    const auto close = definition_.close_fx.find(currency);
    const auto text = [](FxRate each) { return format_trimmed(each.raw, FxRate::kDecimals); };
    if (close == definition_.close_fx.end())
      return fault(0, "day_fx." + currency, "no close_fx for " + currency);
    if (definition_.fx_in_divisor && rate != close->second)
      return fault(0, "day_fx." + currency,
                   text(rate) + " is not " + text(close->second) +
                       ", the rate in the divisor (close_fx): basket roll --day-fx takes it in");
    if (is_rate_move_too_large(close->second, rate))
      fault(0, "day_fx." + currency,
            text(rate) + " is further than " + std::to_string(kRateMovePercent) +
                " % from close_fx, " + text(close->second));
  }

  void check_fx_in_divisor() {
    if (!definition_.fx_series.empty())
      fault(0, "fx_series",
            "a level with fx_in_divisor follows no series: it is computed at close_fx");
    if (definition_.close_fx.empty())
      fault(0, "fx_in_divisor", "there is no rate in close_fx that the divisor could take in");
    if (definition_.close_fx.size() > 2) fault(0, "close_fx", "at most two foreign currencies");
    if (definition_.close_fx.contains(definition_.currency))
      fault(0, "close_fx", definition_.currency + " is the index's own currency");
    if (definition_.fund)
      fault(0, "fx_in_divisor", "the divisor of a fund is its number of shares, and stays it");
  }

  void check_total_return(const TotalReturn& total_return) {
    if (total_return.price_previous_close.raw <= 0)
      fault(0, "total_return.price_previous_close", "must be positive");
    for (const auto& [currency, cash] : total_return.cash) {
      const bool known = currency == definition_.currency || converts(definition_, currency);
      if (!known) fault(0, "total_return.dividends", "no fx_series for " + currency);
      if (cash < 0) fault(0, "total_return.dividends", "negative in " + currency);
    }
  }

  void check_fund_terms(const FundTerms& terms) {
    if (terms.venue >= kMaxMarkets) fault(0, "venue", "unknown");
    if (terms.creation_unit <= 0) fault(0, "creation_unit", "must be positive");
    if (terms.expected_value.raw <= 0) fault(0, "expected_value", "must be positive");
  }

  void check_member(const Member& member) {
    if (member.symbol().empty()) fault(member.line, "symbol", "missing");
    if (!symbols_.insert(member.symbol()).second)
      fault(member.line, "symbol", member.symbol() + " appears twice");
    if (member.market() >= kMaxMarkets)
      fault(member.line, "symbol", member.symbol() + ": unknown venue");
    if (member.shares.raw <= 0)
      fault(member.line, "shares", member.symbol() + ": must be positive");
    if (member.base_price.raw <= 0)
      fault(member.line, "base_price", member.symbol() + ": must be positive");
    if (member.reference_price.raw <= 0)
      fault(member.line, "reference_price", member.symbol() + ": must be positive");
    check_currency(member);
  }

  void check_currency(const Member& member) {
    if (member.currency() == definition_.currency) return;
    if (close_rate(definition_, member.currency()).raw <= 0) {
      fault(member.line, "currency", member.symbol() + ": no close_fx for " + member.currency());
    } else if (!converts(definition_, member.currency())) {
      fault(member.line, "currency", member.symbol() + ": no fx_series for " + member.currency());
    }
  }

  void check_range() {
    if (definition_.previous_close.raw > kMaxLevel / static_cast<std::int64_t>(kLargestSum)) {
      fault(0, "previous_close",
            "too large for " + std::to_string(definition_.decimals) + " decimals");
    }
    Int128 limit = kInt128Max / kLargestSum / level_scale(definition_.decimals).numerator;
    Int128 cap = 0;
    if (!add_constant_cash(cap) || cap > limit)
      return fault(0, definition_.fund ? "cash components" : "total_return.dividends",
                   "leave the range of the accumulator");
    for (const Member& member : definition_.members) {
      if (!add_capitalisation(member, larger_rate(member.currency()), cap) || cap > limit) {
        fault(member.line, "shares",
              "capitalisation leaves the range of the accumulator at " + member.symbol());
        return;
      }
    }
  }

  // The range holds at both rates.
  FxRate larger_rate(const std::string& currency) const {
    return std::max(close_rate(definition_, currency), day_rate(definition_, currency));
  }

  bool add_constant_cash(Int128& cap) const {
    if (definition_.fund) {
      const Int128 cash = cash_of(*definition_.fund);
      return !__builtin_mul_overflow(cash < 0 ? -cash : cash, Int128{kFxOne.raw}, &cap);
    }
    if (!definition_.total_return) return true;
    for (const auto& [currency, cash] : definition_.total_return->cash) {
      Int128 converted;
      const Int128 rate = larger_rate(currency).raw;
      if (__builtin_mul_overflow(cash, rate, &converted) ||
          __builtin_add_overflow(cap, converted, &cap))
        return false;
    }
    return true;
  }

  // A total return index has the gate of its price index.
  void check_gate() {
    const auto& total = definition_.total_return;
    const Divisor divisor = total ? total->price_divisor : definition_.divisor;
    const Level expected = total ? total->price_previous_close : definition_.previous_close;
    const Level level = level_of(base_capitalisation(definition_), divisor, definition_.decimals);
    if (level == expected) return;
    fault(0, "divisor",
          "base prices give " + format_decimal(level.raw, definition_.decimals) + " and " +
              (total ? "price_previous_close" : "previous_close") + " is " +
              format_decimal(expected.raw, definition_.decimals));
  }

  // A fund was valued by its manager and not by us, so its gate has a tolerance.
  void check_fund_gate(const FundTerms& terms) {
    const Int128 unit = pow10(kSumDecimals - Money::kDecimals);
    const Int128 value = base_value(definition_);
    const Int128 expected = terms.expected_value.raw * unit;
    const Int128 off = value > expected ? value - expected : expected - value;
    if (off <= expected / kFundGateParts) return;
    const Int128 hundredths = divide_half_up(off / unit * 10'000, terms.expected_value.raw);
    fault(0, "NAVperCU",
          "a creation unit is worth " + format_decimal(divide_half_up(value, pow10(18)), 2) +
              " at reference prices, " + format_decimal(hundredths, 2) + " % " +
              (value > expected ? "above" : "below") + " its NAV less dividend of " +
              format_decimal(divide_half_up(terms.expected_value.raw, 10'000), 2) +
              "; 0.5 % is allowed");
  }

  const IndexDefinition& definition_;
  std::unordered_set<std::string_view> symbols_;
  std::vector<DefinitionFault> faults_;
};

}  // namespace

FxRate close_rate(const IndexDefinition& definition, const std::string& currency) {
  if (currency == definition.currency) return kFxOne;
  const auto it = definition.close_fx.find(currency);
  return it == definition.close_fx.end() ? FxRate{} : it->second;
}

FxRate day_rate(const IndexDefinition& definition, const std::string& currency) {
  const auto it = definition.day_fx.find(currency);
  return it == definition.day_fx.end() ? close_rate(definition, currency) : it->second;
}

bool is_rate_move_too_large(FxRate before, FxRate after) {
  const Int128 move = Int128{after.raw} - before.raw;
  return after.raw <= 0 || (move < 0 ? -move : move) * 100 > Int128{before.raw} * kRateMovePercent;
}

bool converts(const IndexDefinition& definition, const std::string& currency) {
  return definition.fx_in_divisor ? definition.close_fx.contains(currency)
                                  : definition.fx_series.contains(currency);
}

LevelScale level_scale(int decimals) {
  constexpr int kNatural = kSumDecimals - Divisor::kDecimals;
  return decimals >= kNatural ? LevelScale{pow10(decimals - kNatural), 1}
                              : LevelScale{1, pow10(kNatural - decimals)};
}

std::vector<DefinitionFault> check_definition(const IndexDefinition& definition) {
  return Checker(definition).run();
}

Int128 constant_cash(const IndexDefinition& definition, const std::string& currency) {
  if (definition.fund && currency == definition.currency) return cash_of(*definition.fund);
  if (!definition.total_return) return 0;
  const auto it = definition.total_return->cash.find(currency);
  return it == definition.total_return->cash.end() ? 0 : it->second;
}

Int128 base_value(const IndexDefinition& fund) {
  return base_capitalisation(fund) + constant_cash(fund, fund.currency) * kFxOne.raw;
}

Int128 base_capitalisation(const IndexDefinition& definition) {
  Int128 cap = 0;
  for (const Member& member : definition.members) {
    cap += static_cast<Int128>(member.base_price.raw) * member.shares.raw *
           close_rate(definition, member.currency()).raw;
  }
  return cap;
}

std::optional<Int128> capitalisation_in_range(const IndexDefinition& definition) {
  const Int128 limit = kInt128Max / level_scale(definition.decimals).numerator;
  Int128 cap = 0;
  for (const Member& member : definition.members) {
    if (!add_capitalisation(member, close_rate(definition, member.currency()), cap) || cap > limit)
      return std::nullopt;
  }
  return cap;
}

Divisor divisor_for(Int128 cap, Level level, int decimals) {
  const LevelScale scale = level_scale(decimals);
  return {
      divide_half_up(cap * scale.numerator, static_cast<Int128>(level.raw) * scale.denominator)};
}

Level level_of(Int128 cap, Divisor divisor, int decimals) {
  if (cap < 0) return {};
  const LevelScale scale = level_scale(decimals);
  return {static_cast<std::int64_t>(
      divide_half_up(cap * scale.numerator, divisor.raw * scale.denominator))};
}

}  // namespace indexcast
