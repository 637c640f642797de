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

// One thread. Keeps nothing but the session of the configured segment.
class Normalizer {
 public:
  // `symbols` outlives the normalizer.
  Normalizer(const Settings& settings, const feed::SymbolTable& symbols);

  // One message and the SendTime of its packet, in the order of sequence. Returns which of the
  // first five FeedCounters it is; `event` is written when that is applied, complete but for
  // receive_time and channel.
  feed::FeedCounter on_message(const MessageView& message, TimeNs send_time, MarketEvent& event);

  // Exchange time reached `send_time`: true when a scheduled break began or ended, with the phase
  // in `event` (complete but for receive_time, channel and feed_sequence).
  bool on_exchange_time(TimeNs send_time, MarketEvent& event);

 private:
  feed::FeedCounter on_security_message(const MessageView& message, TimeNs send_time,
                                        MarketEvent& event);
  feed::FeedCounter on_definition(Bytes message, MarketEvent& event) const;
  feed::FeedCounter on_status(Bytes message, MarketEvent& event) const;
  feed::FeedCounter on_nominal(Bytes message, MarketEvent& event) const;
  feed::FeedCounter on_statistics(Bytes message, MarketEvent& event) const;
  feed::FeedCounter on_close(Bytes message, MarketEvent& event) const;
  feed::FeedCounter on_session(const MessageView& message, TimeNs send_time, MarketEvent& event);
  MarketEvent phase_event(TimeNs send_time, std::uint32_t sequence) const;
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
