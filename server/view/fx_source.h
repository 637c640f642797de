// Shared by the readers of exchange rates: counters of refused rates, and the limit for times ahead
// of the server's clock.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "calc/time.h"
#include "server/view/counter.h"

namespace indexcast::server {

// Why a source's rate did not reach the core.
enum class FxRefusal : std::uint8_t {
  unreadable,    // the file is absent, no regular file, or cannot be read
  incomplete,    // the file has no line end after its value, or changed while it was read
  malformed,     // not one line "RATE" or "RATE TIME"; no FxRate in two frames
  not_positive,  // a file's rate of zero or below
  time_ahead,    // later than the wall clock by more than kMaxAheadNs (Clock::received)
  other_series,  // an FxRate of another series
  ring_full,     // the core has not taken the rates before it
  handshake,     // the source and this server do not agree on keys; no connection
};
inline constexpr std::size_t kFxRefusalCount = 8;
inline constexpr std::array<std::string_view, kFxRefusalCount> kFxRefusalNames{
    "unreadable", "incomplete",   "malformed", "not_positive",
    "time_ahead", "other_series", "ring_full", "handshake"};

// As for the exchanges' stamps (METHODOLOGY 4).
inline constexpr std::int64_t kMaxAheadNs = 60 * kNsPerSecond;

// Counters of one source. The thread that reads the source writes them; any thread may read them.
struct FxSourceStats {
  std::string series;
  std::uint32_t rank = 0;  // its place in FxSettings::sources
  Counter taken;           // handed to the core
  std::array<Counter, kFxRefusalCount> refused;

  Counter& of(FxRefusal reason) { return refused[static_cast<std::size_t>(reason)]; }
  std::uint64_t count(FxRefusal reason) const {
    return refused[static_cast<std::size_t>(reason)].get();
  }
};

}  // namespace indexcast::server
