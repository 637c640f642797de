// Reads one TOML table into plain values, strictly: what is missing keeps its default, what is
// unknown, of the wrong type or out of range is a fault with its line and its full key.
#pragma once

#include <toml++/toml.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/settings/codec.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

class TableReader {
 public:
  // `table` and `faults` outlive the reader. `path` is the key of the table itself, empty for the
  // root of the file.
  TableReader(const toml::table& table, std::string file, std::string path, FaultList& faults);

  void boolean(std::string_view key, bool& out);
  void real(std::string_view key, double& out, double min, double max);
  template <std::integral T>
  void integer(std::string_view key, T& out, std::int64_t min, std::int64_t max);
  // A duration as text, in `unit` in `out` (DurationText). Refuses the key's old form, a whole
  // number under the key with the unit at its end, and shows how to write the value now.
  template <std::integral T>
  void duration(std::string_view key, DurationUnit unit, T& out, std::int64_t min,
                std::int64_t max);
  // A number from 0 to `max` with at most two decimal places, in basis points.
  void percent(std::string_view key, std::int64_t& basis_points, int max);
  template <class T, class Codec>
  void text(std::string_view key, T& out, const Codec& codec);
  // An array of text; the one in the file replaces the default as a whole.
  template <class T, class Codec>
  void texts(std::string_view key, std::vector<T>& out, const Codec& codec);
  // A table whose keys are free.
  template <class T, class Codec>
  void text_map(std::string_view key, std::map<std::string, T>& out, const Codec& codec);
  // A table within this one: `describe` is called with its reader.
  template <class Describe>
  void section(std::string_view key, const Describe& describe);
  // An array of tables: `describe` is called with a reader and a new element for each. `form`: how
  // to write it, for the message of the fault; may be empty.
  template <class T, class Describe>
  void tables(std::string_view key, std::vector<T>& out, const Describe& describe,
              std::string_view form = {});
  // Reports a key that has moved: a fault that shows `form`.
  void moved(std::string_view key, std::string_view form);
  // Reports the old name of a key or a table: a fault that shows how to write it now.
  void renamed(std::string_view old_key, std::string_view key);

  bool has(std::string_view key) const { return table_.contains(key); }
  // A fault unless the file has the key.
  void require(std::string_view key);
  // Reports every key that was not read as a fault. Call last.
  void refuse_unknown_keys();

  void fault(std::string_view key, std::string_view what);
  // Where the key stands, or its table when it is absent. The key may name tables within this one:
  // "day_fx.HKD".
  int line_of(std::string_view key) const;
  // From the root of the file: "hkex.channels".
  std::string full_key(std::string_view key) const;

 private:
  const toml::node* find(std::string_view key);
  void fault_at(const toml::node& node, std::string_view key, std::string_view what);
  std::optional<std::int64_t> read_integer(std::string_view key, std::int64_t min,
                                           std::int64_t max);
  // Returns the count of the codec's unit, or nothing after a fault or for an absent key.
  std::optional<std::int64_t> read_duration(std::string_view key, const DurationText& codec);
  template <class T, class Codec>
  std::optional<T> decode(const toml::node& node, std::string_view key, const Codec& codec);

  const toml::table& table_;
  std::string file_;
  std::string path_;
  FaultList& faults_;
  std::set<std::string, std::less<>> known_;
};

template <std::integral T>
void TableReader::integer(std::string_view key, T& out, std::int64_t min, std::int64_t max) {
  if (const auto value = read_integer(key, min, max)) out = static_cast<T>(*value);
}

template <std::integral T>
void TableReader::duration(std::string_view key, DurationUnit unit, T& out, std::int64_t min,
                           std::int64_t max) {
  if (const auto value = read_duration(key, {unit, min, max})) out = static_cast<T>(*value);
}

template <class T, class Codec>
std::optional<T> TableReader::decode(const toml::node& node, std::string_view key,
                                     const Codec& codec) {
  const auto* text = node.as_string();
  std::optional<T> value;
  if (text != nullptr) value = codec.parse(text->get());
  if (!value) fault_at(node, key, "must be " + codec.expected());
  return value;
}

template <class T, class Codec>
void TableReader::text(std::string_view key, T& out, const Codec& codec) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (auto value = decode<T>(*node, key, codec)) out = std::move(*value);
}

template <class T, class Codec>
void TableReader::texts(std::string_view key, std::vector<T>& out, const Codec& codec) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::array* array = node->as_array();
  if (array == nullptr) return fault_at(*node, key, "must be an array");
  out.clear();
  for (const toml::node& element : *array) {
    if (auto value = decode<T>(element, key, codec)) out.push_back(std::move(*value));
  }
}

template <class T, class Codec>
void TableReader::text_map(std::string_view key, std::map<std::string, T>& out,
                           const Codec& codec) {
  section(key, [&](TableReader& inner) {
    for (const auto& [name, node] : inner.table_) {
      inner.known_.emplace(name.str());
      if (auto value = inner.decode<T>(node, name.str(), codec)) {
        out.insert_or_assign(std::string(name.str()), std::move(*value));
      }
    }
  });
}

template <class Describe>
void TableReader::section(std::string_view key, const Describe& describe) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return fault_at(*node, key, "must be a table");
  TableReader inner(*table, file_, full_key(key), faults_);
  describe(inner);
  inner.refuse_unknown_keys();
}

template <class T, class Describe>
void TableReader::tables(std::string_view key, std::vector<T>& out, const Describe& describe,
                         std::string_view form) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const std::string expected =
      form.empty() ? "must be an array of tables" : "must be " + std::string(form);
  const toml::array* array = node->as_array();
  if (array == nullptr) return fault_at(*node, key, expected);
  out.clear();
  for (const toml::node& element : *array) {
    const toml::table* table = element.as_table();
    if (table == nullptr) return fault_at(element, key, expected);
    TableReader inner(*table, file_, full_key(key), faults_);
    describe(inner, out.emplace_back());
    inner.refuse_unknown_keys();
  }
}

}  // namespace indexcast::server
