#include "server/definitions/closes_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

TEST(ClosesFile, IsRead) {
  TemporaryFolder folder;
  FaultList faults;
  const auto closes = read_closes(
      folder.write("c.csv",
                   "# of today\r\nclose,symbol,tick\r\n17.35,002261.SZ,\r\n500,00700.HK,0.2\r\n"),
      faults);
  ASSERT_TRUE(faults.empty()) << faults.status();
  ASSERT_EQ(closes.size(), 2u);
  EXPECT_EQ(closes[0].symbol, "002261.SZ");
  EXPECT_EQ(closes[0].price.raw, 17'350'000);
  EXPECT_EQ(closes[0].tick.raw, 0);
  EXPECT_EQ(closes[0].line, 3);
  EXPECT_EQ(closes[1].tick.raw, 200'000);
}

TEST(ClosesFile, AsASpreadsheetSavesIt) {
  TemporaryFolder folder;
  FaultList faults;
  const auto closes = read_closes(
      folder.write("c.csv", "\xef\xbb\xbfsymbol,close\r\n\"700.HK\", 500.00 \r\n,\r\n"), faults);
  ASSERT_TRUE(faults.empty()) << faults.status();
  ASSERT_EQ(closes.size(), 1u);
  EXPECT_EQ(closes[0].symbol, "00700.HK");
}

struct Case {
  const char* text;
  const char* expected;
};

TEST(ClosesFile, FaultsAreNamed) {
  TemporaryFolder folder;
  for (const Case& each :
       {Case{"", "c.csv:1:: has no header line"}, Case{"symbol\n", "c.csv:1:close: column missing"},
        Case{"symbol,close,close\n", "c.csv:1:close: column appears twice"},
        Case{"symbol,close,volume\n", "c.csv:1:volume: unknown column"},
        Case{"symbol,close\n002261.SZ\n", "c.csv:2:: 1 fields where the header has 2"},
        Case{"symbol,close\n2261.SZ,1\n", "c.csv:2:symbol: 2261.SZ: a code of this venue"},
        Case{"symbol,close\n,1\n", "c.csv:2:symbol: missing"},
        Case{"symbol,close\n002261.SZ,0\n", "c.csv:2:close: must be a positive decimal number"},
        Case{"symbol,close\n002261.SZ,9e9\n", "c.csv:2:close: must be a positive decimal number"},
        Case{"symbol,close\n002261.SZ,99999999999999\n", "c.csv:2:close: must be a positive"}}) {
    FaultList faults;
    read_closes(folder.write("c.csv", each.text), faults);
    EXPECT_THAT(std::string(faults.status().message()), HasSubstr(each.expected)) << each.text;
  }
  FaultList faults;
  read_closes(folder.file("none.csv"), faults);
  EXPECT_THAT(std::string(faults.status().message()), HasSubstr("none.csv:1:: cannot be read"));
}

}  // namespace
}  // namespace indexcast::server
