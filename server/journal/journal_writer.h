// Writes the core's accepted inputs to a file from a thread of its own. The core never waits for
// it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "calc/sequencer.h"
#include "calc/spsc_ring.h"
#include "server/journal/journal_file.h"
#include "server/settings/thread.h"

namespace indexcast::server {

class JournalWriter final : public InputLog {
 public:
  // As JournalFile; `ring_capacity` inputs may wait for the disk. `processor` as of begin_thread().
  JournalWriter(const std::string& directory, const JournalHeader& header,
                std::size_t ring_capacity, std::int64_t processor = kAnyProcessor);
  // Writes what is waiting and closes the file.
  ~JournalWriter() override;

  // On the core's thread. When the ring is full the input is left out: a reader sees the hole by
  // its sequence, and left_out() counts it.
  void on_input(const MarketEvent& event, std::uint64_t input_sequence) override;

  const std::string& path() const { return file_.path(); }
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  std::uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }
  // The disk refused a write; inputs after that are not journaled.
  bool failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::uint64_t input_sequence;
    MarketEvent event;
  };

  void run();
  std::size_t drain();
  void write(const Entry& entry);

  JournalFile file_;  // of the writer's own thread once it runs
  SpscRing<Entry> ring_;
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::atomic<bool> failed_{false};
  std::atomic<bool> running_{true};
  std::thread thread_;
};

}  // namespace indexcast::server
