#include "server/definitions/universe_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "calc/decimal.h"
#include "calc/definition.h"
#include "server/settings/text_file.h"
#include "tests/support/baskets.h"
#include "tests/support/big_universe.h"
#include "tests/support/csv_rows.h"
#include "tests/support/source_dir.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

Config shipped() {
  Config config;
  for (const char* code : {"995365", "995366", "995367"}) {
    config.definitions.push_back(test::source_dir() + "/deploy/indices/" + code + ".toml");
  }
  return config;
}

std::string load_fault(const Config& config) {
  const auto universe = load_universe(config);
  return universe.ok() ? "loaded" : std::string(universe.status().message());
}

// A definition of one member, with `code`, price and rate as given.
std::string write_definition(const TemporaryFolder& folder, const std::string& code,
                             const std::string& price, const std::string& rate) {
  folder.write(code + ".csv",
               "symbol,name,currency,calculation_shares,cap_factor,close,base_price,"
               "reference_price\n03896.HK,n,HKD,1,1,1,1," +
                   price + "\n");
  return folder.write(code + "-" + price + ".toml",
                      "code = \"" + code + "\"\nname = \"n\"\ncurrency = \"CNY\"\ndecimals = 0\n" +
                          "effective_date = \"2025-04-02\"\ndivisor = \"" + rate +
                          "\"\nprevious_close = \"1\"\nmembers = \"" + code +
                          ".csv\"\nprovenance = \"p\"\n[close_fx]\nHKD = \"" + rate +
                          "\"\n[fx_series]\nHKD = \"HKDCNY\"\n");
}

TEST(UniverseFile, TheShippedDefinitionsMakeOne) {
  const Config config = shipped();
  const auto universe = load_universe(config);
  ASSERT_TRUE(universe.ok()) << universe.status();
  EXPECT_EQ(universe->indices().size(), 3u);
  EXPECT_EQ(universe->instruments().size(), 16u);
  EXPECT_EQ(universe->series().size(), 2u);
  EXPECT_EQ(trade_date_of(config, *universe), 20250402u);
  for (const IndexDefinition& definition : universe->indices()) {
    EXPECT_EQ(definition.members.size(), 10u);
    EXPECT_THAT(definition.provenance, HasSubstr("disclosed on 2025-03-19"));
    EXPECT_THAT(definition.provenance, HasSubstr("illustrative"));
  }
}

