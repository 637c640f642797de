// The core as a duty of its thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "calc/sequencer.h"
#include "server/view/agent.h"
#include "server/view/waker.h"

namespace indexcast::server {

class CoreAgent final : public Agent {
 public:
  // Counts its turns in `turns` (ServerView::core_turns), which outlives it.
  CoreAgent(Sequencer& sequencer, std::atomic<std::uint64_t>& turns)
      : sequencer_(&sequencer), turns_(&turns) {}

  // A thread that reads the core's output. Before the core's thread starts.
  void wakes(Waker& waker) { wakers_.push_back(&waker); }

  std::size_t do_work(TimeNs now) override {
    const std::size_t admitted = sequencer_->poll(now);
    turns_->store(turns_->load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (admitted > 0) {
      for (Waker* waker : wakers_) waker->wake();
    }
    return admitted;
  }

 private:
  Sequencer* sequencer_;
  std::atomic<std::uint64_t>* turns_;
  std::vector<Waker*> wakers_;
};

}  // namespace indexcast::server
