#include "server/app/control_feed.h"

#include "feedhandlers/market/venue.h"

namespace indexcast::server {
namespace {

constexpr std::int64_t kBasisPoints = 100;  // a percent

class Opening {
 public:
  explicit Opening(TimeNs now) : now_(now) {}

  MarketEvent& add(EventKind kind) {
    MarketEvent& event = events_.emplace_back();
    event.kind = kind;
    event.feed = feed::kControlFeed;
    event.receive_time = now_;
    return event;
  }
  std::vector<MarketEvent> take() { return std::move(events_); }

 private:
  TimeNs now_;
  std::vector<MarketEvent> events_;
};

void add_collars(const CollarSettings& collar, const Universe& universe, Opening& opening) {
  const std::array<std::int64_t, feed::kVenueCount> percent{collar.sse_percent, collar.szse_percent,
                                                            collar.hkex_percent};
  for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
    MarketEvent& event = opening.add(EventKind::price_collar);
    event.market = feed::market_of(static_cast<feed::Venue>(i));
    event.value[0] = percent[i] * kBasisPoints;
  }
  for (const CollarSettings::Override& one : collar.overrides) {
    const InstrumentId id = universe.find_instrument(one.symbol);
    if (id == kNoInstrument) continue;
    MarketEvent& event = opening.add(EventKind::price_collar);
    event.instrument = id;
    event.value[0] = one.percent * kBasisPoints;
  }
}

// The rule of every index, then the rules of single indices.
void add_belief_rules(const Config& config, const Universe& universe, Opening& opening) {
  const auto add = [&](std::uint32_t index, std::int64_t move_bp) {
    MarketEvent& event = opening.add(EventKind::belief_rule);
    event.instrument = index;
    event.value[0] = move_bp;
    event.value[1] = config.core.pending_impact_bp;
  };
  add(kNoInstrument, config.level_guard.move_bp);
  for (const LevelGuardSettings::Override& one : config.level_guard.overrides) {
    const IndexId index = universe.find_index(one.code);
    if (index < universe.indices().size()) add(index, one.move_bp);
  }
}

// A series without a setting has no source, so it is fixed.
void add_fx_rules(const Config& config, const Universe& universe, Date trade_date,
                  Opening& opening) {
  for (SeriesId id = 1; id < universe.series().size(); ++id) {
    FxSettings fx;
    for (const FxSettings& each : config.fx) {
      if (each.series == universe.series()[id].name) fx = each;
    }
    MarketEvent& event = opening.add(EventKind::fx_rule);
    event.instrument = id;
    event.detail = static_cast<std::uint8_t>(fx.mode);
    event.value[0] = fx.stale_after_s * kNsPerSecond;
    event.value[1] = china_time(trade_date, fx.freeze_at_ms).ns;
  }
}

void add_calendar(const feed::TradingDay& day, Opening& opening) {
  for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
    const feed::MarketDay& market = day.markets[i];
    if (!market.covered) continue;
    const bool shut = market.kind == feed::DayKind::shut;
    MarketEvent& event = opening.add(shut ? EventKind::market_phase : EventKind::timetable);
    event.market = feed::market_of(static_cast<feed::Venue>(i));
    if (shut) {
      event.detail = static_cast<std::uint8_t>(MarketPhase::shut_today);
    } else {
      event.value[0] = china_time(day.date, market.timetable.end_ms).ns;
    }
  }
}

}  // namespace

EngineSettings engine_settings(const Config& config, Date trade_date) {
  const CoreSettings& core = config.core;
  EngineSettings settings;
  settings.trade_date = trade_date;
  settings.open_deadline_ms = core.open_deadline_ms;
  settings.close_deadline_ns = core.close_deadline_min * 60 * kNsPerSecond;
  settings.quotable_live_bp = core.quotable_live_bp;
  settings.pending_wait_ns = config.collar.wait_s * kNsPerSecond;
  return settings;
}

std::vector<MarketEvent> opening_events(const Config& config, const Universe& universe,
                                        Date trade_date, TimeNs now) {
  Opening opening(now);
  add_collars(config.collar, universe, opening);
  add_belief_rules(config, universe, opening);
  add_fx_rules(config, universe, trade_date, opening);
  add_calendar(config.day, opening);
  if (config.core.statistics_from == StatisticsFrom::grid)
    opening.add(EventKind::statistics_rule).value[0] = config.core.grid_ms * kNsPerMs;
  return opening.take();
}

}  // namespace indexcast::server
