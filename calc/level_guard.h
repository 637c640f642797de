// The level guard (METHODOLOGY 4): prices inside their collar that move a level too far at once.
// This class knows prices only; the engine knows the indices that they concern.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/fixed_point.h"

namespace indexcast {

// How a guard ends.
enum class GuardEnd : std::uint8_t {
  repeated = 0,    // a later message repeated the price: the levels meanwhile count
  came_back = 1,   // the price returned to the one before: they do not
  unrepeated = 2,  // neither, within a minute: they do not
};

// Keeps the range of each instrument's prices in the current second of exchange time and in the one
// before, and follows the instruments whose price moved too far. It reserves all memory at
// construction. One thread.
class LevelGuard {
 public:
  explicit LevelGuard(std::size_t instruments) : windows_(instruments), slots_(instruments) {
    active_.reserve(instruments);
  }

  // Goes on where `from`, of the same instruments, has come to.
  void take_over(const LevelGuard& from);

  // The first price after a pause: nothing to compare it with.
  void begin(InstrumentId id, Price price, TimeNs exchange_time) {
    windows_[id] = {start_of_second(exchange_time), price, price, price, price, price};
  }

  // A price that follows another one. Returns the price of these two seconds from which it is more
  // than 5 % away, the furthest; nothing when there is none.
  std::optional<Price> follow(InstrumentId id, Price price, TimeNs exchange_time) {
    Window& window = windows_[id];
    if (exchange_time - window.start >= kNsPerSecond) window.turn(start_of_second(exchange_time));
    const Price low = window.low < window.before_low ? window.low : window.before_low;
    const Price high = window.high > window.before_high ? window.high : window.before_high;
    if (price < window.low) window.low = price;
    if (price > window.high) window.high = price;
    window.last = price;
    const bool rose = exceeds(price.raw - low.raw, low);
    const bool fell = exceeds(high.raw - price.raw, high);
    if (!(rose | fell)) [[likely]]
      return std::nullopt;
    return rose && (!fell || price.raw - low.raw >= high.raw - price.raw) ? low : high;
  }

  bool active(InstrumentId id) const { return slots_[id].active; }
  // Instruments whose price has moved a level too far.
  std::span<const InstrumentId> active() const { return active_; }
  Price price(InstrumentId id) const { return slots_[id].price; }
  // The price before. active(id).
  Price before(InstrumentId id) const { return slots_[id].before; }

  // The price of this event, `base` before it, has moved a level too far.
  void fire(const MarketEvent& event, Price base);
  // A later price of an instrument that is active. `step`: that of price(). Returns whether it is
  // near that price or near the one before, so that it is no jump of its own.
  bool on_price(const MarketEvent& event, Price step);
  // Whether it ends at `now` of the receive clock, and how. active(id).
  std::optional<GuardEnd> ends(InstrumentId id, TimeNs now) const;
  void drop(InstrumentId id);

 private:
  struct Window {
    TimeNs start{};  // of the second, exchange time
    Price last{};
    Price low{};
    Price high{};
    Price before_low{};  // of the second before
    Price before_high{};

    void turn(TimeNs to) {
      const bool next = to - start == kNsPerSecond;
      before_low = next ? low : last;
      before_high = next ? high : last;
      low = high = last;
      start = to;
    }
  };
  struct Slot {
    bool active = false;
    bool repeated = false;
    bool came_back = false;
    Price price{};
    Price before{};
    TimeNs exchange_time{};
    TimeNs since{};  // receive clock
  };

  static constexpr TimeNs start_of_second(TimeNs time) {
    return TimeNs{time.ns - time.ns % kNsPerSecond};
  }
  // More than 5 %.
  static constexpr bool exceeds(std::int64_t move, Price of) { return move > of.raw / 20; }

  std::vector<Window> windows_;
  std::vector<Slot> slots_;
  std::vector<InstrumentId> active_;
};

}  // namespace indexcast
