// OMD-C messages to MarketEvents: the price ladder of METHODOLOGY 4 and the phases of METHODOLOGY 5
// for Hong Kong. The exchange's names end here.
#pragma once

#include <cstdint>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/message_rules.h"
#include "feedhandlers/hkex/order_books.h"
#include "feedhandlers/hkex/segment_sessions.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/hkex/ticker_deduplicator.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"

namespace indexcast::hkex {

// One thread; allocates at construction only. What becomes of a message is read off
// message_rules.h. The same message twice gives the same event twice (but for the phase, which also
// follows from the time, and for a trade ticker, which is then a duplicate): a snapshot's messages
// are as good as their real-time twins, and the core takes what it knows already without harm.
class Normalizer {
 public:
  // `symbols` outlives the normalizer.
  Normalizer(const Settings& settings, const feed::SymbolTable& symbols);

  // One message of `channel` and the SendTime of its packet, in the order of sequence. Returns
  // which of the first five FeedCounters it is; `event` is written when that is applied, complete
  // but for receive_time and channel: the channel is that on which the message came.
  feed::FeedCounter on_message(const MessageView& message, std::uint32_t channel, TimeNs send_time,
                               MarketEvent& event);

  // Sets the state on which the next messages of `channel` build.
  void on_base(std::uint32_t channel, Base base) { books_.begin(channel, base); }

  // The exchange continues from another site: sessions are unknown until its next messages.
  void forget_sessions() { sessions_.forget(); }

  // After a session or a base, which are about many books at once: calls take(MarketEvent&) with
  // each quote that is another one since, complete but for receive_time.
  template <class Take>
  void take_quotes(TimeNs send_time, Take&& take) {
    for (const InstrumentId instrument : books_.wanted()) {
      MarketEvent event = event_at(send_time);
      if (books_.take_change(instrument, is_continuous(instrument), event)) take(event);
    }
  }

  // Exchange time reached `send_time`: true when a scheduled break began or ended, with the phase
  // in `event` (complete but for receive_time, channel and feed_sequence).
  bool on_exchange_time(TimeNs send_time, MarketEvent& event);

  // Whether the market trades and its channels must have something to say.
  bool data_is_due() const {
    return sessions_.own() && !in_break_ && hkex::data_is_due(*sessions_.own());
  }

 private:
  feed::FeedCounter on_security_message(const MessageRule& rule, const MessageView& message,
                                        std::uint32_t channel, TimeNs send_time,
                                        MarketEvent& event);
  feed::FeedCounter on_book(const feed::SymbolEntry& symbol, Bytes message, std::uint32_t channel,
                            MarketEvent& event);
  static MarketEvent event_at(TimeNs send_time, std::uint32_t sequence = 0);
  bool is_continuous(InstrumentId instrument) const {
    return sessions_.group(instrument) == SessionGroup::continuous;
  }
  feed::FeedCounter on_definition(Bytes message, MarketEvent& event);
  feed::FeedCounter on_ticker(Bytes message, InstrumentId instrument);
  feed::FeedCounter on_session(const MessageView& message, TimeNs send_time, MarketEvent& event);
  MarketEvent phase_event(TimeNs send_time, std::uint32_t sequence) const;
  bool in_break(TimeNs send_time) const;
  MarketPhase phase() const;

  const Settings settings_;
  const feed::SymbolTable& symbols_;
  SegmentSessions sessions_;
  TickerDeduplicator tickers_;
  OrderBooks books_;
  bool in_break_ = false;
  TimeNs exchange_time_{};  // the latest seen
};

}  // namespace indexcast::hkex
