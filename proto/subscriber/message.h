// The two frames of a PUB message, taken apart and checked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "indexcast/v1/query.pb.h"
#include "indexcast/v1/stream.pb.h"

namespace indexcast::subscriber {

// Keeps the last message of each kind, so that reading allocates little. One thread.
class MessageReader {
 public:
  // `other`: a topic that this library does not use.
  enum class Kind { malformed, other, level, grid, inav, skipped, heartbeat, record };

  // Any bytes. What is not malformed has a code as the topic has it, an epoch, and sequences from 1
  // (in heartbeats from 0) to kSequenceMax; an instant is a multiple of its pace.
  Kind read(std::string_view topic, std::string_view payload);

  // What the last one that was read says of itself; of heartbeats and others: 0 and empty.
  std::uint64_t epoch() const;
  const std::string& code() const;

  v1::Level& level() { return level_; }
  const v1::Grid& grid() const { return grid_; }
  const v1::Inav& inav() const { return inav_; }
  const v1::Skipped& skipped() const { return skipped_; }
  const v1::Heartbeat& heartbeat() const { return heartbeat_; }
  v1::Event& record() { return record_; }

 private:
  Kind take(std::string_view topic, std::string_view payload);

  Kind kind_ = Kind::other;
  v1::Level level_;
  v1::Grid grid_;
  v1::Inav inav_;
  v1::Skipped skipped_;
  v1::Heartbeat heartbeat_;
  v1::Event record_;
};

// What stands in each kind of record. Of none: 0 and empty.
std::uint64_t epoch_of(const v1::Event& record);
std::uint64_t sequence_of(const v1::Event& record);
const std::string& code_of(const v1::Event& record);

}  // namespace indexcast::subscriber
