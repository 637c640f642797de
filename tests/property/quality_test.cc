// Quality, as kept up event by event, equals a recomputation from everything said so far; and the
// same inputs give the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <set>

#include "calc/engine.h"
#include "tests/support/baskets.h"

namespace indexcast {
namespace {

constexpr Date kDay = 20250402;
constexpr std::uint32_t kMembers = 12;
constexpr MarketId kMarkets = 3;
constexpr int kSteps = 4000;

Universe overlapping_baskets() {
  std::vector<IndexDefinition> definitions;
  for (std::uint32_t i = 0; i < 4; ++i) {
    std::vector<Member> members;
    for (std::uint32_t m = 0; m < kMembers; ++m) {
      if (m % 4 == i && i != 3) continue;
      // The first two weigh less than 20 bp each, and more together.
      const std::uint32_t lot = m < 2 ? 100 : 1000;
      members.push_back(test::member(std::to_string(m) + ".X", static_cast<MarketId>(m % kMarkets),
                                     "CNY", std::to_string(10 + m), std::to_string(lot * (m + 1))));
    }
    definitions.push_back(test::index(std::to_string(i), std::move(members)));
  }
  return Universe(std::move(definitions));
}

// Everything said so far, kept as it was said.
struct Said {
  struct Channel {
    FeedState state = FeedState::down;
    bool by_security = false;
  };
  std::map<std::pair<MarketId, std::uint32_t>, Channel> feed;  // by market and channel
  std::array<MarketPhase, kMarkets> phase{};
  struct Member {
    std::uint32_t channel = 0;
    bool unheard = false;  // since its channel lost something
    bool refused = false;  // only prices of it that are out of order come
    bool heard = false;
    bool today = false;
    InstrumentStatus status = InstrumentStatus::trading;
  };
  std::array<Member, kMembers> members;

