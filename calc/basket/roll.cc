#include "calc/basket/roll.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>

#include "calc/basket/action_selection.h"
#include "calc/basket/cap_factors.h"
#include "calc/basket/divisor_chain.h"
#include "calc/basket/roll_check.h"
#include "calc/decimal.h"

namespace indexcast {
namespace {

// Where an action or a review stands.
struct Place {
  int line = 0;
  int file = 0;
};
template <class T>
Place place_of(const T& source) {
  return {source.line, source.file};
}

// Everything that goes ex on one member, and where it was said first.
struct ExEvent {
  ExTerms terms;
  std::string what;
  Place place;

  // `cash`: the amount of a dividend in the listing currency.
  void add(const CorporateAction& action, const Fraction& cash) {
    if (action.kind == ActionKind::dividend) terms.cash = terms.cash + cash;
    if (action.kind == ActionKind::bonus) terms.bonus = terms.bonus + action.amount;
    if (action.kind == ActionKind::split) terms.split = action.amount;
    if (action.kind == ActionKind::rights) {
      terms.rights = action.amount;
      terms.rights_price = action.rights_price;
    }
    if (action.ex_price.raw != 0) terms.published = action.ex_price;
    if (place.line == 0) place = place_of(action);
    what += what.empty() ? "" : ", ";
    what += std::string(name_of(action.kind)) + " " + format_fraction(action.amount);
    if (action.kind == ActionKind::dividend && cash != action.amount)
      what += " " + action.currency + " (" + format_fraction(cash) + ")";
    if (action.kind == ActionKind::rights) what += " at " + format_trimmed(action.rights_price);
  }
};

class Roller {
 public:
  explicit Roller(const RollInput& input) : input_(input) {
    result_.faults = check_roll_input(input);
    for (const OfficialClose& close : input.closes) closes_.emplace(close.symbol, &close);
  }

  RollResult run() {
    close_the_day();
    take_rates_in();
    join_and_leave();
    go_ex();
    change_counts();
    if (input_.review) review(*input_.review);
    finish();
    return std::move(result_);
  }

 private:
  IndexDefinition& tomorrow() { return result_.roll.tomorrow; }
  bool good() const { return result_.faults.empty(); }

  void fault(RollFile file, std::string key, std::string what) {
    result_.faults.push_back({file, 0, std::move(key), std::move(what)});
  }
  void fault(Place place, std::string key, std::string what) {
    result_.faults.push_back(
        {RollFile::actions, place.line, std::move(key), std::move(what), place.file});
  }

  const OfficialClose* close_of(const std::string& symbol) const {
    const auto it = closes_.find(symbol);
    return it == closes_.end() ? nullptr : it->second;
  }

  Member* find(const std::string& symbol) {
    const auto it = std::ranges::find(tomorrow().members, symbol, &Member::symbol);
    return it == tomorrow().members.end() ? nullptr : &*it;
  }

  Level level(Int128 cap, Divisor divisor) { return level_of(cap, divisor, input_.today.decimals); }

  static void set_price(Member& member, Price price) {
    member.close = member.base_price = member.reference_price = price;
  }

  // Today's basket at today's closes and rates: what every step is measured from. A suspended
  // member stands where it began the day, its dividends paid.
  void close_the_day() {
    tomorrow() = input_.today;
    set_closing_rates();
    for (Member& member : tomorrow().members) {
      const OfficialClose* close = close_of(member.symbol());
      set_price(member, close != nullptr ? close->price : member.reference_price);
      members_today_.push_back(member.symbol());
    }
    divisor_ = input_.today.divisor;
    measure(start_cap_, {});
    if (!good()) return;
    result_.roll.closing_cap = cap_ = start_cap_;
    result_.roll.closing_level = level(start_cap_, divisor_);
    check_closing_level();
  }

