// Connects the core with its neighbours: feeds' events go into rings, the core's records into the
// broadcast rings and the latest-value table.
#pragma once

#include <functional>
#include <utility>

#include "calc/broadcast_ring.h"
#include "calc/latest_table.h"
#include "calc/record_sink.h"
#include "calc/spsc_ring.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "server/view/clock.h"
#include "server/view/feed_channel_states.h"

namespace indexcast::server {

// Puts a feed's events into its ring. While the ring is full, calls `make_room`, which lets the
// core work (one thread) or yields to it (several threads). So no accepted event is lost. The
// socket counts datagrams that the kernel drops meanwhile.
class FeedRingSink final : public feed::EventSink {
 public:
  explicit FeedRingSink(std::size_t capacity) : ring_(capacity) {}

  // Called before the feed's first event. A full ring counts in `counters` and calls `make_room`.
  void attach(feed::FeedCounters& counters, std::function<void()> make_room) {
    counters_ = &counters;
    make_room_ = std::move(make_room);
  }
  SpscRing<MarketEvent>& ring() { return ring_; }
  const FeedChannelStates& channels() const { return channels_; }

  void push(const MarketEvent& event) override {
    if (event.kind == EventKind::feed_state || event.kind == EventKind::channel_time)
      channels_.note(event);
    while (!ring_.try_push(event)) {
      counters_->add(feed::FeedCounter::ring_full_waits);
      make_room_();
    }
  }

 private:
  SpscRing<MarketEvent> ring_;
  FeedChannelStates channels_;
  feed::FeedCounters* counters_ = nullptr;
  std::function<void()> make_room_;
};

// Stores the core's records. A level goes into the latest-value table first and then into the ring,
// so that a lapped reader finds the table at least as new as the place where it resumes. Stamps the
// calculation time. Events (is_event) go into the event ring, where levels do not overwrite them.
class BroadcastSink final : public RecordSink {
 public:
  BroadcastSink(BroadcastRing& ring, BroadcastRing& event_ring, LatestTable& latest, Clock clock)
      : ring_(&ring), event_ring_(&event_ring), latest_(&latest), clock_(clock) {}

  void write(LevelUpdate& update) override {
    update.calculation_time = clock_.now();
    latest_->store(update);
    ring_->write(Record::of(update));
    published_ = true;
  }
  void write(const Record& record) override {
    if (is_event(record.kind())) event_ring_->write(record);
    if (is_streamed(record.kind())) ring_->write(record);
    published_ = true;
  }
  // Whether anything was written since the last call. Called from the core's thread only.
  bool take_published() { return std::exchange(published_, false); }

 private:
  BroadcastRing* ring_;
  BroadcastRing* event_ring_;
  LatestTable* latest_;
  Clock clock_;
  bool published_ = false;
};

}  // namespace indexcast::server
