// The `replay` command: runs captures or a journal through the pipeline at full speed.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "calc/record_sink.h"
#include "calc/universe.h"
#include "server/messages/level_encoder.h"
#include "server/messages/level_json.h"
#include "server/settings/config.h"

namespace indexcast::server {

// Measures the duration of a command for its closing line.
class StopWatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

enum class LevelFormat : std::uint8_t { jsonl, csv };

// Writes every published level into a file, one line each. Leaves out the times of calculation and
// publication, so that the same inputs give the same bytes. One thread.
class LevelFile final : public RecordSink {
 public:
  // Opens `path` for writing. An empty path writes nothing but counts the levels. Throws
  // std::system_error if the file cannot be opened.
  LevelFile(const std::string& path, LevelFormat format, const Universe& universe,
            std::uint64_t epoch);

  void write(LevelUpdate& update) override;
  void write(const Record& record) override { records_ += is_streamed(record.kind()); }

  std::uint64_t levels() const { return levels_; }
  // Flushes the file. Throws std::system_error if any write failed.
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

struct ReplayOptions {
  Config config;
  std::string from_journal;           // a directory or a file; captures otherwise
  std::vector<std::string> captures;  // merged by time
  std::string journal;                // directory for the inputs of captures; empty: not kept
  std::string output;                 // empty: levels are counted only
  LevelFormat format = LevelFormat::jsonl;
};

// Replays the journal options.from_journal. `universe` must have the definitions with which the
// journal's day began; versions that requests activated are read from files beside the journal.
// Prints a closing line to stderr and returns the process's exit code. Throws std::exception if a
// file cannot be used.
int replay_journal(const ReplayOptions& options, const Universe& universe);

}  // namespace indexcast::server
