// Total return (METHODOLOGY 6): the basket of a price index with the dividends that go ex today, in
// a definition of its own. Plain data and exact arithmetic, for the control plane.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "calc/fixed_point.h"

namespace indexcast {

enum class ReturnKind : std::uint8_t {
  net = 0,    // dividends after the stated tax
  gross = 1,  // before it
};

// A cash dividend of a member that goes ex on the definition's day.
struct Dividend {
  std::string currency;      // of the listing, in which it is paid
  Price per_share{};         // before tax
  IndexShares shares{};      // index shares before the day's events
  std::uint32_t tax_bp = 0;  // of `net`, 0 .. 10000
  std::string symbol = {};   // of the member, which may have left
};

struct TotalReturn {
  ReturnKind kind = ReturnKind::gross;
  std::string price_index;  // code of the price index whose basket this is
  // Of that index: its divisor, and its close of the day before in the definition's decimals.
  Divisor price_divisor{};
  Level price_previous_close{};
  // What today's dividends bring, by listing currency, scale kCapDecimals.
  std::map<std::string, Int128> cash = {};
  // What that is made of, one a member.
  std::vector<Dividend> dividends = {};
};

// What a dividend brings, scale kCapDecimals, half up.
Int128 cash_of(const Dividend& dividend, ReturnKind kind);

// The divisor of the total return index, half up to 16 places: that of the price index, times its
// previous close, over the total return's own. All positive.
Divisor total_return_divisor(Divisor price_divisor, Level price_previous_close,
                             Level previous_close);

}  // namespace indexcast
