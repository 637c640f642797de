#include "server/journal/journal_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>

namespace indexcast::server {
namespace {

// The writer looks into its ring this often; at a million inputs a second the default ring holds
// 250 times as much.
constexpr auto kPause = std::chrono::milliseconds(1);

}  // namespace

JournalWriter::JournalWriter(const std::string& directory, JournalHeader header,
                             std::size_t ring_capacity)
    : ring_(ring_capacity) {
  std::filesystem::create_directories(directory);
  path_ = fmt::format("{}/input-{:020d}.journal", directory, header.epoch);
  file_.reset(std::fopen(path_.c_str(), "wbx"));
  if (!file_) throw std::system_error(errno, std::generic_category(), path_);
  header.record_bytes = sizeof(JournalRecord);
  header.checksum = checksum_of(header);
  if (std::fwrite(&header, sizeof header, 1, file_.get()) != 1) {
    throw std::system_error(errno, std::generic_category(), path_);
  }
  thread_ = std::thread([this] { run(); });
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
      std::fflush(file_.get());
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
  if (failed_) return;
  JournalRecord record{entry.input_sequence, entry.event, 0};
  record.checksum = checksum_of(record);
  if (std::fwrite(&record, sizeof record, 1, file_.get()) == 1) {
    written_.fetch_add(1, std::memory_order_relaxed);
  } else {
    failed_ = true;
  }
}

}  // namespace indexcast::server
