#include "server/definitions/total_return_file.h"

#include <algorithm>

#include "server/definitions/csv_file.h"
#include "server/definitions/definition_head.h"
#include "server/settings/codec.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

enum DividendColumn : std::size_t { kSymbol, kCurrency, kPerShare, kIndexShares, kTax };
constexpr CsvColumn kColumns[] = {
    {"symbol"}, {"currency"}, {"cash_per_share"}, {"index_shares"}, {"tax_percent", false}};

constexpr int kPercentPlaces = 2;  // a basis point

struct TotalReturnTable {
  TotalReturn total;
  std::string price_previous_close;
  std::string dividends;
};

void read_table(TableReader& reader, TotalReturnTable& table) {
  for (const char* key : {"kind", "price_index", "price_previous_close"}) reader.require(key);
  reader.text("kind", table.total.kind, one_of<ReturnKind>("net", "gross"));
  reader.text("price_index", table.total.price_index, NonEmptyText{});
  reader.text("price_previous_close", table.price_previous_close, NonEmptyText{});
  reader.text("dividends", table.dividends, NonEmptyText{});
}

Dividend dividend_of(const CsvRow& row) {
  Dividend dividend;
  dividend.symbol = row.symbol(kSymbol);
  dividend.currency = row.text(kCurrency);
  dividend.per_share = {row.positive(kPerShare, Price::kDecimals)};
  dividend.shares = {row.positive(kIndexShares, IndexShares::kDecimals)};
  if (row.has(kTax))
    dividend.tax_bp = static_cast<std::uint32_t>(row.rate_percent(kTax, kPercentPlaces));
  return dividend;
}

void read_dividends(const std::string& file, TotalReturn& total, FaultList& faults) {
  for (const CsvRow& row : read_csv(file, kColumns, faults)) {
    const Dividend dividend = dividend_of(row);
    if (std::ranges::find(total.dividends, dividend.symbol, &Dividend::symbol) !=
        total.dividends.end())
      row.fault(kSymbol, dividend.symbol + " appears twice");
    total.cash[dividend.currency] += cash_of(dividend, total.kind);
    total.dividends.push_back(dividend);
  }
}

}  // namespace

void read_total_return(TableReader& reader, const std::string& path, IndexDefinition& definition,
                       FaultList& faults) {
  reader.section("total_return", [&](TableReader& inner) {
    TotalReturnTable table;
    read_table(inner, table);
    read_level(inner, "price_previous_close", table.price_previous_close, definition.decimals,
               table.total.price_previous_close);
    if (!table.dividends.empty())
      read_dividends(resolve_beside(path, table.dividends), table.total, faults);
    table.total.price_divisor = definition.divisor;
    definition.total_return = std::move(table.total);
  });
  if (!definition.total_return || !faults.empty()) return;
  definition.divisor = total_return_divisor(
      definition.divisor, definition.total_return->price_previous_close, definition.previous_close);
}

}  // namespace indexcast::server
