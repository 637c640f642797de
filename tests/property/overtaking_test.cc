// A price of many indices lets others pass while its levels come out in pieces. No index's own
// stream may show it, and a replay repeats it.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "calc/sequencer.h"
#include "tests/support/baskets.h"
#include "tests/support/wild_day.h"

namespace indexcast {
namespace {

constexpr int kIndices = 90;
constexpr int kHot = 3;  // instruments that every index holds

Universe universe_with_hot_instruments(std::mt19937_64& random) {
  const auto synthetic = [](int id) {
    const auto market = static_cast<MarketId>(id % 3);
    return test::member(std::to_string(id) + ".X", market, market == 2 ? "HKD" : "CNY",
                        std::to_string(id * 3 + 1) + ".37", "1000");
  };
  std::vector<IndexDefinition> definitions;
  for (int i = 0; i < kIndices; ++i) {
    std::vector<Member> members;
    for (int hot = 0; hot < kHot; ++hot) members.push_back(synthetic(hot));
    const int first = static_cast<int>(random() % 15);
    for (int m = 0; m < 4; ++m) members.push_back(synthetic(kHot + first + m * 3));
    definitions.push_back(test::index(std::to_string(i), std::move(members)));
    definitions.back().bid_ask = i % 5 == 0;
  }
  return Universe(std::move(definitions));
}

// An open that is due in the middle, and a close some time after a market's end.
EngineSettings settings() {
  EngineSettings settings;
  settings.trade_date = 19700112;
  settings.open_deadline_ms = ((21 * 60 + 48) * 60) * 1000;
  settings.close_deadline_ns = 60 * kNsPerSecond;
  return settings;
}

class InputList final : public InputLog {
 public:
  void on_input(const MarketEvent& event, std::uint64_t) override { inputs.push_back(event); }
  std::vector<MarketEvent> inputs;
};

// Everything in its order.
class Transcript final : public RecordSink {
 public:
  void write(LevelUpdate& update) override { records.push_back(Record::of(update)); }
  void write(const Record& record) override { records.push_back(record); }

  // What is said of one index, or with kIndices everything else.
  std::vector<Record> part(IndexId id) const {
    std::vector<Record> part;
    for (const Record& record : records) {
      const bool of_index = record.kind() == RecordKind::level_update || is_event(record.kind());
      if (of_index ? record.as<RecordHeader>().id == id : id == kIndices) part.push_back(record);
    }
    return part;
  }
  std::vector<LevelUpdate> levels() const {
    std::vector<LevelUpdate> levels;
    for (const Record& record : records) {
      if (record.kind() == RecordKind::level_update) levels.push_back(record.as<LevelUpdate>());
    }
    return levels;
  }

  std::vector<Record> records;
};

bool same(const std::vector<Record>& a, const std::vector<Record>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Record& x, const Record& y) { return x.words == y.words; });
}

class Overtaking : public testing::TestWithParam<std::uint64_t> {
 protected:
  // A day over three feeds, polled now and then, as a busy core would.
  void run_live() {
    Engine engine(universe_, settings(), live_, counters_);
    Sequencer sequencer(engine, &log_, kNsPerSecond);
    std::array<SpscRing<MarketEvent>, 3> feeds{
        SpscRing<MarketEvent>(256), SpscRing<MarketEvent>(256), SpscRing<MarketEvent>(256)};
    for (auto& feed : feeds) sequencer.add_ring(feed);
    engine.start();
    test::WildDay day(random_, universe_, 7);
    MarketEvent timetable;
    timetable.kind = EventKind::timetable;
    timetable.market = 2;
    timetable.value[0] = test::WildDay::kBegin.ns + 200 * kNsPerSecond;
    feeds[0].try_push(timetable);
    TimeNs now{};
    for (int step = 0; step < 8'000; ++step) {
      const MarketEvent event = day.next();
      now = event.receive_time;
      if (event.kind == EventKind::timer) continue;  // the sequencer makes them
      while (!feeds[random_() % feeds.size()].try_push(event)) sequencer.poll(now);
      if (random_() % 3 == 0) sequencer.poll(now);
    }
    while (sequencer.poll(now) > 0) continue;
    EXPECT_EQ(engine.deferred_count(), 0u);
  }

