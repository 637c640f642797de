#include "server/definitions/member_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "calc/decimal.h"
#include "server/definitions/symbol.h"
#include "server/settings/text_file.h"

namespace indexcast::server {
namespace {

enum MemberColumn : std::size_t {
  kSymbol,
  kName,
  kCurrency,
  kCalculationShares,
  kCapFactor,
  kClose,
  kBasePrice,
  kReferencePrice,
  kSuspended,
  kColumnCount,
};
constexpr std::array<std::string_view, kColumnCount> kColumns{
    "symbol", "name",       "currency",        "calculation_shares", "cap_factor",
    "close",  "base_price", "reference_price", "suspended"};
// The columns before it are required.
constexpr std::size_t kFirstOptional = kSuspended;

// Places of a cap factor; its product with shares has kSharesPlaces more.
constexpr int kCapFactorPlaces = CapFactor::kDecimals;
constexpr int kSharesPlaces = IndexShares::kDecimals;

// Calls `take` with each field of a line.
template <class Take>
void split(std::string_view line, const Take& take) {
  for (;;) {
    const auto comma = line.find(',');
    take(line.substr(0, comma));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

// The text up to the next line feed, which `rest` then begins behind.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// Millions of rows come this way at start: a row is cut where it stands in the file's text, and a
// security that the pool knows is not checked again.
class MemberReader {
 public:
  MemberReader(const std::string& path, SecurityPool& pool, FaultList& faults)
      : path_(path), pool_(pool), faults_(faults) {}

  std::vector<MemberRow> read() {
    const std::optional<std::string> text = read_text_file(path_);
    if (!text) {
      fault("members", "cannot be read");
      return {};
    }
    rows_.reserve(static_cast<std::size_t>(std::ranges::count(*text, '\n')));
    bool header = false;
    std::string_view rest = *text;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // a byte order mark
    while (!rest.empty()) {
      const std::string_view line = next_line(rest);
      ++line_;
      if (line.empty() || line.front() == '#') continue;
      if (header) {
        read_row(line);
      } else if (!read_header(line)) {
        return {};
      }
      header = true;
    }
    return std::move(rows_);
  }

 private:
  void fault(std::string_view key, std::string_view what) { faults_.add(path_, line_, key, what); }

  // Columns may come in any order; every required one must be there, and no unknown one.
  bool read_header(std::string_view line) {
    std::vector<std::string_view> names;
    split(line, [&](std::string_view name) { names.push_back(name); });
    bool good = true;
    const auto refuse = [&](std::string_view key, std::string_view what) {
      fault(key, what);
      good = false;
    };
    for (const std::string_view name : names) {
      if (std::ranges::find(kColumns, name) == kColumns.end()) refuse(name, "unknown column");
      if (std::ranges::count(names, name) > 1) refuse(name, "column appears twice");
    }
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      const auto at = std::ranges::find(names, kColumns[i]);
      if (at == names.end()) {
        if (i < kFirstOptional) refuse(kColumns[i], "column missing");
      } else if (good) {
        column_[static_cast<std::size_t>(at - names.begin())] = i;
      }
    }
    columns_ = names.size();
    return good;
  }

  void read_row(std::string_view line) {
    std::size_t count = 0;
    split(line, [&](std::string_view field) {
      if (count < columns_) field_[column_[count]] = field;
      ++count;
    });
    if (count != columns_) {
      fault("members", fmt::format("{} fields where the header has {}", count, columns_));
      return;
    }
    MemberRow& row = rows_.emplace_back();
    row.member.line = line_;
    row.member.security = read_security();
    read_shares(row);
    read_price(kClose, row.member.close);
    read_price(kBasePrice, row.member.base_price);
    read_price(kReferencePrice, row.member.reference_price);
    row.member.suspended = read_suspended();
  }

  std::shared_ptr<const Security> read_security() {
    const std::string_view text = security_text();
    if (auto known = pool_.find(text)) return known;
    Security security{std::string(field_[kSymbol]), std::string(field_[kName]),
                      std::string(field_[kCurrency])};
    const bool good = check_security(security);
    auto read = std::make_shared<const Security>(std::move(security));
    if (good) pool_.add(text, read);
    return read;
  }

  // Where the columns stand in the usual order, the row's own text up to the fourth.
  std::string_view security_text() {
    const char* const begin = field_[kSymbol].data();
    const char* const end = field_[kCurrency].data() + field_[kCurrency].size();
    const std::size_t length =
        field_[kSymbol].size() + field_[kName].size() + field_[kCurrency].size() + 2;
    const bool usual =
        field_[kName].data() == begin + field_[kSymbol].size() + 1 && begin + length == end;
    if (usual) return {begin, length};
    text_.assign(field_[kSymbol]).append(",").append(field_[kName]).append(",");
    return text_.append(field_[kCurrency]);
  }

  // Finds its market too.
  bool check_security(Security& security) {
    bool good = true;
    for (const MemberColumn column : {kSymbol, kName, kCurrency}) good = present(column) && good;
    if (security.symbol.empty()) return false;
    security.market = market_of_symbol(security.symbol);
    const auto wrong = symbol_fault(security.symbol);
    if (wrong) fault("symbol", *wrong);
    return good && !wrong;
  }

  void read_shares(MemberRow& row) {
    const auto shares = number(kCalculationShares, kSharesPlaces);
    const auto factor = number(kCapFactor, kCapFactorPlaces);
    if (!shares || !factor) return;
    Int128 exact;
    if (__builtin_mul_overflow(*shares, *factor, &exact))
      return fault("calculation_shares", "too large");
    const Int128 unit = pow10(kCapFactorPlaces);
    // Most members have no cap: a division of 128 bits less.
    const Int128 rounded = *factor == unit ? *shares : divide_half_up(exact, unit);
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (rounded > kMax || *shares > kMax) return fault("calculation_shares", "too large");
    if (*factor > kMax) return fault("cap_factor", "too large");
    row.member.shares = {static_cast<std::int64_t>(rounded)};
    row.member.calculation_shares = {static_cast<std::int64_t>(*shares)};
    row.member.cap_factor = {static_cast<std::int64_t>(*factor)};
    row.shares_residual = static_cast<double>(exact - rounded * unit) /
                          static_cast<double>(pow10(kCapFactorPlaces + kSharesPlaces));
  }

  // `price` stays zero after a fault; the file is refused anyway.
  void read_price(MemberColumn column, Price& price) {
    if (const auto raw = number(column, Price::kDecimals)) {
      if (*raw > std::numeric_limits<std::int64_t>::max())
        return fault(kColumns[column], "too large");
      price = {static_cast<std::int64_t>(*raw)};
    }
  }

  // The field stays empty in a file without the column.
  bool read_suspended() {
    const std::string_view value = field_[kSuspended];
    if (!value.empty() && value != "true" && value != "false")
      fault(kColumns[kSuspended], fmt::format("must be true or false, not {}", value));
    return value == "true";
  }

  // Whether a column says anything; a fault if not.
  bool present(MemberColumn column) {
    if (field_[column].empty()) fault(kColumns[column], "missing");
    return !field_[column].empty();
  }

  // A positive decimal number; empty after a fault.
  std::optional<Int128> number(MemberColumn column, int places) {
    if (!present(column)) return std::nullopt;
    const std::string_view value = field_[column];
    const auto raw = parse_decimal(value, places);
    if (raw && *raw > 0) return raw;
    fault(
        kColumns[column],
        raw ? fmt::format("must be positive, not {}", value)
            : fmt::format("must be a decimal number with up to {} places, not {}", places, value));
    return std::nullopt;
  }

  const std::string& path_;
  SecurityPool& pool_;
  FaultList& faults_;
  int line_ = 0;
  std::size_t columns_ = 0;                           // of the header
  std::array<std::size_t, kColumnCount> column_{};    // that each field of a row is
  std::array<std::string_view, kColumnCount> field_;  // of the row that is read, by column
  std::string text_;
  std::vector<MemberRow> rows_;
};

}  // namespace

std::vector<MemberRow> read_members(const std::string& path, SecurityPool& pool,
                                    FaultList& faults) {
  return MemberReader(path, pool, faults).read();
}

}  // namespace indexcast::server
