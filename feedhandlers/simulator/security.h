// One security's day as its exchange sees it: price, book, totals. Pure: the same calls in the same
// order give the same values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "feedhandlers/simulator/price_rules.h"
#include "feedhandlers/simulator/random.h"
#include "feedhandlers/simulator/session_plan.h"

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

class Security {
 public:
  struct Listing {
    std::uint32_t code = 0;
    std::string name;      // ASCII
    std::string currency;  // ISO 4217
    std::int64_t previous_close = 0;
  };

  Security(Listing listing, PriceRules rules, Random random);

  const Listing& listing() const { return listing_; }
  const PriceRules& rules() const { return rules_; }
  const Totals& totals() const { return totals_; }
  const Book& book() const { return book_; }
  Phase phase() const { return phase_; }
  bool halted() const { return halted_; }
  bool suspended() const { return suspended_; }
  // The auction's price so far, 0 when there is none.
  std::int64_t virtual_price() const { return virtual_price_; }
  // Official close, 0 before it and on a day without a trade.
  std::int64_t close() const { return phase_ == Phase::closed ? totals_.last : 0; }
  Random& random() { return random_; }

  void suspend() { suspended_ = true; }
  // Moves the day on: leaving an auction matches it, unless it is `empty`.
  void enter(Phase phase, bool empty);
  // Orders arrived in an auction, or a trade in continuous trading. Nothing in other phases, nor
  // while halted or suspended.
  void tick();
  void halt();
  void resume();

 private:
  void move_fair_value();
  void match_auction(bool empty);
  void trade_at(std::int64_t price, std::int64_t shares);
  std::int64_t next_price();
  void quote_auction();
  void quote_around_last();

  Listing listing_;
  PriceRules rules_;
  Random random_;
  Phase phase_ = Phase::before_open;
  bool halted_ = false;
  bool suspended_ = false;
  std::int64_t target_ = 0;  // where the day tends to
  std::int64_t anchor_ = 0;  // slow walk around the target
  std::int64_t fair_ = 0;    // fast walk around the anchor
  std::int64_t virtual_price_ = 0;
  Totals totals_;
  Book book_;
};

}  // namespace indexcast::sim
