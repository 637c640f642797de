// The sequencer: makes one ordered stream of the feeds' rings and the timer, numbers it, and hands
// it to the engine. That order is what the journal records and a replay repeats.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/engine.h"
#include "calc/event.h"
#include "calc/spsc_ring.h"

namespace indexcast {

// Sees every accepted input before the engine does.
class InputLog {
 public:
  virtual ~InputLog() = default;
  virtual void on_input(const MarketEvent& event, std::uint64_t input_sequence) = 0;
};

class Sequencer {
 public:
  // Events taken from one ring before the next is looked at: enough to spread the cost of a visit,
  // few enough that a busy feed delays another by some microseconds only.
  static constexpr std::size_t kBatch = 64;
  // Levels after which a ring's turn ends early, so that another feed waits for some microseconds
  // only. The other levels of a price of a thousand indices are deferred (Engine::admit).
  static constexpr std::uint64_t kBatchLevels = DeferredLevels::kPiece;
  // Timers made up for a silent stretch at most; after a longer one (a suspended process) the timer
  // jumps to the present.
  static constexpr std::int64_t kMaxCatchUp = 100'000;

  // `log` may be null. All outlive the sequencer. One thread calls it.
  Sequencer(Engine& engine, InputLog* log, std::int64_t timer_interval_ns)
      : engine_(&engine), log_(log), interval_ns_(timer_interval_ns) {}

  // Polled in the order in which they were added.
  void add_ring(SpscRing<MarketEvent>& ring) { rings_.push_back(&ring); }

  // One bounded round: a piece of the deferred levels, then the rings. A ring waits whose next
  // event cannot overtake those levels. A timer for instant b is admitted before the first event
  // received at or after b, or when the rings are empty and `now` has passed b. Returns the number
  // of inputs admitted and deferred levels; 0: there is nothing to do.
  std::size_t poll(TimeNs now);

  // Admits due timers, then the event, with all that it causes: for a source that is already
  // ordered, such as a capture.
  void admit_in_time(const MarketEvent& event);

  // Admits the event as it is: a journal holds its timers itself, and says where an event overtook
  // deferred levels. finish() after the last one.
  void admit(const MarketEvent& event);

  // Publishes all levels that are still deferred.
  void finish() { engine_->publish_deferred(0); }

  // An engine that an `activate` request may put in place of the running one (engine.h); it
  // outlives the sequencer. Any thread, before the request is handed in; the last one staged
  // counts.
  void stage(Engine* next) { staged_.store(next, std::memory_order_release); }

  // Number of the last input admitted; the first is 1.
  std::uint64_t input_sequence() const { return input_sequence_; }
  // The next instant for which a timer is due; zero before the first input.
  TimeNs next_timer() const { return next_timer_; }

 private:
  void admit_control(const MarketEvent& event);
  std::size_t poll_ring(SpscRing<MarketEvent>& ring);
  void take(const MarketEvent& event);
  void overtake(const MarketEvent& event);
  void admit_timers_until(TimeNs time);

  Engine* engine_;
  std::atomic<Engine*> staged_{nullptr};
  InputLog* log_;
  std::int64_t interval_ns_;
  std::vector<SpscRing<MarketEvent>*> rings_;
  TimeNs next_timer_{};
  std::uint64_t input_sequence_ = 0;
};

}  // namespace indexcast
