// A whole day of the three exchanges, message by message. Pure and lazy: no clock, no I/O, memory
// for one instant; the same settings and universe give the same messages, byte for byte.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/message_output.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/day/venue_day.h"
#include "feedhandlers/simulator/faults/fault_book.h"

namespace indexcast::sim {

// One thread.
class SimulatedDay {
 public:
  // Copies `settings`; `universe` is read during construction. Throws std::invalid_argument when
  // the settings cannot make a day (rates not positive, end before begin, a symbol without code).
  SimulatedDay(const Settings& settings, const Universe& universe);
  SimulatedDay(const SimulatedDay&) = delete;
  SimulatedDay& operator=(const SimulatedDay&) = delete;

  // The next message, in order of exchange time. False when the day is over.
  bool next(ExchangeMessage& out);

  // First and last instant of the chosen part of the day.
  TimeNs begin() const { return output_.instant(begin_); }
  TimeNs end() const { return output_.instant(end_); }

  std::span<const VenueDay> markets() const { return markets_; }
  const MessageCounts& counts() const { return output_.counts(); }
  // The same messages by what they are about.
  const SubjectCounts& subjects() const { return output_.subjects(); }
  std::uint64_t halts() const;
  // Of the faults that a day carries out itself, what happened so far.
  const FaultCounts& fault_counts() const { return faults_.counts(); }

 private:
  void add_market(const Universe& universe, feed::Venue venue, bool takes_part);
  void count_day_kind(VenueDayKind kind, feed::Venue venue);
  void advance();  // one instant of the agenda

  const Settings settings_;
  Micros begin_;
  Micros end_;
  Agenda agenda_;
  MessageOutput output_;
  FaultBook faults_;
  std::vector<VenueDay> markets_;
};

}  // namespace indexcast::sim
