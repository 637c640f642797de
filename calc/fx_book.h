// The exchange rates in force, one for each series: METHODOLOGY 6 and the guard of METHODOLOGY 4.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/fixed_point.h"
#include "calc/time.h"
#include "calc/universe.h"

namespace indexcast {

enum class FxMode : std::uint8_t {
  realtime = 0,         // follows its sources until the index closes
  fixed = 1,            // the definition's close_fx all day
  frozen_at_close = 2,  // follows them until a time of day, then stays
};

// How a series is followed. The default follows any source and is never stale.
struct FxRule {
  FxMode mode = FxMode::realtime;
  std::int64_t stale_after_ns = 0;  // on the receive clock; 0: never
  TimeNs frozen_from{};             // exchange time, of `frozen_at_close`
};

// What became of an offered rate.
enum class RateVerdict : std::uint8_t {
  applied,   // it is the source's rate now
  unused,    // fixed or frozen, or a source of lower rank while a better one speaks
  pending,   // beyond the guard: waits for an operator
  rejected,  // not positive
};

// Rates of several ranked sources, the source's rank being the event's channel: 0 is the first
// choice, and a lower one is heard only while every better one is stale. An operator's override
// outranks them all. No allocation after construction. One thread.
class FxBook {
 public:
  // METHODOLOGY 4: beyond this from the day's close_fx a rate may be inverted or misplaced.
  static constexpr std::int64_t kGuardPercent = 2;

  explicit FxBook(std::span<const FxSeries> series);

  std::size_t size() const { return series_.size(); }

  // Goes on where `from`, of the same series, has come to. A series that no source has said keeps
  // this book's own close.
  void take_over(const FxBook& from);

  void set_rule(SeriesId id, const FxRule& rule) { series_[id].rule = rule; }

  // `exchange_now`: the core's exchange time, which decides about the freeze.
  RateVerdict offer(const MarketEvent& event, TimeNs exchange_now);

  // Time passed on the receive clock: true when the series became stale or fresh. One that no
  // source has said today is stale, because close_fx is yesterday's.
  bool update_staleness(SeriesId id, TimeNs now);
  bool stale(SeriesId id) const { return series_[id].stale; }

  // What levels use: an operator's rate, else the source's.
  FxRate in_force(SeriesId id) const {
    return series_[id].overridden ? series_[id].override_rate : series_[id].rate;
  }
  // When the source last said the rate; zero when none did today.
  TimeNs heard(SeriesId id) const { return series_[id].heard; }
  std::uint32_t source(SeriesId id) const { return series_[id].source; }
  FxRate close(SeriesId id) const { return series_[id].close; }

  // The latest rate beyond the guard; zero: none waits.
  FxRate pending(SeriesId id) const { return series_[id].pending; }
  // The pending rate becomes the source's. pending(id) is not zero.
  void accept_pending(SeriesId id, TimeNs now);
  void refuse_pending(SeriesId id) { series_[id].pending = {}; }

  bool overridden(SeriesId id) const { return series_[id].overridden; }
  void set_override(SeriesId id, FxRate rate);
  void release_override(SeriesId id) { series_[id].overridden = false; }

 private:
  struct Series {
    FxRate close{};
    FxRate rate{};
    FxRate pending{};
    FxRate override_rate{};
    FxRule rule;
    TimeNs heard{};
    std::uint32_t source = 0;
    std::uint32_t pending_source = 0;
    bool overridden = false;
    bool stale = false;
  };

  static bool follows(const Series& series, TimeNs exchange_now);
  static bool outranked(const Series& series, std::uint32_t source, TimeNs now);
  static bool is_stale(const Series& series, TimeNs now);
  static bool within_guard(const Series& series, FxRate rate);
  static void take(Series& series, FxRate rate, std::uint32_t source, TimeNs now);

  std::vector<Series> series_;
};

}  // namespace indexcast
