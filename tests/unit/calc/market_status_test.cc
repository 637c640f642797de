#include "calc/market_status.h"

#include <gtest/gtest.h>

#include <string_view>

namespace indexcast {
namespace {

PhaseSet phases(std::string_view letters) {
  constexpr std::string_view kLetters = "NTBICFX";
  PhaseSet set = 0;
  for (const char letter : letters)
    set |= phase_bit(static_cast<MarketPhase>(kLetters.find(letter)));
  return set;
}

// The examples of METHODOLOGY 5, in the order SSE, SZSE, HKEX.
TEST(MarketStatus, ExamplesOfTheMethodology) {
  using enum IndexStatus;
  struct Case {
    const char* markets;
    IndexStatus status;
  };
  for (const Case& c : {Case{"NNT", indicative},
                        {"TTT", open},
                        {"BBT", open},
                        {"BBB", scheduled_break},
                        {"FFT", open},
                        {"FFC", preliminary_close},
                        {"FFF", closed},
                        {"BBC", scheduled_break},
                        {"TTF", open},
                        {"TTX", open},
                        {"XXT", open},
                        {"TTN", indicative},
                        {"TTC", open},
                        {"BB", scheduled_break},
                        {"XX", closed},
                        {"NNN", pre_open},
                        {"NNX", pre_open},
                        {"FFX", closed},
                        {"III", scheduled_break}}) {
    EXPECT_EQ(status_of(phases(c.markets)), c.status) << c.markets;
  }
}

// METHODOLOGY 9: the fund's own market first, then those that it prices, its own among them.
TEST(MarketStatus, OfAFundIsThatOfItsOwnMarket) {
  using enum IndexStatus;
  struct Case {
    const char* own;
    const char* markets;
    IndexStatus status;
  };
  for (const Case& c : {Case{"T", "TTT", open},
                        {"T", "TTX", indicative},  // Hong Kong on holiday
                        {"T", "TTN", indicative},  // a typhoon's morning
                        {"T", "TTF", indicative},  // the afternoon of Hong Kong's half day
                        {"T", "TTC", open},        // closing prices are coming in
                        {"T", "TBB", open},
                        {"T", "TTI", open},
                        {"B", "BBT", scheduled_break},
                        {"I", "ITT", scheduled_break},
                        {"N", "NNT", pre_open},
                        {"C", "CCT", preliminary_close},
                        {"F", "FFT", closed},
                        {"X", "XXT", closed}}) {
    const auto own = static_cast<MarketPhase>(std::string_view("NTBICFX").find(*c.own));
    EXPECT_EQ(fund_status_of(own, phases(c.markets)), c.status) << c.own << " in " << c.markets;
  }
}

}  // namespace
}  // namespace indexcast
