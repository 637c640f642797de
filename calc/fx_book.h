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
  fixed = 1,            // the definition's day_fx all day
  frozen_at_close = 2,  // follows them until a time of day, then stays
};

// How a series is followed. The default follows any source and is never stale.
struct FxRule {
  FxMode mode = FxMode::realtime;
  std::int64_t stale_after_ns = 0;  // from the rate's own time to the receive clock; 0: never
  TimeNs frozen_from{};             // exchange time, of `frozen_at_close`
};

// What became of an offered rate.
enum class RateVerdict : std::uint8_t {
  applied,   // it is the source's rate now
  unused,    // fixed or frozen, from a source of lower rank, or older than the rate in force
  pending,   // beyond the guard: waits for an operator
  rejected,  // not positive
};

// Rates of several ranked sources, the source's rank being the event's channel: 0 is the first
// choice, and a lower one is used only while every better one is stale. An operator's override
// outranks them all. A rate's age counts from the event's exchange_time, which is the source's own
// time of the rate; from its receive_time where the source gives none or a later one. No allocation
// after construction. One thread.
class FxBook {
 public:
  // METHODOLOGY 4: beyond this from the last accepted rate (at the start: day_fx) a
  // rate may be inverted or misplaced.
  static constexpr std::int64_t kGuardPercent = 2;

  explicit FxBook(std::span<const FxSeries> series);

  std::size_t size() const { return series_.size(); }

  // Goes on where `from`, of the same series, has come to. A series that no source has said keeps
  // this book's own day_fx, unless an operator set it.
  void take_over(const FxBook& from);

  void set_rule(SeriesId id, const FxRule& rule) { series_[id].rule = rule; }

  // `exchange_now`: the core's exchange time, which decides about the freeze.
  RateVerdict offer(const MarketEvent& event, TimeNs exchange_now);

  // Time passed on the receive clock: true when the series became stale or fresh. A series without
  // a rate from a source is stale, because day_fx is no rate of a source.
  bool update_staleness(SeriesId id, TimeNs now);
  bool stale(SeriesId id) const { return series_[id].stale; }

  // What levels use: an operator's rate, else the source's.
  FxRate in_force(SeriesId id) const {
    return series_[id].overridden ? series_[id].override_rate : series_[id].rate;
  }
  // Time of the last accepted rate; zero while no source's rate was accepted.
  TimeNs rate_time(SeriesId id) const { return series_[id].rate_time; }
  // The rate that the guard stands around: the last accepted one, before any day_fx.
  FxRate guard_centre(SeriesId id) const { return series_[id].rate; }

  // The latest rate beyond the guard; zero: none waits.
  FxRate pending(SeriesId id) const { return series_[id].pending; }
  // The pending rate becomes the accepted one, with its own time. pending(id) is not zero.
  void accept_pending(SeriesId id);
  void refuse_pending(SeriesId id) { series_[id].pending = {}; }

  // Whether a rate may be taken without an operator.
  bool within_guard(SeriesId id, FxRate rate) const { return within_guard(series_[id], rate); }
  // Whether day_fx is in force, or would be without an override: no source has spoken.
  bool starts_the_day(SeriesId id) const { return series_[id].rate_time.ns == 0; }
  // The rate that the day starts at. starts_the_day(id).
  void set_day_rate(SeriesId id, FxRate rate) {
    series_[id].rate = rate;
    series_[id].day_rate_set = true;
  }

  bool overridden(SeriesId id) const { return series_[id].overridden; }
  void set_override(SeriesId id, FxRate rate);
  void release_override(SeriesId id) { series_[id].overridden = false; }

 private:
  struct Series {
    FxRate rate{};  // the last accepted one
    FxRate pending{};
    FxRate override_rate{};
    FxRule rule;
    TimeNs rate_time{};
    TimeNs pending_time{};
    std::uint32_t source = 0;
    std::uint32_t pending_source = 0;
    bool overridden = false;
    bool stale = false;
    bool day_rate_set = false;  // `rate` is an operator's day_fx
  };

  static bool follows(const Series& series, TimeNs exchange_now);
  static bool outranked(const Series& series, std::uint32_t source, TimeNs rate_time, TimeNs now);
  static bool is_stale(const FxRule& rule, TimeNs rate_time, TimeNs now);
  static bool within_guard(const Series& series, FxRate rate);
  static void take(Series& series, FxRate rate, std::uint32_t source, TimeNs rate_time);

  std::vector<Series> series_;
};

}  // namespace indexcast
