// Outcome of every message, by the session of the security's segment: METHODOLOGY 4 for Hong Kong
// as a table. The columns are the moments of METHODOLOGY 4 in the order of the day.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/hkex/trading_session.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::hkex {

enum class Becomes : std::uint8_t {
  nothing,         // decoded as far as its length, and filtered
  previous_close,  // a price of that kind; the next three likewise
  last,            // under the price policy `last` alone
  nominal,         // under the price policy `nominal` alone
  close,
  status,   // of the instrument
  session,  // of a segment, and the market's phase
  ticker,   // nothing, but its repetitions are recognised
  book,     // a quote, where an index asks for it: the book is kept through every session
};

// Subject of a message. Its SecurityCode is looked up before any other field is read.
enum class About : std::uint8_t { security, market };

struct MessageRule {
  std::uint16_t type;
  About about;
  std::array<Becomes, kSessionGroups> becomes;  // by SessionGroup
};

namespace rules {

constexpr std::array<Becomes, kSessionGroups> always(Becomes what) {
  std::array<Becomes, kSessionGroups> row{};
  row.fill(what);
  return row;
}

inline constexpr About security = About::security;
inline constexpr About market = About::market;
inline constexpr Becomes no = Becomes::nothing;
inline constexpr Becomes last = Becomes::last;
inline constexpr Becomes nominal = Becomes::nominal;
inline constexpr Becomes close = Becomes::close;
inline constexpr auto never = always(Becomes::nothing);

// clang-format off
inline constexpr MessageRule kTable[] = {
    // Before the first trade of today the previous close is the price, as the exchange publishes
    // it; re-sent in mid-day it gives way to any price of today (the core's order of kinds).
    {wire::security_definition::kType, security, always(Becomes::previous_close)},
    // The last trade: in an auction only once it matched, since LastPrice is 0 until a trade, and
    // the same through halts, volatility control and the closing auction.
    {wire::statistics::kType, security, always(Becomes::last)},
    // Follows auctions and quotes in the opening and closing sessions, so it is no price there, nor
    // while the session is not known.
    {wire::nominal_price::kType, security,
     // unknown NO       POS  BL       CT       CAS    EI       OC       CL and DC
     {no,       nominal, no,  nominal, nominal, no,    nominal, nominal, nominal}},
    // Over the last trade once its market is over. The session comes on another channel and may
    // lag, and securities outside the closing auction close before it; but none closes before it
    // traded.
    {wire::closing_price::kType, security,
     // unknown NO       POS  BL       CT       CAS    EI       OC       CL and DC
     {close,    no,      no,  no,      close,   close, close,   close,   close}},
    // Halted, suspended: the last usable price stays, marked.
    {wire::security_status::kType, security, always(Becomes::status)},
    {wire::trading_session_status::kType, market, always(Becomes::session)},
    // Auction prices and reference prices are never a price.
    {wire::indicative_equilibrium_price::kType, security, never},
    {wire::reference_price::kType, security, never},
    {wire::order_imbalance::kType, security, never},
    // The aggregate book contains the same orders, and odd lots set no price.
    {wire::add_order::kType, security, never},
    {wire::modify_order::kType, security, never},
    {wire::delete_order::kType, security, never},
    {wire::add_odd_lot_order::kType, security, never},
    {wire::delete_odd_lot_order::kType, security, never},
    // Trades count through LastPrice of message 60, which knows the types of trade that qualify and
    // is sent again after a cancel.
    {wire::trade::kType, security, never},
    {wire::trade_cancel::kType, security, never},
    {wire::trade_ticker::kType, security, always(Becomes::ticker)},
    {wire::aggregate_order_book_update::kType, security, always(Becomes::book)},
    // No level depends on queues, price limits or yields.
    {wire::broker_queue::kType, security, never},
    {wire::vcm_trigger::kType, security, never},
    {wire::yield::kType, security, never},
    {wire::liquidity_provider::kType, security, never},
    // HKD for other currencies once a day, at most a fallback (METHODOLOGY 6), and the core has no
    // series for it.
    {wire::currency_rate::kType, market, never},
    {wire::market_definition::kType, market, never},
    {wire::market_turnover::kType, market, never},
    {wire::news::kType, market, never},
    {wire::index_definition::kType, market, never},
    {wire::index_data::kType, market, never},
    {wire::stock_connect_quota::kType, market, never},
    {wire::stock_connect_turnover::kType, market, never},
    // The channel's own business; what came of it, it has already done.
    {wire::sequence_reset::kType, market, never},
    {wire::disaster_recovery_signal::kType, market, never},
    {wire::refresh_complete::kType, market, never},
};
// clang-format on

inline constexpr std::size_t kTypeMax = 256;
inline constexpr std::uint8_t kNoRule = 0xff;

// Place in kTable by type.
constexpr std::array<std::uint8_t, kTypeMax> index_by_type() {
  std::array<std::uint8_t, kTypeMax> index{};
  index.fill(kNoRule);
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    index[kTable[i].type] = static_cast<std::uint8_t>(i);
  }
  return index;
}
inline constexpr auto kIndex = index_by_type();

}  // namespace rules

// nullptr for a type without a rule, which is stepped over by its size.
constexpr const MessageRule* find_rule(std::uint16_t type) {
  if (type >= rules::kTypeMax || rules::kIndex[type] == rules::kNoRule) return nullptr;
  return &rules::kTable[rules::kIndex[type]];
}

// The cell of the table, with the policy's say.
constexpr Becomes becomes(const MessageRule& rule, SessionGroup session, PricePolicy policy) {
  const Becomes what = rule.becomes[static_cast<std::size_t>(session)];
  if (what == Becomes::last && policy != PricePolicy::last) return Becomes::nothing;
  if (what == Becomes::nominal && policy != PricePolicy::nominal) return Becomes::nothing;
  return what;
}

}  // namespace indexcast::hkex