  std::mt19937_64 random_{GetParam()};
  Universe universe_ = universe_with_hot_instruments(random_);
  CoreCounters counters_;
  Transcript live_;
  InputList log_;
};

TEST_P(Overtaking, NoIndexSeesIt) {
  run_live();
  Transcript plain;
  Engine engine(universe_, settings(), plain, counters_);
  engine.start();
  std::uint64_t sequence = 0;
  std::uint64_t overtook = 0;
  for (const MarketEvent& event : log_.inputs) {
    engine.apply(event, ++sequence);
    overtook += event.kind != EventKind::control && event.deferred_count > 0;
  }
  EXPECT_GT(overtook, 30u) << "or this proves nothing";
  EXPECT_FALSE(same(plain.records, live_.records)) << "likewise";
  for (IndexId id = 0; id <= kIndices; ++id)
    ASSERT_TRUE(same(plain.part(id), live_.part(id))) << "seed " << GetParam() << " index " << id;
}

TEST_P(Overtaking, AReplayRepeatsIt) {
  run_live();
  Transcript again;
  Engine engine(universe_, settings(), again, counters_);
  Sequencer sequencer(engine, nullptr, kNsPerSecond);
  engine.start();
  for (const MarketEvent& event : log_.inputs) sequencer.admit(event);
  sequencer.finish();
  EXPECT_TRUE(same(again.records, live_.records)) << "seed " << GetParam();
}

class DeferredLevelsTest : public testing::Test {
 protected:
  MarketEvent price(const char* symbol, std::int64_t raw) const {
    MarketEvent event;
    event.kind = EventKind::price;
    event.detail = static_cast<std::uint8_t>(PriceKind::last);
    event.instrument = universe_.find_instrument(symbol);
    event.value[0] = raw;
    event.exchange_time = test::WildDay::kBegin;
    return event;
  }
  void admit(const MarketEvent& event) { engine_.admit(event, ++sequence_); }

  std::mt19937_64 random_{1};
  Universe universe_ = universe_with_hot_instruments(random_);
  CoreCounters counters_;
  Transcript log_;
  Engine engine_{universe_, settings(), log_, counters_};
  std::uint64_t sequence_ = 0;
};

TEST_F(DeferredLevelsTest, ArePublishedInPiecesByTheirOwnCause) {
  admit(price("0.X", 1'400'000));
  ASSERT_EQ(engine_.deferred_count(), static_cast<std::size_t>(kIndices));
  EXPECT_EQ(log_.records.size(), 1u) << "the price";
  engine_.publish_deferred(kIndices - 10);
  ASSERT_EQ(log_.levels().size(), 10u);
  EXPECT_EQ(log_.levels().back().cause_value, 1'400'000);
  engine_.publish_deferred(0);
  EXPECT_EQ(log_.levels().size(), static_cast<std::size_t>(kIndices));
}

TEST_F(DeferredLevelsTest, APriceThatChangesNothingPublishesNothing) {
  for (const char* symbol : {"0.X", "1.X"}) engine_.apply(price(symbol, 1'400'000), ++sequence_);
  log_.records.clear();
  admit(price("0.X", 1'400'000));
  engine_.publish_deferred(0);
  EXPECT_EQ(log_.records.size(), 1u) << "the price was heard";
}

// What waits for closing prices looks at every index after each input.
TEST_F(DeferredLevelsTest, AreNoneWhileAMarketCloses) {
  MarketEvent closing;
  closing.kind = EventKind::market_phase;
  closing.detail = static_cast<std::uint8_t>(MarketPhase::closing);
  closing.market = 0;
  admit(closing);
  admit(price("0.X", 1'500'000));
  EXPECT_EQ(engine_.deferred_count(), 0u);
}

TEST_F(DeferredLevelsTest, ComeBeforeADeadlineThatPasses) {
  MarketEvent other = price("10.X", 31'000'000);
  admit(price("0.X", 1'400'000));
  EXPECT_TRUE(engine_.may_overtake(other));
  other.exchange_time = china_time(settings().trade_date, settings().open_deadline_ms);
  EXPECT_FALSE(engine_.may_overtake(other));
  admit(other);
  EXPECT_EQ(engine_.deferred_count(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Overtaking, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace indexcast
