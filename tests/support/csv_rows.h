// Reads comma-separated text with a header line, row by row, without copying it.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace indexcast::test {

// Quotes around a cell are taken off; a comma within quotes is not known to the files we read, and
// a row of another width than the header throws std::runtime_error.
class CsvRows {
 public:
  // `text` outlives this, and the cells point into it.
  explicit CsvRows(std::string_view text) : rest_(text) {
    next();
    columns_ = cells_;
  }

  // Takes the next row; false at the end.
  bool next() {
    cells_.clear();
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    split(rest_.substr(0, end));
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    if (!columns_.empty() && cells_.size() != columns_.size()) {
      throw std::runtime_error("csv: a row of another width");
    }
    return true;
  }

  std::string_view operator[](std::size_t column) const { return cells_.at(column); }

  // The place of the column `name`.
  std::size_t column(std::string_view name) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] == name) return i;
    }
    throw std::runtime_error("csv: no column " + std::string(name));
  }

 private:
  void split(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (;;) {
      const std::size_t comma = line.find(',');
      cells_.push_back(unquoted(line.substr(0, comma)));
      if (comma == std::string_view::npos) return;
      line.remove_prefix(comma + 1);
    }
  }

  static std::string_view unquoted(std::string_view cell) {
    const bool quoted = cell.size() >= 2 && cell.front() == '"' && cell.back() == '"';
    return quoted ? cell.substr(1, cell.size() - 2) : cell;
  }

  std::string_view rest_;
  std::vector<std::string_view> columns_;
  std::vector<std::string_view> cells_;
};

}  // namespace indexcast::test
