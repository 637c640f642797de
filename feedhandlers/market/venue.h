// The venues this project decodes, their numbers in the core and their suffixes in symbols.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "calc/event.h"

namespace indexcast::feed {

// The value is the venue's MarketId and its FeedId in the core.
enum class Venue : std::uint8_t { sse = 0, szse = 1, hkex = 2 };

inline constexpr std::size_t kVenueCount = 3;
inline constexpr FeedId kFxFeed = 3;
inline constexpr FeedId kControlFeed = 4;  // the server's own: calendar and operators

constexpr MarketId market_of(Venue venue) { return static_cast<MarketId>(venue); }
constexpr FeedId feed_of(Venue venue) { return static_cast<FeedId>(venue); }

inline constexpr std::array<std::string_view, kVenueCount> kVenueNames{"sse", "szse", "hkex"};
inline constexpr std::array<std::string_view, kVenueCount> kVenueSuffixes{"SH", "SZ", "HK"};

constexpr std::string_view name_of(Venue venue) {
  return kVenueNames[static_cast<std::size_t>(venue)];
}

// The venue of "688041.SH"; empty for an unknown suffix.
constexpr std::optional<Venue> venue_of_symbol(std::string_view symbol) {
  const auto dot = symbol.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < kVenueCount; ++i) {
    if (symbol.substr(dot + 1) == kVenueSuffixes[i]) return static_cast<Venue>(i);
  }
  return std::nullopt;
}

}  // namespace indexcast::feed
