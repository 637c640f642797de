// Phase of the Shenzhen market. No message announces it; it follows from the phases of the sentinel
// securities (METHODOLOGY 5).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"

namespace indexcast::szse {

// The market is in a phase once every sentinel that is neither halted nor suspended is in it; if
// all are halted or suspended, once all of them are in it. A silent sentinel delays the market for
// `silence_ns` of exchange time after the first other one moved. After that it is ignored until it
// sends a message. All times are the exchange's. One thread; allocates at construction only.
class Sentinels {
 public:
  Sentinels(std::span<const std::uint32_t> codes, std::int64_t silence_ns);

  // Index of a sentinel, for set(); empty when `code` is none.
  std::optional<std::size_t> find(std::uint32_t code) const;

  // Sentinel `index` is in `phase`; `active` when neither halted nor suspended. False when that was
  // known. The first message of a new day resets all others.
  bool set(std::size_t index, MarketPhase phase, bool active, TimeNs exchange_time);

  // A message about the whole market says that all securities are closed. False when it cannot be
  // of today's trading, since nothing has traded yet.
  bool set_all_closed(TimeNs exchange_time);

  // Whether time alone may change the answer of agreed().
  bool waiting() const { return waiting_since_.has_value(); }

  // The phase all agree on at `exchange_time`; empty while they do not.
  std::optional<MarketPhase> agreed(TimeNs exchange_time);

 private:
  struct Sentinel {
    std::optional<MarketPhase> phase;  // empty: no message today
    bool active = true;
    TimeNs updated_at{};
  };

  void begin_day(std::int64_t day);
  // The one phase of the sentinels that count; empty when there are several, or one that must be
  // waited for.
  std::optional<MarketPhase> common_phase(bool active_only, bool wait) const;
  bool any_active() const;
  bool is_silent(const Sentinel& sentinel) const {
    return !sentinel.phase || (waiting_since_ && sentinel.updated_at < *waiting_since_);
  }

  const std::int64_t silence_ns_;
  std::vector<Sentinel> sentinels_;
  absl::flat_hash_map<std::uint32_t, std::size_t> index_;
  std::int64_t day_ = 0;
  std::optional<TimeNs> waiting_since_;  // the first one moved, and the others have not yet
  bool traded_ = false;                  // the market has left its opening auction today
  bool all_closed_ = false;
};

}  // namespace indexcast::szse
