#include "calc/market_status.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
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

constexpr std::string_view kEveryState = "NTBICFX";

// Statuses by their first letters, in the order of the enum; closed is x.
constexpr std::string_view kStatusLetters = "niobpx";

// What the table of METHODOLOGY 5 comes to, by what is among the markets that are not X. Each text
// is for none, F, C, C and F beside what its line says.
constexpr std::array<std::string_view, 8> kTruth{
    "xxpp",  // nothing else
    "bbbb",  // B or I
    "nbbb",  // N
    "bbbb",  // N, B or I
    "oooo",  // T
    "oooo",  // T, B or I
    "iiii",  // T, N
    "iiii",  // T, N, B or I
};

IndexStatus expected_of(std::string_view markets) {
  const auto any = [&](std::string_view letters) -> std::size_t {
    return markets.find_first_of(letters) != std::string_view::npos ? 1 : 0;
  };
  const std::string_view line = kTruth[any("T") << 2 | any("N") << 1 | any("BI")];
  return static_cast<IndexStatus>(kStatusLetters.find(line[any("C") << 1 | any("F")]));
}

TEST(MarketStatus, EveryCombinationOfThreeMarkets) {
  int combinations = 0;
  for (const char sse : kEveryState) {
    for (const char szse : kEveryState) {
      for (const char hkex : kEveryState) {
        const std::string markets{sse, szse, hkex};
        EXPECT_EQ(status_of(phases(markets)), expected_of(markets)) << markets;
        ++combinations;
      }
    }
  }
  EXPECT_EQ(combinations, 343);
}

}  // namespace
}  // namespace indexcast
