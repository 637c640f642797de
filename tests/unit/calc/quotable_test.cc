// When a level may be quoted against: the table of METHODOLOGY 8, over all combinations of what
// ends it and what is only said. Each combination is made by inputs, not by setting flags.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;

// A condition of a level. `ends`: METHODOLOGY 8 says that it ends `quotable`.
struct Condition {
  const char* name;
  std::uint32_t flag;
  bool ends;
};
constexpr std::array kConditions{
    Condition{"exceptional_rule", kExceptionalRule, true},
    Condition{"fx_stale", kFxStale, true},
    Condition{"feed_stale", kFeedStale, true},
    Condition{"recovering", kRecovering, true},
    Condition{"level_guard", kLevelGuard, true},
    Condition{"partial_market by the calendar", kPartialMarket, false},
    Condition{"override_in_force", kOverrideInForce, false},
    Condition{"carried_forward", kCarriedForward, false},
    Condition{"statistics_partial", kStatisticsPartial, false},
    Condition{"price_pending of little impact", kPricePending, false},
    Condition{"reference_mismatch of little impact", kReferenceMismatch, false},
};
enum : std::size_t {
  kExceptional,
  kFx,
  kStale,
  kLost,
  kGuard,
  kShut,
  kOverride,
  kCarried,
  kPartial,
  kWaits,
  kMismatch,
};

// Market 0 holds a member for most conditions, market 1 may close early, market 2 has the foreign
// currency. What only counts from 20 bp on weighs more than that.
IndexDefinition basket() {
  std::vector<Member> members{
      test::member("600000.SH", 0, "CNY", "10", "600000"),  // most of the weight
      test::member("600001.SH", 0, "CNY", "10", "20000"),   // lags behind: its channel is stale
      test::member("600002.SH", 0, "CNY", "10", "20000"),   // its channel lost something
      test::member("600003.SH", 0, "CNY", "10", "200000"),  // jumps
      test::member("600004.SH", 0, "CNY", "10", "20000"),   // an operator's price
      test::member("600005.SH", 0, "CNY", "10", "100"),     // a price of it waits
      test::member("600006.SH", 0, "CNY", "10", "100"),     // another previous close
      test::member("000001.SZ", 1, "CNY", "10", "5000"),    // closes early, without its close
      test::member("00001.HK", 2, "HKD", "10", "20000"),
  };
  return test::index("X", std::move(members));
}

constexpr bool in(unsigned set, std::size_t condition) { return set >> condition & 1u; }

// A day on which every condition of a set holds in the end.
class Day : public test::EngineFixture {
 public:
  // A core that begins in mid-session misses the opening.
  explicit Day(unsigned set) : EngineFixture(basket(), in(set, kPartial) ? at(9, 35) : at(9, 0)) {
    make(set);
  }
  const LevelUpdate& last() const { return log_.last(); }

 private:
  void TestBody() override {}

  void make(unsigned set) {
    if (in(set, kMismatch)) price(6, PriceKind::previous_close, "10.01", 0, 1);
    if (in(set, kShut)) phase(2, MarketPhase::shut_today);
    now_ = std::max(now_, at(9, 30));
    phase(0, MarketPhase::trading);
    phase(1, MarketPhase::trading);
    if (!in(set, kShut)) phase(2, MarketPhase::trading);
    for (InstrumentId id = 0; id < 9; ++id) {
      if (id == 8 && in(set, kShut)) continue;
      price(id, PriceKind::last, "10", 0, id);
      feed(universe_.instruments()[id].market, FeedState::live, id);
    }
    collar(0, 25);
    if (in(set, kExceptional)) ask(ControlOp::exceptional_rule, 0, 1);
    rate_rule(in(set, kFx));
    if (in(set, kStale)) feed(0, FeedState::stale, 1);
    if (in(set, kLost)) feed(0, FeedState::gap, 2);
    if (in(set, kOverride)) ask(ControlOp::override_price, 4, test::price("10").raw);
    if (in(set, kCarried)) carried();
    if (in(set, kWaits)) price(5, PriceKind::last, "13", 0, 5);
    if (in(set, kGuard)) guarded();
  }
  void rate_rule(bool stale) {
    fx("0.92310");
    MarketEvent& rule = event(EventKind::fx_rule, static_cast<std::uint8_t>(FxMode::realtime));
    rule.instrument = 1;
    rule.value[0] = stale ? 1 : 0;  // ns after which a rate is stale; 0: never
    now_ = now_ + kNsPerSecond;
    rule.receive_time = now_;
    send();
  }
  void carried() {
    ends(1, at(9, 31));
    phase(1, MarketPhase::closing);
    now_ = at(9, 56);
    time_is(now_);
  }
  void guarded() {
    MarketEvent& rule = event(EventKind::belief_rule, 0);
    rule.value[0] = 100;
    rule.value[1] = 20;
    send();
    price(3, PriceKind::last, "10", 0, 3);
    price(3, PriceKind::last, "11", 0, 3);
  }
};

TEST(Quotable, EveryCombinationOfConditions) {
  for (unsigned set = 0; set < 1u << kConditions.size(); ++set) {
    const Day day(set);
    std::uint32_t flags = 0;
    bool ends = false;
    std::string names;
    for (std::size_t i = 0; i < kConditions.size(); ++i) {
      if (!in(set, i)) continue;
      flags |= kConditions[i].flag;
      ends |= kConditions[i].ends;
      names += std::string(" ") + kConditions[i].name;
    }
    const LevelUpdate last = day.last();
    ASSERT_EQ(last.flags, flags) << set << ":" << names;
    ASSERT_EQ(last.status(), IndexStatus::open) << names;
    ASSERT_EQ(last.quotable, !ends) << set << ":" << names;
  }
}

}  // namespace
}  // namespace indexcast
