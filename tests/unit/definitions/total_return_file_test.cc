#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "calc/decimal.h"
#include "server/definitions/definition_file.h"
#include "server/definitions/definition_writer.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

// Golden vector G2 of METHODOLOGY 10 as a gross total return that stood at 1250.
const std::string kHead = R"(code = "G2R"
name = "Golden"
currency = "CNY"
decimals = 4
effective_date = "2025-04-02"
divisor = "227070.440768"
previous_close = "1250.0000"
members = "m.csv"
provenance = "a test"
[close_fx]
HKD = "0.92310"
[fx_series]
HKD = "HKDCNY"
)";
const std::string kTable = R"([total_return]
kind = "gross"
price_index = "G2"
price_previous_close = "1000.0000"
dividends = "d.csv"
)";
const std::string kMembers =
    "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price\n"
    "688041.SH,甲,CNY,1000000,1,151.20,151.20,150.00\n"
    "002261.SZ,乙,CNY,4000000,0.731,17.35,17.35,17.35\n"
    "03896.HK,丙,HKD,9000000,0.512,5.91,5.91,5.81\n";
const std::string kDividends =
    "symbol,currency,cash_per_share,index_shares,tax_percent\n"
    "688041.SH,CNY,1.20,1000000,10\n"
    "03896.HK,HKD,0.10,4608000,\n";

class TotalReturnFile : public testing::Test {
 protected:
  absl::StatusOr<IndexDefinition> load(const std::string& table, const std::string& dividends) {
    folder_.write("m.csv", kMembers);
    folder_.write("d.csv", dividends);
    return load_definition(folder_.write("g2r.toml", kHead + table));
  }
  std::string fault(const std::string& table, const std::string& dividends = kDividends) {
    const auto definition = load(table, dividends);
    return definition.ok() ? "loaded" : std::string(definition.status().message());
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  }

  TemporaryFolder folder_;
};

TEST_F(TotalReturnFile, TurnsThePriceIndexsDivisorIntoItsOwn) {
  const auto definition = load(kTable, kDividends);
  ASSERT_TRUE(definition.ok()) << definition.status();
  ASSERT_TRUE(definition->total_return);
  EXPECT_EQ(definition->total_return->kind, ReturnKind::gross);
  EXPECT_EQ(definition->total_return->price_index, "G2");
  EXPECT_EQ(format_trimmed(definition->divisor.raw, Divisor::kDecimals), "181656.3526144");
  EXPECT_EQ(definition->total_return->cash.at("CNY"), Int128{1'200'000} * pow10(kCapDecimals));
  EXPECT_EQ(definition->total_return->cash.at("HKD"), Int128{460'800} * pow10(kCapDecimals));
}

TEST_F(TotalReturnFile, ANetOneTakesTheTaxOff) {
  const auto definition = load(replaced(kTable, "gross", "net"), kDividends);
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_EQ(definition->total_return->cash.at("CNY"), Int128{1'080'000} * pow10(kCapDecimals));
  EXPECT_EQ(definition->total_return->cash.at("HKD"), Int128{460'800} * pow10(kCapDecimals));
}

TEST_F(TotalReturnFile, ATaxOfNothingIsTaken) {
  for (const char* tax : {"0", "0.00"}) {
    const auto definition = load(replaced(kTable, "gross", "net"),
                                 replaced(kDividends, ",10\n", "," + std::string(tax) + "\n"));
    ASSERT_TRUE(definition.ok()) << definition.status();
    EXPECT_EQ(definition->total_return->cash.at("CNY"), Int128{1'200'000} * pow10(kCapDecimals));
  }
}

TEST_F(TotalReturnFile, WithoutDividendsThereIsNoCash) {
  const auto definition = load(replaced(kTable, "dividends = \"d.csv\"\n", ""), "");
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_TRUE(definition->total_return->cash.empty());
}

TEST_F(TotalReturnFile, WhatIsWrittenLoadsTheSame) {
  for (const char* kind : {"net", "gross"}) {
    const auto definition = load(replaced(kTable, "gross", kind), kDividends);
    ASSERT_TRUE(definition.ok()) << definition.status();
    const auto path = write_definition(*definition, folder_.file("new"), "", "kept");
    ASSERT_TRUE(path.ok()) << path.status();
    EXPECT_EQ(*path, folder_.file("new/kept.toml"));
    const auto again = load_definition(*path);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->divisor, definition->divisor);
    ASSERT_TRUE(again->total_return);
    EXPECT_EQ(again->total_return->kind, definition->total_return->kind);
    EXPECT_EQ(again->total_return->price_index, "G2");
    EXPECT_EQ(again->total_return->price_divisor, definition->total_return->price_divisor);
    EXPECT_EQ(again->total_return->cash, definition->total_return->cash);
  }
}

TEST_F(TotalReturnFile, WithoutDividendsNoFileOfThemIsWritten) {
  const auto definition = load(replaced(kTable, "dividends = \"d.csv\"\n", ""), "");
  ASSERT_TRUE(definition.ok()) << definition.status();
  const auto path = write_definition(*definition, folder_.file("new"), "");
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_TRUE(load_definition(*path)->total_return);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("new/G2R.dividends.csv")));
}

TEST_F(TotalReturnFile, AHeadWithoutTheTableIsAPriceIndex) {
  folder_.write("m.csv", kMembers);
  const auto definition =
      load_definition(folder_.write("g2.toml", replaced(kHead, "1250.0000", "1000.0000")));
  ASSERT_TRUE(definition.ok()) << definition.status();
  EXPECT_FALSE(definition->total_return);
}

TEST_F(TotalReturnFile, FaultsAreNamedWithTheirPlace) {
  EXPECT_THAT(fault(replaced(kTable, "gross", "total")),
              HasSubstr("g2r.toml:15:total_return.kind: must be one of net gross"));
  EXPECT_THAT(fault(replaced(kTable, "1000.0000", "1000.00001")),
              HasSubstr("total_return.price_previous_close: must be a decimal number"));
  EXPECT_THAT(fault(replaced(kTable, "1000.0000", "1001.0000")),
              HasSubstr("base prices give 1000.0000 and price_previous_close is 1001.0000"));
  EXPECT_THAT(fault(replaced(kTable, "kind", "sort")), HasSubstr("total_return.sort"));
  EXPECT_THAT(fault(kTable, replaced(kDividends, "688041.SH", "688041.X")),
              HasSubstr("d.csv:2:symbol"));
  EXPECT_THAT(fault(kTable, replaced(kDividends, "03896.HK", "688041.SH")),
              HasSubstr("d.csv:3:symbol: 688041.SH appears twice"));
  EXPECT_THAT(fault(kTable, replaced(kDividends, "HKD", "USD")), HasSubstr("no fx_series for USD"));
  EXPECT_THAT(fault(kTable, replaced(kDividends, ",10\n", ",101\n")),
              HasSubstr("d.csv:2:tax_percent: must be a percentage from 0 to 100"));
  EXPECT_THAT(fault(kTable, replaced(kDividends, ",10\n", ",-1\n")),
              HasSubstr("d.csv:2:tax_percent: must be a percentage from 0 to 100"));
}

}  // namespace
}  // namespace indexcast::server
