#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "calc/basket/weight.h"
#include "calc/decimal.h"
#include "server/definitions/definition_file.h"
#include "server/settings/exit_code.h"
#include "server/tools/basket/basket_report.h"
#include "server/tools/commands.h"

namespace indexcast::server {
namespace {

// A definition that loaded has passed its gate: the base prices give the previous close.
std::string summary(const IndexDefinition& definition) {
  const std::vector<Weight> weights = base_weights(definition);
  const auto largest = std::ranges::max_element(weights);
  return fmt::format(
      "{} version {} for {}, {} members, divisor {}, level {} at the gate, largest {} {} %",
      definition.code, definition.version, date_text(definition.effective_date), weights.size(),
      divisor_text(definition.divisor),
      format_decimal(definition.previous_close.raw, definition.decimals),
      definition.members[static_cast<std::size_t>(largest - weights.begin())].symbol(),
      percent_text(*largest));
}

// One line on `out` for each good definition; every fault of the others on `err`. Returns kExitOk,
// or kExitConfig when any was refused.
int run_basket_check(const std::vector<std::string>& definitions, std::ostream& out,
                     std::ostream& err) {
  int code = kExitOk;
  for (const std::string& path : definitions) {
    const auto definition = load_definition(path);
    if (definition.ok()) {
      out << fmt::format("{}: good: {}\n", path, summary(*definition));
    } else {
      err << definition.status().message() << '\n';
      code = kExitConfig;
    }
  }
  return code;
}

}  // namespace

void add_basket_check(CLI::App& basket, int& exit_code) {
  CLI::App* command = basket.add_subcommand("check", "say what is wrong with definitions");
  const auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "heads of definitions")->required();
  command->callback(
      [=, &exit_code] { exit_code = run_basket_check(*files, std::cout, std::cerr); });
}

}  // namespace indexcast::server
