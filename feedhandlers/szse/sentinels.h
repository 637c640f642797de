// The phase of the Shenzhen market, which no message announces: it is where the sentinel securities
// are (METHODOLOGY 5).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"

namespace indexcast::szse {

// The market is in a phase once every sentinel that is neither halted nor suspended is in it; when
// all are halted or suspended, once they all are. One thread; allocates at construction only.
class Sentinels {
 public:
  // A sentinel that has not been heard of today holds the market back no longer than this after the
  // first other one moved: snapshots of a quiet security are refreshed about once a minute
  // (protocol notes 4.1), so one that is silent for longer is not being published.
  static constexpr std::int64_t kSilenceNs = 60 * kNsPerSecond;

  explicit Sentinels(std::span<const std::uint32_t> codes);

  // Index of a sentinel, for set(); empty when `code` is none.
  std::optional<std::size_t> find(std::uint32_t code) const;

  // Sentinel `index` is in `phase`; `active` when neither halted nor suspended. False when that was
  // known. The first word of a new day makes all others unheard.
  bool set(std::size_t index, MarketPhase phase, bool active, TimeNs exchange_time);

  // Whether time alone may change the answer of agreed().
  bool waiting() const { return waiting_since_.has_value(); }

  // The phase all agree on at `exchange_time`; empty while they do not.
  std::optional<MarketPhase> agreed(TimeNs exchange_time);

 private:
  struct Sentinel {
    std::optional<MarketPhase> phase;  // empty: not heard of
    bool active = true;
  };

  void begin_day(std::int64_t day);
  // The one phase of the sentinels heard of, all or the active ones only.
  std::optional<MarketPhase> common_phase(bool active_only) const;
  bool any_active() const;

  std::vector<Sentinel> sentinels_;
  absl::flat_hash_map<std::uint32_t, std::size_t> index_;
  std::size_t unheard_ = 0;
  std::int64_t day_ = 0;
  std::optional<TimeNs>
      waiting_since_;  // the first one moved, others are unheard, and time is left
};

}  // namespace indexcast::szse
