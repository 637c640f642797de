// Counters of a subscriber since its construction.
#pragma once

#include <cstdint>

namespace indexcast::subscriber {

struct Counters {
  std::uint64_t received = 0;       // levels handed over, snapshots not among them
  std::uint64_t recovered = 0;      // of these, had by a replay
  std::uint64_t unrecoverable = 0;  // levels named as lost, the superseded not among them
  std::uint64_t superseded = 0;     // levels that the server left out and said so
  std::uint64_t duplicates = 0;     // levels, grids and inavs that had been or were covered
  std::uint64_t behind = 0;         // levels withheld since they were older than what was known
  std::uint64_t grids = 0;          // handed over
  std::uint64_t inavs = 0;          // likewise
  std::uint64_t old_epoch = 0;      // messages of an epoch that is over
  std::uint64_t malformed = 0;      // messages that are none of the contract's
  std::uint64_t refused = 0;        // questions that the server refused
  std::uint64_t unanswered = 0;     // questions that timed out
  std::uint64_t switches = 0;
  std::uint64_t heartbeat_timeouts = 0;  // of the server in use
  std::uint64_t connections_lost = 0;    // closed or refused, of the server in use
};

}  // namespace indexcast::subscriber
