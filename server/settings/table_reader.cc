#include "server/settings/table_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <utility>

namespace indexcast::server {
namespace {

int line_of_node(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

}  // namespace

TableReader::TableReader(const toml::table& table, std::string file, std::string path,
                         FaultList& faults)
    : table_(table), file_(std::move(file)), path_(std::move(path)), faults_(faults) {}

void TableReader::boolean(std::string_view key, bool& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto* value = node->as_boolean();
  if (value == nullptr) return fault_at(*node, key, "must be true or false");
  out = value->get();
}

void TableReader::real(std::string_view key, double& out, double min, double max) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  // Written so that a value that is not a number is refused too.
  if (!value || !(*value >= min && *value <= max))
    return fault_at(*node, key, fmt::format("must be a number from {} to {}", min, max));
  out = *value;
}

void TableReader::percent(std::string_view key, std::int64_t& basis_points, int max) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  constexpr double kBasisPoints = 100;  // of a percent
  const double value = node->is_number() ? node->value<double>().value_or(-1) : -1;
  // The double nearest to a number with two places gives that number back.
  const bool in_range = value >= 0 && value <= max;
  const double rounded = in_range ? std::round(value * kBasisPoints) : 0;
  if (!in_range || rounded / kBasisPoints != value)
    return fault_at(
        *node, key,
        fmt::format("must be a number from 0 to {} with at most two decimal places", max));
  basis_points = static_cast<std::int64_t>(rounded);
}

std::optional<std::int64_t> TableReader::read_integer(std::string_view key, std::int64_t min,
                                                      std::int64_t max) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < min || value->get() > max) {
    fault_at(*node, key, fmt::format("must be a whole number from {} to {}", min, max));
    return std::nullopt;
  }
  return value->get();
}

std::optional<std::int64_t> TableReader::read_duration(std::string_view key,
                                                       const DurationText& codec) {
  const std::string old_key = std::string(key) + std::string(codec.old_suffix());
  if (const toml::node* old = find(old_key)) {
    const auto* count = old->as_integer();
    const bool usable = count != nullptr && count->get() >= codec.min && count->get() <= codec.max;
    fault_at(*old, old_key,
             usable ? fmt::format("renamed; write {} = \"{}\"", key, codec.format(count->get()))
                    : fmt::format("renamed; write {}, {}", key, codec.expected()));
  }
  const toml::node* node = find(key);
  return node == nullptr ? std::nullopt : decode<std::int64_t>(*node, key, codec);
}

void TableReader::require(std::string_view key) {
  if (!table_.contains(key)) fault(key, "missing");
}

void TableReader::moved(std::string_view key, std::string_view form) {
  if (const toml::node* node = find(key)) fault_at(*node, key, "is now " + std::string(form));
}

void TableReader::renamed(std::string_view old_key, std::string_view key) {
  const toml::node* node = find(old_key);
  if (node == nullptr) return;
  if (node->is_table())
    return fault_at(*node, old_key, fmt::format("renamed; write [{}]", full_key(key)));
  if (node->is_array_of_tables())
    return fault_at(*node, old_key, fmt::format("renamed; write [[{}]]", full_key(key)));
  std::ostringstream value;
  node->visit([&](const auto& written) { value << written; });
  fault_at(*node, old_key, fmt::format("renamed; write {} = {}", key, value.str()));
}

void TableReader::refuse_unknown_keys() {
  for (const auto& [key, node] : table_) {
    if (!known_.contains(key.str())) {
      faults_.add(file_, static_cast<int>(key.source().begin.line), full_key(key.str()),
                  "unknown key");
    }
  }
}

void TableReader::fault(std::string_view key, std::string_view what) {
  faults_.add(file_, line_of(key), full_key(key), what);
}

int TableReader::line_of(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) node = table_.at_path(key).node();
  return node == nullptr ? line_of_node(table_) : line_of_node(*node);
}

const toml::node* TableReader::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void TableReader::fault_at(const toml::node& node, std::string_view key, std::string_view what) {
  faults_.add(file_, line_of_node(node), full_key(key), what);
}

std::string TableReader::full_key(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

}  // namespace indexcast::server