// The disclosed weight over the disclosed sum, in millionths.
TEST(UniverseFile, TheShippedWeightsAreTheDisclosedOnesRescaled) {
  const auto universe = load_universe(shipped());
  ASSERT_TRUE(universe.ok()) << universe.status();
  const IndexDefinition& definition = universe->indices()[0];
  const Member& first = definition.members[0];
  EXPECT_EQ(first.symbol(), "688041.SH");
  const Int128 cap = Int128{first.base_price.raw} * first.shares.raw * kFxOne.raw;
  const Int128 millionths = divide_half_up(cap, base_capitalisation(definition) / 1'000'000);
  EXPECT_EQ(static_cast<int>(millionths), 155'933);  // 10.00 / 64.13
}

struct Holding {
  std::string index;
  std::string symbol;
  std::int64_t shares = 0;
  friend auto operator<=>(const Holding&, const Holding&) = default;
};

// From the CSV files as they stand, by another reader than the one under test.
std::vector<Holding> holdings_in(const std::string& head, const std::string& index) {
  std::ifstream file(head.substr(0, head.rfind('.')) + ".csv");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<Holding> holdings;
  for (test::CsvRows rows(text); rows.next();) {
    const double shares = std::stod(std::string(rows[rows.column("calculation_shares")]));
    const double factor = std::stod(std::string(rows[rows.column("cap_factor")]));
    holdings.push_back({index, std::string(rows[rows.column("symbol")]),
                        std::llround(shares * factor * 1'000'000)});
  }
  return holdings;
}

std::vector<Holding> holdings_of(const Universe& universe) {
  std::vector<Holding> holdings;
  for (InstrumentId id = 0; id < universe.instruments().size(); ++id) {
    for (const Membership& m : universe.memberships(id)) {
      holdings.push_back(
          {universe.indices()[m.index].code, universe.instruments()[id].symbol, m.shares.raw});
    }
  }
  return holdings;
}

// More files than one thread reads alone.
TEST(UniverseFile, ALargeOneHoldsExactlyWhatItsFilesSay) {
  TemporaryFolder folder;
  Config config;
  const auto definitions = test::big_definitions(
      {.instruments = 500, .indices = 1'000, .fewest = 10, .most = 400, .memberships = 60'000});
  config.definitions = test::write_definitions(definitions, folder.file(""));
  const auto universe = load_universe(config);
  ASSERT_TRUE(universe.ok()) << universe.status();
  std::vector<Holding> wanted;
  for (std::size_t i = 0; i < config.definitions.size(); ++i) {
    EXPECT_EQ(universe->indices()[i].source, config.definitions[i]) << "in the order of the list";
    const auto some = holdings_in(config.definitions[i], definitions[i].code);
    wanted.insert(wanted.end(), some.begin(), some.end());
  }
  auto found = holdings_of(*universe);
  ASSERT_EQ(found.size(), 60'000u);
  std::ranges::sort(wanted);
  std::ranges::sort(found);
  EXPECT_EQ(found, wanted);
  EXPECT_EQ(universe->instruments().size(), 500u);
}

// The names are the first definition's; the members are one instrument all the same.
TEST(UniverseFile, TwoNamesOfASecurityAreOneInstrument) {
  TemporaryFolder folder;
  Config config;
  config.definitions = {write_definition(folder, "A", "1", "0.9")};
  config.definitions.push_back(write_definition(folder, "B", "1", "0.9"));
  folder.write("B.csv", replaced(read_text_file(folder.file("B.csv")).value(), ",n,", ",m,"));
  const auto universe = load_universe(config);
  ASSERT_TRUE(universe.ok()) << universe.status();
  ASSERT_EQ(universe->instruments().size(), 1u);
  EXPECT_EQ(universe->instruments()[0].name, "n");
  EXPECT_EQ(universe->indices()[1].members[0].name(), "m");
  EXPECT_EQ(universe->memberships(0).size(), 2u);
}

TEST(UniverseFile, AnotherDayIsRefused) {
  Config config = shipped();
  config.trade_date = 20250403;
  const std::string faults = load_fault(config);
  EXPECT_THAT(faults, HasSubstr("995365.toml:1:effective_date: 995365 is for 2025-04-02"));
  EXPECT_THAT(faults, HasSubstr("995367.toml:1:effective_date: 995367 is for 2025-04-02"));
}

TEST(UniverseFile, TheSameCodeTwiceIsRefused) {
  Config config = shipped();
  config.definitions.push_back(config.definitions.front());
  EXPECT_THAT(load_fault(config), HasSubstr("code: 995365 is also defined in"));
}

TEST(UniverseFile, DisagreementAboutAMemberOrARateIsRefused) {
  TemporaryFolder folder;
  Config config;
  config.definitions = {write_definition(folder, "A", "1", "0.9"),
                        write_definition(folder, "B", "2", "0.8")};
  const std::string faults = load_fault(config);
  EXPECT_THAT(faults, HasSubstr("members: 03896.HK has another reference_price"));
  EXPECT_THAT(faults, HasSubstr("day_fx.HKD: HKDCNY begins the day at 0.8, and at 0.9 in another"));
}

TEST(UniverseFile, DefinitionsOfASeriesAgreeAboutTheDaysRateAndNotAboutTheCloses) {
  TemporaryFolder folder;
  Config config;
  config.definitions = {write_definition(folder, "A", "1", "0.9"),
                        write_definition(folder, "B", "1", "0.89")};
  EXPECT_THAT(load_fault(config),
              HasSubstr("B-1.toml:1:day_fx.HKD: HKDCNY begins the day at 0.89"));
  const std::string head = read_text_file(config.definitions[1]).value();
  folder.write("B-1.toml", head + "[day_fx]\nHKD = \"0.9\"\n");
  const auto universe = load_universe(config);
  ASSERT_TRUE(universe.ok()) << universe.status();
  EXPECT_EQ(universe->series()[1].day_fx, test::rate("0.9"));
  EXPECT_EQ(universe->legs()[3].close_fx, test::rate("0.89"));
  folder.write("B-1.toml", head + "[day_fx]\nHKD = \"0.905\"\n");
  EXPECT_THAT(load_fault(config),
              HasSubstr("day_fx.HKD: HKDCNY begins the day at 0.905, and at 0.9"));
}

TEST(UniverseFile, DisagreementAboutASuspensionIsRefused) {
  TemporaryFolder folder;
  Config config;
  config.definitions = {write_definition(folder, "A", "1", "0.9"),
                        write_definition(folder, "B", "1", "0.9")};
  EXPECT_EQ(load_fault(config), "loaded");
  folder.write("B.csv",
               "symbol,name,currency,calculation_shares,cap_factor,close,base_price,"
               "reference_price,suspended\n03896.HK,n,HKD,1,1,1,1,1,true\n");
  EXPECT_THAT(load_fault(config), HasSubstr("members: 03896.HK has another suspended"));
}

FundSettings shipped_fund(const std::string& code, const std::string& file) {
  FundSettings fund;
  fund.code = code;
  fund.composition = test::source_dir() + "/deploy/funds/" + file + "_{date}.xml";
  fund.closes = test::source_dir() + "/deploy/funds/closes_{date}.csv";
  fund.tracks = "995366";
  return fund;
}

TEST(UniverseFile, FundsJoinTheDefinitions) {
  Config config = shipped();
  config.funds = {shipped_fund("588999", "ssepcf_588999"), shipped_fund("159099", "pcf_159099")};
  const auto universe = load_universe(config);
  ASSERT_TRUE(universe.ok()) << universe.status();
  ASSERT_EQ(universe->indices().size(), 5u);
  EXPECT_EQ(universe->instruments().size(), 17u) << "688111.SH, which no index holds";
  const IndexDefinition& star = universe->indices()[3];
  const IndexDefinition& abroad = universe->indices()[4];
  EXPECT_EQ(format_trimmed(base_value(star), kSumDecimals), "997734.56");
  EXPECT_EQ(format_trimmed(base_value(abroad), kSumDecimals), "519074.3");
  EXPECT_EQ(abroad.name, "示例跨境AI");
  EXPECT_EQ(universe->series().size(), 2u) << "the rate series of the index that it tracks";
  EXPECT_EQ(universe->markets_of(4), 0b111u);
}

TEST(UniverseFile, AFundWithTheCodeOfAnotherIsRefused) {
  Config config = shipped();
  config.funds = {shipped_fund("588999", "ssepcf_588999"), shipped_fund("588999", "ssepcf_588999")};
  EXPECT_THAT(load_fault(config), HasSubstr("code: 588999 is also defined in"));
}

TEST(UniverseFile, AFundOfShenzhenNeedsASentinelThere) {
  TemporaryFolder folder;
  Config config;
  config.source = "c.toml";
  config.definitions = {write_definition(folder, "A", "7", "0.92310")};
  const std::string file = folder.write("pcf.xml", R"(<PCFFile>
<SecurityID>159099</SecurityID><CreationRedemptionUnit>100</CreationRedemptionUnit>
<EstimateCashComponent>0</EstimateCashComponent><TotalRecordNum>1</TotalRecordNum>
<TradingDay>20250402</TradingDay><PreTradingDay>20250401</PreTradingDay>
<NAVperCU>6461.70</NAVperCU><NAV>64.617</NAV><Components><Component>
<UnderlyingSecurityID>03896</UnderlyingSecurityID>
<UnderlyingSecurityIDSource>103</UnderlyingSecurityIDSource>
<SubstituteFlag>1</SubstituteFlag><ComponentShare>1000</ComponentShare>
</Component></Components></PCFFile>)");
  FundSettings& fund = config.funds.emplace_back();
  fund.code = "159099";
  fund.composition = file;
  fund.tracks = "A";
  EXPECT_EQ(load_fault(config),
            "c.toml:1:szse.sentinels: 159099 follows Shenzhen's session, and nothing is watched "
            "there");
  config.szse.sentinels = {1};
  EXPECT_EQ(load_fault(config), "loaded");
}

TEST(UniverseFile, FaultsOfAllDefinitionsAreReportedAtOnce) {
  Config config;
  config.definitions = {"/nonexistent/a.toml", "/nonexistent/b.toml"};
  const std::string faults = load_fault(config);
  EXPECT_THAT(faults, HasSubstr("/nonexistent/a.toml:1:: cannot be read"));
  EXPECT_THAT(faults, HasSubstr("/nonexistent/b.toml:1:: cannot be read"));
}

}  // namespace
}  // namespace indexcast::server
