#include "server/journal/journal_file.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace indexcast::server {
namespace {

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

void JournalWriter::on_input(const MarketEvent& event, std::uint64_t input_sequence) {
  added_ = true;
  if (!ring_.try_push({input_sequence, event})) {
    left_out_.store(left_out_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
}

std::size_t JournalWriter::write_waiting(std::size_t limit) {
  std::size_t count = 0;
  const Entry* entry = ring_.front();
  for (; entry != nullptr && count < limit; entry = ring_.front(), ++count) {
    file_.on_input(entry->event, entry->input_sequence);
    if (!file_.failed()) written_.fetch_add(1, std::memory_order_relaxed);
    ring_.pop();
  }
  unflushed_ |= count > 0;
  if (entry == nullptr && std::exchange(unflushed_, false)) file_.flush();
  failed_.store(file_.failed(), std::memory_order_relaxed);
  return count;
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
