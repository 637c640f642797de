#include "calc/fx_book.h"

namespace indexcast {

FxBook::FxBook(std::span<const FxSeries> series) {
  series_.reserve(series.size());
  for (const FxSeries& each : series) {
    Series& added = series_.emplace_back();
    added.close = added.rate = each.close;
  }
}

void FxBook::take_over(const FxBook& from) {
  for (std::size_t id = 0; id < series_.size(); ++id) {
    const FxRate close = series_[id].close;
    series_[id] = from.series_[id];
    series_[id].close = close;
    if (series_[id].heard.ns == 0) series_[id].rate = close;
  }
}

RateVerdict FxBook::offer(const MarketEvent& event, TimeNs exchange_now) {
  Series& series = series_[event.instrument];
  const FxRate rate{event.value[0]};
  if (rate.raw <= 0) return RateVerdict::rejected;
  if (!follows(series, exchange_now) || outranked(series, event.channel, event.receive_time))
    return RateVerdict::unused;
  if (!within_guard(series, rate)) {
    series.pending = rate;
    series.pending_source = event.channel;
    return RateVerdict::pending;
  }
  take(series, rate, event.channel, event.receive_time);
  return RateVerdict::applied;
}

bool FxBook::update_staleness(SeriesId id, TimeNs now) {
  Series& series = series_[id];
  const bool stale = is_stale(series, now);
  if (stale == series.stale) return false;
  series.stale = stale;
  return true;
}

void FxBook::accept_pending(SeriesId id, TimeNs now) {
  Series& series = series_[id];
  take(series, series.pending, series.pending_source, now);
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

// A source of lower rank is heard only while the one in use is stale.
bool FxBook::outranked(const Series& series, std::uint32_t source, TimeNs now) {
  return source > series.source && series.heard.ns != 0 && !is_stale(series, now);
}

// A fixed rate does not age, and one that may never be stale keeps its source for good.
bool FxBook::is_stale(const Series& series, TimeNs now) {
  if (series.rule.mode == FxMode::fixed || series.rule.stale_after_ns == 0) return false;
  return series.heard.ns == 0 || now - series.heard > series.rule.stale_after_ns;
}

bool FxBook::within_guard(const Series& series, FxRate rate) {
  const std::int64_t tolerance = series.close.raw * kGuardPercent / 100;
  return rate.raw >= series.close.raw - tolerance && rate.raw <= series.close.raw + tolerance;
}

void FxBook::take(Series& series, FxRate rate, std::uint32_t source, TimeNs now) {
  series.rate = rate;
  series.source = source;
  series.heard = now;
  series.pending = {};
}

}  // namespace indexcast
