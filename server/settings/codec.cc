#include "server/settings/codec.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace indexcast::server {
namespace {

// A run of decimal digits and nothing else.
std::optional<std::uint32_t> parse_digits(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The first number of a dotted address.
std::optional<std::uint32_t> first_octet(std::string_view host) {
  return parse_digits(host.substr(0, host.find('.')));
}

// The first five are those of DurationUnit, in its order.
struct TimeUnit {
  std::string_view name;
  std::string_view plural;
  std::string_view old_suffix;
  std::int64_t ns;
};
constexpr std::array<TimeUnit, 6> kTimeUnits{{{"ns", "nanoseconds", "_ns", 1},
                                              {"us", "microseconds", "_us", 1'000},
                                              {"ms", "milliseconds", "_ms", 1'000'000},
                                              {"s", "seconds", "_s", 1'000'000'000},
                                              {"min", "minutes", "_min", 60'000'000'000},
                                              {"h", "hours", "_h", 3'600'000'000'000}}};

const TimeUnit& time_unit(DurationUnit unit) { return kTimeUnits[static_cast<std::size_t>(unit)]; }

}  // namespace

std::optional<std::int64_t> DurationText::parse(std::string_view text) const {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t number = 0;
  if (std::from_chars(text.data(), text.data() + digits, number).ec != std::errc{})
    return std::nullopt;
  for (const TimeUnit& written : kTimeUnits) {
    if (written.name != text.substr(digits)) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / written.ns) return std::nullopt;
    const std::int64_t ns = number * written.ns;
    const std::int64_t count = ns / time_unit(unit).ns;
    if (ns % time_unit(unit).ns != 0 || count < min || count > max) return std::nullopt;
    return count;
  }
  return std::nullopt;
}

std::string DurationText::format(std::int64_t count) const {
  if (count == 0) return "0s";
  const std::int64_t ns = count * time_unit(unit).ns;
  std::size_t largest = kTimeUnits.size() - 1;
  while (ns % kTimeUnits[largest].ns != 0) --largest;
  return fmt::format("{}{}", ns / kTimeUnits[largest].ns, kTimeUnits[largest].name);
}

std::string DurationText::expected() const {
  const std::string whole =
      unit == DurationUnit::ns ? "" : fmt::format(" in whole {}", time_unit(unit).plural);
  return fmt::format(
      "a duration from \"{}\" to \"{}\"{}: a number and a unit (ns, us, ms, s, min or h)",
      format(min), format(max), whole);
}

std::string_view DurationText::old_suffix() const { return time_unit(unit).old_suffix; }

std::optional<std::int64_t> TimeOfDayText::parse(std::string_view text) const {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto hour = parse_digits(text.substr(0, 2));
  const auto minute = parse_digits(text.substr(3, 2));
  const auto second = parse_digits(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return feed::hms(static_cast<int>(*hour), static_cast<int>(*minute), static_cast<int>(*second));
}

std::string TimeOfDayText::format(std::int64_t ms) const {
  const std::int64_t s = ms / 1000;
  return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::optional<feed::TimeRange> TimeRangeText::parse(std::string_view text) const {
  if (text.size() != 17 || text[8] != '-') return std::nullopt;
  const auto begin = TimeOfDayText{}.parse(text.substr(0, 8));
  const auto end = TimeOfDayText{}.parse(text.substr(9));
  if (!begin || !end || *begin >= *end) return std::nullopt;
  return feed::TimeRange{*begin, *end};
}

std::string TimeRangeText::format(const feed::TimeRange& range) const {
  return TimeOfDayText{}.format(range.begin_ms) + "-" + TimeOfDayText{}.format(range.end_ms);
}

std::optional<Date> DateText::parse(std::string_view text) const {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4));
  const auto month = parse_digits(text.substr(5, 2));
  const auto day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *month > 12) return std::nullopt;
  const Date date = *year * 10000 + *month * 100 + *day;
  // A day that the month does not have comes back as another one.
  if (date_from_days(days_from_date(date)) != date) return std::nullopt;
  return date;
}

std::string DateText::format(Date date) const {
  return fmt::format("{:04}-{:02}-{:02}", date / 10000, date / 100 % 100, date % 100);
}

std::optional<Date> OptionalDateText::parse(std::string_view text) const {
  if (text.empty()) return Date{0};
  return DateText{}.parse(text);
}

std::string OptionalDateText::format(Date date) const {
  return date == 0 ? "" : DateText{}.format(date);
}

std::optional<feed::Endpoint> EndpointText::parse(std::string_view text) const {
  auto endpoint = feed::parse_endpoint(text);
  if (endpoint && endpoint->port == 0) endpoint.reset();
  return endpoint;
}

std::optional<feed::Endpoint> GroupText::parse(std::string_view text) const {
  if (text.empty()) return feed::Endpoint{};
  auto endpoint = EndpointText{}.parse(text);
  if (!endpoint) return std::nullopt;
  const auto octet = first_octet(endpoint->host);
  if (!octet || *octet < 224 || *octet > 239) return std::nullopt;
  return endpoint;
}

std::optional<std::string> AddressText::parse(std::string_view text) const {
  std::string address(text);
  in_addr parsed{};
  if (inet_pton(AF_INET, address.c_str(), &parsed) != 1) return std::nullopt;
  return address;
}

// Five digits of base 85 are 32 bits (ZeroMQ RFC 32).
std::optional<std::string> CurveKeyText::parse(std::string_view text) const {
  constexpr std::string_view kDigits =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  constexpr std::size_t kKeySize = 40;
  if (text.size() != kKeySize) return std::nullopt;
  std::uint64_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    group = (i % 5 == 0 ? 0 : group * kDigits.size()) + digit;
    if (group > 0xffff'ffff) return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::uint32_t> SecurityCodeText::parse(std::string_view text) const {
  if (text.size() != 6) return std::nullopt;
  return parse_digits(text);
}

std::string SecurityCodeText::format(std::uint32_t code) const {
  return fmt::format("{:06}", code);
}

std::optional<sim::TickBand> TickBandText::parse(std::string_view text) const {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto below = parse_fixed<Price>(text.substr(0, colon));
  const auto tick = parse_fixed<Price>(text.substr(colon + 1));
  if (!below || !tick || below->raw <= 0 || tick->raw <= 0) return std::nullopt;
  return sim::TickBand{below->raw, tick->raw};
}

std::string TickBandText::format(const sim::TickBand& band) const {
  return format_trimmed(band.below, Price::kDecimals) + ":" +
         format_trimmed(band.tick, Price::kDecimals);
}

std::optional<Divisor> DivisorText::parse(std::string_view text) const {
  const auto raw = parse_decimal(text, Divisor::kDecimals);
  if (!raw) return std::nullopt;
  return Divisor{*raw};
}

std::string DivisorText::format(Divisor divisor) const {
  return format_trimmed(divisor.raw, Divisor::kDecimals);
}

}  // namespace indexcast::server
