#include "feedhandlers/transport/receive_stamps.h"

#include <ctime>

namespace indexcast::feed {
namespace {

std::int64_t read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * kNsPerSecond + time.tv_nsec;
}

}  // namespace

ClockReading read_clocks() { return {read(CLOCK_MONOTONIC), {read(CLOCK_REALTIME)}}; }

}  // namespace indexcast::feed
