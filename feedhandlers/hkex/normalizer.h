// OMD-C messages to MarketEvents: the price ladder of METHODOLOGY 4 and the phases of METHODOLOGY 5
// for Hong Kong. The exchange's names end here.
#pragma once

#include <cstdint>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/common/feed_counters.h"
#include "feedhandlers/common/symbol_table.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/settings.h"

namespace indexcast::hkex {

// What became of one message: one of the first five FeedCounters, and the event when applied.
struct Normalized {
  feed::FeedCounter outcome = feed::FeedCounter::filtered;
  MarketEvent event;  // complete but for receive_time and channel
};

// One thread. Keeps nothing but the session of the configured segment.
class Normalizer {
 public:
  // `symbols` outlives the normalizer.
  Normalizer(const Settings& settings, const feed::SymbolTable& symbols);

  // One message and the SendTime of its packet, in the order of sequence.
  Normalized on_message(const MessageView& message, TimeNs send_time);

  // Exchange time reached `send_time`: true when a scheduled break began or ended, with the phase
  // in `event` (complete but for receive_time and channel).
  bool on_exchange_time(TimeNs send_time, MarketEvent& event);

 private:
  using Outcome = feed::FeedCounter;

  Outcome on_security_message(const MessageView& message, MarketEvent& event);
  Outcome on_definition(const MessageView& message, MarketEvent& event) const;
  Outcome on_status(const MessageView& message, MarketEvent& event) const;
  Outcome on_nominal(const MessageView& message, MarketEvent& event) const;
  Outcome on_statistics(const MessageView& message, MarketEvent& event) const;
  Outcome on_close(const MessageView& message, MarketEvent& event) const;
  Outcome on_session(const MessageView& message, TimeNs send_time, MarketEvent& event);
  bool in_break(TimeNs send_time) const;
  MarketPhase phase() const;

  const Settings settings_;
  const feed::SymbolTable& symbols_;
  bool session_known_ = false;
  std::uint8_t session_ = 0;  // TradingSessionSubID of the segment's last message 20
  bool in_break_ = false;
  TimeNs exchange_time_{};  // the latest seen
};

}  // namespace indexcast::hkex
