// Families of Prometheus metrics as they are put together for one answer.
#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace indexcast::server {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Families {
 public:
  MetricFamily& open(std::string name, std::string help, MetricType type) {
    return list_.emplace_back(MetricFamily{std::move(name), std::move(help), type, {}});
  }

  static void counter(MetricFamily& family, Labels labels, std::uint64_t value) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    metric.counter.value = static_cast<double>(value);
  }

  static void gauge(MetricFamily& family, Labels labels, double value) {
    ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    metric.gauge.value = value;
  }

  void one_counter(std::string name, std::string help, std::uint64_t value) {
    counter(open(std::move(name), std::move(help), MetricType::Counter), {}, value);
  }

  template <class Number>
  void one_gauge(std::string name, std::string help, Number value) {
    gauge(open(std::move(name), std::move(help), MetricType::Gauge), {},
          static_cast<double>(value));
  }

  std::string text() const { return prometheus::TextSerializer().Serialize(list_); }

 private:
  std::vector<MetricFamily> list_;
};

// Adds one sample per name, 1 for the value in force: how Prometheus represents an enumeration.
template <std::size_t N>
void add_one_hot(MetricFamily& family, const ClientMetric::Label& owner, const char* key,
                 const std::array<std::string_view, N>& names, std::uint32_t set_bits) {
  for (std::size_t i = 0; i < N; ++i)
    Families::gauge(family, {owner, {key, std::string(names[i])}}, set_bits >> i & 1u);
}

}  // namespace indexcast::server
