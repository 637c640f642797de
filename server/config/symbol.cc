#include "server/config/symbol.h"

#include <fmt/format.h>

#include <algorithm>

#include "feedhandlers/common/venue.h"

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

std::optional<std::string> symbol_fault(std::string_view symbol) {
  const auto venue = feed::venue_of_symbol(symbol);
  if (!venue) return fmt::format("{}: unknown venue, know .SH .SZ .HK", symbol);
  const std::string_view code = symbol.substr(0, symbol.rfind('.'));
  if (code.size() == code_length(*venue) && all_digits(code)) return std::nullopt;
  return fmt::format("{}: a code of this venue has {} digits", symbol, code_length(*venue));
}

}  // namespace indexcast::server
