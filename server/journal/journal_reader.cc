#include "server/journal/journal_reader.h"

#include <absl/strings/str_cat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

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
