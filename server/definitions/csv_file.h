// A CSV file with named columns: UTF-8, a byte order mark skipped, one header line, columns in any
// order, '#' begins a comment line. Fields may be quoted as in RFC 4180, within one line; spaces
// around a field, lines without any value and empty fields behind the last column are skipped.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calc/fixed_point.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

struct CsvColumn {
  std::string_view name;
  bool required = true;  // otherwise the file may go without it, and a field of it may be empty
  std::string_view other_names = {};  // "ts_code|code"
};

// One line. `columns`, `file` and `faults` are the caller's and outlive it.
class CsvRow {
 public:
  CsvRow(const std::string& file, int line, std::span<const CsvColumn> columns,
         std::vector<std::string> fields, FaultList& faults)
      : file_(file), line_(line), columns_(columns), fields_(std::move(fields)), faults_(faults) {}

  int line() const { return line_; }
  bool has(std::size_t column) const { return !fields_[column].empty(); }
  // The text of a column; a fault when it is empty.
  std::string text(std::size_t column) const;
  // "688041.SH", in its usual form and checked (symbol.h).
  std::string symbol(std::size_t column) const;
  // A positive decimal number in units of 10^-places that fits 64 bits; 0 after a fault.
  std::int64_t positive(std::size_t column, int places) const;
  // The same, and at most 100.
  std::int64_t percent(std::size_t column, int places) const;
  // A percentage from 0 to 100; 0 after a fault.
  std::int64_t rate_percent(std::size_t column, int places) const;
  void fault(std::size_t column, std::string_view what) const;

 private:
  const std::string& file_;
  int line_;
  std::span<const CsvColumn> columns_;
  std::vector<std::string> fields_;  // in the order of columns_
  FaultList& faults_;
};

struct CsvTable {
  std::vector<CsvRow> rows;
  std::vector<std::string> unused_columns;  // names in the header that no column has
  std::vector<bool> present;                // by column: whether the header names it
  int header_line = 0;                      // 0: none, or one that was refused

  bool has(std::size_t column) const { return column < present.size() && present[column]; }
};

// Accepts unknown columns, because vendors' files have many.
CsvTable read_csv_table(const std::string& file, std::span<const CsvColumn> columns,
                        FaultList& faults);

// The rows that could be read; whatever is wrong is in `faults`, with its line. An unknown column
// is a fault.
std::vector<CsvRow> read_csv(const std::string& file, std::span<const CsvColumn> columns,
                             FaultList& faults);

}  // namespace indexcast::server
