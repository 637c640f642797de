// Writes plain values as TOML, in the order in which a schema names them.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "server/settings/codec.h"

namespace indexcast::server {

class TablePrinter {
 public:
  // `out` outlives the printer. `path` is the key of the table itself, empty for the root.
  explicit TablePrinter(std::string& out, std::string path = {})
      : out_(out), path_(std::move(path)) {}

  void boolean(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
  void real(std::string_view key, double value, double min, double max);
  template <std::integral T>
  void integer(std::string_view key, T value, std::int64_t, std::int64_t) {
    line(key, std::to_string(value));
  }
  template <std::integral T>
  void duration(std::string_view key, DurationUnit unit, T value, std::int64_t min,
                std::int64_t max) {
    line(key, quoted(DurationText{unit, min, max}.format(static_cast<std::int64_t>(value))));
  }
  void percent(std::string_view key, std::int64_t basis_points, int /*max*/) {
    real(key, static_cast<double>(basis_points) / 100, 0, 0);
  }
  template <class T, class Codec>
  void text(std::string_view key, const T& value, const Codec& codec) {
    std::string shown = quoted(codec.format(value));
    if constexpr (requires { Codec::kSecret; }) {
      if (!value.empty()) shown += "  # a secret: not shown, to be put back before use";
    }
    line(key, shown);
  }
  template <class T, class Codec>
  void texts(std::string_view key, const std::vector<T>& values, const Codec& codec) {
    std::string list;
    for (const T& value : values) {
      if (!list.empty()) list += ", ";
      list += quoted(codec.format(value));
    }
    line(key, "[" + list + "]");
  }
  template <class Describe>
  void section(std::string_view key, const Describe& describe) {
    TablePrinter inner = open(key, "[", "]");
    describe(inner);
  }
  void moved(std::string_view, std::string_view) {}
  void renamed(std::string_view, std::string_view) {}
  template <class T, class Describe>
  void tables(std::string_view key, std::vector<T>& values, const Describe& describe,
              std::string_view /*form*/ = {}) {
    for (T& value : values) {
      TablePrinter inner = open(key, "[[", "]]");
      describe(inner, value);
    }
  }

 private:
  static std::string quoted(std::string_view text);
  void line(std::string_view key, std::string_view value);
  TablePrinter open(std::string_view key, std::string_view left, std::string_view right);

  std::string& out_;
  std::string path_;
};

}  // namespace indexcast::server
