// A fund's page: everything that its value is made of, at one place in the stream.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/web/api.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

using nlohmann::json;

struct SilentSink {
  void on_level(const LevelUpdate&, std::uint64_t) {}
  void on_skipped(IndexId, std::uint64_t, std::uint64_t) {}
  void on_tick(const TimerTick&, std::uint64_t) {}
  void on_lapped(std::uint64_t) {}
};

class FundPageTest : public testing::Test {
 protected:
  json page(std::string_view code) {
    SilentSink sink;
    day_.levels.poll(1'000, sink);
    return json::parse(api_.index(core_.universe.find_index(code)).body);
  }

  CoreStub core_{1 << 12, stub_definitions_and_fund()};
  MetricSources sources_{.view = core_.view(), .publishers = {}, .clients = {}};
  DayState day_{core_.view()};
  Api api_{sources_, day_, Clock(), 1 << 20};
};

TEST_F(FundPageTest, ShowsPricesCashAndUnit) {
  core_.apply_price(0, 152'200'000);
  core_.publish(core_.make_level(3, 14'691));
  const json body = page("159099");
  EXPECT_EQ(body["level"]["level"], "1.4691");
  EXPECT_EQ(body["previous_close"], "1.4631");
  const json expected = {
      {"venue", "szse"},
      {"creation_unit", 100'000},
      {"tracked_index", "995366"},
      {"estimated_cash", "-200.000000"},
      {"expected_value", "146309.780000"},
      {"cash_components",
       {{{"symbol", "600001.SH"}, {"name", "邯郸钢铁"}, {"amount", "1234.567000"}}}}};
  EXPECT_EQ(body["fund"], expected);
  ASSERT_EQ(body["members"].size(), 2u);
  const json& first = body["members"][0];
  EXPECT_EQ(first["price"], "152.200000");
  EXPECT_EQ(first["price_kind"], "last");
  EXPECT_EQ(first["quantity"], "600.000000");
  EXPECT_EQ(first["fx_rate"], "1.00000000");
  // 91,320 of 146,909.777, of which 1,034.567 are cash.
  EXPECT_EQ(first["weight_bp"], 6216);
  EXPECT_EQ(first["contribution"], "0.0060");
  const json& second = body["members"][1];
  EXPECT_EQ(second["price_kind"], "reference");
  EXPECT_EQ(second["quantity"], "10000.000000");
  EXPECT_EQ(second["fx_rate"], "0.92310000");
}

TEST_F(FundPageTest, AnIndexHasNoneOfIt) {
  core_.publish(core_.make_level(1, 10'000'000));
  const json body = page("995366");
  EXPECT_FALSE(body.contains("fund"));
  EXPECT_FALSE(body["members"][0].contains("quantity")) << "index shares are the provider's";
}

TEST(IndexPage, AMemberAtAFixedRateIsShownAtIt) {
  std::vector<IndexDefinition> definitions = stub_definitions();
  definitions[1].fx_series.clear();
  definitions[1].fx_in_divisor = true;
  CoreStub core(1 << 12, std::move(definitions));
  const MetricSources sources{.view = core.view(), .publishers = {}};
  const DayState day(core.view());
  const json body = json::parse(Api(sources, day, Clock(), 1 << 20).index(1).body);
  EXPECT_EQ(body["members"][2]["contribution"], "0.0000");
  EXPECT_EQ(body["members"][2]["weight_bp"], 1107);
}

}  // namespace
}  // namespace indexcast::server
