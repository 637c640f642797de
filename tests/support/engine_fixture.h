// The golden basket under an engine, spoken to in a day's words.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "calc/engine.h"
#include "tests/support/baskets.h"

namespace indexcast::test {

inline constexpr Date kDay = 20250402;

inline TimeNs at(int hour, int minute, int second = 0) {
  return china_time(kDay, ((hour * 60 + minute) * 60 + second) * 1000);
}

// Member `i` of the basket is listed in market `i`.
inline const TimeNs kMorning = at(9, 0);

class EngineFixture : public testing::Test {
 protected:
  // `now`: the first exchange time that the core receives.
  explicit EngineFixture(const IndexDefinition& basket = golden_basket(), TimeNs now = kMorning)
      : universe_({basket}), engine_(universe_, settings(), log_, counters_), now_(now) {
    engine_.start();
    for (MarketId market = 0; market < 3; ++market) feed(market, FeedState::live);
    if (now_ < at(9, 20)) phases(MarketPhase::pre_open);
  }

  static EngineSettings settings() {
    EngineSettings settings;
    settings.trade_date = kDay;
    return settings;
  }

  MarketEvent& event(EventKind kind, std::uint8_t detail) {
    event_ = MarketEvent{};
    event_.kind = kind;
    event_.detail = detail;
    event_.exchange_time = now_;
    event_.receive_time = now_;
    return event_;
  }
  void send() { engine_.apply(event_, ++sequence_); }

  void price(InstrumentId id, PriceKind kind, const std::string& text, std::int64_t turnover = 0,
             std::uint32_t channel = 0) {
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(kind));
    e.instrument = id;
    e.channel = channel;
    e.value[0] = test::price(text).raw;
    e.value[2] = turnover;
    send();
  }
  // A last price of today, with the cumulative volume.
  void traded(InstrumentId id, const std::string& text, std::int64_t volume) {
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
    e.instrument = id;
    e.value[0] = test::price(text).raw;
    e.value[1] = volume;
    send();
  }
  // Percent of the last usable price, for every instrument of the market.
  void collar(MarketId market, std::int64_t percent) {
    MarketEvent& e = event(EventKind::price_collar, 0);
    e.market = market;
    e.value[0] = percent * 100;
    send();
  }
  void limits(InstrumentId id, const std::string& lower, const std::string& upper,
              LimitsKind kind = LimitsKind::stated) {
    MarketEvent& e = event(EventKind::limits, static_cast<std::uint8_t>(kind));
    e.instrument = id;
    e.value[0] = test::price(lower).raw;
    e.value[1] = test::price(upper).raw;
    send();
  }
  // The core's timer, once a second, for so many seconds.
  void seconds_pass(int count) {
    for (int i = 0; i < count; ++i) {
      now_ = now_ + kNsPerSecond;
      MarketEvent& e = event(EventKind::timer, 0);
      e.exchange_time = {};
      e.value[0] = now_.ns;
      send();
    }
  }
  MarketEvent& control(ControlOp op, std::uint32_t target, std::int64_t value = 0,
                       std::uint32_t expected_version = kAnyVersion) {
    MarketEvent& e = event(EventKind::control, static_cast<std::uint8_t>(op));
    e.exchange_time = {};
    e.instrument = target;
    e.value[0] = value;
    e.set_expected_version(expected_version);
    return e;
  }
  ControlOutcome ask(ControlOp op, std::uint32_t target, std::int64_t value = 0,
                     std::uint32_t expected_version = kAnyVersion) {
    control(op, target, value, expected_version);
    send();
    return outcome();
  }
  // The same with the asker's insistence, or only to see what it would do.
  ControlOutcome ask_in(RequestMode mode, ControlOp op, std::uint32_t target,
                        std::int64_t value = 0) {
    control(op, target, value).channel = static_cast<std::uint32_t>(mode);
    send();
    return outcome();
  }
  ControlOutcome force(ControlOp op, std::uint32_t target, std::int64_t value = 0) {
    return ask_in(RequestMode::force, op, target, value);
  }
  // Outcome of the last request.
  ControlOutcome outcome() const {
    return static_cast<ControlOutcome>(
        last_of<ControlDone>(RecordKind::control_done).header.detail2);
  }
  template <class T>
  T last_of(RecordKind kind) const {
    for (auto it = log_.records.rbegin(); it != log_.records.rend(); ++it) {
      if (it->kind() == kind) return it->template as<T>();
    }
    return {};
  }
  // An empty text is an empty side.
  void quote(InstrumentId id, const std::string& bid, const std::string& ask,
             std::uint32_t channel = 0, QuoteKind kind = QuoteKind::book) {
    MarketEvent& e = event(EventKind::quote, static_cast<std::uint8_t>(kind));
    e.instrument = id;
    e.value[0] = bid.empty() ? 0 : test::price(bid).raw;
    e.value[1] = ask.empty() ? 0 : test::price(ask).raw;
    e.channel = channel;
    send();
  }
  void phase(MarketId market, MarketPhase phase) {
    event(EventKind::market_phase, static_cast<std::uint8_t>(phase)).market = market;
    send();
  }
  void phases(MarketPhase of_all) {
    for (MarketId market = 0; market < 3; ++market) phase(market, of_all);
  }
  void feed(MarketId market, FeedState state, std::uint32_t channel = 0, bool by_security = false,
            std::uint32_t successor = 0) {
    MarketEvent& e = event(EventKind::feed_state, static_cast<std::uint8_t>(state));
    e.market = market;
    e.feed = market;
    e.channel = channel;
    e.value[kBySecurity] = by_security;
    e.value[kSuccessor] = successor;
    send();
  }
  void status(InstrumentId id, InstrumentStatus status) {
    event(EventKind::instrument_status, static_cast<std::uint8_t>(status)).instrument = id;
    send();
  }
  void fx(const std::string& text) {
    MarketEvent& e = event(EventKind::fx, 0);
    e.instrument = 1;
    e.value[0] = test::rate(text).raw;
    send();
  }
  void ends(MarketId market, TimeNs end) {
    MarketEvent& e = event(EventKind::timetable, 0);
    e.market = market;
    e.value[0] = end.ns;
    send();
  }
  // Events arrive at `time`, enough of them that it is believed.
  void time_is(TimeNs time) {
    now_ = time;
    for (int i = 0; i < 2; ++i) quote(0, "", "");
  }
  void all_trade() {
    price(0, PriceKind::last, "151.20");
    price(1, PriceKind::last, "17.35");
    price(2, PriceKind::last, "5.91");
  }
  void close_at(const std::string& first) {
    phases(MarketPhase::trading);
    all_trade();
    phases(MarketPhase::closing);
    price(0, PriceKind::close, first);
    price(1, PriceKind::close, "17.35");
    price(2, PriceKind::close, "5.91");
    ASSERT_EQ(log_.last().status(), IndexStatus::closed);
  }
  std::string level() const { return format_decimal(log_.last().level.raw, 4); }
  std::uint64_t count(CoreCounter counter) const { return counters_.get(counter); }
  MarketChanged last_market_change() const {
    return last_of<MarketChanged>(RecordKind::market_changed);
  }

  Universe universe_;
  RecordLog log_;
  CoreCounters counters_;
  Engine engine_;
  MarketEvent event_;
  TimeNs now_;
  std::uint64_t sequence_ = 0;
};

}  // namespace indexcast::test
