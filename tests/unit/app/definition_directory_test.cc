#include "server/app/definition_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/app/definition_files.h"

namespace indexcast::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Date kFirst = 20250402;
constexpr Date kSecond = 20250403;

class DefinitionDirectoryTest : public testing::Test {
 protected:
  std::string put(const std::string& name, const OneMember& of = {}) {
    return write_definition(folder_, name, of);
  }

  TemporaryFolder folder_;
  DefinitionDirectory directory_{folder_.file("")};
};

TEST_F(DefinitionDirectoryTest, ReportsEachNewChangedOrRemovedFileOnce) {
  const std::string a = put("a");
  EXPECT_THAT(directory_.look(), ElementsAre(a));
  EXPECT_THAT(directory_.look(), IsEmpty());
  const std::string b = put("b", {.code = "B"});
  EXPECT_THAT(directory_.look(), ElementsAre(b));
  put("a", {.version = 12});
  EXPECT_THAT(directory_.look(), ElementsAre(a));
  EXPECT_EQ(directory_.definitions().at(a).version, 12u);
  std::filesystem::remove(b);
  EXPECT_THAT(directory_.look(), ElementsAre(b));
  EXPECT_THAT(directory_.newest_of(kFirst), ElementsAre(a));
}

TEST_F(DefinitionDirectoryTest, ReportsAChangeOfTheMembersFile) {
  const std::string a = put("a");
  directory_.look();
  folder_.write("a.csv", "symbol\n");
  EXPECT_THAT(directory_.look(), ElementsAre(a));
  EXPECT_THAT(directory_.faults(), HasSubstr("a.csv:1:"));
  EXPECT_THAT(directory_.newest_of(kFirst), IsEmpty());
  put("a");
  EXPECT_THAT(directory_.look(), ElementsAre(a));
  EXPECT_THAT(directory_.faults(), IsEmpty());
}

TEST_F(DefinitionDirectoryTest, AcceptsADefinitionOnceItsMembersFileArrives) {
  const std::string a = put("a");
  std::filesystem::rename(folder_.file("a.csv"), folder_.file("late.csv"));
  directory_.look();
  EXPECT_FALSE(directory_.definitions().at(a).status.ok());
  std::filesystem::rename(folder_.file("late.csv"), folder_.file("a.csv"));
  EXPECT_THAT(directory_.look(), ElementsAre(a));
  EXPECT_TRUE(directory_.definitions().at(a).status.ok());
}

TEST_F(DefinitionDirectoryTest, ReturnsTheNewestValidVersionOfEachCode) {
  const std::string old = put("old");
  const std::string newer = put("newer", {.version = 3});
  put("broken", {.version = 4, .price = "2"});  // its level is not 1
  put("tomorrow", {.version = 9, .day = "2025-04-03"});
  const std::string b = put("b", {.code = "B"});
  directory_.look();
  EXPECT_THAT(directory_.days(), ElementsAre(kFirst, kSecond));
  EXPECT_THAT(directory_.newest_of(kFirst), ElementsAre(newer, b));
  EXPECT_EQ(directory_.head_of(kFirst, "A", 1), old);
  EXPECT_EQ(directory_.head_of(kFirst, "A", 4), "");
  EXPECT_EQ(directory_.head_of(kFirst, "A", 9), "");
}

TEST_F(DefinitionDirectoryTest, IsEmptyWithoutAFolder) {
  put("a");
  directory_.look();
  DefinitionDirectory absent(folder_.file("absent"));
  EXPECT_THAT(absent.look(), IsEmpty());
  EXPECT_THAT(absent.days(), IsEmpty());
}

}  // namespace
}  // namespace indexcast::server
