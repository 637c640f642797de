// A record of the core as the subscriber's message: the scaled integers unchanged, numbers replaced
// by names, change and percent added.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calc/record.h"
#include "calc/universe.h"
#include "indexcast/v1/stream.pb.h"
#include "server/view/clock.h"

namespace indexcast::server {

// Change against the previous close in percent, units of 0.0001 %, half away from zero. 0 without a
// level or a previous close; held at the ends of 32 bits beyond them.
std::int32_t change_percent(Level level, Level previous_close);

// Keeps one prepared message per index, so that after the first level of each index nothing is
// allocated (protobuf keeps the capacity of the strings it has held). One thread.
class LevelEncoder {
 public:
  // `universe` outlives the encoder. `epoch` and `clock`: as in ServerView.
  LevelEncoder(const Universe& universe, std::uint64_t epoch, Clock clock = {});

  // The message of `update`; valid until the next call for the same index. `stream_sequence` counts
  // the core's output from 1; 0 where it is not known. `publish_time` is of the receive clock, and
  // the message's times are of the wall clock (Clock::published).
  const v1::Level& message(const LevelUpdate& update, std::uint64_t stream_sequence,
                           TimeNs publish_time);

  // The same, serialized; valid until the next call of encode.
  std::string_view encode(const LevelUpdate& update, std::uint64_t stream_sequence,
                          TimeNs publish_time);

 private:
  std::string_view cause_symbol(const LevelUpdate& update) const;

  const Universe* universe_;
  Clock clock_;
  std::vector<v1::Level> prepared_;
  std::string bytes_;
};

}  // namespace indexcast::server
