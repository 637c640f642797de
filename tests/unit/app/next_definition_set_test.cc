#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/app/day_definitions.h"
#include "server/definitions/definition_file.h"
#include "tests/unit/app/definition_files.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

class NextDefinitionSet : public testing::Test {
 protected:
  NextDefinitionSet() {
    std::vector<IndexDefinition> definitions;
    for (const OneMember& of :
         {OneMember{.symbol = "00700.HK"}, OneMember{.code = "B"}, OneMember{.code = "C"}}) {
      auto definition = load_definition(write_definition(folder_, of.code, of));
      definitions.push_back(*std::move(definition));
    }
    before_.emplace(std::move(definitions));
  }
  absl::StatusOr<std::shared_ptr<const Universe>> next(const OneMember& of) {
    return next_definition_set(*before_, write_definition(folder_, "next", of));
  }
  std::string fault(const OneMember& of) {
    const auto definition_set = next(of);
    return definition_set.ok() ? "taken" : std::string(definition_set.status().message());
  }

  TemporaryFolder folder_;
  std::optional<Universe> before_;
};

TEST_F(NextDefinitionSet, ReplacesOneDefinitionAndKeepsEveryNumber) {
  const auto definition_set = next({.version = 2});  // A holds what B and C do now
  ASSERT_TRUE(definition_set.ok()) << definition_set.status();
  const Universe& after = **definition_set;
  EXPECT_EQ(after.indices()[0].version, 2u);
  ASSERT_EQ(after.instruments().size(), 2u);
  EXPECT_EQ(after.instruments()[0].symbol, "00700.HK") << "held by nobody, and still number 0";
  EXPECT_EQ(after.members(0)[0], 1u);
  EXPECT_TRUE(after.memberships(0).empty());
  EXPECT_NE(definition_set_digest(after), definition_set_digest(*before_));
}

TEST_F(NextDefinitionSet, NamesTheReasonOfARefusal) {
  EXPECT_THAT(fault({.code = "D"}), HasSubstr("next.toml:1:code: D does not run today"));
  EXPECT_THAT(fault({.day = "2025-04-03"}), HasSubstr("effective_date"));
  EXPECT_THAT(fault({.price = "2", .shares = "0.5"}), HasSubstr("another reference_price"));
  EXPECT_THAT(fault({.rate = "0.93"}), HasSubstr("and at 0.93 in another definition"));
  EXPECT_THAT(fault({.symbol = "09988.HK"}), HasSubstr("09988.HK is new"));
  EXPECT_THAT(fault({.series = "CNHHKD"}), HasSubstr("CNHHKD is new"));
  EXPECT_THAT(fault({.price = "2"}), HasSubstr("previous_close")) << "its own faults";
}

}  // namespace
}  // namespace indexcast::server
