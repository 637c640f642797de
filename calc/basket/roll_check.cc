#include "calc/basket/roll_check.h"

#include <set>
#include <utility>

#include "calc/decimal.h"

namespace indexcast {
namespace {

// METHODOLOGY 4: a price above this many times the day's reference is no price.
constexpr std::int64_t kUsableTimes = 1000;

bool goes_ex(ActionKind kind) {
  return kind == ActionKind::dividend || kind == ActionKind::bonus || kind == ActionKind::rights ||
         kind == ActionKind::split;
}

// Two kinds that set the same thing count as one.
ActionKind subject_of(ActionKind kind) {
  return kind == ActionKind::float_band ? ActionKind::shares : kind;
}

class InputChecker {
 public:
  explicit InputChecker(const RollInput& input) : input_(input) {
    for (const Member& member : input.today.members) {
      members_.emplace(member.symbol(), &member);
      markets_.emplace(member.symbol(), member.market());
      currencies_.emplace(member.symbol(), member.currency());
    }
    for (const CorporateAction& action : input.actions) {
      kinds_.emplace(action.symbol, subject_of(action.kind));
      if (action.kind != ActionKind::join) continue;
      markets_.emplace(action.symbol, action.market);
      currencies_.emplace(action.symbol, action.currency);
    }
    for (const OfficialClose& close : input.closes) closes_.emplace(close.symbol, &close);
  }

  std::vector<RollFault> run() {
    check_date();
    check_rates();
    check_closes();
    for (const CorporateAction& action : input_.actions) check_action(action);
    if (input_.review) check_review(*input_.review);
    return std::move(faults_);
  }

 private:
  void fault(RollFile file, int line, std::string key, std::string what) {
    faults_.push_back({file, line, std::move(key), std::move(what)});
  }
  void action_fault(const CorporateAction& action, const std::string& key,
                    const std::string& what) {
    fault(RollFile::actions, action.line, "action." + key, action.symbol + ": " + what);
    faults_.back().actions_file = action.file;
  }

  bool has(const std::string& symbol, ActionKind kind) const {
    return kinds_.contains({symbol, kind});
  }
  bool joins(const std::string& symbol) const { return has(symbol, ActionKind::join); }
  TickSize tick(const std::string& symbol) const {
    const auto close = closes_.find(symbol);
    const auto market = markets_.find(symbol);
    return tick_of(input_, close == closes_.end() ? nullptr : close->second, symbol,
                   market == markets_.end() ? kNoMarket : market->second);
  }
  TickSize ex_price_tick(const std::string& symbol) const {
    const auto close = closes_.find(symbol);
    const auto market = markets_.find(symbol);
    return ex_price_rule(input_, close == closes_.end() ? nullptr : close->second, symbol,
                         market == markets_.end() ? kNoMarket : market->second)
        .tick;
  }

  void check_date() {
    if (input_.today.total_return)
      fault(RollFile::definition, 0, "total_return",
            "is made from its price index: roll that, and state its dividends and divisor anew");
    if (input_.date <= input_.today.effective_date)
      fault(RollFile::command, 0, "--date",
            "must be after " + std::to_string(input_.today.effective_date) +
                ", the day of the definition");
    const std::int64_t weekday = (days_from_date(input_.date) + 4) % 7;  // 1970-01-01: a Thursday
    if (weekday == 0 || weekday == 6)
      fault(RollFile::command, 0, "--date",
            std::to_string(input_.date) + " is a " + (weekday == 0 ? "Sunday" : "Saturday") +
                ": no market trades");
  }

  void check_rates() {
    for (const auto& [currency, rate] : input_.close_fx) {
      const FxRate today = day_rate(input_.today, currency);
      check_rate("--close-fx", currency, rate, today, "today's day_fx");
      if (input_.today.fx_in_divisor && converts(input_.today, currency) && rate != today)
        fault(RollFile::command, 0, "--close-fx",
              currency + ": the level closed at " + format_trimmed(today) +
                  ", the rate in the divisor; give a new one as --day-fx");
    }
    for (const auto& [currency, rate] : input_.day_fx) {
      const auto given = input_.close_fx.find(currency);
      check_rate("--day-fx", currency, rate,
                 given == input_.close_fx.end() ? day_rate(input_.today, currency) : given->second,
                 "the rate of the close");
    }
  }

  void check_rate(const char* option, const std::string& currency, FxRate rate, FxRate before,
                  const char* whose) {
    if (!converts(input_.today, currency)) {
      fault(RollFile::command, 0, option, currency + " is no currency of the definition");
    } else if (is_rate_move_too_large(before, rate)) {
      fault(RollFile::command, 0, option,
            currency + " " + format_trimmed(rate) + " is further than " +
                std::to_string(kRateMovePercent) + " % from " + format_trimmed(before) + ", " +
                whose);
    }
  }

  void check_closes() {
    for (const OfficialClose& close : input_.closes) {
      if (closes_.at(close.symbol) != &close)
        fault(RollFile::closes, close.line, "symbol", close.symbol + " appears twice");
      else if (markets_.contains(close.symbol))
        check_close(close);
    }
    for (const auto& [symbol, member] : members_) {
      if (!closes_.contains(symbol) && !has(symbol, ActionKind::suspension))
        fault(RollFile::closes, 0, "close",
              symbol + ": no close; a member that was out all day needs a suspension of " +
                  std::to_string(input_.today.effective_date));
    }
    for (const CorporateAction& action : input_.actions) {
      if (action.kind == ActionKind::join && !closes_.contains(action.symbol))
        fault(RollFile::closes, 0, "close", action.symbol + ": no close, and it joins");
    }
  }