  // The rates that today's level closed at. Those of tomorrow's day come last (finish).
  void set_closing_rates() {
    tomorrow().day_fx.clear();
    if (input_.today.fx_in_divisor) return;
    tomorrow().close_fx.clear();
    for (const auto& [currency, series] : input_.today.fx_series) {
      const auto given = input_.close_fx.find(currency);
      tomorrow().close_fx[currency] =
          given == input_.close_fx.end() ? day_rate(input_.today, currency) : given->second;
    }
  }

  // A rate that is no part of the level moves the divisor at the same closes, so that the level
  // stays. Without a new one the old one goes on.
  void take_rates_in() {
    if (!input_.today.fx_in_divisor) return;
    for (const auto& [currency, rate] : input_.day_fx) {
      const auto it = tomorrow().close_fx.find(currency);
      if (it == tomorrow().close_fx.end() || it->second == rate) continue;
      const std::string before = format_trimmed(it->second);
      it->second = rate;
      step(currency + ": rate " + before + " becomes " + format_trimmed(rate), {});
    }
  }

  // Both must agree, or tomorrow's gate would stay shut.
  void check_closing_level() {
    const Level computed = result_.roll.closing_level;
    tomorrow().previous_close = input_.closing_level.value_or(computed);
    if (tomorrow().previous_close == computed) return;
    const int places = input_.today.decimals;
    fault(RollFile::command, "--closing-level",
          "closes and rates give " + format_decimal(computed.raw, places) + ", not " +
              format_decimal(tomorrow().previous_close.raw, places));
  }

  // Nothing is measured once something is wrong: prices may be missing.
  void measure(Int128& cap, Place place) {
    if (!good()) return;
    const auto measured = capitalisation_in_range(tomorrow());
    if (!measured || *measured <= 0)
      return fault(place, "members", "the capitalisation leaves the range of the accumulator");
    cap = *measured;
  }

  void step(std::string what, Place place) {
    RollStep step{std::move(what), place.line, cap_, 0, divisor_, {}, {}, {}};
    measure(step.cap_after, place);
    if (!good()) return;
    const auto divisor = chain_divisor(input_.today.divisor, start_cap_, step.cap_after);
    if (!divisor || divisor->raw <= 0) return fault(place, "divisor", "leaves its range");
    step.divisor_after = *divisor;
    step.unadjusted = level(step.cap_after, step.divisor_before);
    step.level = level(step.cap_after, step.divisor_after);
    cap_ = step.cap_after;
    divisor_ = step.divisor_after;
    result_.roll.steps.push_back(std::move(step));
  }

  // Members join before others leave, so that a basket whose members all change is never empty.
  void join_and_leave() {
    for_each(ActionKind::suspension, [this](const CorporateAction& each) { suspend(each); });
    for_each(ActionKind::join, [this](const CorporateAction& each) { join(each); });
    for_each(ActionKind::leave, [this](const CorporateAction& each) { leave(each); });
  }

  void for_each(ActionKind kind, const std::function<void(const CorporateAction&)>& act) {
    for (const CorporateAction& action : input_.actions) {
      if (action.kind == kind) act(action);
    }
  }

  void suspend(const CorporateAction& action) {
    const Member* member = find(action.symbol);
    if (member != nullptr)
      step(action.symbol + ": suspended, stands at " + format_trimmed(member->close),
           place_of(action));
  }

  void leave(const CorporateAction& action) {
    if (std::erase_if(tomorrow().members,
                      [&](const Member& member) { return member.symbol() == action.symbol; }) > 0)
      step(action.symbol + ": leaves", place_of(action));
  }

  void join(const CorporateAction& action) {
    const OfficialClose* close = close_of(action.symbol);
    if (close == nullptr || find(action.symbol) != nullptr) return;
    Member member;
    member.security = std::make_shared<const Security>(
        Security{action.symbol, action.name, action.currency, action.market});
    set_price(member, close->price);
    set_shares(member, action.calculation_shares, action.cap_factor, place_of(action));
    tomorrow().members.push_back(std::move(member));
    step(action.symbol + ": joins with " + format_trimmed(action.calculation_shares) + " x " +
             format_trimmed(action.cap_factor),
         place_of(action));
  }

