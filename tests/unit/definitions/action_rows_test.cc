#include "server/definitions/action_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/definitions/symbol.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

const ActionScope kScope{20250402, 20250403, {"002261.SZ", "00700.HK", "688041.SH"}};

Actions read(const std::string& text) {
  TemporaryFolder folder;
  FaultList faults;
  Actions actions = read_action_rows(folder.write("season.csv", text), kScope, faults);
  EXPECT_TRUE(faults.empty()) << faults.status();
  return actions;
}

std::string fault_of(const std::string& text) {
  TemporaryFolder folder;
  FaultList faults;
  const Actions actions = read_action_rows(folder.write("season.csv", text), kScope, faults);
  EXPECT_TRUE(actions.actions.empty()) << text;
  return std::string(faults.status().message());
}

std::size_t skipped(const Actions& actions, SkipReason reason) {
  return actions.skipped[static_cast<std::size_t>(reason)];
}

// As a table of the vendor is saved, from a program and by a spreadsheet: byte order mark, CRLF,
// quotes, blank lines, empty fields behind the last column.
TEST(ActionRows, AVendorsTableIsRead) {
  const Actions season = read(
      "\xef\xbb\xbfts_code,end_date,div_proc,stk_div,stk_bo_rate,stk_co_rate,cash_div,cash_div_tax,"
      "ex_date\r\n"
      "002261.SZ,20241231,实施,0.5,0.2,0.3,0.27,0.30,20250403\r\n"
      "\r\n"
      "\"688041.SH\",\"20241231\",实施,0.0,,,\"0.108\",\"0.1200000000000\",20250403,,\r\n"
      "688041.SH,20231231,预案,0.0,0.0,0.0,0.0,0.5,None\r\n"
      "688041.SH,20231231,预案,0.0,0.0,0.0,0.0,0.5,0000-00-00\r\n"
      ",,,,,,,,\r\n"
      "600000.SH,20241231,实施,x,x,x,x,x,20250403\r\n"
      "002261.SZ,20230630,实施,0.0,0.0,0.0,nan,nan,20250403\r\n"
      "002261.SZ,20230630,股东大会通过,0.0,0.0,0.0,x,y,20250606\r\n");
  ASSERT_EQ(season.rows, 7u);
  ASSERT_EQ(season.actions.size(), 4u);
  EXPECT_EQ(season.actions[0].kind, ActionKind::dividend);
  EXPECT_EQ(season.actions[0].amount, Fraction::of(3, 10));
  EXPECT_EQ(season.actions[0].line, 2);
  EXPECT_EQ(season.actions[1].kind, ActionKind::bonus);
  EXPECT_EQ(season.actions[1].amount, Fraction::of(1, 2));
  EXPECT_EQ(season.actions[2].symbol, "688041.SH");
  EXPECT_EQ(season.actions[2].amount, Fraction::of(12, 100));
  EXPECT_EQ(season.actions[2].line, 4);
  EXPECT_EQ(season.actions[3].date, 20250606u);
  EXPECT_EQ(skipped(season, SkipReason::no_member), 1u);
  EXPECT_EQ(skipped(season, SkipReason::no_date), 2u);
  EXPECT_EQ(skipped(season, SkipReason::no_payment), 1u);
  EXPECT_THAT(season.unused_columns, testing::ElementsAre("end_date"));
}

TEST(ActionRows, AmountsMayBeForTen) {
  for (const char* text : {"symbol,ex_date,cash_per_10,bonus_per_10\n002261.SZ,2025-04-03,3,5\n",
                           "symbol,ex_date,per,cash,bonus\n002261.SZ,2025-04-03,10,3,5\n",
                           "symbol,ex_date,cash,bonus\n002261.SZ,2025-04-03,3/10,50%\n",
                           "cash,bonus,symbol,ex_date\n0.30,1/2,002261.SZ,2025-04-03\n"}) {
    const Actions season = read(text);
    ASSERT_EQ(season.actions.size(), 2u) << text;
    EXPECT_EQ(season.actions[0].amount, Fraction::of(3, 10)) << text;
    EXPECT_EQ(season.actions[1].amount, Fraction::of(1, 2)) << text;
  }
}

