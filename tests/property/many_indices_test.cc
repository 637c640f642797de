// Invariant 1 where thousands of indices share their instruments: every level is the one that the
// definitions and the last usable prices give, computed from nothing.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "calc/engine.h"
#include "tests/support/big_universe.h"

namespace indexcast {
namespace {

constexpr int kInstruments = 600;
constexpr int kIndices = 4'000;

std::vector<IndexDefinition> definitions_of(std::uint64_t seed) {
  return test::big_definitions({.instruments = kInstruments,
                                .indices = kIndices,
                                .fewest = 10,
                                .most = 500,
                                .memberships = 120'000,
                                .seed = seed});
}

// Knows definitions and prices by symbol, and nothing of how the core numbers or keeps them.
class Oracle {
 public:
  explicit Oracle(const std::vector<IndexDefinition>& definitions) : definitions_(definitions) {
    for (const IndexDefinition& definition : definitions) {
      for (const Member& member : definition.members)
        prices_[member.symbol()] = member.reference_price;
    }
  }

  void set_price(const std::string& symbol, Price price) { prices_[symbol] = price; }
  void set_rate(FxRate rate) { rate_ = rate; }
  Int128 sum(IndexId index) const {
    Int128 sum = 0;
    for (const Member& member : definitions_[index].members) {
      const FxRate rate = member.currency() == "HKD" ? rate_ : kFxOne;
      sum += Int128{prices_.at(member.symbol()).raw} * member.shares.raw * rate.raw;
    }
    return sum;
  }
  Level level(IndexId index) const {
    return level_of(sum(index), definitions_[index].divisor, definitions_[index].decimals);
  }

 private:
  const std::vector<IndexDefinition>& definitions_;
  std::map<std::string, Price> prices_;
  FxRate rate_ = definitions_.front().close_fx.at("HKD");
};

// Holds each level against the oracle as it is published.
class CheckingSink final : public RecordSink {
 public:
  explicit CheckingSink(const Oracle& oracle) : oracle_(oracle) {}

  void write(LevelUpdate& update) override {
    ++levels;
    if (levels % kEvery == 0) {
      ASSERT_EQ(update.level, oracle_.level(update.header.id)) << "index " << update.header.id;
    }
  }
  void write(const Record&) override {}

  std::uint64_t levels = 0;

 private:
  // Prime, so that it wanders through the holders of an instrument.
  static constexpr std::uint64_t kEvery = 37;
  const Oracle& oracle_;
};

class ManyIndices : public testing::TestWithParam<std::uint64_t> {
 protected:
  ManyIndices() { engine_.start(); }

  // A price is refused beyond a thousand times its reference; these are not.
  void price(InstrumentId id) {
    const Price price{static_cast<std::int64_t>(random_() % 900'000'000) + 1};
    oracle_.set_price(universe_.instruments()[id].symbol, price);
    MarketEvent event;
    event.kind = EventKind::price;
    event.detail = static_cast<std::uint8_t>(PriceKind::last);
    event.instrument = id;
    event.value[0] = price.raw;
    engine_.apply(event, ++sequence_);
  }
  void rate() {
    // Any two within the guard's 2 %.
    const FxRate rate{92'310'000 + static_cast<std::int64_t>(random_() % 1'800'000) - 900'000};
    oracle_.set_rate(rate);
    MarketEvent event;
    event.kind = EventKind::fx;
    event.instrument = 1;
    event.value[0] = rate.raw;
    engine_.apply(event, ++sequence_);
  }

  std::vector<IndexDefinition> definitions_ = definitions_of(GetParam());
  Universe universe_{definitions_};
  Oracle oracle_{definitions_};
  CheckingSink sink_{oracle_};
  CoreCounters counters_;
  Engine engine_{universe_, {}, sink_, counters_};
  std::mt19937_64 random_{GetParam()};
  std::uint64_t sequence_ = 0;
};

TEST_P(ManyIndices, EveryLevelIsTheOneComputedFromNothing) {
  std::uint64_t holders = 0;
  for (int tick = 0; tick < 2'000; ++tick) {
    const auto id = static_cast<InstrumentId>(random_() % universe_.instruments().size());
    holders += universe_.memberships(id).size();
    price(id);
    if (tick % 100 == 0) rate();
    ASSERT_FALSE(HasFatalFailure()) << "seed " << GetParam() << " tick " << tick;
  }
  EXPECT_GT(holders, 200'000u) << "an instrument is in hundreds of indices";
  EXPECT_GT(sink_.levels, holders * 9 / 10) << "each holder has its level";
  for (IndexId index = 0; index < definitions_.size(); ++index) {
    ASSERT_EQ(engine_.sums().sum(index), oracle_.sum(index)) << "seed " << GetParam();
    ASSERT_EQ(engine_.sums().level(index).level, oracle_.level(index)) << "seed " << GetParam();
  }
}

// Cost per tick follows the indices that hold the instrument: no other one is touched.
TEST_P(ManyIndices, ATickIsHeardByTheHoldersOfItsInstrumentAndByNobodyElse) {
  for (InstrumentId id = 0; id < universe_.instruments().size(); id += 97) {
    price(id);
    const std::uint64_t before = sink_.levels;
    price(id);
    EXPECT_EQ(sink_.levels - before, universe_.memberships(id).size()) << "instrument " << id;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ManyIndices, testing::Range<std::uint64_t>(1, 4));

}  // namespace
}  // namespace indexcast
