// Fourteen levels that an exchange published on 2010-11-12, recomputed from its own prices and
// share counts.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "calc/engine.h"
#include "tests/support/baskets.h"
#include "tests/support/data.h"

namespace indexcast {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> read_csv(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);  // header
  while (std::getline(file, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    Row& row = rows.emplace_back();
    std::stringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
  }
  return rows;
}

struct Published {
  std::string code;
  std::string level;
};

// prices.csv: code,name,currency,total_shares,prev_close,last. The day's close_fx and divisor come
// from indices.csv (index,name,members,fx_hkd_cny,prev_level,divisor,published_level), the divisor
// given to twelve decimals.
class NoonOf20101112 : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::data_path("szse-2010-11-12");
    INDEXCAST_NEED_DATA(folder_);
    for (const Row& row : read_csv(folder_ / "prices.csv")) {
      prices_[row[0]] = row;
    }
    std::map<std::string, std::vector<std::string>> members;
    for (const Row& row : read_csv(folder_ / "members.csv")) members[row[0]].push_back(row[1]);
    std::vector<IndexDefinition> definitions;
    for (const Row& row : read_csv(folder_ / "indices.csv")) {
      definitions.push_back(definition_of(row, members[row[0]]));
      published_.push_back({row[0], row[6]});
    }
    universe_ = std::make_unique<Universe>(std::move(definitions));
  }

  IndexDefinition definition_of(const Row& row, const std::vector<std::string>& codes) {
    std::vector<Member> members;
    for (const std::string& code : codes) {
      const Row& share = prices_.at(code);
      members.push_back(test::member(code + ".SZ", 1, share[2], share[4], share[3]));
    }
    IndexDefinition definition = test::index(row[0], std::move(members));
    definition.close_fx = {{"HKD", test::rate(row[3])}};
    definition.effective_date = 20101112;
    definition.divisor = Divisor{parse_decimal(row[5], Divisor::kDecimals).value()};
    definition.previous_close = Level{parse_decimal64(row[4], 4).value()};
    return definition;
  }

  std::vector<MarketEvent> shuffled_ticks() {
    std::vector<MarketEvent> ticks;
    for (InstrumentId id = 0; id < universe_->instruments().size(); ++id) {
      const std::string symbol = universe_->instruments()[id].symbol;
      MarketEvent event;
      event.kind = EventKind::price;
      event.detail = static_cast<std::uint8_t>(PriceKind::last);
      event.instrument = id;
      event.value[0] = test::price(prices_.at(symbol.substr(0, 6))[5]).raw;
      if (event.value[0] != 0) ticks.push_back(event);  // 0: suspended, the previous close counts
    }
    const std::uint64_t seed = 20101112;
    std::printf("seed %lu\n", seed);
    std::shuffle(ticks.begin(), ticks.end(), std::mt19937_64(seed));
    return ticks;
  }

  std::filesystem::path folder_;
  std::map<std::string, Row> prices_;
  std::vector<Published> published_;
  std::unique_ptr<Universe> universe_;
};

TEST_F(NoonOf20101112, EveryPublishedLevelIsRecomputedFromTicksInAnyOrder) {
  for (const IndexDefinition& definition : universe_->indices()) {
    for (const DefinitionFault& fault : check_definition(definition)) {
      ADD_FAILURE() << definition.code << ": " << fault.key << ": " << fault.what;
    }
  }
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(*universe_, {}, log, counters);
  engine.start();
  std::uint64_t sequence = 0;
  for (const MarketEvent& tick : shuffled_ticks()) engine.apply(tick, ++sequence);
  ASSERT_EQ(published_.size(), 14u);
  for (IndexId id = 0; id < published_.size(); ++id) {
    const Level level = engine.sums().level(id).level;
    const std::int64_t published = parse_decimal64(published_[id].level, 4).value();
    EXPECT_LE(std::abs(level.raw - published), 35)
        << published_[id].code << " " << level.raw << " published " << published;
    EXPECT_EQ(engine.sums().sum(id), engine.sums().recompute(id)) << published_[id].code;
    EXPECT_EQ(level, level_of(engine.sums().recompute(id), universe_->indices()[id].divisor, 4));
    std::printf("%s computed %s published %s\n", published_[id].code.c_str(),
                format_decimal(level.raw, 4).c_str(), published_[id].level.c_str());
  }
}

}  // namespace
}  // namespace indexcast
