#include "server/tools/basket/basket_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace indexcast::server {
namespace {

using nlohmann::ordered_json;

std::string level_text(const RollReport& report, Level level) {
  return format_decimal(level.raw, report.input.today.decimals);
}

// The whole claim: closes, gate and chain agree to the published decimals. roll() refuses what does
// not; the report shows it from the numbers.
bool holds(const Roll& roll) {
  return roll.closing_level == roll.gate_level && roll.chain_level == roll.gate_level &&
         roll.tomorrow.previous_close == roll.gate_level;
}

// Returns how far the next day's rates move the level, in basis points.
std::string move_text(const Roll& roll) { return format_decimal(roll.day_fx_move, 2); }

ordered_json rates_json(const IndexDefinition& definition,
                        FxRate (*rate_of)(const IndexDefinition&, const std::string&)) {
  ordered_json rates = ordered_json::object();
  for (const auto& [currency, rate] : definition.close_fx)
    rates[currency] = fixed_text(rate_of(definition, currency));
  return rates;
}

void print_head(const RollReport& report, std::ostream& out) {
  const IndexDefinition& today = report.input.today;
  const IndexDefinition& tomorrow = report.roll.tomorrow;
  out << fmt::format("{} {}: {} version {} becomes {} version {}\n", today.code, today.name,
                     date_text(today.effective_date), today.version,
                     date_text(tomorrow.effective_date), tomorrow.version);
  out << fmt::format("closing level {} ({}), capitalisation {}, divisor {}\n",
                     level_text(report, report.roll.closing_level),
                     report.input.closing_level ? "as published" : "from the closes",
                     cap_text(report.roll.closing_cap), divisor_text(today.divisor));
  for (const auto& [currency, rate] : tomorrow.close_fx)
    out << fmt::format("rate {}: the day began at {}, closed at {}, and the next begins at {}\n",
                       currency, fixed_text(day_rate(today, currency)),
                       fixed_text(today.fx_in_divisor ? close_rate(today, currency) : rate),
                       fixed_text(day_rate(tomorrow, currency)));
  if (!tomorrow.day_fx.empty())
    out << fmt::format("the next day's rates move the level by {} bp\n", move_text(report.roll));
}

void print_step(const RollReport& report, const RollStep& step, std::ostream& out) {
  out << fmt::format("{}\n", step.what);
  out << fmt::format("  capitalisation {} -> {}\n", cap_text(step.cap_before),
                     cap_text(step.cap_after));
  out << fmt::format("  divisor {} -> {}\n", divisor_text(step.divisor_before),
                     divisor_text(step.divisor_after));
  out << fmt::format("  level {} -> {} (under the divisor before: {})\n",
                     level_text(report, report.roll.closing_level), level_text(report, step.level),
                     level_text(report, step.unadjusted));
}

void print_members(const IndexDefinition& definition, std::ostream& out) {
  constexpr const char* kRow = "{:<10} {:>12} {:>12} {:>12} {:>20} {:>18} {:>9}\n";
  out << fmt::format(kRow, "symbol", "close", "base", "reference", "shares", "cap factor",
                     "weight %");
  const std::vector<Weight> weights = base_weights(definition);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Member& member = definition.members[i];
    out << fmt::format(kRow, member.symbol(), fixed_text(member.close),
                       fixed_text(member.base_price), fixed_text(member.reference_price),
                       fixed_text(member.calculation_shares), fixed_text(member.cap_factor),
                       percent_text(weights[i]));
  }
}

ordered_json step_json(const RollReport& report, const RollStep& step) {
  return {{"what", step.what},
          {"capitalisation_before", cap_text(step.cap_before)},
          {"capitalisation_after", cap_text(step.cap_after)},
          {"divisor_before", divisor_text(step.divisor_before)},
          {"divisor_after", divisor_text(step.divisor_after)},
          {"level_before", level_text(report, report.roll.closing_level)},
          {"level_after", level_text(report, step.level)},
          {"level_under_divisor_before", level_text(report, step.unadjusted)}};
}