  void check_close(const OfficialClose& close) {
    const auto complain = [&](const std::string& what) {
      fault(RollFile::closes, close.line, "close", close.symbol + ": " + what);
    };
    if (close.price.raw <= 0) return complain("must be positive");
    const auto it = members_.find(close.symbol);
    if (has(close.symbol, ActionKind::suspension)) {
      if (it != members_.end() && close.price != it->second->reference_price)
        complain(format_trimmed(close.price) + " is not " +
                 format_trimmed(it->second->reference_price) + ", where a suspended member stands");
      return;
    }
    if (const TickSize step = tick(close.symbol); close.price.raw % step.raw != 0)
      complain(format_trimmed(close.price) + " is not on the tick of " + format_trimmed(step));
    if (it != members_.end() && close.price.raw / kUsableTimes > it->second->reference_price.raw)
      complain(format_trimmed(close.price) + " is more than 1000 times the day's reference");
  }

  void check_action(const CorporateAction& action) {
    check_subject(action);
    const auto subject = std::pair(action.symbol, subject_of(action.kind));
    const bool adds_up = action.kind == ActionKind::dividend || action.kind == ActionKind::bonus;
    if (!done_.insert(subject).second && !adds_up)
      action_fault(action, "kind", "a second " + std::string(name_of(action.kind)) + " on one day");
    if (action.kind == ActionKind::dividend && !action.currency.empty()) check_currency(action);
    if (action.kind == ActionKind::split &&
        (has(action.symbol, ActionKind::bonus) || has(action.symbol, ActionKind::rights)))
      action_fault(action, "kind", "a split on the day of a bonus or rights issue");
    if (action.kind == ActionKind::leave) check_leaver(action);
    if (action.ex_price.raw != 0) check_ex_price(action);
  }

  void check_subject(const CorporateAction& action) {
    const bool member = members_.contains(action.symbol);
    if (action.kind == ActionKind::join) {
      if (member) action_fault(action, "symbol", "is a member already");
      check_joiner(action);
    } else if (!member && !joins(action.symbol)) {
      action_fault(action, "symbol", "is no member of " + input_.today.code);
    } else if (!member && !goes_ex(action.kind)) {
      action_fault(action, "kind", "cannot happen to a member on the day it joins");
    }
  }

  void check_joiner(const CorporateAction& action) {
    if (action.market >= kMaxMarkets) action_fault(action, "symbol", "unknown venue");
    if (action.currency != input_.today.currency && !converts(input_.today, action.currency))
      action_fault(action, "currency",
                   "the definition has no close_fx and fx_series for " + action.currency);
  }

  // Refuses cash in a currency without a rate.
  void check_currency(const CorporateAction& action) {
    const std::string& listing = currencies_[action.symbol];
    if (action.currency == listing) return;
    if (action.currency != input_.today.currency && !converts(input_.today, action.currency))
      action_fault(action, "currency",
                   "no rate of " + action.currency + ": state the cash in " + listing);
  }

  void check_leaver(const CorporateAction& action) {
    const auto first = kinds_.lower_bound({action.symbol, ActionKind::dividend});
    for (auto it = first; it != kinds_.end() && it->first == action.symbol; ++it) {
      if (it->second != ActionKind::leave && it->second != ActionKind::suspension)
        return action_fault(
            action, "kind",
            "leaves, and a " + std::string(name_of(it->second)) + " is to happen to it");
    }
  }

  void check_ex_price(const CorporateAction& action) {
    if (const TickSize step = ex_price_tick(action.symbol); action.ex_price.raw % step.raw != 0)
      action_fault(
          action, "ex_price",
          format_trimmed(action.ex_price) + " is not on the tick of " + format_trimmed(step));
    const auto [it, added] = ex_prices_.emplace(action.symbol, action.ex_price);
    if (!added && it->second != action.ex_price)
      action_fault(action, "ex_price",
                   format_trimmed(action.ex_price) + " here and " + format_trimmed(it->second) +
                       " elsewhere");
  }

  void check_review(const Review& review) {
    for (const auto& [symbol, cap] : review.caps) {
      if (!members_.contains(symbol) && !joins(symbol))
        faults_.push_back({RollFile::actions, review.line, "review.caps",
                           symbol + ": is no member of " + input_.today.code, review.file});
    }
  }

  const RollInput& input_;
  std::map<std::string, const Member*> members_;
  std::map<std::string, MarketId> markets_;             // of members and of those that join
  std::map<std::string, std::string> currencies_;       // of the same
  std::map<std::string, const OfficialClose*> closes_;  // the first of each symbol
  std::set<std::pair<std::string, ActionKind>> kinds_;  // of the input
  std::set<std::pair<std::string, ActionKind>> done_;   // seen so far
  std::map<std::string, Price> ex_prices_;
  std::vector<RollFault> faults_;
};

}  // namespace

std::vector<RollFault> check_roll_input(const RollInput& input) {
  return InputChecker(input).run();
}

TickSize tick_of(const RollInput& input, const OfficialClose* close, const std::string& symbol,
                 MarketId market) {
  if (close != nullptr && close->tick.raw > 0) return close->tick;
  if (market >= kMaxMarkets) return TickSize{1};
  const TickRule& rule = input.ticks[market];
  for (const auto& [begin, tick] : rule.by_code) {
    if (symbol.starts_with(begin)) return tick;
  }
  return rule.tick;
}

ExPriceRule ex_price_rule(const RollInput& input, const OfficialClose* close,
                          const std::string& symbol, MarketId market) {
  if (market >= kMaxMarkets) return {};
  const TickRule& rule = input.ticks[market];
  return {rule.publishes_ex_price ? tick_of(input, close, symbol, market) : rule.tick,
          rule.publishes_ex_price};
}

}  // namespace indexcast
