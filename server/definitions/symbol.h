// The symbols of files: the exchange's code and its venue, "688041.SH", "00700.HK".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calc/event.h"

namespace indexcast::server {

// The market of a symbol; kNoMarket where its venue is unknown.
MarketId market_of_symbol(std::string_view symbol);

// What is wrong with a symbol, for a message; empty when nothing is: an unknown venue, or a code
// that has not the venue's number of digits, so that "700.HK" cannot pass for "00700.HK".
std::optional<std::string> symbol_fault(std::string_view symbol);

// The symbol that a vendor's text stands for: "700.HK", "HK.00700", "00700.XHKG", "600000.SS",
// "sh600000" and codes of six digits alone become "00700.HK" and "600000.SH". Other text stays.
std::string usual_symbol(std::string_view text);

}  // namespace indexcast::server
