#include "server/app/loaded_day.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/definition_files.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr Date kDay = 20250402;

class LoadedDayTest : public testing::Test {
 protected:
  LoadedDayTest() { config_.days.directory = folder_.file(""); }

  void put(const std::string& name, const OneMember& of) { write_definition(folder_, name, of); }
  absl::StatusOr<LoadedDay> load(Date date = kDay) {
    directory_.look();
    return load_day(config_, directory_.newest_of(date), date);
  }
  Date first(const std::string& configured, TimeNs now) {
    directory_.look();
    config_.trade_date = configured.empty() ? 0 : static_cast<Date>(std::stoul(configured));
    return first_day(config_, directory_, now);
  }

  TemporaryFolder folder_;
  DefinitionDirectory directory_{folder_.file("")};
  Config config_;
};

TEST_F(LoadedDayTest, LoadsTheValidDefinitions) {
  put("a", {});
  put("b", {.code = "B"});
  const auto day = load();
  ASSERT_TRUE(day.ok()) << day.status();
  EXPECT_EQ(day->universe->indices().size(), 2u);
  EXPECT_EQ(day->trade_date, kDay);
  EXPECT_EQ(day->config.simulator.trade_date, kDay);
  EXPECT_THAT(day->left_out, IsEmpty());
}

TEST_F(LoadedDayTest, LeavesOutADefinitionThatContradictsAnEarlierOne) {
  put("a", {});
  put("b", {.code = "B", .rate = "0.93"});
  put("c", {.code = "C"});
  const auto day = load();
  ASSERT_TRUE(day.ok()) << day.status();
  ASSERT_EQ(day->universe->indices().size(), 2u);
  EXPECT_EQ(day->universe->indices()[1].code, "C");
  EXPECT_THAT(day->left_out, HasSubstr("HKDCNY begins the day at 0.93, and at 0.9231 in another"));
}

TEST_F(LoadedDayTest, ADefinitionThatIsLeftOutCausesNoContradiction) {
  put("a", {});
  // Wrong about the rate, and the first to name its member.
  put("b", {.code = "B", .symbol = "00700.HK", .price = "2", .shares = "0.5", .rate = "0.93"});
  put("c", {.code = "C", .symbol = "00700.HK"});
  const auto day = load();
  ASSERT_TRUE(day.ok()) << day.status();
  ASSERT_EQ(day->universe->indices().size(), 2u) << day->left_out;
  EXPECT_EQ(day->universe->indices()[1].code, "C");
}

TEST_F(LoadedDayTest, RefusesADayWithoutAValidDefinition) {
  put("a", {});
  const auto day = load(20250403);
  ASSERT_FALSE(day.ok());
  EXPECT_THAT(std::string(day.status().message()), HasSubstr("no good definition for 2025-04-03"));
}

TEST_F(LoadedDayTest, TheFirstDayIsTodayOrTheLatestBeforeOrTheFirst) {
  put("a", {});
  put("b", {.day = "2025-04-03"});
  put("c", {.day = "2025-04-07"});
  EXPECT_EQ(first("", china_time(20250403, 0)), 20250403u);
  EXPECT_EQ(first("", china_time(20250406, 86'399'999)), 20250403u);
  EXPECT_EQ(first("", china_time(20250501, 0)), 20250407u);
  EXPECT_EQ(first("", china_time(20250401, 0)), 20250402u);
  EXPECT_EQ(first("20250407", china_time(20250401, 0)), 20250407u);
  EXPECT_EQ(first("20250404", china_time(20250404, 0)), 0u);
}

}  // namespace
}  // namespace indexcast::server
