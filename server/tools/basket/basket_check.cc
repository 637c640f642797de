#include "server/tools/basket/basket_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "calc/basket/weight.h"
#include "calc/decimal.h"
#include "server/definitions/definition_file.h"
#include "server/settings/exit_code.h"
#include "server/tools/basket/basket_text.h"

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

}  // namespace

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

}  // namespace indexcast::server
