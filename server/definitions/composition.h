// A fund's portfolio composition file (PCF) of one day as plain data, the same for both exchanges.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calc/fixed_point.h"
#include "calc/time.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::server {

// Where a component is listed, by the exchanges' own numbers (both use the same ones).
enum class ComponentMarket : std::uint16_t {
  sse = 101,
  szse = 102,
  hkex = 103,
  interbank = 105,
  bse = 106,
  other = 9999,
};

// Whether cash may stand for a component when shares of the fund are created or redeemed.
enum class Substitution : std::uint8_t { none = 0, allowed = 1, mandatory = 2 };

struct Component {
  std::string code;  // printable ASCII; six digits at mainland exchanges, five in Hong Kong
  std::string name;  // UTF-8, may be empty
  ComponentMarket market = ComponentMarket::other;
  Substitution substitution = Substitution::none;
  std::optional<IndexShares> quantity;   // of a creation unit, not negative
  std::optional<Money> creation_cash;    // substitute amount; Shanghai has one for both ways
  std::optional<Money> redemption_cash;  // Shenzhen's for redemption
  int line = 0;                          // in the file, for messages
};

struct Composition {
  feed::Venue venue = feed::Venue::sse;  // where the fund is listed, and whose format this is
  std::string code;                      // "588760"
  std::string name;                      // UTF-8; empty in Shanghai's format, which has none
  Date trading_day = 0;
  Date previous_day = 0;           // the trading day of the NAVs
  std::int64_t creation_unit = 0;  // fund shares, positive
  Money nav{};                     // of a share, positive
  Money nav_per_unit{};            // of a creation unit, positive
  Money dividend_per_unit{};       // of a creation unit today; Shanghai's format need not have it
  Money estimated_cash{};          // cash difference of a creation unit today, of any sign
  std::vector<Component> components;
};

}  // namespace indexcast::server
