// One SSE gateway connection: session, frames and normalisation, without the socket.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/session/gateway_session.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/normalizer.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

enum class Source : std::uint8_t { gateway, file };

// Selects the source in use, gateways or fallback file, and derives the state of the whole feed.
//
// The gateways are the source until none of them has given market data for fallback_after_ns (while
// the session is up, only silence during trading counts). Then the file is the source, until a
// gateway session is live again, with its first full round of images. Channels 1 and 2 announce
// their own states, channel 0 that of the source in use. Each switch therefore appears as a state
// of channel 2 that leaves or enters `down`. After the return to the gateways, channel 1 judges the
// prices that came from the file.
//
// One thread, except source() and state().
class SourceSwitch {
 public:
  // `events` and `counters` outlive it.
  SourceSwitch(const Settings& settings, feed::VenueEvents& events, feed::FeedCounters& counters)
      : has_file_(!settings.fallback_file.empty()),
        fallback_after_ns_(settings.fallback_after_ns),
        events_(events),
        counters_(counters) {}

  // `by_security`: see GatewaySession.
  void on_gateway_state(FeedState state, bool by_security, TimeNs now);
  void on_gateway_data(TimeNs now);
  void on_file_state(FeedState state, TimeNs now);
  void on_time(TimeNs now, bool market_trades);

  // Any thread.
  Source source() const { return source_.load(std::memory_order_relaxed); }
  // The state of the feed as a whole.
  FeedState state() const { return whole_.load(std::memory_order_relaxed); }

 private:
  void take(Source source, TimeNs now);
  void announce(TimeNs now);
  void announce_whole(FeedState state, bool by_security, TimeNs now);

  const bool has_file_;
  const std::int64_t fallback_after_ns_;
  feed::VenueEvents& events_;
  feed::FeedCounters& counters_;
  FeedState gateway_ = FeedState::down;
  bool gateway_by_security_ = false;
  bool whole_by_security_ = false;
  FeedState file_ = FeedState::down;
  std::atomic<Source> source_ = Source::gateway;
  std::atomic<FeedState> whole_ = FeedState::down;
  TimeNs gateway_data_{};  // the last time, or since when its silence counts; 0: not begun
};

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