  void set_shares(Member& member, CalculationShares shares, CapFactor factor, Place place) {
    const auto rounded = index_shares(shares, factor);
    if (!rounded || rounded->raw <= 0)
      return fault(place, "action.shares",
                   member.symbol() + ": " + format_trimmed(shares) + " x " +
                       format_trimmed(factor) + " is no number of index shares");
    member.calculation_shares = shares;
    member.cap_factor = factor;
    member.shares = *rounded;
  }

  // Returns the dividend in the currency of the listing, converted at the rates of the roll.
  Fraction cash_of(const CorporateAction& action) {
    const Member* member = find(action.symbol);
    if (action.currency.empty() || member == nullptr || action.currency == member->currency())
      return action.amount;
    return action.amount * Fraction(close_rate(tomorrow(), action.currency).raw) /
           Fraction(close_rate(tomorrow(), member->currency()).raw);
  }

  // In the order in which the actions name the members.
  void go_ex() {
    std::vector<std::pair<std::string, ExEvent>> events;
    for (const CorporateAction& action : input_.actions) {
      if (action.kind > ActionKind::split) continue;
      auto it = std::ranges::find(events, action.symbol, &std::pair<std::string, ExEvent>::first);
      if (it == events.end()) it = events.insert(events.end(), {action.symbol, {}});
      it->second.add(action, cash_of(action));
    }
    for (const auto& [symbol, event] : events) {
      if (Member* member = find(symbol); member != nullptr && member->close.raw > 0)
        go_ex(*member, event);
    }
  }

  void go_ex(Member& member, const ExEvent& event) {
    const auto prices = ex_prices(
        member.close, event.terms,
        ex_price_rule(input_, close_of(member.symbol()), member.symbol(), member.market()));
    const auto shares = shares_after(member.calculation_shares, event.terms);
    if (!prices || !shares)
      return fault(event.place, "action",
                   member.symbol() + ": " + event.what + " at " + format_trimmed(member.close) +
                       " leaves no price or no shares");
    member.reference_price = prices->reference;
    member.base_price = prices->base;
    const std::string before = format_trimmed(member.calculation_shares);
    if (changes_shares(event.terms)) set_shares(member, *shares, member.cap_factor, event.place);
    step(member.symbol() + ": " + event.what + "; " + format_trimmed(member.close) + " becomes " +
             format_trimmed(prices->reference) + ", base " + format_trimmed(prices->base) +
             "; shares " + before + " become " + format_trimmed(member.calculation_shares),
         event.place);
  }

  void change_counts() {
    for (const CorporateAction& action : input_.actions) {
      Member* member = find(action.symbol);
      if (member == nullptr) continue;
      if (action.kind == ActionKind::shares || action.kind == ActionKind::float_band)
        change(*member, action, action.calculation_shares, member->cap_factor);
      if (action.kind == ActionKind::cap_factor)
        change(*member, action, member->calculation_shares, action.cap_factor);
    }
  }

  void change(Member& member, const CorporateAction& action, CalculationShares shares,
              CapFactor factor) {
    const std::string before =
        format_trimmed(member.calculation_shares) + " x " + format_trimmed(member.cap_factor);
    set_shares(member, shares, factor, place_of(action));
    step(member.symbol() + ": " + std::string(name_of(action.kind)) + " " + before + " becomes " +
             format_trimmed(member.calculation_shares) + " x " + format_trimmed(member.cap_factor),
         place_of(action));
  }

  void review(const Review& review) {
    if (!good() || !review_in_range(review)) return;
    std::vector<CappedName> names;
    for (const Member& member : tomorrow().members) names.push_back(uncapped(member, review));
    const CapFactors caps = cap_factors(names);
    if (caps.factors.empty())
      return fault(place_of(review), "review",
                   "the caps sum to " + format_trimmed(caps.sum_of_caps.raw, 8) +
                       " %, and cannot hold 100 %");
    for (std::size_t i = 0; i < caps.factors.size(); ++i) {
      Member& member = tomorrow().members[i];
      set_shares(member, member.calculation_shares, caps.factors[i], place_of(review));
    }
    const auto capped =
        std::ranges::count_if(caps.factors, [](CapFactor factor) { return factor != kUncapped; });
    step("review: " + std::to_string(capped) + " of " + std::to_string(names.size()) +
             " members capped in " + std::to_string(caps.rounds) + " rounds",
         place_of(review));
  }

