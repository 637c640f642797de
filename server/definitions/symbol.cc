#include "server/definitions/symbol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "feedhandlers/market/venue.h"

namespace indexcast::server {
namespace {

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t code_length(feed::Venue venue) { return venue == feed::Venue::hkex ? 5 : 6; }

}  // namespace

MarketId market_of_symbol(std::string_view symbol) {
  const auto venue = feed::venue_of_symbol(symbol);
  return venue ? feed::market_of(*venue) : kNoMarket;
}

std::string usual_symbol(std::string_view text) {
  // Yahoo's, MIC and the usual suffixes of a venue.
  constexpr std::pair<std::string_view, std::string_view> kVenues[] = {
      {"SH", "SH"},   {"SS", "SH"}, {"XSHG", "SH"}, {"SZ", "SZ"},
      {"XSHE", "SZ"}, {"HK", "HK"}, {"XHKG", "HK"}};
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const auto& [word, venue] : kVenues) {
    std::string code;
    if (upper.ends_with(fmt::format(".{}", word))) {
      code = upper.substr(0, upper.size() - word.size() - 1);
    } else if (upper.starts_with(word)) {
      code = upper.substr(word.size());
      if (code.starts_with('.')) code.erase(0, 1);
    }
    if (code.empty() || !all_digits(code)) continue;
    // Hong Kong's codes are numbers, and are written with and without leading zeros.
    if (venue == "HK" && code.size() < 5) code.insert(0, 5 - code.size(), '0');
    return fmt::format("{}.{}", code, venue);
  }
  if (upper.size() != 6 || !all_digits(upper)) return std::string(text);
  if (upper[0] == '5' || upper[0] == '6' || upper[0] == '9') return upper + ".SH";
  if (upper[0] <= '3') return upper + ".SZ";
  return upper;
}

std::optional<std::string> symbol_fault(std::string_view symbol) {
  const auto venue = feed::venue_of_symbol(symbol);
  if (!venue) return fmt::format("{}: unknown venue, know .SH .SZ .HK", symbol);
  const std::string_view code = symbol.substr(0, symbol.rfind('.'));
  if (code.size() == code_length(*venue) && all_digits(code)) return std::nullopt;
  return fmt::format("{}: a code of this venue has {} digits", symbol, code_length(*venue));
}

}  // namespace indexcast::server
