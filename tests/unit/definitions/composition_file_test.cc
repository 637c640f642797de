#include "server/definitions/composition_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/definitions/composition_text.h"

namespace indexcast::server {
namespace {

using test::shanghai_file;
using test::shenzhen_file;
using test::with;
using testing::HasSubstr;
using testing::StrEq;

std::string faults_of(const std::string& text) {
  const auto composition = parse_composition(text, "f.xml");
  return composition.ok() ? "good" : std::string(composition.status().message());
}

TEST(CompositionFile, ShanghaisFormat) {
  const auto read = parse_composition(shanghai_file(), "f.xml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->venue, feed::Venue::sse);
  EXPECT_EQ(read->code, "510050");
  EXPECT_EQ(read->name, "");
  EXPECT_EQ(read->trading_day, 20250402u);
  EXPECT_EQ(read->previous_day, 20250401u);
  EXPECT_EQ(read->creation_unit, 900'000);
  EXPECT_EQ(read->nav, Money{3'035'800});
  EXPECT_EQ(read->nav_per_unit, Money{2'732'243'640'000});
  EXPECT_EQ(read->dividend_per_unit, Money{}) << "the format has none";
  EXPECT_EQ(read->estimated_cash, Money{-640'000});
  ASSERT_EQ(read->components.size(), 2u);
  const Component& oil = read->components[0];
  EXPECT_EQ(oil.code, "600028");
  EXPECT_EQ(oil.name, "中国石化");
  EXPECT_EQ(oil.market, ComponentMarket::sse);
  EXPECT_EQ(oil.substitution, Substitution::allowed);
  EXPECT_EQ(oil.quantity, IndexShares{4'100'000'000});
  EXPECT_EQ(oil.creation_cash, std::nullopt);
  EXPECT_EQ(oil.line, 12);
  const Component& apple = read->components[1];
  EXPECT_EQ(apple.code, "AAPL");
  EXPECT_EQ(apple.market, ComponentMarket::other);
  EXPECT_EQ(apple.substitution, Substitution::mandatory);
  EXPECT_EQ(apple.creation_cash, Money{15'000'125'000});
}

TEST(CompositionFile, ShenzhensFormat) {
  const auto read = parse_composition(shenzhen_file(), "f.xml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->venue, feed::Venue::szse);
  EXPECT_EQ(read->code, "159099");
  EXPECT_EQ(read->name, "示例跨境");
  EXPECT_EQ(read->creation_unit, 500'000);
  EXPECT_EQ(read->dividend_per_unit, Money{1'500'000'000});
  ASSERT_EQ(read->components.size(), 2u);
  EXPECT_EQ(read->components[0].code, "00700") << "five digits, however it is written";
  EXPECT_EQ(read->components[0].market, ComponentMarket::hkex);
  EXPECT_EQ(read->components[0].quantity, IndexShares{400'500'000});
  EXPECT_EQ(read->components[1].creation_cash, Money{443'500'123'400});
  EXPECT_EQ(read->components[1].redemption_cash, Money{});
}

TEST(CompositionFile, IsReadByTagAndNotByOrder) {
  const std::string nav = " <NAV>3.0358</NAV>\n";
  const std::string unit = " <CreationRedemptionUnit>900000</CreationRedemptionUnit>\n";
  const std::string swapped = with(with(shanghai_file(), nav, "@"), unit, nav);
  EXPECT_EQ(faults_of(with(swapped, "@", unit + " <AddedLater><x/></AddedLater>\n")), "good");
}

TEST(CompositionFile, SaysEverythingThatIsWrongAtOnce) {
  std::string text = with(shanghai_file(), "<NAV>3.0358", "<NAV>0");
  text = with(text, "20250402", "20250231");
  text = with(text, "<Quantity>4100", "<Quantity>-1");
  text = with(text, "<RecordNumber>2", "<RecordNumber>3");
  EXPECT_THAT(faults_of(text), StrEq("f.xml:5:TradingDay: must be a date, YYYYMMDD, not 20250231\n"
                                     "f.xml:8:NAV: must be a positive number with up to 6 places\n"
                                     "f.xml:15:Quantity: must not be negative\n"
                                     "f.xml:10:RecordNumber: says 3, and 2 components follow"));
}

struct FaultCase {
  const char* name;
  const char* from;
  const char* to;
  const char* fault;
};

class CompositionFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(CompositionFaults, AreNamed) {
  EXPECT_THAT(faults_of(with(shanghai_file(), GetParam().from, GetParam().to)),
              StrEq(GetParam().fault));
}

INSTANTIATE_TEST_SUITE_P(
    Each, CompositionFaults,
    testing::Values(
        FaultCase{"Fund", "510050", "51005", "f.xml:3:FundInstrumentID: must be six digits"},
        FaultCase{"Missing", "NAVperCU>", "Nav>", "f.xml:2:NAVperCU: missing"},
        FaultCase{"Unit", "900000", "900000.5",
                  "f.xml:4:CreationRedemptionUnit: must be a positive number with up to 0 places"},
        FaultCase{"Cash", "-0.64000", "1e3",
                  "f.xml:9:EstimatedCashComponent: must be a decimal number with up to 6 places, "
                  "not 1e3"},
        FaultCase{"Twice", " <NAV>", " <NAV>1</NAV><NAV>", "f.xml:8:NAV: appears twice"},
        FaultCase{"Flag", "<SubstitutionFlag>1", "<SubstitutionFlag>3",
                  "f.xml:16:SubstitutionFlag: must be 0, 1 or 2"},
        FaultCase{"Market", ">101<", ">104<",
                  "f.xml:18:UnderlyingSecurityID: must be 101, 102, 103, 105, 106 or 9999"},
        FaultCase{"Code", "600028", "60002X",
                  "f.xml:13:InstrumentID: a code of this market has 6 digits"},
        FaultCase{"Letters", "AAPL", "A B",
                  "f.xml:21:InstrumentID: must be at most 30 letters and digits"},
        FaultCase{"Root", "SSEPortfolioCompositionFile", "Portfolio",
                  "f.xml:1:xml: the root element must be SSEPortfolioCompositionFile or PCFFile"}),
    [](const auto& each) { return each.param.name; });

TEST(HostileXml, IsNoXml) {
  EXPECT_THAT(faults_of(""), HasSubstr("f.xml:1:xml: "));
  EXPECT_THAT(faults_of("\n\n<a>"), HasSubstr("f.xml:3:xml: "));
  EXPECT_THAT(faults_of(std::string("<PCF\0File/>", 11)), HasSubstr("f.xml:1:"));
}

// Declared entities stay the text that they are: nothing is expanded, and no file is opened.
TEST(HostileXml, EntitiesAreNotExpanded) {
  const std::string bomb =
      "<!DOCTYPE x [<!ENTITY a \"6\"><!ENTITY b SYSTEM \"/etc/hostname\">]>\n"
      "<SSEPortfolioCompositionFile><FundInstrumentID>&a;&b;</FundInstrumentID>"
      "</SSEPortfolioCompositionFile>";
  EXPECT_THAT(faults_of(bomb), HasSubstr("f.xml:2:FundInstrumentID: must be six digits"));
}

TEST(HostileXml, DepthAndSizeAreBounded) {
  std::string deep;
  while (deep.size() < kCompositionBytesMax - 8) deep += "<a>";
  EXPECT_THAT(faults_of(deep), HasSubstr("xml: "));
  EXPECT_EQ(faults_of(std::string(kCompositionBytesMax + 1, ' ')),
            "f.xml:1:pcf: larger than 4194304 bytes");
  std::string many = "<PCFFile><Components>";
  for (std::size_t i = 0; i <= kComponentsMax; ++i) many += "<Component/>";
  EXPECT_THAT(faults_of(many + "</Components></PCFFile>"),
              HasSubstr("f.xml:1:Components: more than 10000"));
}

// What is shown of a foreign value is short, and UTF-8 whatever the file holds.
TEST(HostileXml, TextIsMadeHarmless) {
  const std::string file = with(shanghai_file(), "中国石化", "\xff\xfe");
  const auto read = parse_composition(file, "f.xml");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->components[0].name, "\xef\xbf\xbd\xef\xbf\xbd");
  const std::string longer = with(shanghai_file(), "-0.64000", std::string(1000, 'x'));
  EXPECT_LT(faults_of(longer).size(), 200u);
}

TEST(CompositionFile, MustBeThere) {
  EXPECT_EQ(read_composition("/nowhere.xml").status().message(),
            "/nowhere.xml:1:pcf: cannot be read");
  EXPECT_EQ(read_composition("/").status().message(), "/:1:pcf: cannot be read");
}

}  // namespace
}  // namespace indexcast::server
