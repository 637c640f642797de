#include "server/journal/journal_file.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <system_error>

namespace indexcast::server {
namespace {

// The writer looks into its ring this often; at a million inputs a second the default ring holds
// 250 times as much.
constexpr auto kPause = std::chrono::milliseconds(1);

std::string newest_in(const std::string& place) {
  if (!std::filesystem::is_directory(place)) return place;
  std::string newest;
  for (const auto& entry : std::filesystem::directory_iterator(place)) {
    // Names carry the epoch in digits of one width, so their order is the order of time.
    if (entry.path().extension() == ".journal") newest = std::max(newest, entry.path().string());
  }
  return newest;
}

absl::Status check_header(const std::string& path, const JournalHeader& header) {
  if (header.magic != kJournalMagic && header.magic != kJournalMagic1)
    return absl::DataLossError(absl::StrCat(path, ":0: not a journal"));
  if (header.checksum != checksum_of(header))
    return absl::DataLossError(absl::StrCat(path, ":0: damaged header"));
  if (header.record_bytes != sizeof(JournalRecord)) {
    return absl::DataLossError(absl::StrCat(path, ":0: records of ", header.record_bytes,
                                            " bytes, expected ", sizeof(JournalRecord)));
  }
  return absl::OkStatus();
}

}  // namespace

JournalFile::JournalFile(const std::string& directory, JournalHeader header) {
  std::filesystem::create_directories(directory);
  path_ = fmt::format("{}/input-{:020d}.journal", directory, header.epoch);
  file_.reset(std::fopen(path_.c_str(), "wbx"));
  if (!file_) throw std::system_error(errno, std::generic_category(), path_);
  header.record_bytes = sizeof(JournalRecord);
  header.checksum = checksum_of(header);
  if (std::fwrite(&header, sizeof header, 1, file_.get()) != 1) {
    throw std::system_error(errno, std::generic_category(), path_);
  }
}

void JournalFile::on_input(const MarketEvent& event, std::uint64_t input_sequence) {
  if (failed_) return;
  JournalRecord record{input_sequence, event, 0};
  record.checksum = checksum_of(record);
  failed_ = std::fwrite(&record, sizeof record, 1, file_.get()) != 1;
}

void JournalFile::flush() {
  if (std::fflush(file_.get()) != 0) failed_ = true;
}

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

absl::StatusOr<JournalReader> JournalReader::open(const std::string& directory) {
  JournalReader reader;
  reader.path_ = newest_in(directory);
  if (reader.path_.empty())
    return absl::NotFoundError(absl::StrCat(directory, ": holds no journal"));
  reader.file_.reset(std::fopen(reader.path_.c_str(), "rb"));
  if (!reader.file_)
    return absl::NotFoundError(absl::StrCat(reader.path_, ": ", std::strerror(errno)));
  if (std::fread(&reader.header_, sizeof reader.header_, 1, reader.file_.get()) != 1) {
    return absl::DataLossError(absl::StrCat(reader.path_, ":0: shorter than a journal's header"));
  }
  if (absl::Status status = check_header(reader.path_, reader.header_); !status.ok()) return status;
  reader.offset_ = sizeof(JournalHeader);
  return reader;
}

JournalReader::Result JournalReader::next(JournalRecord& out) {
  const std::size_t got = std::fread(&out, 1, sizeof out, file_.get());
  if (got == 0) return Result::end;
  if (got != sizeof out) return Result::torn;
  if (out.checksum != checksum_of(out)) return Result::corrupt;
  offset_ += sizeof out;
  return Result::record;
}

}  // namespace indexcast::server