TEST(ActionRows, ASchemeMayBeText) {
  struct Case {
    const char* scheme;
    const char* cash;
    const char* bonus;
  };
  for (const Case& each :
       {Case{"10派3.5元(含税)", "0.35", "0"}, Case{"10送2转3派3元", "0.3", "1/2"},
        Case{"每10股派发现金红利1.2元（含税）", "0.12", "0"}, Case{"10送2股，转增3股", "0", "0.5"},
        Case{"每1股派0.08元", "0.08", "0"}, Case{"不分配不转增", "0", "0"}}) {
    const Actions season =
        read(std::string("symbol,ex_date,plan\n002261.SZ,2025-04-03,") + each.scheme + "\n");
    Fraction cash{0};
    Fraction bonus{0};
    for (const CorporateAction& action : season.actions)
      (action.kind == ActionKind::dividend ? cash : bonus) = action.amount;
    EXPECT_EQ(cash, parse_fraction(each.cash)) << each.scheme;
    EXPECT_EQ(bonus, parse_fraction(each.bonus)) << each.scheme;
    EXPECT_EQ(skipped(season, SkipReason::no_payment), season.actions.empty() ? 1u : 0u);
  }
  const Actions rights =
      read("symbol,ex_date,scheme,rights_price\n002261.SZ,2025-04-03,10配3股,8.00\n");
  ASSERT_EQ(rights.actions.size(), 1u);
  EXPECT_EQ(rights.actions[0].amount, Fraction::of(3, 10));
  EXPECT_EQ(rights.actions[0].rights_price.raw, 8'000'000);
}

TEST(ActionRows, DatesAndSymbolsComeInManyForms) {
  for (const char* date : {"2025-04-03", "20250403", "2025/4/3", "2025/04/03", "20250403.0",
                           "2025-04-03 00:00:00", "2025-04-03T00:00:00"}) {
    for (const char* symbol : {"00700.HK", "700.HK", "0700.hk", "HK.00700", "700.XHKG"}) {
      const Actions season =
          read(std::string("symbol,ex_date,cash\n") + symbol + "," + date + ",4.5\n");
      ASSERT_EQ(season.actions.size(), 1u) << date << ' ' << symbol;
      EXPECT_EQ(season.actions[0].symbol, "00700.HK");
      EXPECT_EQ(season.actions[0].date, 20250403u);
      EXPECT_EQ(season.actions[0].market, 2);
    }
  }
}

TEST(ActionRows, EveryKindOfTerm) {
  const Actions season = read(
      "symbol,ex_date,kind,cash,currency,label,ratio,rights,rights_price,split,ex_price\n"
      "00700.HK,2025-04-03,,1,RMB,special,,,,,\n"
      "00700.HK,2025-04-03,,,,,,3/10,8.00,,\n"
      "00700.HK,2025-04-03,,,,,,,,5,11.37\n"
      "00700.HK,2025-04-03,bonus,,,,1/4,,,,\n"
      "00700.HK,2025-04-03,rights,,,,1/5,,7,,\n"
      "00700.HK,2025-04-03,split,,,,1/10,,,,\n"
      "00700.HK,2025-04-02,suspension,,,,,,,,\n");
  ASSERT_EQ(season.actions.size(), 7u);
  EXPECT_EQ(season.actions[0].currency, "CNY");
  EXPECT_EQ(season.actions[0].label, "special");
  EXPECT_EQ(season.actions[1].kind, ActionKind::rights);
  EXPECT_EQ(season.actions[1].rights_price.raw, 8'000'000);
  EXPECT_TRUE(season.actions[1].currency.empty());
  EXPECT_EQ(season.actions[2].kind, ActionKind::split);
  EXPECT_EQ(season.actions[2].ex_price.raw, 11'370'000);
  EXPECT_EQ(season.actions[3].kind, ActionKind::bonus);
  EXPECT_EQ(season.actions[4].kind, ActionKind::rights);
  EXPECT_EQ(season.actions[5].amount, Fraction::of(1, 10));
  EXPECT_EQ(season.actions[6].kind, ActionKind::suspension);
  EXPECT_EQ(season.actions[6].date, 20250402u);
}

