#include "server/definitions/new_basket_file.h"

#include <memory>
#include <utility>

#include "calc/basket/float_band.h"
#include "calc/decimal.h"
#include "server/definitions/csv_file.h"
#include "server/definitions/definition_head.h"
#include "server/definitions/symbol.h"
#include "server/settings/codec.h"
#include "server/settings/table_reader.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

// The first columns of both forms are the same, so that one reader takes them.
enum BasketColumn : std::size_t {
  kSymbol,
  kName,
  kCurrency,
  kClose,
  kCap,
  kWeight,
  kTotal = kWeight,
  kFree
};
constexpr CsvColumn kWeightColumns[] = {
    {"symbol"}, {"name"}, {"currency"}, {"close"}, {"cap_percent", false}, {"weight_percent"}};
constexpr CsvColumn kShareColumns[] = {
    {"symbol"},       {"name"},       {"currency"}, {"close"}, {"cap_percent", false},
    {"total_shares"}, {"free_shares"}};

// Percent with eight places are units of Weight.
constexpr int kPercentPlaces = Weight::kDecimals - 2;
constexpr int kMoneyPlaces = 6;

// Money in the index's currency, 1e-6.
struct MoneyText {
  std::optional<Int128> parse(std::string_view text) const {
    const auto raw = parse_decimal(text, kMoneyPlaces);
    return raw && *raw > 0 ? raw : std::nullopt;
  }
  std::string expected() const { return "a positive decimal number with up to 6 places, as text"; }
};

void read_head(const std::string& path, NewBasketFrom from, NewBasketFile& result,
               FaultList& faults) {
  const absl::StatusOr<toml::table> file = read_toml(path);
  if (!file.ok()) return faults.add(file.status());
  TableReader reader(*file, path, "", faults);
  IndexDefinition& head = result.input.head;
  head.source = path;
  read_definition_head(reader, head);
  std::string base_level;
  reader.require("base_level");
  reader.text("base_level", base_level, NonEmptyText{});
  read_level(reader, "base_level", base_level, head.decimals, head.previous_close);
  if (from == NewBasketFrom::weights) {
    result.input.capitalisation.emplace();
    reader.require("capitalisation");
    reader.text("capitalisation", *result.input.capitalisation, MoneyText{});
  }
  reader.text("notes", result.notes, AnyText{});
  reader.refuse_unknown_keys();
}

void read_float(const CsvRow& row, Member& member) {
  const CalculationShares total{row.positive(kTotal, CalculationShares::kDecimals)};
  const CalculationShares free{row.positive(kFree, CalculationShares::kDecimals)};
  if (total.raw == 0 || free.raw == 0) return;
  const auto shares = float_adjusted(free, total);
  if (shares) member.calculation_shares = *shares;
  if (!shares) row.fault(kFree, "must be at most total_shares");
}

NewMember read_member(const CsvRow& row, NewBasketFrom from) {
  NewMember each;
  Member& member = each.member;
  member.line = row.line();
  Security security{row.symbol(kSymbol), row.text(kName), row.text(kCurrency)};
  security.market = market_of_symbol(security.symbol);
  member.security = std::make_shared<const Security>(std::move(security));
  member.close = {row.positive(kClose, Price::kDecimals)};
  if (row.has(kCap)) each.cap = {row.percent(kCap, kPercentPlaces)};
  if (from == NewBasketFrom::weights) {
    each.target = {row.percent(kWeight, kPercentPlaces)};
  } else {
    read_float(row, member);
  }
  return each;
}

}  // namespace

NewBasketFile read_new_basket(const std::string& head, const std::string& members,
                              NewBasketFrom from, FaultList& faults) {
  NewBasketFile result;
  read_head(head, from, result, faults);
  const std::span<const CsvColumn> columns =
      from == NewBasketFrom::weights ? std::span<const CsvColumn>(kWeightColumns) : kShareColumns;
  for (const CsvRow& row : read_csv(members, columns, faults))
    result.input.members.push_back(read_member(row, from));
  return result;
}

}  // namespace indexcast::server
