#include "server/journal/journal_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace indexcast::server {

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

}  // namespace indexcast::server
