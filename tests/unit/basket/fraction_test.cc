#include "calc/basket/fraction.h"

#include <gtest/gtest.h>

#include "calc/basket/uint256.h"

namespace indexcast {
namespace {

TEST(Fraction, ReadsDecimalsAndRatios) {
  EXPECT_EQ(parse_fraction("0.30"), Fraction::of(3, 10));
  EXPECT_EQ(parse_fraction("5/10"), Fraction::of(1, 2));
  EXPECT_EQ(parse_fraction("1.5/10"), Fraction::of(3, 20));
  EXPECT_EQ(parse_fraction("1/3"), Fraction::of(1, 3));
  EXPECT_EQ(format_fraction(*parse_fraction("5/10")), "1/2");
  EXPECT_EQ(format_fraction(*parse_fraction("2")), "2");
}

TEST(Fraction, RefusesWhatIsNone) {
  for (const char* text : {"", "/", "1/", "/2", "1/0", "-1", "1/-2", "1/2/3", "x", "1e3",
                           "0.1234567891", "1000000000"}) {
    EXPECT_FALSE(parse_fraction(text)) << text;
  }
}

TEST(Fraction, AnOperationThatDoesNotFitIsInvalidAndStaysSo) {
  const Fraction large(kInt128Max);
  EXPECT_FALSE((large * large).valid());
  EXPECT_FALSE((large + large).valid());
  EXPECT_FALSE((Fraction(1) / Fraction(0)).valid());
  EXPECT_FALSE((Fraction(1) / Fraction(0) + Fraction(1)).valid());
  EXPECT_FALSE(round_half_up(large, 6));
}

TEST(Fraction, RoundsHalfUp) {
  EXPECT_EQ(round_half_up(Fraction::of(1, 2), 0), 1);
  EXPECT_EQ(round_half_up(Fraction::of(49, 100), 0), 0);
  EXPECT_EQ(round_half_up(Fraction::of(1705, 150), 2), 1137);
}

TEST(UInt256, MultipliesAndDividesBeyond128Bits) {
  const auto max = static_cast<UInt128>(kInt128Max);
  EXPECT_EQ(divide_half_up(wide_product(max, max), UInt256{0, max}), kInt128Max);
  EXPECT_EQ(divide_half_up(wide_product(max, max - 1), wide_product(max, 2)),
            static_cast<Int128>(max / 2));
  EXPECT_EQ(divide_half_up(wide_product(5, 1), UInt256{0, 10}), 1);
  EXPECT_EQ(divide_half_up(wide_product(49, 1), UInt256{0, 100}), 0);
}

TEST(UInt256, AQuotientThatDoesNotFitIsNone) {
  const auto max = static_cast<UInt128>(kInt128Max);
  EXPECT_FALSE(divide_half_up(wide_product(max, 3), UInt256{0, 2}));
  EXPECT_FALSE(divide_half_up(wide_product(max, max), UInt256{0, 1}));
  EXPECT_FALSE(divide_half_up(wide_product(1, 1), UInt256{}));
}

}  // namespace
}  // namespace indexcast
