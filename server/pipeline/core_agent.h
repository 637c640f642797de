// The core as a duty of its thread.
#pragma once

#include <vector>

#include "calc/sequencer.h"
#include "server/pipeline/agent.h"
#include "server/pipeline/waker.h"

namespace indexcast::server {

class CoreAgent final : public Agent {
 public:
  explicit CoreAgent(Sequencer& sequencer) : sequencer_(&sequencer) {}

  // A thread that reads the core's output. Before the core's thread starts.
  void wakes(Waker& waker) { wakers_.push_back(&waker); }

  std::size_t do_work(TimeNs now) override {
    const std::size_t admitted = sequencer_->poll(now);
    if (admitted > 0) {
      for (Waker* waker : wakers_) waker->wake();
    }
    return admitted;
  }

 private:
  Sequencer* sequencer_;
  std::vector<Waker*> wakers_;
};

}  // namespace indexcast::server
