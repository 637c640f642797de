#include <absl/status/status.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/definitions/definition_writer.h"
#include "server/definitions/new_basket_file.h"
#include "server/settings/exit_code.h"
#include "server/tools/basket/basket_report.h"
#include "server/tools/commands.h"

namespace indexcast::server {
namespace {

struct BasketBuildOptions {
  std::string head;     // TOML; server/definitions/FORMATS.md has the formats
  std::string weights;  // CSV; this or `shares`, the other is empty
  std::string shares;   // CSV
  std::string output;   // folder
  bool json = false;    // the report
};

using nlohmann::ordered_json;

// Percent with all places: what rounding moved is small.
std::string exact_percent(std::int64_t raw) { return format_decimal(raw, Weight::kDecimals - 2); }

std::int64_t deviation(const NewBasket& basket, std::size_t i) {
  return basket.weights[i].raw - basket.targets[i].raw;
}

std::size_t most_deviating(const NewBasket& basket) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < basket.weights.size(); ++i) {
    if (std::abs(deviation(basket, i)) > std::abs(deviation(basket, most))) most = i;
  }
  return most;
}

std::string level_text(const IndexDefinition& definition) {
  return format_decimal(definition.previous_close.raw, definition.decimals);
}

void print_text(const NewBasket& basket, const std::string& path, std::ostream& out) {
  const IndexDefinition& definition = basket.definition;
  out << fmt::format("{} {}: version {} for {}, {} members\n", definition.code, definition.name,
                     definition.version, date_text(definition.effective_date),
                     definition.members.size());
  out << fmt::format("capitalisation {}, level {}, divisor {}\n",
                     cap_text(base_capitalisation(definition)), level_text(definition),
                     divisor_text(definition.divisor));
  if (basket.sum_of_targets.raw > 0)
    out << fmt::format("weights given: {} %, rescaled to 100 %\n",
                       percent_text(basket.sum_of_targets));
  if (basket.capping_rounds > 0)
    out << fmt::format("caps met after {} rounds\n", basket.capping_rounds);
  out << fmt::format("{:<10} {:>20} {:>18} {:>14} {:>14} {:>12}\n", "symbol", "shares",
                     "cap factor", "target %", "weight %", "off by");
  for (std::size_t i = 0; i < definition.members.size(); ++i) {
    const Member& member = definition.members[i];
    out << fmt::format("{:<10} {:>20} {:>18} {:>14} {:>14} {:>12}\n", member.symbol(),
                       fixed_text(member.calculation_shares), fixed_text(member.cap_factor),
                       exact_percent(basket.targets[i].raw), exact_percent(basket.weights[i].raw),
                       exact_percent(deviation(basket, i)));
  }
  const std::size_t most = most_deviating(basket);
  out << fmt::format("rounding moved {} most, by {} %\nwritten: {}\n",
                     definition.members[most].symbol(), exact_percent(deviation(basket, most)),
                     path);
}

ordered_json member_json(const NewBasket& basket, std::size_t i) {
  const Member& member = basket.definition.members[i];
  return {{"symbol", member.symbol()},
          {"calculation_shares", fixed_text(member.calculation_shares)},
          {"cap_factor", fixed_text(member.cap_factor)},
          {"index_shares", fixed_text(member.shares)},
          {"target_percent", exact_percent(basket.targets[i].raw)},
          {"weight_percent", exact_percent(basket.weights[i].raw)},
          {"off_by_percent", exact_percent(deviation(basket, i))}};
}

void print_json(const NewBasket& basket, const std::string& path, std::ostream& out) {
  const IndexDefinition& definition = basket.definition;
  ordered_json members = ordered_json::array();
  for (std::size_t i = 0; i < definition.members.size(); ++i)
    members.push_back(member_json(basket, i));
  const ordered_json report = {{"code", definition.code},
                               {"version", definition.version},
                               {"effective_date", date_text(definition.effective_date)},
                               {"capitalisation", cap_text(base_capitalisation(definition))},
                               {"divisor", divisor_text(definition.divisor)},
                               {"level", level_text(definition)},
                               {"weights_given_percent", exact_percent(basket.sum_of_targets.raw)},
                               {"capping_rounds", basket.capping_rounds},
                               {"members", std::move(members)},
                               {"written", path}};
  out << report.dump() << '\n';
}

// Writes CODE.toml and CODE.csv and reports each member's weight and how far rounding took it from
// its target. Returns kExitOk, kExitInput when the files are refused, with every fault on `err`, or
// kExitFailure when the folder cannot be written.
int run_basket_build(const BasketBuildOptions& options, std::ostream& out, std::ostream& err) {
  const bool from_weights = !options.weights.empty();
  const std::string& members = from_weights ? options.weights : options.shares;
  FaultList faults;
  const NewBasketFile file = read_new_basket(
      options.head, members, from_weights ? NewBasketFrom::weights : NewBasketFrom::shares, faults);
  const NewBasketResult result = faults.empty() ? new_basket(file.input) : NewBasketResult{};
  for (const DefinitionFault& fault : result.faults)
    faults.add(fault.line > 0 ? members : options.head, fault.line, fault.key, fault.what);
  if (!faults.empty()) {
    err << faults.status().message() << '\n';
    return kExitInput;
  }
  const auto path = write_definition(result.basket.definition, options.output, file.notes);
  if (!path.ok()) {
    err << path.status().message() << '\n';
    return absl::IsUnavailable(path.status()) ? kExitFailure : kExitInput;
  }
  options.json ? print_json(result.basket, *path, out) : print_text(result.basket, *path, out);
  return kExitOk;
}

}  // namespace

void add_basket_build(CLI::App& basket, int& exit_code) {
  CLI::App* command =
      basket.add_subcommand("build", "a definition from weights, or from shares, floats and caps");
  const auto options = std::make_shared<BasketBuildOptions>();
  command->add_option("--head", options->head, "TOML: code, date, base level, rates")->required();
  auto* members = command->add_option_group("members");
  members->add_option("--weights", options->weights, "CSV: members with weights and closes");
  members->add_option("--shares", options->shares, "CSV: members with total and free shares");
  members->require_option(1);
  command->add_option("--output", options->output, "folder of CODE.toml and CODE.csv")->required();
  command->add_flag("--json", options->json, "report as JSON");
  command->callback(
      [=, &exit_code] { exit_code = run_basket_build(*options, std::cout, std::cerr); });
}

}  // namespace indexcast::server
