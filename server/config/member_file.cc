#include "server/config/member_file.h"

#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>

#include "calc/decimal.h"
#include "feedhandlers/common/venue.h"
#include "server/config/codec.h"

namespace indexcast::server {
namespace {

enum Column : std::size_t {
  kSymbol,
  kName,
  kCurrency,
  kCalculationShares,
  kCapFactor,
  kClose,
  kBasePrice,
  kReferencePrice,
  kColumnCount,
};
constexpr std::array<std::string_view, kColumnCount> kColumns{
    "symbol",     "name",  "currency",   "calculation_shares",
    "cap_factor", "close", "base_price", "reference_price"};

// Places of a cap factor; its product with shares has kSharesPlaces more.
constexpr int kCapFactorPlaces = 16;
constexpr int kSharesPlaces = IndexShares::kDecimals;

std::vector<std::string> split(std::string_view line) {
  return absl::StrSplit(absl::string_view(line.data(), line.size()), ',');
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Digits of a security code at each venue, so that "700.HK" cannot pass for "00700.HK".
std::size_t code_length(feed::Venue venue) { return venue == feed::Venue::hkex ? 5 : 6; }

class MemberReader {
 public:
  MemberReader(const std::string& path, FaultList& faults) : path_(path), faults_(faults) {}

  std::vector<MemberRow> read() {
    std::ifstream in(path_, std::ios::binary);
    if (!in) fault("members", "cannot be read");
    bool header = false;
    for (std::string line; std::getline(in, line);) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty() || line.front() == '#') continue;
      if (!header) {
        if (!read_header(split(line))) return {};
        header = true;
      } else {
        read_row(split(line));
      }
    }
    return std::move(rows_);
  }

 private:
  void fault(std::string_view key, std::string_view what) { faults_.add(path_, line_, key, what); }

  // Columns may come in any order; every one must be there, and no other.
  bool read_header(const std::vector<std::string>& names) {
    bool good = true;
    const auto refuse = [&](std::string_view key, std::string_view what) {
      fault(key, what);
      good = false;
    };
    for (const std::string& name : names) {
      if (std::ranges::find(kColumns, name) == kColumns.end()) refuse(name, "unknown column");
      if (std::ranges::count(names, name) > 1) refuse(name, "column appears twice");
    }
    for (std::size_t i = 0; i < kColumnCount; ++i) {
      const auto at = std::ranges::find(names, kColumns[i]);
      if (at == names.end()) refuse(kColumns[i], "column missing");
      position_[i] = static_cast<std::size_t>(at - names.begin());
    }
    return good;
  }

  void read_row(const std::vector<std::string>& fields) {
    if (fields.size() != kColumnCount) {
      fault("members", fmt::format("{} fields where the header has {}", fields.size(),
                                   static_cast<std::size_t>(kColumnCount)));
      return;
    }
    for (std::size_t i = 0; i < kColumnCount; ++i) field_[i] = fields[position_[i]];
    MemberRow row;
    row.member.line = line_;
    read_identity(row.member);
    read_shares(row);
    read_price(kClose, row.member.close);
    read_price(kBasePrice, row.member.base_price);
    read_price(kReferencePrice, row.member.reference_price);
    rows_.push_back(std::move(row));
  }

  void read_identity(Member& member) {
    member.symbol = text(kSymbol);
    member.name = text(kName);
    member.currency = text(kCurrency);
    if (member.symbol.empty()) return;
    const auto venue = feed::venue_of_symbol(member.symbol);
    if (!venue) return fault("symbol", member.symbol + ": unknown venue, know .SH .SZ .HK");
    member.market = feed::market_of(*venue);
    const std::string_view code =
        std::string_view(member.symbol).substr(0, member.symbol.rfind('.'));
    if (code.size() != code_length(*venue) || !all_digits(code))
      fault("symbol", fmt::format("{}: a code of this venue has {} digits", member.symbol,
                                  code_length(*venue)));
  }

  void read_shares(MemberRow& row) {
    const auto shares = number(kCalculationShares, kSharesPlaces);
    const auto factor = number(kCapFactor, kCapFactorPlaces);
    if (!shares || !factor) return;
    Int128 exact;
    if (__builtin_mul_overflow(*shares, *factor, &exact))
      return fault("calculation_shares", "too large");
    const Int128 unit = pow10(kCapFactorPlaces);
    const Int128 rounded = divide_half_up(exact, unit);
    if (rounded > std::numeric_limits<std::int64_t>::max())
      return fault("calculation_shares", "too large");
    row.member.shares = {static_cast<std::int64_t>(rounded)};
    row.shares_residual = static_cast<double>(exact - rounded * unit) /
                          static_cast<double>(pow10(kCapFactorPlaces + kSharesPlaces));
  }

  // `price` stays zero after a fault; the file is refused anyway.
  void read_price(Column column, Price& price) {
    if (const auto raw = number(column, Price::kDecimals)) {
      if (*raw > std::numeric_limits<std::int64_t>::max())
        return fault(kColumns[column], "too large");
      price = {static_cast<std::int64_t>(*raw)};
    }
  }

  // The text of a column, which must not be missing.
  std::string text(Column column) {
    if (field_[column].empty()) fault(kColumns[column], "missing");
    return field_[column];
  }

  // A positive decimal number; empty after a fault.
  std::optional<Int128> number(Column column, int places) {
    const std::string value = text(column);
    if (value.empty()) return std::nullopt;
    const auto raw = parse_decimal(value, places);
    if (raw && *raw > 0) return raw;
    fault(
        kColumns[column],
        raw ? fmt::format("must be positive, not {}", value)
            : fmt::format("must be a decimal number with up to {} places, not {}", places, value));
    return std::nullopt;
  }

  const std::string& path_;
  FaultList& faults_;
  int line_ = 0;
  std::array<std::size_t, kColumnCount> position_{};
  std::array<std::string, kColumnCount> field_;
  std::vector<MemberRow> rows_;
};

}  // namespace

std::vector<MemberRow> read_members(const std::string& path, FaultList& faults) {
  return MemberReader(path, faults).read();
}

}  // namespace indexcast::server
