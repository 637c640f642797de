// Every published level into a file, one line each: the output of `replay`.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "calc/record_sink.h"
#include "calc/universe.h"
#include "server/messages/level_encoder.h"
#include "server/messages/level_json.h"

namespace indexcast::server {

enum class LevelFormat : std::uint8_t { jsonl, csv };

// Stamps neither calculation nor publication, so that the same inputs give the same bytes. One
// thread.
class LevelFile final : public RecordSink {
 public:
  // Writes to `path`, or nowhere when it is empty (the levels are still counted). Throws
  // std::system_error.
  LevelFile(const std::string& path, LevelFormat format, const Universe& universe,
            std::uint64_t epoch);

  void write(LevelUpdate& update) override;
  void write(const Record& record) override { records_ += is_streamed(record.kind()); }

  std::uint64_t levels() const { return levels_; }
  // Flushes; throws std::system_error when the disk refused anything.
  void finish();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void write_line(const LevelUpdate& update);

  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  LevelFormat format_;
  LevelEncoder encoder_;
  JsonBuffer line_;
  std::uint64_t records_ = 0;
  std::uint64_t levels_ = 0;
};

}  // namespace indexcast::server
