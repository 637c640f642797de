// Handles the exchange's messages, from any transport.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/staleness_monitor.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/normalizer.h"
#include "feedhandlers/szse/settings.h"
#include "feedhandlers/szse/tick_source.h"

namespace indexcast::szse {

// One thread; allocates at construction only. `symbols`, `sink` and `counters` outlive it.
class MessageRouter {
 public:
  MessageRouter(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink,
                feed::FeedCounters& counters);

  // A whole application message (decoder.h). Says what became of it; empty when it is a tick that
  // waits for an earlier one and is counted when its turn comes.
  std::optional<feed::FeedCounter> on_message(feed::Bytes message, TimeNs now);
  // Passes to `data` whether an application message is market data, and when the exchange made it.
  // False when its OrigTime is not believed.
  bool note_data(feed::Bytes message, TimeNs now, feed::StalenessMonitor& data);
  // 390095. False when it does not decode.
  bool on_channel_heartbeat(feed::Bytes message, TimeNs now);
  void on_time(TimeNs now);
  // TickSource::waits()
  bool waits() const { return ticks_ != nullptr && ticks_->waits(); }
  // Sets the transport's state, which is that of the snapshots' channel and of the whole feed.
  // `by_security`: see GatewaySession.
  void on_state(FeedState state, bool by_security, TimeNs now);

  void on_channel_time(const feed::ChannelTime& time, TimeNs now) {
    events_.channel_time(feed::kMainChannel, time, now);
  }

  bool market_trades() const { return events_.phase_is(MarketPhase::trading); }
  void begin_round() { events_.begin_round(symbols_.instruments()); }
  bool round_complete() const { return events_.round_complete(); }

  // nullptr without the setting `ticks`.
  TickSource* ticks() { return ticks_.get(); }

 private:
  const feed::SymbolTable& symbols_;
  feed::VenueEvents events_;
  TradeDay day_;
  const std::unique_ptr<TickSource> ticks_;
  Normalizer normalizer_;
  feed::ChinaStampReader stamps_;
  std::int64_t orig_time_ = 0;       // of the last message that has one, which many share
  std::optional<TimeNs> orig_at_;    // what it means; empty: nothing
  std::uint64_t message_count_ = 0;  // stands for a sequence: S117 has none for snapshots
};

}  // namespace indexcast::szse
