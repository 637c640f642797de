#include "tests/support/real_day.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "tests/support/csv_rows.h"
#include "tests/support/zip_file.h"

namespace indexcast::test {
namespace {

template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("no number: " + std::string(text));
  }
  return value;
}

std::uint64_t stamp_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return number<std::uint64_t>(digits);
}

// Where a side of the book stands: ten columns each.
struct SideColumns {
  std::size_t price;
  std::size_t quantity;
  std::size_t orders;
};

std::array<RealLevel, RealSnapshot::kLevels> side_of(const CsvRows& row, const SideColumns& at) {
  std::array<RealLevel, RealSnapshot::kLevels> side;
  for (std::size_t i = 0; i < side.size(); ++i) {
    side[i] = {number<double>(row[at.price + i]), number<std::int64_t>(row[at.quantity + i]),
               number<std::int64_t>(row[at.orders + i])};
  }
  return side;
}

template <class Read>
std::vector<RealSnapshot> read_day(const std::filesystem::path& zip, Read&& read) {
  const std::string text = first_file_of_zip(zip);
  CsvRows rows(text);
  std::vector<RealSnapshot> day;
  const auto yuan = [&](const char* name) { return number<double>(rows[rows.column(name)]); };
  while (rows.next()) {
    RealSnapshot& row = day.emplace_back();
    row.pre_close = yuan("PreClosePx");
    row.open = yuan("OpenPx");
    row.high = yuan("HighPx");
    row.low = yuan("LowPx");
    row.last = yuan("LastPx");
    row.turnover = yuan("TotalValueTrade");
    row.volume = number<std::int64_t>(rows[rows.column("TotalVolumeTrade")]);
    read(rows, row);
  }
  std::ranges::stable_sort(day, {}, &RealSnapshot::stamp);
  return day;
}

}  // namespace

std::vector<RealSnapshot> read_sse_day(const std::filesystem::path& zip) {
  return read_day(zip, [](const CsvRows& rows, RealSnapshot& row) {
    row.code = rows[rows.column("SecurityID")];
    row.stamp = stamp_of(rows[rows.column("DateTime")]);
    row.phase = rows[rows.column("InstrumentStatus")];
    row.trades = number<std::int64_t>(rows[rows.column("NumTrades")]);
    row.bids = side_of(rows, {rows.column("BidPrice0"), rows.column("BidOrderQty0"),
                              rows.column("BidNumOrders0")});
    row.asks = side_of(rows, {rows.column("OfferPrice0"), rows.column("OfferOrderQty0"),
                              rows.column("OfferNumOrders0")});
  });
}

std::vector<RealSnapshot> read_szse_day(const std::filesystem::path& zip) {
  return read_day(zip, [](const CsvRows& rows, RealSnapshot& row) {
    const std::string_view symbol = rows[rows.column("SecurityID")];
    row.code = symbol.substr(0, symbol.find('.'));
    row.stamp = stamp_of(std::string(rows[rows.column("MDDate")]) +
                         std::string(rows[rows.column("MDTime")]));
    row.phase = rows[rows.column("TradingPhaseCode")];
    row.upper = number<double>(rows[rows.column("MaxPx")]);
    row.lower = number<double>(rows[rows.column("MinPx")]);
    row.bids = side_of(rows, {rows.column("BuyPrice1"), rows.column("BuyOrderQty1"),
                              rows.column("BuyNumOrders1")});
    row.asks = side_of(rows, {rows.column("SellPrice1"), rows.column("SellOrderQty1"),
                              rows.column("SellNumOrders1")});
  });
}

}  // namespace indexcast::test
