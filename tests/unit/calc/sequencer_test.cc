#include "calc/sequencer.h"

#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

constexpr std::int64_t kSecond = kNsPerSecond;

class InputList final : public InputLog {
 public:
  void on_input(const MarketEvent& event, std::uint64_t sequence) override {
    EXPECT_EQ(sequence, inputs.size() + 1);
    inputs.push_back(event);
  }
  std::vector<MarketEvent> inputs;
};

class SequencerTest : public testing::Test {
 protected:
  SequencerTest()
      : universe_({test::golden_basket()}),
        engine_(universe_, {}, log_, counters_),
        sequencer_(engine_, &inputs_, kSecond) {
    sequencer_.add_ring(first_);
    sequencer_.add_ring(second_);
  }

  static MarketEvent price_at(std::int64_t ns, InstrumentId id) {
    MarketEvent event;
    event.kind = EventKind::price;
    event.detail = static_cast<std::uint8_t>(PriceKind::last);
    event.instrument = id;
    event.value[0] = test::price("10").raw;
    event.receive_time = TimeNs{ns};
    return event;
  }
  std::string order() const {
    std::string letters;
    for (const MarketEvent& event : inputs_.inputs) {
      letters += event.kind == EventKind::timer ? 't' : static_cast<char>('0' + event.instrument);
    }
    return letters;
  }

  Universe universe_;
  test::RecordLog log_;
  CoreCounters counters_;
  Engine engine_;
  InputList inputs_;
  SpscRing<MarketEvent> first_{1024};
  SpscRing<MarketEvent> second_{1024};
  Sequencer sequencer_;
};

TEST_F(SequencerTest, TakesRingsInOrderAndNumbersWhatItTakes) {
  second_.try_push(price_at(kSecond, 2));
  first_.try_push(price_at(kSecond, 0));
  first_.try_push(price_at(kSecond, 1));
  EXPECT_EQ(sequencer_.poll(TimeNs{kSecond}), 3u);
  EXPECT_EQ(order(), "012");
}

TEST_F(SequencerTest, ATimerComesBeforeTheFirstEventAtOrAfterItsInstant) {
  for (const std::int64_t ns : {kSecond + 1, 2 * kSecond - 1, 2 * kSecond, 2 * kSecond + 1})
    first_.try_push(price_at(ns, 0));
  sequencer_.poll(TimeNs{3 * kSecond});
  EXPECT_EQ(order(), "00t00");
  EXPECT_EQ(inputs_.inputs[2].feed, kNoFeed) << "no venue brought it";
}

TEST_F(SequencerTest, ATimerComesWhenRingsAreEmptyAndTheClockHasPassed) {
  first_.try_push(price_at(kSecond, 0));
  sequencer_.poll(TimeNs{5 * kSecond});
  EXPECT_EQ(order(), "0");
  sequencer_.poll(TimeNs{4 * kSecond});
  EXPECT_EQ(order(), "0ttt");
  EXPECT_EQ(sequencer_.next_timer(), TimeNs{5 * kSecond});
}

TEST_F(SequencerTest, AnEventReceivedBeforeATimerThatWasAdmittedBelongsToTheNext) {
  first_.try_push(price_at(2 * kSecond - 5, 0));
  first_.try_push(price_at(2 * kSecond, 0));
  second_.try_push(price_at(2 * kSecond - 1, 1));
  sequencer_.poll(TimeNs{2 * kSecond});
  EXPECT_EQ(order(), "0t01");
}

TEST_F(SequencerTest, ABusyFeedDoesNotStarveTheOther) {
  for (int i = 0; i < 500; ++i) first_.try_push(price_at(kSecond, 0));
  second_.try_push(price_at(kSecond, 1));
  sequencer_.poll(TimeNs{kSecond});
  EXPECT_EQ(order().find('1'), Sequencer::kBatch);
}

TEST_F(SequencerTest, AfterALongSilenceTheTimerJumps) {
  first_.try_push(price_at(kSecond, 0));
  sequencer_.poll(TimeNs{kSecond});
  first_.try_push(price_at(Sequencer::kMaxCatchUp * 3 * kSecond, 0));
  sequencer_.poll(TimeNs{0});
  EXPECT_LT(inputs_.inputs.size(), 10u);
}

TEST_F(SequencerTest, AdmittingTheLoggedInputsAgainGivesTheSameRecords) {
  for (std::int64_t i = 0; i < 300; ++i) {
    MarketEvent event = price_at(kSecond + i * kSecond / 7, static_cast<InstrumentId>(i % 3));
    event.value[0] += i * 1000;
    first_.try_push(event);
  }
  while (sequencer_.poll(TimeNs{kSecond}) > 0) {
  }
  test::RecordLog again;
  CoreCounters counters;
  Engine engine(universe_, {}, again, counters);
  Sequencer replay(engine, nullptr, kSecond);
  for (const MarketEvent& event : inputs_.inputs) replay.admit(event);
  ASSERT_EQ(again.levels.size(), log_.levels.size());
  for (std::size_t i = 0; i < again.levels.size(); ++i) {
    EXPECT_EQ(std::memcmp(&again.levels[i], &log_.levels[i], sizeof(LevelUpdate)), 0) << i;
  }
}

// The order of inputs still is what the log says, whatever ends a turn.
TEST(SequencerBatch, ATickThatManyIndicesHearEndsItsFeedsTurn) {
  std::vector<IndexDefinition> definitions;
  for (std::uint64_t i = 0; i < Sequencer::kBatchLevels; ++i) {
    definitions.push_back(
        test::index(std::to_string(i), {test::member("hot.X", 0, "CNY", "10", "1000")}));
  }
  definitions.push_back(test::index("other", {test::member("other.X", 0, "CNY", "10", "1000")}));
  const Universe universe(std::move(definitions));
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {}, log, counters);
  engine.start();
  InputList inputs;
  Sequencer sequencer(engine, &inputs, kSecond);
  SpscRing<MarketEvent> busy(64);
  SpscRing<MarketEvent> quiet(64);
  sequencer.add_ring(busy);
  sequencer.add_ring(quiet);
  MarketEvent event;
  event.kind = EventKind::price;
  event.detail = static_cast<std::uint8_t>(PriceKind::last);
  event.receive_time = TimeNs{kSecond};
  for (const std::int64_t price : {11, 12, 13}) {
    event.instrument = 0;
    event.value[0] = price * 1'000'000;
    busy.try_push(event);
  }
  event.instrument = 1;
  quiet.try_push(event);
  EXPECT_EQ(sequencer.poll(TimeNs{kSecond}), 2u) << "one of the busy feed, one of the quiet one";
  ASSERT_EQ(inputs.inputs.size(), 2u);
  EXPECT_EQ(inputs.inputs[1].instrument, 1u);
  while (sequencer.poll(TimeNs{kSecond}) > 0) continue;
  EXPECT_EQ(inputs.inputs.size(), 4u) << "nothing is lost";
}

}  // namespace
}  // namespace indexcast
