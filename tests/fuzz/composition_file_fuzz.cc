// Any bytes as a portfolio composition file, and whatever could be read as a fund's definition.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/definitions/composition_file.h"
#include "server/definitions/fund_definition.h"
#include "tests/support/baskets.h"

namespace indexcast::server {
namespace {

// A fund that passed the checks has a value; one that did not says why.
void make_definition(const Composition& composition) {
  static const IndexDefinition kIndex =
      test::index("995366", {test::member("688041.SH", 0, "CNY", "150", "1"),
                             test::member("300017.SZ", 1, "CNY", "12", "1"),
                             test::member("00700.HK", 2, "HKD", "500", "1")});
  static const ReferencePrices kPrices(std::span(&kIndex, 1));
  FaultList faults;
  const IndexDefinition fund =
      fund_definition(composition, {}, "fuzz.xml", kPrices, &kIndex, faults);
  if (!faults.empty()) return;
  if (level_of(base_value(fund), fund.divisor, fund.decimals).raw < 0) std::abort();
}

}  // namespace
}  // namespace indexcast::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto composition = parse_composition(text, "fuzz.xml");
  if (composition.ok()) make_definition(*composition);
  return 0;
}
