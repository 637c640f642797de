#include "server/definitions/reference_prices.h"

#include <gtest/gtest.h>

#include "tests/support/baskets.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using indexcast::test::price;

class ReferencePricesTest : public testing::Test {
 protected:
  // The faults of a closes file of these lines, its path as "f".
  std::string add(const std::string& text) {
    const std::string path = folder_.write("closes.csv", text);
    FaultList faults;
    prices_.add_closes(path, faults);
    std::string message(faults.status().message());
    for (auto at = message.find(path); at != message.npos; at = message.find(path))
      message.replace(at, path.size(), "f");
    return message;
  }

  TemporaryFolder folder_;
  IndexDefinition basket_ = indexcast::test::golden_basket();
  ReferencePrices prices_{std::span(&basket_, 1)};
};

TEST_F(ReferencePricesTest, AreThoseOfTheDefinitions) {
  ASSERT_NE(prices_.find("C.HK"), nullptr);
  EXPECT_EQ(prices_.find("C.HK")->price, price("5.91"));
  EXPECT_EQ(prices_.find("C.HK")->currency, "HKD");
  EXPECT_EQ(prices_.find("D.SH"), nullptr);
}

TEST_F(ReferencePricesTest, AClosesFileAddsWhatNoneHolds) {
  EXPECT_EQ(add("# of the day\nsymbol,currency,reference_price\nD.SH,CNY,3.5\r\nC.HK,HKD,5.910\n"),
            "");
  ASSERT_NE(prices_.find("D.SH"), nullptr);
  EXPECT_EQ(prices_.find("D.SH")->price, price("3.5"));
}

TEST_F(ReferencePricesTest, AClosesFileContradictsNobody) {
  EXPECT_EQ(add("symbol,currency,reference_price\nC.HK,CNY,5.92\nD.SH,CNY,1\nD.SH,CNY,1\n"),
            "f:2:currency: C.HK is in HKD elsewhere\n"
            "f:2:reference_price: C.HK is 5.91 elsewhere\n"
            "f:4:symbol: D.SH appears twice");
}

TEST_F(ReferencePricesTest, FaultsOfAClosesFile) {
  EXPECT_EQ(add(""), "f:1:closes: empty");
  EXPECT_EQ(add("symbol,price\n"),
            "f:1:closes: the first line must be symbol,currency,reference_price");
  EXPECT_EQ(add("symbol,currency,reference_price\nD.SH,CNY\nD.SH,,1\nD.SH,CNY,0\n"),
            "f:2:closes: 2 fields where the header has 3\n"
            "f:3:currency: missing\n"
            "f:4:reference_price: must be a positive number with up to 6 places");
  FaultList faults;
  prices_.add_closes("/nowhere.csv", faults);
  EXPECT_EQ(faults.status().message(), "/nowhere.csv:1:closes: cannot be read");
}

}  // namespace
}  // namespace indexcast::server
