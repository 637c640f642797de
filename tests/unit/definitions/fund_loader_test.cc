#include "server/definitions/fund_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/baskets.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/definitions/composition_text.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

// A definition that holds what shenzhen_file() prices: 400.50 x 1,403 HKD and -321.45 CNY are
// 518,369.82 CNY, 0.12 % below 519,000.
IndexDefinition tracked() {
  return indexcast::test::index("995366",
                                {indexcast::test::member("00700.HK", 2, "HKD", "1403", "1000")});
}

class FundLoaderTest : public testing::Test {
 protected:
  FundLoaderTest() {
    folder_.write("pcf_20250402.xml", test::shenzhen_file());
    fund_.code = "159099";
    fund_.composition = folder_.file("pcf_{date}.xml");
    fund_.tracks = "995366";
  }
  std::vector<IndexDefinition> load(Date day = 20250402) {
    const IndexDefinition index = tracked();
    return load_funds(std::span(&fund_, 1), std::span(&index, 1), day, faults_);
  }
  std::string fault(Date day = 20250402) {
    EXPECT_TRUE(load(day).empty()) << "a fund with a fault does not start";
    return std::string(faults_.status().message());
  }

  TemporaryFolder folder_;
  FundSettings fund_;
  FaultList faults_;
};

TEST_F(FundLoaderTest, LoadsTheDaysFile) {
  const auto funds = load();
  ASSERT_EQ(funds.size(), 1u) << faults_.status();
  EXPECT_EQ(funds[0].code, "159099");
  EXPECT_EQ(funds[0].name, "示例跨境");
  EXPECT_EQ(funds[0].effective_date, 20250402u);
  EXPECT_EQ(funds[0].fund->tracked_index, "995366");
}

TEST_F(FundLoaderTest, OneThatIsSwitchedOffIsNotLookedAt) {
  fund_.enabled = false;
  fund_.composition = "/nowhere.xml";
  EXPECT_TRUE(load().empty());
  EXPECT_TRUE(faults_.empty());
}

TEST_F(FundLoaderTest, TheFileMustBeForTheFundAndTheDay) {
  folder_.write("pcf_20250403.xml", test::shenzhen_file());
  fund_.code = "159001";
  EXPECT_THAT(fault(20250403),
              testing::AllOf(HasSubstr(":1:code: is for 159099, and the configuration expects "),
                             HasSubstr(":1:TradingDay: is 20250402, and the day is 20250403")));
}

TEST_F(FundLoaderTest, TheTrackedIndexMustBeThere) {
  fund_.tracks = "995367";
  EXPECT_THAT(fault(), HasSubstr(":1:tracks: 995367 is not among the definitions"));
}

TEST_F(FundLoaderTest, AnIndexThatFollowsNoRateHasNoneForAFund) {
  IndexDefinition index = tracked();
  index.fx_series.clear();
  index.fx_in_divisor = true;
  EXPECT_TRUE(load_funds(std::span(&fund_, 1), std::span(&index, 1), 20250402, faults_).empty());
  EXPECT_THAT(std::string(faults_.status().message()),
              HasSubstr(":1:tracks: 995366 has fx_in_divisor and follows no rate series"));
}

TEST_F(FundLoaderTest, AForeignComponentNeedsARate) {
  fund_.tracks = "";
  EXPECT_THAT(fault(), HasSubstr("00700.HK: no close_fx for HKD"));
}

TEST_F(FundLoaderTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(fault(20250404), HasSubstr("pcf_20250404.xml:1:pcf: cannot be read"));
}

}  // namespace
}  // namespace indexcast::server
