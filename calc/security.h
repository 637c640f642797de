// A listed security as definitions name it.
#pragma once

#include <string>

#include "calc/event.h"

namespace indexcast {

struct Security {
  std::string symbol;    // exchange code and venue, "688041.SH"
  std::string name;      // UTF-8
  std::string currency;  // ISO 4217, of the listing
  MarketId market = kNoMarket;
};

}  // namespace indexcast
