// What the engine remembers of one market: its phase, its day's end and its feed's channels.
#pragma once

#include <cstdint>

#include "calc/channel_states.h"
#include "calc/event.h"
#include "calc/time.h"

namespace indexcast {

struct MarketState {
  MarketPhase phase = MarketPhase::pre_open;
  bool in_use = false;  // some index has a member there
  bool shut_by_calendar = false;
  // Its venue reported the phase before the opening, so that nothing of its session was missed.
  bool opening_seen = false;
  bool never_opened = false;        // it is shut because its timetable ended before it opened
  bool after_auction = false;       // its break follows an auction, whose prices may still come
  std::uint32_t interruptions = 0;  // changes of its phase
  TimeNs end{};                     // of its timetable; 0 = not known, and no rule waits for it
  TimeNs closing_since{};
  std::uint32_t without_close = 0;  // members that keep the market in `closing`
  ChannelStates channels;

  // Over for the day: sends nothing, and nothing is missed.
  constexpr bool over() const {
    return phase == MarketPhase::closed || phase == MarketPhase::shut_today;
  }
  // Prices may come in this phase.
  constexpr bool speaks() const {
    return (phase != MarketPhase::scheduled || after_auction) && phase != MarketPhase::halt &&
           !over();
  }
  // Trades no more today, whether or not its closing prices are in.
  constexpr bool ended() const { return over() || phase == MarketPhase::closing; }
};

}  // namespace indexcast
