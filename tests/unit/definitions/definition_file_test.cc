#include "server/definitions/definition_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "server/definitions/member_file.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

// Golden vector G2 of METHODOLOGY 10.
const std::string kHead = R"(code = "G2"
name = "Golden"
currency = "CNY"
decimals = 4
version = 3
effective_date = "2025-04-02"
divisor = "227070.440768"
previous_close = "1000.0000"
members = "m.csv"
provenance = "a test"
[close_fx]
HKD = "0.92310"
[fx_series]
HKD = "HKDCNY"
)";
const std::string kMembers =
    "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price\n"
    "688041.SH,甲,CNY,1000000,1,151.00,151.20,151.20\n"
    "002261.SZ,乙,CNY,4000000,0.731,17.35,17.35,17.35\n"
    "03896.HK,丙,HKD,9000000,0.512,5.91,5.91,5.91\n";

struct Files {
  std::string head = kHead;
  std::string members = kMembers;
};

std::string load_fault(const TemporaryFolder& folder, const Files& files) {
  folder.write("m.csv", files.members);
  const auto definition = load_definition(folder.write("d.toml", files.head));
  return definition.ok() ? "loaded" : std::string(definition.status().message());
}

TEST(DefinitionFile, GoldenVectorLoadsExactly) {
  TemporaryFolder folder;
  folder.write("m.csv", kMembers);
  const auto definition = load_definition(folder.write("d.toml", kHead));
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_EQ(definition->code, "G2");
  EXPECT_EQ(definition->version, 3u);
  EXPECT_EQ(definition->effective_date, 20250402u);
  EXPECT_EQ(definition->previous_close.raw, 10'000'000);
  EXPECT_EQ(definition->close_fx.at("HKD").raw, 92'310'000);
  EXPECT_EQ(definition->fx_series.at("HKD"), "HKDCNY");
  ASSERT_EQ(definition->members.size(), 3u);
  const Member& member = definition->members[1];
  EXPECT_EQ(member.symbol(), "002261.SZ");
  EXPECT_EQ(member.name(), "乙");
  EXPECT_EQ(member.market(), 1);
  EXPECT_EQ(member.line, 3);
  EXPECT_EQ(member.shares.raw, 2'924'000'000'000);
  EXPECT_EQ(definition->members[0].close.raw, 151'000'000);
  EXPECT_EQ(definition->members[0].base_price.raw, 151'200'000);
  EXPECT_EQ(base_capitalisation(*definition), Int128{227'070'440'768} * pow10(17));
}

TEST(DefinitionFile, ADayMayStartAtAnotherRateThanTheCloseHad) {
  TemporaryFolder folder;
  folder.write("m.csv", kMembers);
  auto definition = load_definition(folder.write("d.toml", kHead));
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_EQ(day_rate(*definition, "HKD").raw, 92'310'000) << "the default is close_fx";
  EXPECT_EQ(day_rate(*definition, "CNY"), kFxOne);
  definition = load_definition(folder.write("d.toml", kHead + "[day_fx]\nHKD = \"0.9258693\"\n"));
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_EQ(close_rate(*definition, "HKD").raw, 92'310'000);
  EXPECT_EQ(day_rate(*definition, "HKD").raw, 92'586'930);
}

TEST(DefinitionFile, ARateInTheDivisorIsThatOfTheDay) {
  TemporaryFolder folder;
  Files files;
  const std::string followed = "[fx_series]\nHKD = \"HKDCNY\"\n";
  files.head.replace(files.head.find(followed), followed.size(), "[day_fx]\nHKD = \"0.93\"\n");
  files.head.insert(files.head.find("[close_fx]"), "fx_in_divisor = true\n");
  EXPECT_THAT(load_fault(folder, files),
              HasSubstr("d.toml:15:day_fx.HKD: 0.93 is not 0.9231, the rate in the divisor"));
  files.head.replace(files.head.find("\"0.93\""), 6, "\"0.92310\"");
  EXPECT_EQ(load_fault(folder, files), "loaded");
}

TEST(DefinitionFile, ColumnsMayComeInAnyOrderAndLinesMayBeComments) {
  TemporaryFolder folder;
  Files files;
  files.members =
      "# from elsewhere\r\n"
      "name,symbol,currency,cap_factor,calculation_shares,close,base_price,reference_price\r\n"
      "甲,688041.SH,CNY,1,227070.440768,1000,1000,1000\r\n";
  EXPECT_EQ(load_fault(folder, files), "loaded");
}

TEST(DefinitionFile, AMemberMayHaveBeenSuspended) {
  TemporaryFolder folder;
  FaultList faults;
  SecurityPool pool;
  const std::string members =
      "symbol,suspended,name,currency,calculation_shares,cap_factor,close,base_price,"
      "reference_price\n"
      "688041.SH,true,a,CNY,1,1,1,1,1\n"
      "002261.SZ,false,b,CNY,1,1,1,1,1\n"
      "03896.HK,,c,HKD,1,1,1,1,1\n";
  const auto rows = read_members(folder.write("m.csv", members), pool, faults);
  ASSERT_TRUE(faults.empty()) << faults.status();
  EXPECT_TRUE(rows[0].member.suspended);
  EXPECT_FALSE(rows[1].member.suspended);
  EXPECT_FALSE(rows[2].member.suspended);
  read_members(folder.write("n.csv", replaced(members, "true", "yes")), pool, faults);
  EXPECT_THAT(std::string(faults.status().message()),
              HasSubstr("n.csv:2:suspended: must be true or false, not yes"));
}

TEST(DefinitionFile, ASecurityIsKeptOnceHoweverItsColumnsStand) {
  TemporaryFolder folder;
  FaultList faults;
  SecurityPool pool;
  const std::string prices = ",1000,1,10,10,10\n";
  const std::string numbers = ",calculation_shares,cap_factor,close,base_price,reference_price\n";
  const auto usual = read_members(
      folder.write("a.csv", "symbol,name,currency" + numbers + "688041.SH,甲,CNY" + prices), pool,
      faults);
  const auto other =
      read_members(folder.write("b.csv", "name,symbol,currency" + numbers + "甲,688041.SH,CNY" +
                                             prices + "乙,688041.SH,CNY" + prices),
                   pool, faults);
  ASSERT_TRUE(faults.empty()) << faults.status();
  EXPECT_EQ(other[0].member.security, usual[0].member.security);
  EXPECT_NE(other[1].member.security, usual[0].member.security) << "it has another name there";
  EXPECT_EQ(other[1].member.name(), "乙");
}

TEST(DefinitionFile, SharesAreRoundedHalfUpOnce) {
  TemporaryFolder folder;
  FaultList faults;
  SecurityPool pool;
  const auto rows = read_members(
      folder.write("m.csv", replaced(kMembers, "4000000,0.731", "0.000003,0.5")), pool, faults);
  ASSERT_TRUE(faults.empty()) << faults.status();
  EXPECT_EQ(rows[1].member.shares.raw, 2);
  EXPECT_DOUBLE_EQ(rows[1].shares_residual, -0.5e-6);
}

TEST(DefinitionFile, RoundingThatMovesTheLevelIsRefused) {
  TemporaryFolder folder;
  Files files;
  // A hundredth of a millionth of a share too few, at a divisor so small that it shows.
  files.head = replaced(kHead, "227070.440768", "0.0001512");
  files.members =
      replaced(kMembers, "688041.SH,甲,CNY,1000000,1,", "688041.SH,甲,CNY,0.001,1.0000001,");
  files.members.resize(files.members.find("002261"));
  EXPECT_THAT(load_fault(folder, files),
              HasSubstr("d.toml:9:members: rounding shares to 1e-6 moves the level by 0.0001"));
}

struct Fault {
  const char* name;
  bool in_members;
  const char* from;
  const char* to;
  const char* expected;  // file, line, key and what
};

// Without it GoogleTest prints the bytes, addresses among them, and names differ from run to run.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class DefinitionFileFault : public testing::TestWithParam<Fault> {};

TEST_P(DefinitionFileFault, IsRefusedWithFileLineAndKey) {
  TemporaryFolder folder;
  Files files;
  std::string& text = GetParam().in_members ? files.members : files.head;
  text = replaced(text, GetParam().from, GetParam().to);
  EXPECT_THAT(load_fault(folder, files), HasSubstr(folder.file("") + GetParam().expected));
}

constexpr bool kHeadFile = false;
constexpr bool kMemberFile = true;

INSTANTIATE_TEST_SUITE_P(
    Methodology7, DefinitionFileFault,
    testing::Values(
        Fault{"MissingMember", kMemberFile, "03896.HK,丙,HKD,9000000,0.512,5.91,5.91,5.91\n", "",
              "d.toml:7:divisor: base prices give 889.2897 and previous_close"},
        Fault{"MemberCommentedOut", kMemberFile, "688041.SH,", "#",
              "d.toml:7:divisor: base prices give"},
        Fault{"MissingSymbol", kMemberFile, "688041.SH,", ",", "m.csv:2:symbol: missing"},
        Fault{"UnknownVenue", kMemberFile, "688041.SH", "688041.XX",
              "m.csv:2:symbol: 688041.XX: unknown venue"},
        Fault{"NoVenue", kMemberFile, "688041.SH", "688041", "m.csv:2:symbol: 688041: unknown"},
        Fault{"ShortCode", kMemberFile, "03896.HK", "3896.HK",
              "m.csv:4:symbol: 3896.HK: a code of this venue has 5 digits"},
        Fault{"CodeNotDigits", kMemberFile, "688041.SH", "68804A.SH",
              "m.csv:2:symbol: 68804A.SH: a code of this venue has 6 digits"},
        Fault{"Duplicate", kMemberFile, "002261.SZ", "688041.SH",
              "m.csv:3:symbol: 688041.SH appears twice"},
        Fault{"ZeroShares", kMemberFile, ",4000000,", ",0,",
              "m.csv:3:calculation_shares: must be positive, not 0"},
        Fault{"NegativeShares", kMemberFile, ",4000000,", ",-4000000,",
              "m.csv:3:calculation_shares: must be positive, not -4000000"},
        Fault{"ZeroCapFactor", kMemberFile, ",0.731,", ",0.000,",
              "m.csv:3:cap_factor: must be positive"},
        Fault{"UnknownCurrency", kMemberFile, ",HKD,", ",USD,",
              "m.csv:4:currency: 03896.HK: no close_fx for USD"},
        Fault{"NoSeries", kHeadFile, "[fx_series]\nHKD = \"HKDCNY\"\n", "",
              "m.csv:4:currency: 03896.HK: no fx_series for HKD"},
        Fault{"FollowedAndAbsorbed", kHeadFile, "[close_fx]", "fx_in_divisor = true\n[close_fx]",
              "d.toml:14:fx_series: a level with fx_in_divisor follows no series"},
        Fault{"DayRateOfNoCurrency", kHeadFile, "[fx_series]", "[day_fx]\nUSD = \"7\"\n[fx_series]",
              "d.toml:14:day_fx.USD: no close_fx for USD"},
        Fault{"DayRateInverted", kHeadFile, "[fx_series]",
              "[day_fx]\nHKD = \"1.08331\"\n[fx_series]",
              "d.toml:14:day_fx.HKD: 1.08331 is further than 10 % from close_fx, 0.9231"},
        Fault{"DayRateZero", kHeadFile, "[fx_series]", "[day_fx]\nHKD = \"0\"\n[fx_series]",
              "d.toml:14:day_fx.HKD: 0 is further than 10 %"},
        Fault{"GateNotMet", kMemberFile, "151.20,151.20", "151.21,151.20",
              "d.toml:7:divisor: base prices give 1000.0440 and previous_close is 1000.0000"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Format, DefinitionFileFault,
    testing::Values(
        Fault{"UnknownHeadKey", kHeadFile, "version", "versoin", "d.toml:5:versoin: unknown key"},
        Fault{"MissingHeadKey", kHeadFile, "code = \"G2\"\n", "", "d.toml:1:code: missing"},
        Fault{"NumberForText", kHeadFile, "\"227070.440768\"", "227070.440768",
              "d.toml:7:divisor: must be a decimal number with up to 16 places"},
        Fault{"TooManyPlaces", kHeadFile, "1000.0000", "1000.00001",
              "d.toml:8:previous_close: must be a decimal number with up to 4 places"},
        Fault{"NoSuchDay", kHeadFile, "2025-04-02", "2025-02-30",
              "d.toml:6:effective_date: must be a date"},
        Fault{"BadRate", kHeadFile, "\"0.92310\"", "\"x\"",
              "d.toml:12:close_fx.HKD: must be a decimal number with up to 8 places"},
        Fault{"NoMemberFile", kHeadFile, "m.csv", "n.csv", "n.csv:1:members: cannot be read"},
        Fault{"UnknownColumn", kMemberFile, "close,", "clsoe,", "m.csv:1:clsoe: unknown column"},
        Fault{"MissingColumn", kMemberFile, "close,", "", "m.csv:1:close: column missing"},
        Fault{"ColumnTwice", kMemberFile, "close,", "name,", "m.csv:1:name: column appears twice"},
        Fault{"MissingValue", kMemberFile, ",17.35,17.35,17.35", ",17.35,,17.35",
              "m.csv:3:base_price: missing"},
        Fault{"BadNumber", kMemberFile, ",17.35,17.35,17.35", ",17.35,17.35,17,35",
              "m.csv:3:members: 9 fields where the header has 8"},
        Fault{"Exponent", kMemberFile, ",17.35,17.35,17.35", ",17.35,17.35,1e3",
              "m.csv:3:reference_price: must be a decimal number with up to 6 places, not 1e3"},
        Fault{"TooLarge", kMemberFile, ",4000000,", ",99999999999999999999999,",
              "m.csv:3:calculation_shares: too large"}),
    [](const auto& test) { return test.param.name; });

TEST(DefinitionFile, AllFaultsAreReportedAtOnce) {
  TemporaryFolder folder;
  Files files;
  files.head = replaced(kHead, "decimals = 4", "decimals = 9");
  files.members = replaced(replaced(kMembers, "688041.SH", "688041.XX"), ",0.512,", ",x,");
  const std::string faults = load_fault(folder, files);
  EXPECT_THAT(faults, HasSubstr("d.toml:4:decimals"));
  EXPECT_THAT(faults, HasSubstr("m.csv:2:symbol"));
  EXPECT_THAT(faults, HasSubstr("m.csv:4:cap_factor"));
}

TEST(DefinitionFile, IsForOneDay) {
  TemporaryFolder folder;
  folder.write("m.csv", kMembers);
  const auto definition = load_definition(folder.write("d.toml", kHead));
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_TRUE(check_effective_date(*definition, 20250402).ok());
  EXPECT_THAT(std::string(check_effective_date(*definition, 20250403).message()),
              HasSubstr("effective_date: G2 is for 2025-04-02, and the day is 2025-04-03"));
}

}  // namespace
}  // namespace indexcast::server
