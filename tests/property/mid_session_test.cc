// A core that starts at any time of the day publishes the same open, high and low as a core that
// ran all day, or null if it could not see them (METHODOLOGY 5).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <set>
#include <vector>

#include "calc/engine.h"
#include "tests/support/baskets.h"

namespace indexcast {
namespace {

constexpr Date kDay = 20250402;
constexpr MarketId kMarkets = 3;
constexpr std::size_t kStarts = 40;  // of a seed

TimeNs at(int hour, int minute, int second = 0) {
  return china_time(kDay, ((hour * 60 + minute) * 60 + second) * 1000);
}

// Two indices of all markets, one of the mainland and one of Hong Kong alone.
Universe baskets() {
  const auto member = [](int i, MarketId market) {
    return test::member(std::to_string(i) + ".X", market, market == 2 ? "HKD" : "CNY", "20",
                        std::to_string(100'000 + 7 * i));
  };
  std::vector<IndexDefinition> out;
  out.push_back(test::index(
      "ALL", {member(0, 0), member(1, 0), member(2, 1), member(3, 1), member(4, 2), member(5, 2)}));
  out.push_back(test::index("SOME", {member(0, 0), member(3, 1), member(5, 2)}));
  out.push_back(test::index("MAINLAND", {member(0, 0), member(1, 0), member(2, 1)}));
  out.push_back(test::index("HONGKONG", {member(4, 2), member(5, 2)}));
  return Universe(std::move(out));
}

// A day of prices, rates and sessions; on some days a market is closed or opens late.
class TradingDay {
 public:
  TradingDay(std::uint64_t seed, const Universe& universe) : random_(seed), universe_(universe) {
    for (MarketId market = 0; market < kMarkets; ++market) plan(market);
    for (TimeNs now = at(8, 50); now < at(16, 30); now = now + step(now)) {
      while (next_phase_ < phases_.size() && phases_[next_phase_].time <= now) {
        const Planned& planned = phases_[next_phase_++];
        add(EventKind::market_phase, planned.time).market = planned.market;
        events_.back().detail = static_cast<std::uint8_t>(planned.phase);
        phase_[planned.market] = planned.phase;
      }
      speak(now);
    }
  }

  const std::vector<MarketEvent>& events() const { return events_; }

  // Inputs of a core that starts before event `first`: the markets that the calendar closes and the
  // rate, then the phase of each market and the newest image of each security, in any order.
  std::vector<MarketEvent> images(std::size_t first) {
    std::vector<MarketEvent> first_of_all;
    std::vector<MarketEvent> out;
    std::set<std::pair<EventKind, std::uint32_t>> known;
    for (std::size_t i = first; i-- > 0;) {
      const MarketEvent& event = events_[i];
      const bool of_market = event.kind == EventKind::market_phase;
      if (!known.insert({event.kind, of_market ? event.market : event.instrument}).second) continue;
      const bool shut = of_market && event.detail == static_cast<int>(MarketPhase::shut_today);
      (shut || event.kind == EventKind::fx ? first_of_all : out).push_back(event);
    }
    std::stable_partition(first_of_all.begin(), first_of_all.end(),
                          [](const MarketEvent& event) { return event.kind != EventKind::fx; });
    std::ranges::shuffle(out, random_);
    out.insert(out.begin(), first_of_all.begin(), first_of_all.end());
    const TimeNs now = first < events_.size() ? events_[first].exchange_time : at(16, 30);
    for (MarketEvent& image : out) {
      image.receive_time = now;
      if (image.kind != EventKind::fx) image.exchange_time = now;
    }
    return out;
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  struct Planned {
    TimeNs time;
    MarketId market;
    MarketPhase phase;
  };

  void plan(MarketId market) {
    const auto say = [&](TimeNs time, MarketPhase phase) {
      const auto later =
          std::ranges::find_if(phases_, [&](const Planned& p) { return p.time > time; });
      phases_.insert(later, {time, market, phase});
    };
    const auto kind = below(10);
    if (kind == 0) return say(at(8, 50), MarketPhase::shut_today);
    const bool hong_kong = market == 2;
    say(at(8, 50), MarketPhase::pre_open);
    const bool late = kind == 1 && hong_kong;  // a typhoon morning
    say(late        ? at(11, 0)
        : hong_kong ? at(9, 20)
                    : at(9, 25),
        hong_kong ? MarketPhase::trading : MarketPhase::scheduled);
    if (!hong_kong) say(at(9, 30), MarketPhase::trading);
    say(hong_kong ? at(12, 0) : at(11, 30), MarketPhase::scheduled);
    say(at(13, 0), MarketPhase::trading);
    say(hong_kong ? at(16, 8) : at(15, 0), MarketPhase::closing);
  }

  // Half a second around the opening, more at other times.
  std::int64_t step(TimeNs now) {
    const bool dense = now > at(9, 19) && now < at(9, 32);
    return static_cast<std::int64_t>(1 + below(dense ? 1000 : 60'000)) * kNsPerMs;
  }

  MarketEvent& add(EventKind kind, TimeNs now) {
    MarketEvent& event = events_.emplace_back();
    event.kind = kind;
    event.exchange_time = event.receive_time = now;
    return event;
  }

  void speak(TimeNs now) {
    if (below(8) == 0) {
      MarketEvent& rate = add(EventKind::fx, now);
      rate.instrument = 1;
      rate.value[0] = 92'310'000 + static_cast<std::int64_t>(below(100'000));
      rate.exchange_time = {};
      return;
    }
    const auto id = static_cast<InstrumentId>(below(universe_.instruments().size()));
    const MarketId market = universe_.instruments()[id].market;
    const MarketPhase phase = phase_[market];
    if (phase == MarketPhase::shut_today) return;
    const bool trades = phase == MarketPhase::trading;
    if (trades || (phase == MarketPhase::scheduled && !traded_[id] && below(3) != 0))
      traded_[id] = 20'000'000 + static_cast<std::int64_t>(below(1'000'000));
    MarketEvent& image = add(EventKind::price, now);
    image.market = market;
    image.instrument = id;
    const PriceKind kind = phase == MarketPhase::closing ? PriceKind::close
                           : traded_[id] != 0            ? PriceKind::last
                                                         : PriceKind::previous_close;
    image.detail = static_cast<std::uint8_t>(kind);
    image.value[0] = traded_[id] != 0 ? traded_[id] : 20'000'000;
  }

  std::mt19937_64 random_;
  const Universe& universe_;
  std::vector<Planned> phases_;
  std::size_t next_phase_ = 0;
  std::array<MarketPhase, kMarkets> phase_{};
  std::array<std::int64_t, 6> traded_{};
  std::vector<MarketEvent> events_;
};

class Core {
 public:
  explicit Core(const Universe& universe)
      : engine_(universe, {.trade_date = kDay}, log_, counters_) {
    engine_.start();
    MarketEvent rule;
    rule.kind = EventKind::fx_rule;
    rule.instrument = 1;
    rule.detail = static_cast<std::uint8_t>(FxMode::realtime);
    apply(rule);
    for (MarketId market = 0; market < kMarkets; ++market) {
      MarketEvent live;
      live.kind = EventKind::feed_state;
      live.market = live.feed = market;
      live.detail = static_cast<std::uint8_t>(FeedState::live);
      apply(live);
    }
  }
  void apply(const MarketEvent& event) { engine_.apply(event, ++inputs_); }
  const std::vector<LevelUpdate>& levels() const { return log_.levels; }

 private:
  test::RecordLog log_;
  CoreCounters counters_;
  Engine engine_;
  std::uint64_t inputs_ = 0;
};

class MidSessionProperty : public testing::TestWithParam<std::uint64_t> {};

TEST_P(MidSessionProperty, NoStatisticIsShownThatTheWholeDayDidNotHave) {
  std::printf("seed %lu\n", GetParam());
  const Universe universe = baskets();
  TradingDay day(GetParam(), universe);
  Core whole(universe);
  for (const MarketEvent& event : day.events()) whole.apply(event);
  std::array<std::set<std::int64_t>, 4> opens;
  std::array<std::set<std::int64_t>, 4> highs;
  std::array<std::set<std::int64_t>, 4> lows;
  for (const LevelUpdate& level : whole.levels()) {
    ASSERT_EQ(level.flags & kStatisticsPartial, 0u) << "the core that ran all day missed nothing";
    opens[level.header.id].insert(level.open.raw);
    highs[level.header.id].insert(level.high.raw);
    lows[level.header.id].insert(level.low.raw);
  }
  for (IndexId id = 0; id < 4; ++id) ASSERT_LE(opens[id].size(), 2u) << "none, then one";
  for (std::size_t i = 0; i < kStarts; ++i) {
    const std::size_t first = day.below(day.events().size());
    Core late(universe);
    for (const MarketEvent& image : day.images(first)) late.apply(image);
    for (std::size_t k = first; k < day.events().size(); ++k) late.apply(day.events()[k]);
    for (const LevelUpdate& level : late.levels()) {
      const IndexId id = level.header.id;
      ASSERT_TRUE(opens[id].contains(level.open.raw)) << "from event " << first;
      ASSERT_TRUE(highs[id].contains(level.high.raw)) << "from event " << first;
      ASSERT_TRUE(lows[id].contains(level.low.raw)) << "from event " << first;
      // Missing values always have the flag: at the day's end an index without the flag has all
      // three.
      const bool complete = level.status() == IndexStatus::closed && level.flags == 0;
      ASSERT_TRUE(!complete || level.open.raw != 0) << "from event " << first;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MidSessionProperty, testing::Range<std::uint64_t>(1, 26));

}  // namespace
}  // namespace indexcast
