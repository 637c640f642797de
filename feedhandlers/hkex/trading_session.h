// TradingSessionSubID of message 20 (notes 3.4) and what it means to an index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "calc/event.h"

namespace indexcast::hkex {

// The id is stable across versions of the specification; TradingSesStatus is not, so nothing is
// read from that.
enum class TradingSession : std::uint8_t {
  day_close = 0,
  pos_order_input = 1,
  pos_matching = 2,
  continuous = 3,
  cas_matching = 4,
  cas_order_input = 5,
  blocking = 7,
  not_open = 100,
  pos_no_cancellation = 101,
  intervention = 102,
  close = 103,
  order_cancel = 104,
  cas_reference = 105,
  cas_no_cancellation = 106,
  cas_random_close = 107,
  pos_random_matching = 108,
};

// Phase of the market in a session; empty for an id that the notes do not list.
constexpr std::optional<MarketPhase> phase_of(std::uint8_t sub_id) {
  switch (static_cast<TradingSession>(sub_id)) {
    case TradingSession::not_open:
    case TradingSession::pos_order_input:
    case TradingSession::pos_no_cancellation:
    case TradingSession::pos_random_matching:
    case TradingSession::pos_matching:
      return MarketPhase::pre_open;
    case TradingSession::blocking:  // follows the matching, so the opening prices are there
    case TradingSession::continuous:
    case TradingSession::cas_reference:
    case TradingSession::cas_order_input:
    case TradingSession::cas_no_cancellation:
    case TradingSession::cas_random_close:
    case TradingSession::cas_matching:
      return MarketPhase::trading;
    case TradingSession::intervention:
      return MarketPhase::halt;
    // Both value sets of TradingSesStatus count it as open (section 3.4): the half hour before the
    // afternoon in which orders may only be cancelled, not an end of the day.
    case TradingSession::order_cancel:
      return MarketPhase::scheduled;
    case TradingSession::close:
    case TradingSession::day_close:
      return MarketPhase::closing;
  }
  return std::nullopt;
}

// Sessions in which every channel of market data speaks, so that silence is suspicious: neither the
// wait between the opening's matching and continuous trading nor the fixing of the closing
// auction's reference price takes orders (notes 3.4).
constexpr bool data_is_due(std::uint8_t sub_id) {
  switch (static_cast<TradingSession>(sub_id)) {
    case TradingSession::continuous:
    case TradingSession::cas_order_input:
    case TradingSession::cas_no_cancellation:
    case TradingSession::cas_random_close:
      return true;
    default:
      return false;
  }
}

// Sessions over which the timetable's break prevails. An auction or the close is the venue's own
// word that it is no lunch (a half day closes inside it), and before the opening it is still N.
constexpr bool yields_to_break(std::uint8_t sub_id) {
  const auto session = static_cast<TradingSession>(sub_id);
  return session == TradingSession::continuous || session == TradingSession::blocking ||
         session == TradingSession::intervention;
}

// The moments that METHODOLOGY 4 tells apart.
enum class SessionGroup : std::uint8_t {
  unknown,  // no message 20 of the segment yet
  not_open,
  opening,   // the pre-opening session, its matching included
  blocking,  // between the opening's matching and continuous trading
  continuous,
  closing,  // the closing auction session, its matching included
  intervention,
  order_cancel,
  closed,
};
inline constexpr std::size_t kSessionGroups = 9;

// Group of an id; unknown for one that the notes do not list.
constexpr SessionGroup group_of(std::uint8_t sub_id) {
  switch (static_cast<TradingSession>(sub_id)) {
    case TradingSession::not_open:
      return SessionGroup::not_open;
    case TradingSession::pos_order_input:
    case TradingSession::pos_no_cancellation:
    case TradingSession::pos_random_matching:
    case TradingSession::pos_matching:
      return SessionGroup::opening;
    case TradingSession::blocking:
      return SessionGroup::blocking;
    case TradingSession::continuous:
      return SessionGroup::continuous;
    case TradingSession::cas_reference:
    case TradingSession::cas_order_input:
    case TradingSession::cas_no_cancellation:
    case TradingSession::cas_random_close:
    case TradingSession::cas_matching:
      return SessionGroup::closing;
    case TradingSession::intervention:
      return SessionGroup::intervention;
    case TradingSession::order_cancel:
      return SessionGroup::order_cancel;
    case TradingSession::close:
    case TradingSession::day_close:
      return SessionGroup::closed;
  }
  return SessionGroup::unknown;
}

}  // namespace indexcast::hkex
