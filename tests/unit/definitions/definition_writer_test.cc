#include "server/definitions/definition_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "calc/basket/divisor_chain.h"
#include "server/definitions/definition_file.h"
#include "tests/support/rolls.h"
#include "tests/support/source_dir.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

IndexDefinition definition() {
  IndexDefinition basket = test::golden_roll().today;
  basket.provenance = "a \"test\" \\ of\ttext";
  const char* const symbols[] = {"688041.SH", "002261.SZ", "03896.HK"};
  for (std::size_t i = 0; i < 3; ++i) {
    const Security& old = *basket.members[i].security;
    basket.members[i].security =
        std::make_shared<const Security>(Security{symbols[i], old.name, old.currency, old.market});
  }
  return basket;
}

void expect_same(const IndexDefinition& a, const IndexDefinition& b) {
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.currency, b.currency);
  EXPECT_EQ(a.provenance, b.provenance);
  EXPECT_EQ(a.decimals, b.decimals);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.effective_date, b.effective_date);
  EXPECT_EQ(a.divisor, b.divisor);
  EXPECT_EQ(a.previous_close, b.previous_close);
  EXPECT_EQ(a.close_fx, b.close_fx);
  EXPECT_EQ(a.day_fx, b.day_fx);
  EXPECT_EQ(a.fx_series, b.fx_series);
  ASSERT_EQ(a.members.size(), b.members.size());
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    EXPECT_EQ(a.members[i].symbol(), b.members[i].symbol());
    EXPECT_EQ(a.members[i].name(), b.members[i].name());
    EXPECT_EQ(a.members[i].currency(), b.members[i].currency());
    EXPECT_EQ(a.members[i].shares, b.members[i].shares);
    EXPECT_EQ(a.members[i].calculation_shares, b.members[i].calculation_shares);
    EXPECT_EQ(a.members[i].cap_factor, b.members[i].cap_factor);
    EXPECT_EQ(a.members[i].close, b.members[i].close);
    EXPECT_EQ(a.members[i].base_price, b.members[i].base_price);
    EXPECT_EQ(a.members[i].reference_price, b.members[i].reference_price);
    EXPECT_EQ(a.members[i].suspended, b.members[i].suspended);
  }
}

TEST(DefinitionWriter, WhatIsWrittenLoadsTheSame) {
  TemporaryFolder folder;
  const auto path = write_definition(definition(), folder.file("new"), "line\n\nanother");
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(*path, folder.file("new/G2.toml"));
  const auto loaded = load_definition(*path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  expect_same(*loaded, definition());
}

TEST(DefinitionWriter, WritesTheDaysRateOnlyWhereThereIsOne) {
  TemporaryFolder folder;
  EXPECT_THAT(definition_head_text(definition(), "G2.csv", ""), testing::Not(HasSubstr("day_fx")));
  IndexDefinition one = definition();
  one.day_fx = {{"HKD", test::rate("0.925869")}};
  EXPECT_THAT(definition_head_text(one, "G2.csv", ""),
              HasSubstr("[close_fx]\nHKD = \"0.92310\"\n\n[day_fx]\nHKD = \"0.925869\"\n"));
  const auto path = write_definition(one, folder.file(""), "");
  ASSERT_TRUE(path.ok()) << path.status();
  const auto loaded = load_definition(*path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  expect_same(*loaded, one);
}

TEST(DefinitionWriter, WritesASuspensionOnlyWhereThereIsOne) {
  TemporaryFolder folder;
  EXPECT_THAT(definition_members_text(definition()), testing::Not(HasSubstr("suspended")));
  IndexDefinition one = definition();
  one.members[1].suspended = true;
  const auto path = write_definition(one, folder.file(""), "");
  ASSERT_TRUE(path.ok()) << path.status();
  const auto loaded = load_definition(*path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  expect_same(*loaded, one);
}

TEST(DefinitionWriter, WritesThatTheDivisorTakesRatesIn) {
  TemporaryFolder folder;
  IndexDefinition fixed = definition();
  fixed.fx_series.clear();
  fixed.fx_in_divisor = true;
  const auto path = write_definition(fixed, folder.file(""), "");
  ASSERT_TRUE(path.ok()) << path.status();
  const auto loaded = load_definition(*path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  expect_same(*loaded, fixed);
  EXPECT_TRUE(loaded->fx_in_divisor);
}

TEST(DefinitionWriter, ShowsPricesAndRatesAsPeopleWriteThem) {
  const std::string members = definition_members_text(definition());
  EXPECT_THAT(members, HasSubstr("\n002261.SZ,B.SZ,CNY,4000000,0.731,17.35,17.35,17.35\n"));
  EXPECT_THAT(members, HasSubstr(",1000000,1,151.20,151.20,151.20\n"));
  const std::string head = definition_head_text(definition(), "G2.csv", "why\n\nhow");
  EXPECT_THAT(head, testing::StartsWith("# why\n#\n# how\ncode = \"G2\"\n"));
  EXPECT_THAT(head, HasSubstr("previous_close = \"1000.0000\"\n"));
  EXPECT_THAT(head, HasSubstr("[close_fx]\nHKD = \"0.92310\"\n"));
}

TEST(DefinitionWriter, WhatWouldNotLoadTakesNobodysPlace) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_definition(definition(), folder.file(""), "").ok());
  IndexDefinition spoilt = definition();
  spoilt.members[0].security =
      std::make_shared<const Security>(Security{"688041.SH", "two, names", "CNY", 0});
  const auto refused = write_definition(spoilt, folder.file(""), "");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
  EXPECT_TRUE(load_definition(folder.file("G2.toml")).ok());
  spoilt = definition();
  spoilt.divisor.raw += spoilt.divisor.raw / 10;
  EXPECT_FALSE(write_definition(spoilt, folder.file(""), "").ok());
  EXPECT_TRUE(load_definition(folder.file("G2.toml")).ok());
}

TEST(DefinitionWriter, LeavesNothingElseBehind) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_definition(definition(), folder.file(""), "").ok());
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("")))
    names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, testing::UnorderedElementsAre("G2.toml", "G2.csv"));
}

TEST(DefinitionWriter, ACodeCannotNameAnotherFolder) {
  TemporaryFolder folder;
  IndexDefinition away = definition();
  away.code = "../G2";
  EXPECT_THAT(std::string(write_definition(away, folder.file("in"), "").status().message()),
              HasSubstr("code: ../G2 cannot name a file"));
}

TEST(DefinitionWriter, AFolderThatCannotBeMadeIsUnavailable) {
  TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_TRUE(
      absl::IsUnavailable(write_definition(definition(), folder.file("file/x"), "").status()));
}

// METHODOLOGY 7: at the start of the day both forms give the previous close.
TEST(ShippedDefinitions, ChainFormEqualsDivisorFormAtTheStartOfTheDay) {
  for (const char* code : {"995365", "995366", "995367"}) {
    const auto loaded = load_definition(test::source_dir() + "/deploy/indices/" + code + ".toml");
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const Int128 cap = base_capitalisation(*loaded);
    EXPECT_EQ(level_of(cap, loaded->divisor, loaded->decimals), loaded->previous_close);
    EXPECT_EQ(chain_level(loaded->previous_close, cap, cap), loaded->previous_close);
    // Their divisors are exact, so both forms agree wherever prices go.
    for (const int percent : {50, 99, 101, 300})
      EXPECT_EQ(chain_level(loaded->previous_close, cap, cap / 100 * percent),
                level_of(cap / 100 * percent, loaded->divisor, loaded->decimals));
  }
}

}  // namespace
}  // namespace indexcast::server
