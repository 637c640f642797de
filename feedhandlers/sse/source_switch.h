// Which source counts, the gateways or the fallback file, and what the feed as a whole is
// therefore.
#pragma once

#include <atomic>
#include <cstdint>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

enum class Source : std::uint8_t { gateway, file };

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

}  // namespace indexcast::sse
