#include "server/config/csv_file.h"

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "calc/decimal.h"
#include "server/config/symbol.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

std::vector<std::string> split(std::string_view line) {
  return absl::StrSplit(absl::string_view(line.data(), line.size()), ',');
}

class Reader {
 public:
  Reader(const std::string& file, std::span<const CsvColumn> columns, FaultList& faults)
      : file_(file), columns_(columns), faults_(faults) {}

  std::vector<CsvRow> read() {
    std::ifstream in(file_, std::ios::binary);
    if (!in || std::filesystem::is_directory(file_)) {
      fault("", "cannot be read");
      return {};
    }
    for (std::string line; std::getline(in, line);) {
      ++line_;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty() || line.front() == '#') continue;
      if (!place_.empty()) {
        add_row(split(line));
      } else if (!read_header(split(line))) {
        return {};
      }
    }
    if (place_.empty()) fault("", "has no header line");
    return std::move(rows_);
  }

 private:
  void fault(std::string_view key, std::string_view what) { faults_.add(file_, line_, key, what); }

  bool read_header(const std::vector<std::string>& names) {
    bool good = true;
    const auto refuse = [&](std::string_view key, std::string_view what) {
      fault(key, what);
      good = false;
    };
    for (const std::string& name : names) {
      if (std::ranges::find(columns_, name, &CsvColumn::name) == columns_.end())
        refuse(name, "unknown column");
      else if (std::ranges::count(names, name) > 1)
        refuse(name, "column appears twice");
    }
    for (const CsvColumn& column : columns_) {
      const auto at = std::ranges::find(names, column.name);
      if (at == names.end() && column.required) refuse(column.name, "column missing");
      place_.push_back(at == names.end() ? kAbsent : static_cast<std::size_t>(at - names.begin()));
    }
    width_ = names.size();
    return good;
  }

  void add_row(std::vector<std::string> found) {
    if (found.size() != width_)
      return fault("", fmt::format("{} fields where the header has {}", found.size(), width_));
    std::vector<std::string> fields;
    for (const std::size_t place : place_)
      fields.push_back(place == kAbsent ? std::string() : std::move(found[place]));
    rows_.emplace_back(file_, line_, columns_, std::move(fields), faults_);
  }

  const std::string& file_;
  std::span<const CsvColumn> columns_;
  FaultList& faults_;
  int line_ = 0;
  std::size_t width_ = 0;
  std::vector<std::size_t> place_;  // of each column in the file's lines; empty before the header
  std::vector<CsvRow> rows_;
};

}  // namespace

std::string CsvRow::text(std::size_t column) const {
  if (!has(column)) fault(column, "missing");
  return fields_[column];
}

std::string CsvRow::symbol(std::size_t column) const {
  std::string symbol = text(column);
  if (symbol.empty()) return symbol;
  if (const auto wrong = symbol_fault(symbol)) fault(column, *wrong);
  return symbol;
}

std::int64_t CsvRow::positive(std::size_t column, int places) const {
  const std::string value = text(column);
  if (value.empty()) return 0;
  const auto raw = parse_decimal64(value, places);
  if (raw && *raw > 0) return *raw;
  fault(column, fmt::format("must be a positive decimal number with up to {} places, not {}",
                            places, value));
  return 0;
}

std::int64_t CsvRow::percent(std::size_t column, int places) const {
  const std::int64_t raw = positive(column, places);
  if (raw > 100 * static_cast<std::int64_t>(pow10(places))) fault(column, "must be at most 100");
  return raw;
}

void CsvRow::fault(std::size_t column, std::string_view what) const {
  faults_.add(file_, line_, columns_[column].name, what);
}

std::vector<CsvRow> read_csv(const std::string& file, std::span<const CsvColumn> columns,
                             FaultList& faults) {
  return Reader(file, columns, faults).read();
}

}  // namespace indexcast::server
