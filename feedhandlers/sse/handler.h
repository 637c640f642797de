// One SSE gateway connection: session, frames and normalisation, without the socket.
#pragma once

#include <cstdint>

#include "calc/universe.h"
#include "feedhandlers/common/event_sink.h"
#include "feedhandlers/common/liveness.h"
#include "feedhandlers/common/stream_framer.h"
#include "feedhandlers/common/stream_handler.h"
#include "feedhandlers/common/venue_events.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/normalizer.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

// down -> connecting (S001 sent) -> live (S001 answered) -> down. Called by one thread; `universe`
// is read at construction only, `sink` must outlive it.
class Handler final : public feed::StreamHandler {
 public:
  Handler(const Settings& settings, const Universe& universe, feed::EventSink& sink);

  void on_connected(TimeNs now, feed::Outbox& out) override;
  bool on_bytes(feed::Bytes bytes, TimeNs now, feed::Outbox& out) override;
  bool on_time(TimeNs now, feed::Outbox& out) override;
  void on_disconnected(TimeNs now) override;
  void on_captured(feed::Bytes bytes, TimeNs now, bool after_gap) override;
  FeedState state() const override { return state_; }
  feed::FeedCounters& counters() override { return counters_; }

 private:
  struct Protocol {
    static constexpr std::size_t kMaxFrame = kMaxMessageSize;
    static constexpr std::size_t kMaxResyncFrame = kMaxMessageSize;
    static feed::FrameScan scan(feed::Bytes stream) { return scan_frame(stream); }
    static bool intact(feed::Bytes frame) { return checksum_ok(frame); }
  };

  // What the framer calls; without an outbox we only watch.
  struct Frames {
    Handler& handler;
    TimeNs now;
    feed::Outbox* out;
    bool frame(feed::Bytes bytes) { return handler.on_frame(bytes, now, out); }
    void skipped(feed::DecodeError) { handler.counters_.add(feed::FeedCounter::malformed); }
    void passed_over() { handler.counters_.add(feed::FeedCounter::filtered); }
  };

  bool on_frame(feed::Bytes frame, TimeNs now, feed::Outbox* out);
  bool on_logon(feed::Bytes frame, TimeNs now);
  bool on_logout(feed::Bytes frame, TimeNs now, feed::Outbox* out);
  feed::FeedCounter on_application(const Header& header, feed::Bytes frame, TimeNs now);
  bool in_sequence(std::uint64_t msg_seq_num);
  void enter(FeedState state, TimeNs now);
  Stamp next_stamp(TimeNs now);

  const Settings settings_;
  feed::FeedCounters counters_;
  feed::VenueEvents events_;
  Normalizer normalizer_;
  feed::StreamFramer<Protocol> framer_;
  feed::Liveness liveness_;
  FeedState state_ = FeedState::down;
  bool watching_ = false;                // a captured stream is being read
  std::uint64_t expected_sequence_ = 0;  // 0: the first one met is taken
  std::uint64_t sent_sequence_ = 0;
};

}  // namespace indexcast::sse
