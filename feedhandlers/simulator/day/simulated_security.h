// One security's day as its exchange sees it: price, book, totals. Pure: the same calls in the same
// order give the same values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "feedhandlers/simulator/day/price_rules.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/faults/random.h"

namespace indexcast::sim {

inline constexpr std::size_t kBookDepth = 10;

// Price 1e-6 (0: none, or the unmatched side of an auction), size in shares.
struct BookLevel {
  std::int64_t price = 0;
  std::int64_t size = 0;
};

// Best first. In an auction both first levels carry the virtual price and the quantity it would
// match, and the heavier side's second level the rest at price 0.
struct Book {
  std::array<BookLevel, kBookDepth> bids{};
  std::array<BookLevel, kBookDepth> asks{};
};

// Prices 1e-6, 0 before the first trade; turnover 1e-4.
struct Totals {
  std::int64_t last = 0;
  std::int64_t previous_last = 0;
  std::int64_t open = 0;
  std::int64_t high = 0;
  std::int64_t low = 0;
  std::int64_t volume = 0;
  std::int64_t turnover = 0;
  std::int64_t trades = 0;
};

// A trade as its exchange knows it: what a cancellation takes back. Price 1e-6.
struct SimulatedTrade {
  std::uint32_t id = 0;  // per security, from 1; a cancelled one is never given again
  std::int64_t price = 0;
  std::int64_t shares = 0;
};

enum class Halt : std::uint8_t {
  none,
  temporary,  // resumed later the same day
  to_close,   // not resumed today
};

// How an exchange answers a price that moved too fast.
enum class Interruption : std::uint8_t {
  none,
  auction,  // the mainland: orders are collected, their match ends it
  bounded,  // Hong Kong's cooling-off: trading goes on between two prices (HKEX notes 2.7, 4.3)
};

class SimulatedSecurity {
 public:
  struct Listing {
    std::uint32_t code = 0;
    std::string name;                 // ASCII
    std::string currency;             // ISO 4217
    std::int64_t previous_close = 0;  // the issue price on the first day
    bool first_day = false;           // of its listing: no price limit
  };

  SimulatedSecurity(Listing listing, PriceRules rules, Random random);

  const Listing& listing() const { return listing_; }
  const PriceRules& rules() const { return rules_; }
  const Totals& totals() const { return totals_; }
  const Book& book() const { return book_; }
  Phase phase() const { return phase_; }
  bool halted() const { return halt_ != Halt::none; }
  Halt halt_kind() const { return halt_; }
  Interruption interruption() const { return interruption_; }
  // Between which prices it trades during a bounded interruption, and around which.
  std::int64_t bound_reference() const { return bound_reference_; }
  std::int64_t bound_low() const { return bound_low_; }
  std::int64_t bound_high() const { return bound_high_; }
  // The latest trade, of id 0 before the first one.
  const SimulatedTrade& last_trade() const { return last_trade_; }
  bool suspended() const { return suspended_; }
  // Halted when the market closed, and therefore excluded from after-hours trading.
  bool halted_at_close() const { return halted_at_close_; }
  // The auction's price so far, 0 when there is none.
  std::int64_t virtual_price() const { return virtual_price_; }
  // Official close, 0 before it and on a day without a trade.
  std::int64_t close() const { return phase_ == Phase::closed ? totals_.last : 0; }
  Random& random() { return random_; }

  void suspend() { suspended_ = true; }
  // Nobody trades anywhere but at this limit of the day.
  void pin_to_limit(bool upper) { pinned_ = upper ? rules_.upper() : rules_.lower(); }
  // Every price lies so far below where it would be, in basis points of the previous close.
  void fall(std::int64_t bp);
  // Moves the day on: leaving an auction matches it, unless it is `empty`.
  void enter(Phase phase, bool empty);
  // Orders arrived in an auction, or a trade in continuous trading. Nothing in other phases, nor
  // while halted or suspended.
  void tick();
  void halt(Halt kind);
  void resume();
  // Only in continuous trading and after a trade: false when nothing was interrupted.
  bool interrupt(Interruption kind);
  void end_interruption();
  // Takes the last trade back: price, volume and turnover are those before it. Id 0 when there is
  // none, or when the last one was taken back already.
  SimulatedTrade cancel_last_trade();
  // A message without prices, as exchanges sometimes send by mistake: what restore_prices() is to
  // be given afterwards.
  Totals blank_prices();
  void restore_prices(const Totals& totals) { totals_ = totals; }

 private:
  void move_fair_value();
  std::int64_t worth() const;
  void match_auction(bool empty);
  void trade_at(std::int64_t price, std::int64_t shares);
  std::int64_t next_price();
  void quote_auction();
  void quote_around_last();

  Listing listing_;
  PriceRules rules_;
  Random random_;
  Phase phase_ = Phase::before_open;
  Halt halt_ = Halt::none;
  Interruption interruption_ = Interruption::none;
  std::int64_t bound_reference_ = 0;
  std::int64_t bound_low_ = 0;
  std::int64_t bound_high_ = 0;
  bool suspended_ = false;
  bool halted_at_close_ = false;
  std::int64_t target_ = 0;  // where the day tends to
  std::int64_t anchor_ = 0;  // slow walk around the target
  std::int64_t fair_ = 0;    // fast walk around the anchor
  std::int64_t fallen_ = 0;  // how far the price lies below it
  std::int64_t pinned_ = 0;  // the limit that it stays at; 0: none
  std::int64_t virtual_price_ = 0;
  Totals totals_;
  Totals before_last_trade_;
  SimulatedTrade last_trade_;
  std::uint32_t trade_ids_ = 0;
  Book book_;
};

}  // namespace indexcast::sim
