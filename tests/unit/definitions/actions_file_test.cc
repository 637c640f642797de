#include "server/definitions/actions_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

std::string head(const std::string& kind) {
  return "[[action]]\nkind = \"" + kind + "\"\nsymbol = \"00700.HK\"\ndate = \"2025-04-03\"\n";
}

Actions read(const std::string& text) {
  TemporaryFolder folder;
  FaultList faults;
  Actions actions = read_actions(folder.write("a.toml", text), faults);
  EXPECT_TRUE(faults.empty()) << faults.status();
  return actions;
}

std::string fault_of(const std::string& text) {
  TemporaryFolder folder;
  FaultList faults;
  read_actions(folder.write("a.toml", text), faults);
  return std::string(faults.status().message());
}

TEST(ActionsFile, EveryKindIsRead) {
  const Actions read_back = read(
      head("dividend") + "cash = \"3/10\"\nex_price = \"11.37\"\n" + head("bonus") +
      "ratio = \"0.5\"\n" + head("rights") + "ratio = \"3/10\"\nprice = \"8.00\"\n" +
      head("split") + "ratio = \"1/10\"\n" + head("shares") + "calculation_shares = \"100\"\n" +
      head("float_band") + "total_shares = \"100\"\nfree_shares = \"16\"\n" + head("cap_factor") +
      "cap_factor = \"0.731\"\n" + head("join") +
      "name = \"丁\"\ncurrency = \"HKD\"\ncalculation_shares = \"7\"\ncap_factor = \"0.5\"\n" +
      head("leave") + head("suspension"));
  ASSERT_EQ(read_back.actions.size(), kActionNames.size());
  for (std::size_t i = 0; i < kActionNames.size(); ++i) {
    EXPECT_EQ(read_back.actions[i].kind, static_cast<ActionKind>(i));
    EXPECT_EQ(read_back.actions[i].symbol, "00700.HK");
    EXPECT_EQ(read_back.actions[i].market, 2);
    EXPECT_EQ(read_back.actions[i].date, 20250403u);
  }
  EXPECT_EQ(read_back.actions[0].amount, Fraction::of(3, 10));
  EXPECT_EQ(read_back.actions[0].ex_price.raw, 11'370'000);
  EXPECT_EQ(read_back.actions[0].line, 3);
  EXPECT_EQ(read_back.actions[2].rights_price.raw, 8'000'000);
  EXPECT_EQ(read_back.actions[5].calculation_shares.raw, 20'000'000);
  EXPECT_EQ(read_back.actions[6].cap_factor.raw, 7'310'000'000'000'000);
  EXPECT_EQ(read_back.actions[7].calculation_shares.raw, 7'000'000);
  EXPECT_FALSE(read_back.review);
}

TEST(ActionsFile, ASuspensionMustSayItsDay) {
  EXPECT_THAT(fault_of("[[action]]\nkind = \"suspension\"\nsymbol = \"00700.HK\"\n"),
              HasSubstr("a.toml:1:action.date: missing"));
}

TEST(ActionsFile, SymbolsAndDatesMayBeAVendors) {
  const Actions actions = read(
      "[[action]]\nkind = \"dividend\"\nsymbol = \"700.HK\"\ndate = \"20250403\"\ncash = \"1\"\n"
      "currency = \"CNY\"\nlabel = \"special\"\n");
  ASSERT_EQ(actions.actions.size(), 1u);
  EXPECT_EQ(actions.actions[0].symbol, "00700.HK");
  EXPECT_EQ(actions.actions[0].date, 20250403u);
  EXPECT_EQ(actions.actions[0].currency, "CNY");
  EXPECT_EQ(actions.actions[0].label, "special");
}

TEST(ActionsFile, AReviewHasACapForAllAndCapsOfItsOwn) {
  const Actions actions =
      read("[review]\ncap_percent = \"10\"\n[review.caps]\n\"00700.HK\" = \"7.5\"\n");
  ASSERT_TRUE(actions.review);
  EXPECT_EQ(actions.review->cap, Weight{1'000'000'000});
  EXPECT_EQ(actions.review->caps.at("00700.HK"), Weight{750'000'000});
  EXPECT_EQ(actions.review->line, 2);
}

TEST(ActionsFile, NothingIsNoFault) { EXPECT_TRUE(read("# a quiet night\n").actions.empty()); }

struct Case {
  const char* kind;
  const char* terms;
  const char* expected;
};

TEST(ActionsFile, OneThatCouldNotBeReadIsLeftOut) {
  TemporaryFolder folder;
  FaultList faults;
  const Actions actions = read_actions(
      folder.write("a.toml", head("split") + "ratio = \"x\"\n" + head("leave")), faults);
  ASSERT_EQ(actions.actions.size(), 1u);
  EXPECT_EQ(actions.actions[0].kind, ActionKind::leave);
}

TEST(ActionsFile, FaultsAreNamed) {
  for (const Case& each :
       {Case{"merger", "", "a.toml:2:action.kind: must be one of dividend bonus"},
        Case{"dividend", "", "a.toml:1:action.cash: missing"},
        Case{"dividend", "cash = \"0\"\n", "a.toml:5:action.cash: must be a positive"},
        Case{"dividend", "cash = \"1\"\nratio = \"1\"\n", "a.toml:6:action.ratio: unknown key"},
        Case{"bonus", "ratio = \"5:10\"\n", "a.toml:5:action.ratio: must be a positive"},
        Case{"rights", "ratio = \"1\"\n", "a.toml:1:action.price: missing"},
        Case{"split", "ratio = \"0/1\"\n", "a.toml:5:action.ratio: must be a positive"},
        Case{"shares", "calculation_shares = \"0\"\n", "a.toml:5:action.calculation_shares"},
        Case{"float_band", "total_shares = \"1\"\nfree_shares = \"2\"\n",
             "a.toml:6:action.free_shares: must be at most total_shares"},
        Case{"cap_factor", "cap_factor = \"-1\"\n", "a.toml:5:action.cap_factor: must be"},
        Case{"join", "name = \"a,b\"\ncurrency = \"HKD\"\ncalculation_shares = \"1\"\n",
             "a.toml:5:action.name: must be text of one line without a comma"},
        Case{"leave", "ex_price = \"1\"\n", "a.toml:5:action.ex_price: unknown key"}}) {
    EXPECT_THAT(fault_of(head(each.kind) + each.terms), HasSubstr(each.expected)) << each.kind;
  }
  EXPECT_THAT(fault_of(std::string("[review]\ncap_percent = \"101\"\n")),
              HasSubstr("a.toml:2:review.cap_percent: must be a percentage"));
  EXPECT_THAT(
      fault_of("[[action]]\nkind = \"leave\"\nsymbol = \"700.HX\"\ndate = \"2025-04-31\"\n"),
      testing::AllOf(HasSubstr("a.toml:3:action.symbol: 700.HX: unknown venue"),
                     HasSubstr("a.toml:4:action.date: must be a date")));
}

}  // namespace
}  // namespace indexcast::server
