#include "server/tools/watch/display_text.h"

#include <gtest/gtest.h>

#include <clocale>

namespace indexcast::server {
namespace {

constexpr const char* kName = "\u6d77\u5149\u4fe1\u606f-A";

// Each test runs in the locale that it names, and leaves "C", which the process began with.
class DisplayText : public testing::Test {
 protected:
  ~DisplayText() override { std::setlocale(LC_CTYPE, "C"); }
};

TEST_F(DisplayText, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(columns_of(kName), 10);
  EXPECT_EQ(columns_of("\u25b2 +1"), 4);
  EXPECT_EQ(columns_of("e\u0301"), 1);
  EXPECT_EQ(columns_of("\xff\xe6"), 2);
}

TEST_F(DisplayText, FieldsHaveTheirWidthExactly) {
  EXPECT_EQ(fit_left("abc", 5), "abc  ");
  EXPECT_EQ(fit_right("abc", 5), "  abc");
  EXPECT_EQ(fit_left("partial_market,fx_stale", 8), "partial~");
  EXPECT_EQ(fit_left(kName, 6), "\u6d77\u5149~ ");  // no half of a character
  for (int width = 0; width < 12; ++width) EXPECT_EQ(columns_of(fit_right(kName, width)), width);
}

TEST_F(DisplayText, AnAsciiLocaleGetsAscii) {
  std::setlocale(LC_CTYPE, "C");
  EXPECT_FALSE(locale_has(kName));
  EXPECT_TRUE(locale_has("995365"));
  EXPECT_EQ(in_locale("\u25b2 +1 \u25bc \u2191\u2193", 20), "^ +1 v ^v");
  EXPECT_EQ(in_locale(kName, 20), std::string(8, '?') + "-A");
}

TEST_F(DisplayText, AUnicodeLocaleGetsTheNameCutToTheWidth) {
  if (std::setlocale(LC_CTYPE, "C.UTF-8") == nullptr) GTEST_SKIP() << "C.UTF-8 is absent";
  EXPECT_TRUE(locale_has(kName));
  EXPECT_EQ(in_locale(kName, 20), kName);
  EXPECT_EQ(in_locale(kName, 5), "\u6d77\u5149");
}

TEST_F(DisplayText, NothingSentMovesTheCursor) {
  for (const char* locale : {"C", "C.UTF-8"}) {
    std::setlocale(LC_CTYPE, locale);
    EXPECT_EQ(in_locale("a\x1b[2J\r\n\xc2\x9b"
                        "b\x7f",
                        40),
              "a?[2J???b?");
  }
}

}  // namespace
}  // namespace indexcast::server
