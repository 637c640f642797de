// One SSE gateway connection: session, frames and normalisation, without the socket.
#pragma once

#include <cstdint>
#include <optional>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/session/gateway_session.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/normalizer.h"
#include "feedhandlers/sse/settings.h"
#include "feedhandlers/sse/source_switch.h"

namespace indexcast::sse {

// IS120 to the stream framer.
struct Framing {
  static constexpr std::size_t kMaxFrame = kMaxMessageSize;
  static constexpr std::size_t kMaxResyncFrame = kMaxMessageSize;
  static feed::FrameScan scan(feed::Bytes stream) { return scan_frame(stream); }
  static bool intact(feed::Bytes frame) { return checksum_ok(frame); }
};

// States and threading: gateway_session.h. `symbols` and `sink` must outlive it.
class Handler final : public feed::GatewaySession<Handler, Framing> {
 public:
  Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink);

  // For what reads the fallback file into the same images.
  SourceSwitch& sources() { return sources_; }
  Normalizer& normalizer() { return normalizer_; }
  bool market_trades() const { return events_.phase_is(MarketPhase::trading); }

 private:
  friend feed::GatewaySession<Handler, Framing>;

  void begin_session(bool watched);
  void send_logon(TimeNs now, feed::Outbox& out);
  void send_heartbeat(TimeNs now, feed::Outbox& out);
  void send_logout(TimeNs now, feed::LogoutRole, feed::Outbox& out);
  feed::SessionMessage read_session(feed::Bytes frame);
  std::optional<std::uint64_t> follow_sequence(feed::Bytes frame);
  bool note_data(feed::Bytes frame, TimeNs now, feed::StalenessMonitor& data);
  void on_channel_time(const feed::ChannelTime& time, TimeNs now) {
    events_.channel_time(feed::kMainChannel, time, now);
  }
  feed::FeedCounter on_application(feed::Bytes frame, TimeNs now);
  void begin_round() { events_.begin_round(symbols_.instruments()); }
  bool round_complete() const { return events_.round_complete(); }
  void on_state(FeedState state, bool by_security, TimeNs now) {
    sources_.on_gateway_state(state, by_security, now);
  }
  static feed::SessionMessage read_logon(feed::Bytes frame);
  feed::SessionMessage read_logout(feed::Bytes frame);
  Stamp next_stamp(TimeNs now);

  const Settings settings_;
  const feed::SymbolTable& symbols_;
  feed::VenueEvents events_;
  Normalizer normalizer_;
  SourceSwitch sources_;
  feed::ChinaStampReader stamps_;
  std::uint64_t sent_ = 0;               // SendingTime of the last message, which many share
  std::optional<TimeNs> sent_time_;      // what it means; empty: nothing
  std::uint64_t expected_sequence_ = 0;  // 0: the first one met is taken
  std::uint64_t sent_sequence_ = 0;
};

}  // namespace indexcast::sse
