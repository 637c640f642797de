// The agents of a day, which its threads run: a feed, the core, the journal, and the watch over the
// wall clock. The publisher and the log are agents too (server/zmq/publisher.h, event_log.h).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "calc/sequencer.h"
#include "feedhandlers/session/feed.h"
#include "feedhandlers/transport/receive_stamps.h"
#include "server/app/ring_sinks.h"
#include "server/journal/journal_file.h"
#include "server/view/agent.h"
#include "server/view/agent_thread.h"
#include "server/view/clock.h"
#include "server/view/feed_day.h"
#include "server/view/reader_wakers.h"
#include "server/view/waker.h"

namespace indexcast::server {

// Reads a feed's sockets into its ring.
class FeedAgent final : public Agent {
 public:
  // Wakes `core` after events were handed over; null when the core runs on the same thread. `feed`
  // and `day` outlive the agent.
  FeedAgent(feed::Feed& feed, FeedDay& day, Waker* core) : feed_(&feed), day_(&day), core_(core) {}

  std::size_t do_work(TimeNs now) override {
    const bool over = day_->update(now) == FeedDuty::ended;
    if (over != over_) feed_->set_day_over(over);
    over_ = over;
    // Time alone causes events too, such as a silence.
    const std::uint64_t events = feed_->counters().get(feed::FeedCounter::events);
    const std::size_t work = feed_->poll(now);
    const bool pushed = feed_->counters().get(feed::FeedCounter::events) != events;
    if ((work > 0 || pushed) && core_ != nullptr) core_->wake();
    return work;
  }
  // Reads no more: unread data is not accepted.
  std::size_t drain(TimeNs) override { return 0; }
  void watch(feed::ReadySet& ready) override { feed_->watch(ready); }
  // Whether the feed must be live depends on the time and on the core, which wakes no feed.
  TimeNs due(TimeNs now) const override {
    return std::min(feed_->due(now), now + feed::kQuietPollNs);
  }

 private:
  feed::Feed* feed_;
  FeedDay* day_;
  bool over_ = false;
  Waker* core_;
};

// Numbers the inputs in the feeds' rings, computes, and publishes into the broadcast rings.
class CoreAgent final : public Agent {
 public:
  // All of them outlive the agent.
  struct Parts {
    Sequencer& sequencer;
    AgentThread& thread;  // runs the agent
    BroadcastSink& sink;
    const ReaderWakers& readers;        // woken after each turn that published
    std::atomic<std::uint64_t>& turns;  // ServerView::core_turns
    JournalWriter* journal = nullptr;   // null: disabled
    Waker* journal_waker = nullptr;     // woken after each turn that journaled
    // The longest time between two turns, for readers that watch `turns`; 0: no limit.
    std::int64_t longest_pause_ns = 0;
  };
  explicit CoreAgent(const Parts& parts) : parts_(parts) {}

  // Timers are admitted up to the instant to which the thread's sockets have been read, so that a
  // datagram received before a timer's instant is admitted before the timer.
  std::size_t do_work(TimeNs) override {
    const std::size_t admitted = parts_.sequencer.poll(parts_.thread.drained_until());
    // Readers are woken before anything else is done, because levels wait for them.
    if (parts_.sink.take_published()) parts_.readers.wake();
    if (parts_.journal != nullptr && parts_.journal->take_added()) parts_.journal_waker->wake();
    parts_.turns.store(parts_.turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return admitted;
  }
  TimeNs due(TimeNs now) const override {
    const TimeNs timer = parts_.sequencer.next_timer();
    const TimeNs turn = parts_.longest_pause_ns == 0 ? kNoDeadline : now + parts_.longest_pause_ns;
    return timer.ns == 0 ? turn : std::min(timer, turn);
  }

 private:
  Parts parts_;
};

// Writes the journal's ring to its file, and hands the file's buffer to the operating system when
// the ring is empty. Nothing is unflushed while its thread sleeps.
class JournalAgent final : public Agent {
 public:
  // `journal` outlives the agent.
  explicit JournalAgent(JournalWriter& journal) : journal_(&journal) {}

  std::size_t do_work(TimeNs) override { return journal_->write_waiting(kBatch); }

 private:
  static constexpr std::size_t kBatch = 4096;

  JournalWriter* journal_;
};

// The time between two readings of the wall clock.
inline constexpr std::int64_t kClockCheckNs = 100 * kNsPerMs;

// Watches the wall clock for steps. Logs each step once with its size.
class ClockWatch final : public Agent {
 public:
  // Tests replace `read`.
  explicit ClockWatch(const Clock& clock, feed::ClockReading (*read)() = feed::read_clocks)
      : clock_(clock), read_(read) {}

  std::size_t do_work(TimeNs now) override;
  TimeNs due(TimeNs) const override { return next_; }

 private:
  Clock clock_;
  feed::ClockReading (*read_)();
  TimeNs next_{};
};

}  // namespace indexcast::server
