#include "server/definitions/reference_prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <vector>

#include "calc/decimal.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kHeader = "symbol,currency,reference_price";
constexpr std::array<const char*, 3> kColumns{"symbol", "currency", "reference_price"};

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> fields;
  for (std::size_t at = 0;;) {
    const std::size_t comma = line.find(',', at);
    fields.emplace_back(line.substr(at, comma - at));
    if (comma == line.npos) return fields;
    at = comma + 1;
  }
}

class ClosesReader {
 public:
  using Table = absl::flat_hash_map<std::string, ComponentPrice>;

  ClosesReader(const std::string& path, Table& table, FaultList& faults)
      : path_(path), table_(table), faults_(faults) {}

  void read() {
    std::ifstream in(path_, std::ios::binary);
    if (!in) return fault("closes", "cannot be read");
    bool header = false;
    for (std::string line; std::getline(in, line);) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty() || line.front() == '#') continue;
      if (header) {
        read_row(split(line));
      } else if (line != kHeader) {
        return fault("closes", fmt::format("the first line must be {}", kHeader));
      }
      header = true;
    }
    if (!header) fault("closes", "empty");
  }

 private:
  void fault(std::string_view key, std::string_view what) { faults_.add(path_, line_, key, what); }

  void read_row(const std::vector<std::string>& fields) {
    if (fields.size() != kColumns.size())
      return fault("closes", fmt::format("{} fields where the header has 3", fields.size()));
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      if (fields[i].empty()) return fault(kColumns[i], "missing");
    }
    const auto price = parse_fixed<Price>(fields[2]);
    if (!price || price->raw <= 0)
      return fault("reference_price", "must be a positive number with up to 6 places");
    if (!seen_.insert(fields[0]).second) return fault("symbol", fields[0] + " appears twice");
    add(fields[0], {.security = nullptr, .currency = fields[1], .price = *price});
  }

  void add(const std::string& symbol, const ComponentPrice& price) {
    const auto [known, added] = table_.emplace(symbol, price);
    if (added) return;
    if (known->second.currency != price.currency)
      fault("currency", fmt::format("{} is in {} elsewhere", symbol, known->second.currency));
    if (known->second.price != price.price)
      fault("reference_price",
            fmt::format("{} is {} elsewhere", symbol,
                        format_trimmed(known->second.price.raw, Price::kDecimals)));
  }

  const std::string& path_;
  Table& table_;
  FaultList& faults_;
  std::set<std::string> seen_;
  int line_ = 0;
};

}  // namespace

ReferencePrices::ReferencePrices(std::span<const IndexDefinition> definitions) {
  for (const IndexDefinition& definition : definitions) {
    for (const Member& member : definition.members)
      prices_.try_emplace(member.symbol(),
                          ComponentPrice{member.security, member.currency(), member.reference_price,
                                         member.suspended});
  }
}

void ReferencePrices::add_closes(const std::string& path, FaultList& faults) {
  ClosesReader(path, prices_, faults).read();
}

const ComponentPrice* ReferencePrices::find(std::string_view symbol) const {
  const auto found = prices_.find(absl::string_view(symbol.data(), symbol.size()));
  return found == prices_.end() ? nullptr : &found->second;
}

}  // namespace indexcast::server
