#include "calc/fx_book.h"

#include <algorithm>

namespace indexcast {

namespace {

// A source's clock ahead of ours must not make its rate younger than its arrival.
TimeNs time_of(const MarketEvent& event) {
  if (event.exchange_time.ns == 0) return event.receive_time;
  return std::min(event.exchange_time, event.receive_time);
}

}  // namespace

FxBook::FxBook(std::span<const FxSeries> series) {
  series_.reserve(series.size());
  for (const FxSeries& each : series) {
    series_.emplace_back().rate = each.day_fx;
  }
}

void FxBook::take_over(const FxBook& from) {
  for (std::size_t id = 0; id < series_.size(); ++id) {
    const FxRate day_fx = series_[id].rate;
    series_[id] = from.series_[id];
    if (series_[id].rate_time.ns == 0 && !series_[id].day_rate_set) series_[id].rate = day_fx;
  }
}

RateVerdict FxBook::offer(const MarketEvent& event, TimeNs exchange_now) {
  Series& series = series_[event.instrument];
  const FxRate rate{event.value[0]};
  if (rate.raw <= 0) return RateVerdict::rejected;
  const TimeNs rate_time = time_of(event);
  if (!follows(series, exchange_now) ||
      outranked(series, event.channel, rate_time, event.receive_time))
    return RateVerdict::unused;
  if (!within_guard(series, rate)) {
    series.pending = rate;
    series.pending_source = event.channel;
    series.pending_time = rate_time;
    return RateVerdict::pending;
  }
  take(series, rate, event.channel, rate_time);
  return RateVerdict::applied;
}

bool FxBook::update_staleness(SeriesId id, TimeNs now) {
  Series& series = series_[id];
  const bool stale = is_stale(series.rule, series.rate_time, now);
  if (stale == series.stale) return false;
  series.stale = stale;
  return true;
}

void FxBook::accept_pending(SeriesId id) {
  Series& series = series_[id];
  take(series, series.pending, series.pending_source, series.pending_time);
}

void FxBook::set_override(SeriesId id, FxRate rate) {
  series_[id].overridden = true;
  series_[id].override_rate = rate;
}

bool FxBook::follows(const Series& series, TimeNs exchange_now) {
  switch (series.rule.mode) {
    case FxMode::realtime:
      return true;
    case FxMode::frozen_at_close:
      return exchange_now < series.rule.frozen_from;
    case FxMode::fixed:
      break;
  }
  return false;
}

// A source of lower rank is used only while the rate in force is stale. A rate that is stale when
// it arrives, of any source, replaces only an older one.
bool FxBook::outranked(const Series& series, std::uint32_t source, TimeNs rate_time, TimeNs now) {
  if (series.rate_time.ns == 0) return false;
  if (is_stale(series.rule, rate_time, now)) return rate_time <= series.rate_time;
  return source > series.source && !is_stale(series.rule, series.rate_time, now);
}

// A fixed rate does not age, and one that may never be stale keeps its source for good.
bool FxBook::is_stale(const FxRule& rule, TimeNs rate_time, TimeNs now) {
  if (rule.mode == FxMode::fixed || rule.stale_after_ns == 0) return false;
  return rate_time.ns == 0 || now - rate_time > rule.stale_after_ns;
}

// Around the last accepted rate: a rejected one never becomes `rate`, so a run of them moves
// nothing. Both are positive, so that no difference overflows.
bool FxBook::within_guard(const Series& series, FxRate rate) {
  const std::int64_t tolerance = series.rate.raw / (100 / kGuardPercent);
  return rate.raw - series.rate.raw <= tolerance && series.rate.raw - rate.raw <= tolerance;
}

void FxBook::take(Series& series, FxRate rate, std::uint32_t source, TimeNs rate_time) {
  series.rate = rate;
  series.source = source;
  series.rate_time = rate_time;
  series.pending = {};
}

}  // namespace indexcast