ordered_json members_json(const IndexDefinition& definition) {
  ordered_json members = ordered_json::array();
  const std::vector<Weight> weights = base_weights(definition);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Member& member = definition.members[i];
    members.push_back({{"symbol", member.symbol()},
                       {"close", fixed_text(member.close)},
                       {"base_price", fixed_text(member.base_price)},
                       {"reference_price", fixed_text(member.reference_price)},
                       {"calculation_shares", fixed_text(member.calculation_shares)},
                       {"cap_factor", fixed_text(member.cap_factor)},
                       {"index_shares", fixed_text(member.shares)},
                       {"weight_percent", percent_text(weights[i])}});
  }
  return members;
}

// Returns an empty text when no action was skipped.
std::string skipped_text(const Roll& roll) {
  std::string text;
  for (std::size_t i = 0; i < kSkipReasonNames.size(); ++i) {
    if (roll.skipped_actions[i] > 0)
      text += fmt::format(", {} skipped: {}", roll.skipped_actions[i], kSkipReasonNames[i]);
  }
  return text;
}

ordered_json skipped_json(const Roll& roll) {
  ordered_json skipped = ordered_json::object();
  for (std::size_t i = 0; i < kSkipReasonNames.size(); ++i)
    skipped[std::string(kSkipReasonNames[i])] = roll.skipped_actions[i];
  return skipped;
}

ordered_json day_json(const IndexDefinition& definition) {
  return {{"effective_date", date_text(definition.effective_date)},
          {"version", definition.version},
          {"divisor", divisor_text(definition.divisor)},
          {"previous_close", format_decimal(definition.previous_close.raw, definition.decimals)}};
}

ordered_json continuity_json(const RollReport& report) {
  const Roll& roll = report.roll;
  return {{"holds", holds(roll)},
          {"closing_level", level_text(report, roll.closing_level)},
          {"gate_level", level_text(report, roll.gate_level)},
          {"chain_level", level_text(report, roll.chain_level)},
          {"reference_level", level_text(report, roll.reference_level)},
          {"chain_reference_level", level_text(report, roll.chain_reference_level)}};
}

}  // namespace

void print_text(const RollReport& report, std::ostream& out) {
  const Roll& roll = report.roll;
  print_head(report, out);
  if (roll.steps.empty()) out << "nothing happens\n";
  for (const RollStep& step : roll.steps) print_step(report, step, out);
  print_members(roll.tomorrow, out);
  out << fmt::format("continuity {}: closes {}, gate {}, chain form {}\n",
                     holds(roll) ? "holds" : "is broken", level_text(report, roll.closing_level),
                     level_text(report, roll.gate_level), level_text(report, roll.chain_level));
  out << fmt::format("trading starts at {}, chain form {}\n",
                     level_text(report, roll.reference_level),
                     level_text(report, roll.chain_reference_level));
  if (roll.foreign_closes > 0) out << fmt::format("closes of no member: {}\n", roll.foreign_closes);
  out << fmt::format("actions: {} applied{}\n", roll.applied_actions, skipped_text(roll));
  if (!report.unused_columns.empty())
    out << fmt::format("columns not used: {}\n", fmt::join(report.unused_columns, ", "));
  out << fmt::format("divisor {}\nwritten: {}\n", divisor_text(roll.tomorrow.divisor),
                     report.written);
}

void print_json(const RollReport& report, std::ostream& out) {
  const Roll& roll = report.roll;
  ordered_json steps = ordered_json::array();
  for (const RollStep& step : roll.steps) steps.push_back(step_json(report, step));
  const ordered_json document = {{"code", roll.tomorrow.code},
                                 {"today", day_json(report.input.today)},
                                 {"tomorrow", day_json(roll.tomorrow)},
                                 {"closing_level_given", report.input.closing_level.has_value()},
                                 {"closing_capitalisation", cap_text(roll.closing_cap)},
                                 {"close_fx", rates_json(roll.tomorrow, close_rate)},
                                 {"day_fx", rates_json(roll.tomorrow, day_rate)},
                                 {"day_fx_move_bp", move_text(roll)},
                                 {"steps", std::move(steps)},
                                 {"continuity", continuity_json(report)},
                                 {"closes_of_no_member", roll.foreign_closes},
                                 {"actions_applied", roll.applied_actions},
                                 {"actions_skipped", skipped_json(roll)},
                                 {"columns_not_used", report.unused_columns},
                                 {"warnings", report.warnings},
                                 {"members", members_json(roll.tomorrow)},
                                 {"written", report.written}};
  out << document.dump() << '\n';
}

}  // namespace indexcast::server
