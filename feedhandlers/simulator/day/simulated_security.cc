#include "feedhandlers/simulator/day/simulated_security.h"

#include <algorithm>
#include <utility>

namespace indexcast::sim {
namespace {

constexpr std::int64_t kLot = 100;
// Sizes of the walk, as parts of the previous close (basis points) and as shares of the distance
// that one tick brings back. The stationary spread is some 0.7 % of the anchor around its target
// and 0.2 % of the price around the anchor: every index moves, no limit is in sight.
constexpr std::int64_t kTargetBp = 300;
constexpr std::int64_t kAnchorStepBp = 3;
constexpr std::int64_t kAnchorPull = 4096;
constexpr std::int64_t kFairStepBp = 3;
constexpr std::int64_t kFairPull = 256;
// A first day opens far from its issue price, so that nothing but the absence of limits explains
// it: 30 % to 110 % above.
constexpr std::int64_t kFirstDayLowBp = 3'000;
constexpr std::int64_t kFirstDayHighBp = 11'000;
// Width of a bounded interruption; 5 % is what Hong Kong's large shares have.
constexpr std::int64_t kBoundBp = 500;

std::int64_t basis_points(std::int64_t price, std::int64_t bp) { return price * bp / 10'000; }

}  // namespace

SimulatedSecurity::SimulatedSecurity(Listing listing, PriceRules rules, Random random)
    : listing_(std::move(listing)), rules_(std::move(rules)), random_(std::move(random)) {
  const std::int64_t close = listing_.previous_close;
  const std::int64_t reach = basis_points(close, kTargetBp);
  target_ = close + random_.between(-reach, reach);
  anchor_ = close + (target_ - close) / 4;
  if (listing_.first_day) {
    anchor_ = target_ =
        close + basis_points(close, random_.between(kFirstDayLowBp, kFirstDayHighBp));
  }
  fair_ = anchor_;
}

void SimulatedSecurity::enter(Phase phase, bool empty) {
  if (suspended_) {
    phase_ = phase;
    return;
  }
  const bool was_auction = is_auction(phase_);
  const bool leaving = was_auction && !is_auction(phase);
  if (phase != Phase::continuous) end_interruption();
  phase_ = phase;
  if (leaving && !halted()) match_auction(empty);
  if (is_auction(phase) && !was_auction) book_ = {};
  if (phase != Phase::closed) return;
  halted_at_close_ = halted_at_close_ || halted();
  halt_ = Halt::none;
}

void SimulatedSecurity::tick() {
  if (halted() || suspended_) return;
  move_fair_value();
  if (is_auction(phase_) || interruption_ == Interruption::auction) {
    quote_auction();
  } else if (phase_ == Phase::continuous) {
    trade_at(next_price(), random_.between(1, 50) * kLot);
    quote_around_last();
  }
}

void SimulatedSecurity::halt(Halt kind) {
  interruption_ = Interruption::none;
  virtual_price_ = 0;
  halt_ = kind;
  book_ = {};
}

bool SimulatedSecurity::interrupt(Interruption kind) {
  if (phase_ != Phase::continuous || totals_.last == 0 || halted() || suspended_) return false;
  interruption_ = kind;
  if (kind == Interruption::auction) {
    book_ = {};
    return true;
  }
  const std::int64_t reach = basis_points(totals_.last, kBoundBp);
  bound_reference_ = totals_.last;
  bound_low_ = rules_.nearest(totals_.last - reach);
  bound_high_ = rules_.nearest(totals_.last + reach);
  return true;
}

void SimulatedSecurity::end_interruption() {
  const bool auction = interruption_ == Interruption::auction;
  interruption_ = Interruption::none;
  if (auction) match_auction(false);
}

SimulatedTrade SimulatedSecurity::cancel_last_trade() {
  const SimulatedTrade cancelled = last_trade_;
  if (cancelled.id == 0) return {};
  totals_ = before_last_trade_;
  last_trade_ = {};
  return cancelled;
}

Totals SimulatedSecurity::blank_prices() {
  const Totals kept = totals_;
  totals_.last = totals_.open = totals_.high = totals_.low = 0;
  return kept;
}

void SimulatedSecurity::resume() {
  halt_ = Halt::none;
  if (phase_ == Phase::continuous && totals_.last > 0) quote_around_last();
}

void SimulatedSecurity::move_fair_value() {
  const std::int64_t anchor_step = basis_points(listing_.previous_close, kAnchorStepBp);
  const std::int64_t fair_step = basis_points(listing_.previous_close, kFairStepBp);
  anchor_ += random_.between(-anchor_step, anchor_step) + (target_ - anchor_) / kAnchorPull;
  fair_ += random_.between(-fair_step, fair_step) + (anchor_ - fair_) / kFairPull;
  fair_ = std::clamp(fair_, rules_.lower(), rules_.upper());
  if (interruption_ == Interruption::bounded)
    fair_ = std::clamp(fair_, bound_low_ + fallen_, bound_high_ + fallen_);
}

void SimulatedSecurity::fall(std::int64_t bp) {
  fallen_ = basis_points(listing_.previous_close, bp);
}

std::int64_t SimulatedSecurity::worth() const {
  return pinned_ != 0 ? pinned_ : std::clamp(fair_ - fallen_, rules_.lower(), rules_.upper());
}

// A cheap share's tick is wide: where the fair value stays within it, the price bounces between bid
// and ask instead of standing still.
std::int64_t SimulatedSecurity::next_price() {
  const std::int64_t price = rules_.nearest(worth());
  if (price != totals_.last || pinned_ != 0) return price;
  const std::int64_t other = price > worth() ? rules_.below(price) : rules_.above(price);
  return rules_.inside(other) ? other : price;
}

void SimulatedSecurity::trade_at(std::int64_t price, std::int64_t shares) {
  before_last_trade_ = totals_;
  last_trade_ = {++trade_ids_, price, shares};
  totals_.previous_last = totals_.last;
  totals_.last = price;
  if (totals_.open == 0) totals_.open = price;
  totals_.high = std::max(totals_.high, price);
  totals_.low = totals_.low == 0 ? price : std::min(totals_.low, price);
  totals_.volume += shares;
  totals_.turnover += price / 100 * shares;
  ++totals_.trades;
}

void SimulatedSecurity::match_auction(bool empty) {
  const BookLevel matched = book_.bids[0];
  virtual_price_ = 0;
  book_ = {};
  if (empty || matched.price == 0) return;
  trade_at(matched.price, matched.size);
  fair_ = matched.price + fallen_;
  if (phase_ != Phase::closed) quote_around_last();
}

void SimulatedSecurity::quote_auction() {
  virtual_price_ = rules_.nearest(worth());
  const BookLevel matched{virtual_price_, random_.between(10, 900) * kLot};
  const BookLevel rest{0, random_.between(1, 400) * kLot};
  book_ = {};
  book_.bids[0] = matched;
  book_.asks[0] = matched;
  (random_.between(0, 1) == 0 ? book_.bids : book_.asks)[1] = rest;
}

void SimulatedSecurity::quote_around_last() {
  book_ = {};
  const bool sold = random_.between(0, 1) == 0;  // the last trade took the bid
  std::int64_t bid = sold ? totals_.last : rules_.below(totals_.last);
  std::int64_t ask = sold ? rules_.above(totals_.last) : totals_.last;
  for (std::size_t i = 0; i < kBookDepth; ++i) {
    const std::int64_t bid_size = random_.between(1, 400) * kLot;
    const std::int64_t ask_size = random_.between(1, 400) * kLot;
    if (bid > 0 && rules_.inside(bid)) book_.bids[i] = {bid, bid_size};
    if (rules_.inside(ask)) book_.asks[i] = {ask, ask_size};
    bid = bid > 0 ? rules_.below(bid) : 0;
    ask = rules_.above(ask);
  }
}

}  // namespace indexcast::sim
