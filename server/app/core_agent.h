// The core as a duty of its thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "calc/sequencer.h"
#include "server/app/agent_thread.h"
#include "server/app/ring_sinks.h"
#include "server/view/agent.h"
#include "server/view/reader_wakers.h"

namespace indexcast::server {

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

}  // namespace indexcast::server
