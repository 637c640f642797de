#include "server/definitions/csv_file.h"

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "calc/decimal.h"
#include "server/definitions/symbol.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Removes a quoted field from the front of `rest`. Returns nothing when the quote is not closed.
std::optional<std::string> quoted_field(std::string_view& rest) {
  std::string field;
  for (rest.remove_prefix(1);; rest.remove_prefix(2)) {
    const auto end = rest.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    field += rest.substr(0, end);
    rest.remove_prefix(end);
    if (!rest.starts_with("\"\"")) break;
    field += '"';
  }
  rest.remove_prefix(1);
  const auto comma = rest.find(',');
  if (!trimmed(rest.substr(0, comma)).empty()) return std::nullopt;
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma);
  return field;
}

// Returns nothing when a quote is not closed.
std::optional<std::vector<std::string>> split(std::string_view line) {
  std::vector<std::string> fields;
  for (std::string_view rest = line;; rest.remove_prefix(1)) {
    const auto begin = rest.find_first_not_of(" \t");
    if (begin != std::string_view::npos && rest[begin] == '"') {
      rest.remove_prefix(begin);
      const auto field = quoted_field(rest);
      if (!field) return std::nullopt;
      fields.emplace_back(trimmed(*field));
    } else {
      const auto comma = std::min(rest.find(','), rest.size());
      fields.emplace_back(trimmed(rest.substr(0, comma)));
      rest.remove_prefix(comma);
    }
    if (rest.empty()) return fields;
  }
}

// Returns the position of the column in the header. Its own name goes before its other names.
std::size_t place_of(const CsvColumn& column, const std::vector<std::string>& names) {
  std::vector<std::string> candidates{std::string(column.name)};
  if (!column.other_names.empty()) {
    for (const auto other : absl::StrSplit(
             absl::string_view(column.other_names.data(), column.other_names.size()), '|'))
      candidates.emplace_back(other);
  }
  for (const std::string& candidate : candidates) {
    const auto at = std::ranges::find(names, candidate);
    if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  }
  return kAbsent;
}

class Reader {
 public:
  Reader(const std::string& file, std::span<const CsvColumn> columns, bool strict,
         FaultList& faults)
      : file_(file), columns_(columns), strict_(strict), faults_(faults) {}

  CsvTable read() {
    std::ifstream in(file_, std::ios::binary);
    if (!in || std::filesystem::is_directory(file_)) {
      fault("", "cannot be read");
      return {};
    }
    for (std::string line; std::getline(in, line);) {
      ++line_;
      if (line_ == 1 && line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);
      if (trimmed(line).empty() || line.front() == '#') continue;
      auto fields = split(line);
      if (!fields) {
        fault("", "a quote is not closed, or text follows it");
      } else if (!place_.empty()) {
        add_row(*std::move(fields));
      } else if (!read_header(*fields)) {
        return {};
      }
      if (place_.empty()) return {};
    }
    if (place_.empty()) fault("", "has no header line");
    return std::move(table_);
  }

 private:
  void fault(std::string_view key, std::string_view what) { faults_.add(file_, line_, key, what); }

  bool read_header(const std::vector<std::string>& names) {
    bool good = true;
    const auto refuse = [&](std::string_view key, std::string_view what) {
      fault(key, what);
      good = false;
    };
    for (const CsvColumn& column : columns_) {
      place_.push_back(place_of(column, names));
      table_.present.push_back(place_.back() != kAbsent);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[i];
      const bool known = std::ranges::find(place_, i) != place_.end();
      if (const bool again = std::ranges::find(names, name) != names.begin() + static_cast<long>(i);
          again && !name.empty())
        refuse(name, "column appears twice");
      else if (!known && strict_)
        refuse(name, "unknown column");
      else if (!known && !name.empty())
        table_.unused_columns.push_back(name);
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (place_[i] == kAbsent && columns_[i].required) refuse(columns_[i].name, "column missing");
    }
    width_ = names.size();
    table_.header_line = line_;
    return good;
  }

  void add_row(std::vector<std::string> found) {
    if (std::ranges::all_of(found, &std::string::empty)) return;
    while (found.size() > width_ && found.back().empty()) found.pop_back();
    if (found.size() != width_)
      return fault("", fmt::format("{} fields where the header has {}", found.size(), width_));
    std::vector<std::string> fields;
    for (const std::size_t place : place_)
      fields.push_back(place == kAbsent ? std::string() : std::move(found[place]));
    table_.rows.emplace_back(file_, line_, columns_, std::move(fields), faults_);
  }

  const std::string& file_;
  std::span<const CsvColumn> columns_;
  bool strict_;
  FaultList& faults_;
  int line_ = 0;
  std::size_t width_ = 0;
  std::vector<std::size_t> place_;  // of each column in the file's lines; empty before the header
  CsvTable table_;
};

}  // namespace

std::string CsvRow::text(std::size_t column) const {
  if (!has(column)) fault(column, "missing");
  return fields_[column];
}

std::string CsvRow::symbol(std::size_t column) const {
  std::string symbol = usual_symbol(text(column));
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

std::int64_t CsvRow::rate_percent(std::size_t column, int places) const {
  const std::string value = text(column);
  if (value.empty()) return 0;
  const auto raw = parse_decimal64(value, places);
  if (raw && *raw >= 0 && *raw <= 100 * static_cast<std::int64_t>(pow10(places))) return *raw;
  fault(column, fmt::format("must be a percentage from 0 to 100 with up to {} places, not {}",
                            places, value));
  return 0;
}

void CsvRow::fault(std::size_t column, std::string_view what) const {
  faults_.add(file_, line_, columns_[column].name, what);
}

CsvTable read_csv_table(const std::string& file, std::span<const CsvColumn> columns,
                        FaultList& faults) {
  return Reader(file, columns, false, faults).read();
}

std::vector<CsvRow> read_csv(const std::string& file, std::span<const CsvColumn> columns,
                             FaultList& faults) {
  return Reader(file, columns, true, faults).read().rows;
}

}  // namespace indexcast::server
