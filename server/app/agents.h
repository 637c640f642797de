// The agents of a day: a feed, the core, and the watch over the wall clock.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "calc/sequencer.h"
#include "feedhandlers/session/feed.h"
#include "feedhandlers/transport/receive_stamps.h"
#include "server/app/agent_thread.h"
#include "server/app/ring_sinks.h"
#include "server/view/agent.h"
#include "server/view/clock.h"
#include "server/view/feed_day.h"
#include "server/view/reader_wakers.h"
#include "server/view/waker.h"

namespace indexcast::server {

class FeedAgent final : public Agent {
 public:
  // `core` is woken after events were handed over; null when the core runs on the same thread.
  // `feed` and `day` outlive it.
  FeedAgent(feed::Feed& feed, FeedDay& day, Waker* core) : feed_(&feed), day_(&day), core_(core) {}

  std::size_t do_work(TimeNs now) override {
    const bool over = day_->update(now) == FeedDuty::ended;
    if (over != over_) feed_->set_day_over(over);
    over_ = over;
    const std::size_t work = feed_->poll(now);
    if (work > 0 && core_ != nullptr) core_->wake();
    return work;
  }
  // Reads no more: unread data is not accepted.
  std::size_t drain(TimeNs) override { return 0; }
  void watch(feed::ReadySet& ready) override { feed_->watch(ready); }
  // Feeds count waits of milliseconds: line reordering, reconnects, heartbeats.
  TimeNs due(TimeNs now) const override { return now + kFeedDueNs; }

 private:
  static constexpr std::int64_t kFeedDueNs = 2 * kNsPerMs;

  feed::Feed* feed_;
  FeedDay* day_;
  bool over_ = false;
  Waker* core_;
};

class CoreAgent final : public Agent {
 public:
  // Counts its turns in `turns` (ServerView::core_turns) and wakes `readers` after each turn at
  // whose end `sink` has published something. `thread` is the one that it runs on. All outlive it.
  CoreAgent(Sequencer& sequencer, AgentThread& thread, BroadcastSink& sink,
            const ReaderWakers& readers, std::atomic<std::uint64_t>& turns)
      : sequencer_(&sequencer),
        thread_(&thread),
        sink_(&sink),
        readers_(&readers),
        turns_(&turns) {}

  // Timers are admitted up to the instant to which the thread's sockets have been read, so that a
  // datagram received before a timer's instant is admitted before the timer.
  std::size_t do_work(TimeNs) override {
    const std::size_t admitted = sequencer_->poll(thread_->drained_until());
    turns_->store(turns_->load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (sink_->take_published()) readers_->wake();
    return admitted;
  }
  TimeNs due(TimeNs now) const override {
    const TimeNs timer = sequencer_->next_timer();
    return timer.ns == 0 ? now + kDueNs : std::min(timer, now + kDueNs);
  }

 private:
  Sequencer* sequencer_;
  AgentThread* thread_;
  BroadcastSink* sink_;
  const ReaderWakers* readers_;
  std::atomic<std::uint64_t>* turns_;
};

// The time between two readings of the wall clock.
inline constexpr std::int64_t kClockCheckNs = 100 * kNsPerMs;

class ClockWatch final : public Agent {
 public:
  // `read` is replaced by tests.
  explicit ClockWatch(const Clock& clock, feed::ClockReading (*read)() = feed::read_clocks)
      : clock_(clock), read_(read) {}

  std::size_t do_work(TimeNs now) override;

 private:
  Clock clock_;
  feed::ClockReading (*read_)();
  TimeNs next_{};
};

}  // namespace indexcast::server
