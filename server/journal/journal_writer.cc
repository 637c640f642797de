#include "server/journal/journal_writer.h"

#include <chrono>
#include <exception>

namespace indexcast::server {
namespace {

// The writer looks into its ring this often; at a million inputs a second the default ring holds
// 250 times as much.
constexpr auto kPause = std::chrono::milliseconds(1);

}  // namespace

JournalWriter::JournalWriter(const std::string& directory, const JournalHeader& header,
                             std::size_t ring_capacity, std::int64_t processor)
    : file_(directory, header), ring_(ring_capacity) {
  thread_ = std::thread([this, processor] {
    begin_thread("journal", processor);
    try {
      run();
    } catch (const std::exception& error) {
      end_process("journal", error);
    }
  });
}

JournalWriter::~JournalWriter() {
  running_ = false;
  thread_.join();
}

void JournalWriter::on_input(const MarketEvent& event, std::uint64_t input_sequence) {
  if (!ring_.try_push({input_sequence, event})) {
    left_out_.store(left_out_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
}

void JournalWriter::run() {
  while (running_) {
    if (drain() == 0) {
      file_.flush();
      std::this_thread::sleep_for(kPause);
    }
  }
  while (drain() > 0) {
  }
}

std::size_t JournalWriter::drain() {
  std::size_t count = 0;
  for (const Entry* entry = ring_.front(); entry != nullptr; entry = ring_.front(), ++count) {
    write(*entry);
    ring_.pop();
  }
  return count;
}

void JournalWriter::write(const Entry& entry) {
  file_.on_input(entry.event, entry.input_sequence);
  if (file_.failed()) {
    failed_ = true;
  } else {
    written_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace indexcast::server
