#include "calc/decimal.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "calc/time.h"

namespace indexcast {
namespace {

TEST(Decimal, ParsesWhatItFormats) {
  struct Case {
    const char* text;
    int places;
    std::int64_t raw;
  };
  for (const Case& c : {Case{"12.340000", 6, 12'340'000},
                        {"-0.5000", 4, -5000},
                        {"7", 0, 7},
                        {"0.92310000", 8, 92'310'000}}) {
    EXPECT_EQ(parse_decimal64(c.text, c.places), c.raw) << c.text;
    EXPECT_EQ(format_decimal(c.raw, c.places), c.text);
  }
}

TEST(Decimal, AcceptsFewerDecimalsAndTrailingZeros) {
  EXPECT_EQ(parse_decimal64("12", 6), 12'000'000);
  EXPECT_EQ(parse_decimal64("12.3400000000", 6), 12'340'000);
}

TEST(Decimal, RefusesWhatIsNotADecimalNumber) {
  for (const char* text :
       {"", "-", ".", "1.", ".5", "1.2.3", "1e3", "+1", " 1", "1 ", "0x1", "1.2345678"}) {
    EXPECT_EQ(parse_decimal64(text, 6), std::nullopt) << text;
  }
}

TEST(Decimal, RefusesOverflow) {
  EXPECT_EQ(parse_decimal64("9223372036854.775808", 6), std::nullopt);
  EXPECT_EQ(parse_decimal64("9223372036854.775807", 6), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_decimal("999999999999999999999999999999999999999999", 0), std::nullopt);
}

// More digits than 64 bits hold, and zeros to fill beyond that.
TEST(Decimal, ParsesNumbersOfAnyLengthThatFits) {
  EXPECT_EQ(parse_decimal("170141183460469231731687303715884105727", 0), kInt128Max);
  EXPECT_EQ(parse_decimal("170141183460469231731687303715884105728", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("123456789012345678.9012345678901234567", 19),
            Int128{1'234'567'890'123'456'789} * pow10(18) + 12'345'678'901'234'567);
  EXPECT_EQ(parse_decimal("-7", 37), -7 * pow10(37));
  EXPECT_EQ(parse_decimal("1700", 36), std::nullopt);
  EXPECT_EQ(parse_decimal("000000000000000000000000000000000000000000001.50", 1), 15);
  EXPECT_EQ(parse_decimal("12345678901234567x", 0), std::nullopt);
  EXPECT_EQ(parse_decimal("123456789012345678x", 0), std::nullopt);
}

// Short numbers are read another way than long ones; zeros in front make a number long.
TEST(Decimal, ShortAndLongNumbersAreReadAlike) {
  std::mt19937_64 random(7);
  const std::string_view characters = "0123456789012345678901234567.x-";
  for (int round = 0; round < 200'000; ++round) {
    std::string text(random() % 19 + 1, ' ');
    for (char& c : text) c = characters[random() % characters.size()];
    if (text.front() < '0' || text.front() > '9') continue;
    const int places = static_cast<int>(random() % 19);
    ASSERT_EQ(parse_decimal(text, places), parse_decimal(std::string(20, '0') + text, places))
        << text << " with " << places;
  }
}

TEST(Decimal, TrimsZerosForPeople) {
  EXPECT_EQ(format_trimmed(12'340'000, 6), "12.34");
  EXPECT_EQ(format_trimmed(12'000'000, 6), "12");
  EXPECT_EQ(format_trimmed(0, 6), "0");
}

TEST(Rounding, HalfUpAndHalfAwayFromZero) {
  EXPECT_EQ(divide_half_up(5, 2), 3);
  EXPECT_EQ(divide_half_up(-5, 2), -2);
  EXPECT_EQ(divide_half_up(4, 3), 1);
  EXPECT_EQ(divide_half_away(-5, 2), -3);
  EXPECT_EQ(divide_half_away(-4, 3), -1);
}

TEST(Dates, RoundTripOverFourCenturies) {
  for (std::int64_t day = -40'000; day < 110'000; ++day) {
    ASSERT_EQ(days_from_date(date_from_days(day)), day);
  }
  EXPECT_EQ(days_from_date(19700101), 0);
  EXPECT_EQ(china_date(china_time(20250402, 0)), 20250402u);
  EXPECT_EQ(china_time_of_day_ms(china_time(20250402, 34'200'000)), 34'200'000);
}

}  // namespace
}  // namespace indexcast
