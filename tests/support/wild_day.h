// Random inputs of every kind, for properties that hold whatever comes.
#pragma once

#include <cstdint>
#include <random>

#include "calc/control.h"
#include "calc/event.h"
#include "calc/universe.h"

namespace indexcast::test {

// A day in which everything that the core knows may happen, in any order: prices true and wild,
// rates, halts, phases, feeds, limits, collars, timers, and operators.
class WildDay {
 public:
  // `phases`: how many of a market's phases, from pre_open on, may come. With closes come closing
  // prices, and statistics that follow the grid.
  WildDay(std::mt19937_64& random, const Universe& universe, std::uint64_t phases = 4)
      : random_(&random), universe_(&universe), phases_(phases) {}

  // Receive and exchange time of the first events.
  static constexpr TimeNs kBegin{kNsPerSecond * 1'000'000};

  MarketEvent next() {
    event_ = MarketEvent{};
    now_ = now_ + static_cast<std::int64_t>(below(200)) * kNsPerMs;
    event_.receive_time = event_.exchange_time = now_;
    if (markets_ < 3) {  // so that every index may have open, high and low
      event_.kind = EventKind::market_phase;
      event_.market = markets_++;
      return event_;
    }
    const auto draw = below(1000);
    if (draw < 600) {
      price();
    } else if (draw < 800) {
      quote();
    } else if (draw < 870) {
      rate();
    } else if (draw < 900) {
      of_instrument(EventKind::instrument_status, 3);
    } else if (draw < 915) {
      feed();
    } else if (draw < 930) {
      of_market(EventKind::market_phase, phases_);
    } else if (draw < 945) {
      limits();
    } else if (draw < 948) {
      collar();
    } else if (draw < 950) {
      belief();
    } else if (draw < 978 || (draw < 980 && !closes())) {
      timer();
    } else if (draw < 980) {
      statistics();
    } else {
      control();
    }
    return event_;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return (*random_)() % bound; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  // One in a hundred does not exist.
  InstrumentId any_instrument() {
    const auto count = universe_->instruments().size();
    return static_cast<InstrumentId>(below(100) == 0 ? count : below(count));
  }
  Price near(InstrumentId id) {
    const bool known = id < universe_->instruments().size();
    const std::int64_t reference =
        known ? universe_->instruments()[id].reference_price.raw : 10'000'000;
    return Price{reference * between(70, 130) / 100 + between(-99, 99)};
  }

  void price() {
    of_instrument(EventKind::price, 1);
    event_.instrument = any_instrument();
    event_.detail = static_cast<std::uint8_t>(kind());
    event_.value[0] =
        below(50) == 0 ? between(-40'000'000, 400'000'000) : near(event_.instrument).raw;
    // No closing price.
    if (kind_is_close() && below(10) == 0) event_.value[0] = 0;
    event_.value[1] = ++volume_;
    event_.value[2] = between(0, 1'000'000);
    // A price is often the one before.
    if (below(20) == 0 && last_price_.kind == EventKind::price) {
      event_.instrument = last_price_.instrument;
      event_.value[0] = last_price_.value[0];
    }
    last_price_ = event_;
  }
  bool kind_is_close() const {
    return event_.detail == static_cast<std::uint8_t>(PriceKind::close);
  }
  PriceKind kind() {
    if (below(100) == 0) return PriceKind::previous_close;
    return closes() && below(60) == 0 ? PriceKind::close : PriceKind::last;
  }
  bool closes() const { return phases_ > static_cast<std::uint64_t>(MarketPhase::closing); }
  void quote() {
    of_instrument(EventKind::quote, 1);
    event_.instrument = any_instrument();
    event_.detail = static_cast<std::uint8_t>(below(20) == 0 ? below(3) : 0);
    const std::int64_t bid = near(event_.instrument).raw;
    event_.value[0] = below(10) == 0 ? 0 : bid;
    event_.value[1] = below(10) == 0 ? 0 : bid + between(-1000, 100'000);
  }
  void rate() {
    event_.kind = EventKind::fx;
    event_.instrument = 1;
    event_.channel = static_cast<std::uint32_t>(below(2));
    event_.value[0] = below(50) == 0 ? 0 : 92'310'000 + between(-2'000'000, 2'000'000);
  }
  void of_instrument(EventKind kind, std::uint64_t details) {
    event_.kind = kind;
    event_.detail = static_cast<std::uint8_t>(below(details));
    event_.instrument = static_cast<InstrumentId>(below(universe_->instruments().size()));
  }
  void of_market(EventKind kind, std::uint64_t details) {
    event_.kind = kind;
    event_.detail = static_cast<std::uint8_t>(below(details));
    event_.market = static_cast<MarketId>(below(3));
  }
  // The state of a feed, of one member only, or the time of its channel.
  void feed() {
    of_market(EventKind::feed_state, 6);
    const auto what = below(4);
    if (what == 0) event_.instrument = any_instrument();
    if (what != 1) return;
    event_.kind = EventKind::channel_time;
    event_.value[0] = between(-1, 70'000);
  }
  void limits() {
    of_instrument(EventKind::limits, 3);
    const Price centre = near(event_.instrument);
    event_.value[0] = below(2) == 0 ? 0 : centre.raw * 9 / 10;
    event_.value[1] = below(2) == 0 ? 0 : centre.raw * 11 / 10;
  }
  void collar() {
    of_market(EventKind::price_collar, 1);
    event_.value[0] = between(0, 3000);
  }
  void belief() {
    event_.kind = EventKind::belief_rule;
    event_.instrument = below(2) == 0
                            ? kNoInstrument
                            : static_cast<InstrumentId>(below(universe_->indices().size()));
    event_.value[0] = between(0, 1) * between(0, 200);
    event_.value[1] = between(0, 1) * between(0, 40);
  }
  void timer() {
    event_.kind = EventKind::timer;
    event_.exchange_time = {};
    event_.value[0] = now_.ns;
  }
  void statistics() {
    event_.kind = EventKind::statistics_rule;
    event_.value[0] = between(0, 2) * 7 * kNsPerMs;
  }
  void control() {
    event_.kind = EventKind::control;
    event_.detail = static_cast<std::uint8_t>(below(kControlOpCount + 1));
    event_.exchange_time = below(20) == 0 ? TimeNs{now_.ns - 1} : TimeNs{};
    event_.set_expected_version(below(10) == 0 ? 3 : kAnyVersion);
    const auto op = static_cast<ControlOp>(event_.detail);
    event_.channel = static_cast<std::uint32_t>(below(4));  // every RequestMode, and none
    if (is_of_index(op)) {
      event_.instrument = static_cast<IndexId>(below(universe_->indices().size() + 1));
      event_.value[0] = between(0, 2);
      event_.value[1] = event_.value[2] = 1;
    } else if (is_of_instrument(op)) {
      event_.instrument = any_instrument();
      event_.value[0] = near(event_.instrument).raw;
    } else {
      event_.instrument = static_cast<SeriesId>(below(3));
      event_.value[0] = 92'310'000 + between(-4'000'000, 4'000'000);
    }
  }

  std::mt19937_64* random_;
  const Universe* universe_;
  std::uint64_t phases_;
  MarketEvent event_;
  MarketEvent last_price_;
  TimeNs now_ = kBegin;
  MarketId markets_ = 0;  // that reported their opening session
  std::int64_t volume_ = 0;
};

}  // namespace indexcast::test
