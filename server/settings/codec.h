// How values that TOML has no type for are written as text. A codec has parse (empty when the text
// is not one), format (its inverse) and expected (for the message of a fault).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calc/decimal.h"
#include "calc/fixed_point.h"
#include "calc/time.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::server {

struct AnyText {
  std::optional<std::string> parse(std::string_view text) const { return std::string(text); }
  std::string format(const std::string& value) const { return value; }
  std::string expected() const { return "text"; }
};

// Text of at least one byte and at most `max`.
struct NonEmptyText {
  std::size_t max = kNoMax;

  static constexpr std::size_t kNoMax = static_cast<std::size_t>(-1);
  std::optional<std::string> parse(std::string_view text) const {
    if (text.empty() || text.size() > max) return std::nullopt;
    return std::string(text);
  }
  std::string format(const std::string& value) const { return value; }
  std::string expected() const {
    if (max == kNoMax) return "text that is not empty";
    return "text of 1 to " + std::to_string(max) + " characters";
  }
};

// A credential: read like any text, never shown again. What is printed loads, with the mark in its
// place.
struct SecretText {
  std::size_t max = NonEmptyText::kNoMax;

  static constexpr bool kSecret = true;
  static constexpr std::string_view kMark = "***";

  std::optional<std::string> parse(std::string_view text) const {
    if (text.size() > max) return std::nullopt;
    return std::string(text);
  }
  std::string format(const std::string& value) const {
    return std::string(value.empty() ? std::string_view{} : kMark);
  }
  std::string expected() const {
    if (max == NonEmptyText::kNoMax) return "text";
    return "text of at most " + std::to_string(max) + " characters";
  }
};

// "09:29:50" as milliseconds from midnight.
struct TimeOfDayText {
  std::optional<std::int64_t> parse(std::string_view text) const;
  std::string format(std::int64_t ms) const;
  std::string expected() const { return "a time of day, HH:MM:SS"; }
};

// The resolution of a setting in its field, from the finest.
enum class DurationUnit : std::uint8_t { ns, us, ms, s, min };

// "250ms": a whole number and one of the units ns, us, ms, s, min and h, as a count of `unit` from
// `min` to `max`. Refuses a duration that is not a whole number of `unit`.
struct DurationText {
  DurationUnit unit = DurationUnit::ms;
  std::int64_t min = 0;
  std::int64_t max = 0;

  std::optional<std::int64_t> parse(std::string_view text) const;
  // Returns the text in the largest unit that shows `count` exactly: "1500ms", "15s", "0s".
  std::string format(std::int64_t count) const;
  std::string expected() const;
  // Returns the suffix of the key before durations were text: "_ms".
  std::string_view old_suffix() const;
};

// "11:30:00-13:00:00", the end after the beginning.
struct TimeRangeText {
  std::optional<feed::TimeRange> parse(std::string_view text) const;
  std::string format(const feed::TimeRange& range) const;
  std::string expected() const { return "a range of times, HH:MM:SS-HH:MM:SS"; }
};

// "2025-04-02", a day that exists.
struct DateText {
  std::optional<Date> parse(std::string_view text) const;
  std::string format(Date date) const;
  std::string expected() const { return "a date, YYYY-MM-DD"; }
};

// The same, or nothing for "none".
struct OptionalDateText {
  std::optional<Date> parse(std::string_view text) const;
  std::string format(Date date) const;
  std::string expected() const { return "a date, YYYY-MM-DD, or nothing"; }
};

// "127.0.0.1:9129" with a port from 1.
struct EndpointText {
  std::optional<feed::Endpoint> parse(std::string_view text) const;
  std::string format(const feed::Endpoint& endpoint) const { return feed::to_string(endpoint); }
  std::string expected() const { return "an address, HOST:PORT"; }
};

// An IPv4 multicast group and port, "239.255.42.1:51010", or nothing.
struct GroupText {
  std::optional<feed::Endpoint> parse(std::string_view text) const;
  std::string format(const feed::Endpoint& endpoint) const {
    return endpoint.host.empty() ? std::string() : feed::to_string(endpoint);
  }
  std::string expected() const { return "a multicast group, 224.0.0.0 to 239.255.255.255:PORT"; }
};

// An IPv4 address.
struct AddressText {
  std::optional<std::string> parse(std::string_view text) const;
  std::string format(const std::string& address) const { return address; }
  std::string expected() const { return "an IPv4 address"; }
};

// A public key of CurveZMQ in Z85.
struct CurveKeyText {
  std::optional<std::string> parse(std::string_view text) const;
  std::string format(const std::string& key) const { return key; }
  std::string expected() const { return "a key of 40 characters in Z85"; }
};

// Six digits, "002261", as a number.
struct SecurityCodeText {
  std::optional<std::uint32_t> parse(std::string_view text) const;
  std::string format(std::uint32_t code) const;
  std::string expected() const { return "a security code of six digits"; }
};

// "10:0.01": prices below the first number move in steps of the second.
struct TickBandText {
  std::optional<sim::TickBand> parse(std::string_view text) const;
  std::string format(const sim::TickBand& band) const;
  std::string expected() const { return "a tick band, BELOW:TICK in decimals"; }
};

// The words for an enumeration whose values count from 0, in their order.
template <class Enum, std::size_t N>
struct OneOf {
  std::array<std::string_view, N> words;

  std::optional<Enum> parse(std::string_view text) const {
    for (std::size_t i = 0; i < N; ++i) {
      if (words[i] == text) return static_cast<Enum>(i);
    }
    return std::nullopt;
  }
  std::string format(Enum value) const {
    return std::string(words[static_cast<std::size_t>(value)]);
  }
  std::string expected() const {
    std::string text = "one of";
    for (const std::string_view word : words) text.append(" ").append(word);
    return text;
  }
};

template <class Enum, class... Words>
constexpr auto one_of(Words... words) {
  return OneOf<Enum, sizeof...(Words)>{{words...}};
}

// The same for a setting that is kept as its word.
template <std::size_t N>
struct Word {
  std::array<std::string_view, N> words;

  std::optional<std::string> parse(std::string_view text) const {
    if (!OneOf<int, N>{words}.parse(text)) return std::nullopt;
    return std::string(text);
  }
  std::string format(const std::string& value) const { return value; }
  std::string expected() const { return OneOf<int, N>{words}.expected(); }
};

template <class... Words>
constexpr auto word(Words... words) {
  return Word<sizeof...(Words)>{{words...}};
}

// "0.92310" into one of the 64-bit fixed-point types, exactly.
template <class FixedType>
struct DecimalText {
  std::optional<FixedType> parse(std::string_view text) const {
    return parse_fixed<FixedType>(text);
  }
  std::string format(FixedType value) const {
    return format_trimmed(value.raw, FixedType::kDecimals);
  }
  std::string expected() const {
    return "a decimal number with up to " + std::to_string(FixedType::kDecimals) + " places";
  }
};

struct DivisorText {
  std::optional<Divisor> parse(std::string_view text) const;
  std::string format(Divisor divisor) const;
  std::string expected() const { return "a decimal number with up to 16 places"; }
};

}  // namespace indexcast::server
