#include "server/settings/table_reader.h"

#include <fmt/format.h>

#include <cmath>
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

void TableReader::require(std::string_view key) {
  if (!table_.contains(key)) fault(key, "missing");
}

void TableReader::moved(std::string_view key, std::string_view form) {
  if (const toml::node* node = find(key)) fault_at(*node, key, "is now " + std::string(form));
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