TEST(ActionRows, FaultsAreNamed) {
  const std::string head =
      "symbol,ex_date,kind,status,per,cash,cash_div,bonus,stk_div,rights,ratio\n";
  const std::string row = "002261.SZ,2025-04-03,";
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"symbol,ex_date,note\n", "season.csv:1:cash: no column of amounts"},
           {"symbol,cash\n", "season.csv:1:ex_date: column missing"},
           {"symbol,ex_date,cash,cash\n", "season.csv:1:cash: column appears twice"},
           {"symbol,ex_date,cash\n002261.SZ,\"2025-04-03,1\n",
            "season.csv:2:: a quote is not closed"},
           {"symbol,ex_date,cash\n002261.SZ,2025-04-31,1\n",
            "season.csv:2:ex_date: must be a date"},
           {"symbol,ex_date,cash\n002261.SZ,2025-04-03,1,2\n", "season.csv:2:: 4 fields"},
           {"symbol,ex_date,cash\n,2025-04-03,1\n", "season.csv:2:symbol: missing"},
           {head + row + ",预案,,1,,,,,\n", "season.csv:2:status: 预案: 002261.SZ goes ex"},
           {head + row + ",,,-1,,,,,\n", "season.csv:2:cash: must be a decimal number"},
           {head + row + ",,,10派3.5,,,,,\n", "season.csv:2:cash: must be a decimal number"},
           {"symbol,ex_date,scheme\n" + row + "末期息5.3港元\n",
            "season.csv:2:scheme: must be like 10送2转3派3.5元, not 末期息5.3港元"},
           {"symbol,ex_date,scheme\n" + row + "10派3.5美元\n", "season.csv:2:scheme: must be like"},
           {"symbol,ex_date,scheme,cash\n" + row + "10派3.5元,3.5\n",
            "season.csv:2:cash: 7/2 for a share, 7/20 in the scheme"},
           {head + row + ",,0,1,,,,,\n", "season.csv:2:per: must be above 0"},
           {head + row + ",,,,0.27,,,,\n", "season.csv:2:cash_after_tax: is after tax"},
           {head + row + ",,,,,0.2,0.5,,\n",
            "season.csv:2:bonus_and_conversion: is 1/2, bonus and conversion make 1/5"},
           {head + row + ",,,,,,,0.3,\n", "season.csv:2:rights_price: missing"},
           {"symbol,ex_date,kind,amount\n" + row + "dividend,1\n",
            "season.csv:2:kind: no amount for the dividend"},
           {head + row + "merger,,,1,,,,,\n", "season.csv:2:kind: must be one of"},
           {head + row + ",,,,,,,,0.5\n", "season.csv:2:ratio: needs the kind"}}) {
    EXPECT_THAT(fault_of(text), HasSubstr(expected)) << text;
  }
}

TEST(UsualSymbol, OfVendorsForms) {
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, std::string>>{{"700.HK", "00700.HK"},
                                                        {"HK00700", "00700.HK"},
                                                        {"80700.HK", "80700.HK"},
                                                        {"600000.SS", "600000.SH"},
                                                        {"600000.XSHG", "600000.SH"},
                                                        {"sz002261", "002261.SZ"},
                                                        {"600000", "600000.SH"},
                                                        {"300017", "300017.SZ"},
                                                        {"430047", "430047"},
                                                        {"2261.SZ", "2261.SZ"},
                                                        {"AAPL", "AAPL"},
                                                        {"SHOP", "SHOP"},
                                                        {"", ""}}) {
    EXPECT_EQ(usual_symbol(text), expected);
  }
}

}  // namespace
}  // namespace indexcast::server