  bool review_in_range(const Review& review) {
    IndexDefinition before_caps = tomorrow();
    for (Member& member : before_caps.members) member.shares = {member.calculation_shares.raw};
    if (capitalisation_in_range(before_caps)) return true;
    fault(place_of(review), "review",
          "the capitalisation before caps leaves the range of the accumulator");
    return false;
  }

  // A review judges capitalisations before caps, at the prices that the divisor is balanced at.
  CappedName uncapped(const Member& member, const Review& review) const {
    const auto it = review.caps.find(member.symbol());
    const Int128 cap = static_cast<Int128>(member.base_price.raw) * member.calculation_shares.raw;
    return {cap * close_rate(result_.roll.tomorrow, member.currency()).raw,
            it == review.caps.end() ? review.cap : it->second};
  }

  void finish() {
    Roll& roll = result_.roll;
    tomorrow().effective_date = input_.date;
    tomorrow().version = input_.today.version + 1;
    tomorrow().divisor = divisor_;
    for (const auto& [currency, rate] : input_.day_fx) {
      if (rate != close_rate(tomorrow(), currency)) tomorrow().day_fx[currency] = rate;
    }
    roll.foreign_closes = static_cast<std::size_t>(std::ranges::count_if(
        input_.closes, [&](const OfficialClose& close) { return is_foreign(close.symbol); }));
    if (!good()) return;
    prove();
    for (const DefinitionFault& each : check_definition(tomorrow()))
      fault(RollFile::definition, each.key, "tomorrow: " + each.what);
  }

  bool is_foreign(const std::string& symbol) {
    return std::ranges::find(members_today_, symbol) == members_today_.end() &&
           find(symbol) == nullptr;
  }

  void prove() {
    Roll& roll = result_.roll;
    const Int128 cap = base_capitalisation(tomorrow());
    roll.gate_level = level(cap, divisor_);
    const Level previous = tomorrow().previous_close;
    roll.chain_level = chain_level(previous, cap, cap).value_or(Level{});
    IndexDefinition opening = tomorrow();
    for (auto& [currency, rate] : opening.close_fx) rate = day_rate(tomorrow(), currency);
    roll.day_fx_move = move_between(cap, base_capitalisation(opening));
    for (Member& member : opening.members) member.base_price = member.reference_price;
    const Int128 opening_cap = base_capitalisation(opening);
    roll.reference_level = level(opening_cap, divisor_);
    roll.chain_reference_level = chain_level(previous, cap, opening_cap).value_or(Level{});
  }

  // In 0.01 bp of `before`, which is many powers of ten above a millionth of itself.
  static std::int64_t move_between(Int128 before, Int128 after) {
    constexpr Int128 kParts = 1'000'000;
    const Int128 size = after < before ? before - after : after - before;
    const auto parts = static_cast<std::int64_t>(divide_half_up(size, before / kParts));
    return after < before ? -parts : parts;
  }

  const RollInput& input_;
  std::map<std::string, const OfficialClose*> closes_;
  std::vector<std::string> members_today_;
  Int128 start_cap_ = 0;
  Int128 cap_ = 0;
  Divisor divisor_{};
  RollResult result_;
};

}  // namespace

RollResult roll(const RollInput& input) {
  ActionSelection selection = select_actions(input);
  RollInput due = input;
  due.actions = std::move(selection.due);
  RollResult result = Roller(due).run();
  result.roll.applied_actions = due.actions.size();
  result.roll.skipped_actions = selection.skipped;
  std::ranges::move(selection.faults, std::back_inserter(result.faults));
  return result;
}

}  // namespace indexcast