  Channel channel_of(InstrumentId id) const {
    const MarketId market = static_cast<MarketId>(id % kMarkets);
    const auto own = feed.find({market, members[id].channel});
    if (own != feed.end()) return own->second;
    const auto whole = feed.find({market, 0});
    return whole == feed.end() ? Channel{} : whole->second;
  }
  bool current(InstrumentId id) const {
    const Channel channel = channel_of(id);
    if (members[id].refused) return false;
    return channel.state == FeedState::live ||
           (lossy(channel.state) && channel.by_security && !members[id].unheard);
  }
  static bool lossy(FeedState state) {
    return state == FeedState::gap || state == FeedState::recovering;
  }
  void feed_state(const MarketEvent& event) {
    const auto state = static_cast<FeedState>(event.detail);
    const bool by_security = lossy(state) && event.value[kBySecurity] != 0;
    feed[{event.market, event.channel}] = {state, by_security};
    for (InstrumentId m = 0; m < kMembers; ++m) {
      if (m % kMarkets != event.market) continue;
      const bool own = members[m].channel == event.channel;
      const bool untold = !feed.contains({event.market, members[m].channel});
      if (by_security && (own || (event.channel == 0 && untold))) members[m].unheard = true;
      if (state == FeedState::down && own && event.value[kSuccessor] != 0)
        members[m].channel = static_cast<std::uint32_t>(event.value[kSuccessor]);
    }
  }
  bool over(InstrumentId id) const {
    return phase[id % kMarkets] == MarketPhase::closed ||
           phase[id % kMarkets] == MarketPhase::shut_today;
  }
};

struct Quality {
  std::uint32_t flags = 0;
  std::uint16_t fresh = 0;
  std::uint16_t opened = 0;
  std::uint16_t suspended = 0;
  std::uint16_t live = 0;
  friend bool operator==(const Quality&, const Quality&) = default;
};

Quality recompute(const Universe& universe, const Said& said, IndexId index) {
  Quality quality;
  double total = 0, fresh = 0, opened = 0, suspended = 0, live = 0, lost = 0, silent = 0;
  for (const InstrumentId id : universe.members(index)) {
    const Instrument& instrument = universe.instruments()[id];
    // By the symbol's number, not by the id: ids are dense in the order of definitions.
    const auto m = static_cast<InstrumentId>(std::stoul(instrument.symbol));
    for (const Membership& membership : universe.memberships(id)) {
      if (membership.index != index) continue;
      const double weight = static_cast<double>(instrument.reference_price.raw) *
                            static_cast<double>(membership.shares.raw);
      const Said::Member& member = said.members[m];
      const FeedState channel = said.channel_of(m).state;
      const bool is_lossy = Said::lossy(channel) || (channel == FeedState::live && member.refused);
      const bool is_fresh = member.heard && said.current(m);
      total += weight;
      if (is_fresh) fresh += weight;
      if (is_fresh && member.status == InstrumentStatus::trading) live += weight;
      if (member.today) opened += weight;
      if (member.status == InstrumentStatus::suspended) suspended += weight;
      if (said.over(m)) continue;
      if (said.current(m)) continue;
      if (is_lossy) lost = std::max(lost, weight);
      if (!is_lossy) silent += weight;
    }
  }
  // METHODOLOGY 8: from 20 bp on.
  if (lost * 500 >= total) quality.flags |= kRecovering;
  if (silent * 500 >= total) quality.flags |= kFeedStale;
  const auto bp = [total](double sum) {
    return static_cast<std::uint16_t>(sum * 10'000 / total + 0.5);
  };
  quality.fresh = bp(fresh);
  quality.opened = bp(opened);
  quality.suspended = bp(suspended);
  quality.live = bp(live);
  for (const MarketPhase phase : said.phase) {
    if (phase == MarketPhase::shut_today || phase == MarketPhase::halt)
      quality.flags |= kPartialMarket;
  }
  return quality;
}

// No index of this day saw its opening; tests/property/mid_session_test.cc covers that flag.
std::uint32_t published_flags(const LevelUpdate& level) {
  return level.flags & ~std::uint32_t{kStatisticsPartial};
}

Quality published(const LevelUpdate& level) {
  return {published_flags(level), level.weight_fresh, level.weight_opened, level.weight_suspended,
          level.weight_live};
}

class Day {
 public:
  explicit Day(std::uint64_t seed) : random_(seed) {}

  // The next thing that is said, in any order that a day may bring.
  MarketEvent next(const Universe& universe, Said& said) {
    MarketEvent event;
    event.market = static_cast<MarketId>(random_() % kMarkets);
    event.feed = event.market;
    event.channel = static_cast<std::uint32_t>(random_() % 4);
    const auto m = static_cast<InstrumentId>(random_() % kMembers);
    event.instrument = universe.find_instrument(std::to_string(m) + ".X");
    event.exchange_time = event.receive_time = china_time(kDay, 36'000'000 + ++step_);
    switch (random_() % 10) {
      case 0:
        event.kind = EventKind::feed_state;
        event.detail = static_cast<std::uint8_t>(random_() % 6);
        event.value[kBySecurity] = random_() % 2;
        event.value[kSuccessor] = random_() % 4;
        // One in four concerns a single member.
        if (random_() % 4 == 0) {
          said.members[m].refused =
              event.detail == static_cast<std::uint8_t>(FeedState::recovering);
        } else {
          event.instrument = kNoInstrument;
          said.feed_state(event);
        }
        break;
      case 1:
        event.kind = EventKind::instrument_status;
        event.detail = static_cast<std::uint8_t>(random_() % 3);
        said.members[m].status = static_cast<InstrumentStatus>(event.detail);
        break;
      case 2:
        phase(event, said);
        break;
      case 3:
        event.kind = EventKind::quote;  // moves nothing but bid and ask levels
        break;
      default:
        price(event, m, said);
    }
    return event;
  }

 private:
  // No `closing`: from that the core goes on by itself.
  void phase(MarketEvent& event, Said& said) {
    constexpr std::array kPhases{MarketPhase::trading, MarketPhase::scheduled, MarketPhase::halt,
                                 MarketPhase::closed, MarketPhase::shut_today};
    event.kind = EventKind::market_phase;
    const MarketPhase phase = kPhases[random_() % kPhases.size()];
    event.detail = static_cast<std::uint8_t>(phase);
    MarketPhase& now = said.phase[event.market];
    if (now != MarketPhase::shut_today || phase != MarketPhase::closed) now = phase;
  }
  void price(MarketEvent& event, InstrumentId m, Said& said) {
    const bool previous = random_() % 8 == 0;
    event.kind = EventKind::price;
    event.market = static_cast<MarketId>(m % kMarkets);
    event.detail =
        static_cast<std::uint8_t>(previous ? PriceKind::previous_close : PriceKind::last);
    event.value[0] = (10 + m) * 1'000'000 + (previous ? 0 : ++step_ * 100);
    said.members[m].unheard = false;
    // A price after the day's end moves nothing.
    if (!previous && said.phase[event.market] == MarketPhase::closed) return;
    if (previous && said.members[m].today) return;  // outranked by a price of today
    said.members[m].heard = true;
    if (previous) return;
    said.members[m].today = true;
    said.members[m].channel = event.channel;
  }

  std::mt19937_64 random_;
  std::int64_t step_ = 0;
};

class QualityProperty : public testing::TestWithParam<std::uint64_t> {
 protected:
  struct Run {
    test::RecordLog log;
    CoreCounters counters;
  };
  static EngineSettings settings() {
    EngineSettings settings;
    settings.trade_date = kDay;
    return settings;
  }
};

TEST_P(QualityProperty, IncrementalEqualsRecomputed) {
  std::printf("seed %lu\n", GetParam());
  const Universe universe = overlapping_baskets();
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, settings(), log, counters);
  engine.start();
  Day day(GetParam());
  Said said;
  std::set<std::uint32_t> flags_seen;
  // An input with the time of day, after the deadline of the open, is accepted before the day
  // begins.
  MarketEvent clock;
  clock.kind = EventKind::quote;
  clock.exchange_time = clock.receive_time = china_time(kDay, 36'000'000);
  for (int i = 0; i < 2; ++i) engine.apply(clock, 0);
  for (std::uint64_t step = 1; step <= kSteps; ++step) {
    const std::size_t before = log.levels.size();
    const MarketEvent event = day.next(universe, said);
    engine.apply(event, step);
    std::array<bool, 4> spoke{};
    for (std::size_t i = before; i < log.levels.size(); ++i) {
      const LevelUpdate& level = log.levels[i];
      flags_seen.insert(level.flags);
      spoke[level.header.id] = true;
      ASSERT_EQ(published(level), recompute(universe, said, level.header.id)) << "step " << step;
    }
    // Flags that moved are published at once.
    for (IndexId index = 0; index < 4; ++index) {
      if (spoke[index]) continue;
      for (std::size_t i = log.levels.size(); i-- > 0;) {
        if (log.levels[i].header.id != index) continue;
        ASSERT_EQ(published_flags(log.levels[i]), recompute(universe, said, index).flags)
            << "step " << step;
        break;
      }
    }
  }
  EXPECT_GE(flags_seen.size(), 6u) << "the day was too quiet to show anything";
}

TEST_P(QualityProperty, TheSameInputsGiveTheSameBytes) {
  const Universe universe = overlapping_baskets();
  std::array<Run, 2> runs;
  for (Run& run : runs) {
    Engine engine(universe, settings(), run.log, run.counters);
    engine.start();
    Day day(GetParam());
    Said said;
    for (std::uint64_t step = 1; step <= kSteps; ++step)
      engine.apply(day.next(universe, said), step);
  }
  ASSERT_EQ(runs[0].log.levels.size(), runs[1].log.levels.size());
  for (std::size_t i = 0; i < runs[0].log.levels.size(); ++i) {
    ASSERT_EQ(Record::of(runs[0].log.levels[i]).words, Record::of(runs[1].log.levels[i]).words);
  }
  ASSERT_EQ(runs[0].log.records.size(), runs[1].log.records.size());
  for (std::size_t i = 0; i < runs[0].log.records.size(); ++i)
    ASSERT_EQ(runs[0].log.records[i].words, runs[1].log.records[i].words);
}

INSTANTIATE_TEST_SUITE_P(Seeds, QualityProperty, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace indexcast
