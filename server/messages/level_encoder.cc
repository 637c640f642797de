#include "server/messages/level_encoder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "feedhandlers/market/venue.h"

namespace indexcast::server {
namespace {

// Every Level with names of ordinary length fits; a longer one grows the buffer once.
constexpr std::size_t kInitialBytes = 512;

// Empty for what no feed brought.
std::string_view feed_name(FeedId feed) {
  if (feed == feed::kFxFeed) return "fx";
  if (feed == feed::kControlFeed) return "control";
  return feed < feed::kVenueCount ? feed::kVenueNames[feed] : std::string_view{};
}

void set_values(const LevelUpdate& update, v1::Level& out) {
  out.set_level(update.level.raw);
  out.set_previous_close(update.previous_close.raw);
  out.set_open(update.open.raw);
  out.set_high(update.high.raw);
  out.set_low(update.low.raw);
  out.set_close(update.close.raw);
  const bool comparable = update.level.raw != 0 && update.previous_close.raw != 0;
  out.set_change(comparable ? update.level.raw - update.previous_close.raw : 0);
  out.set_change_percent(change_percent(update.level, update.previous_close));
  out.set_bid(update.bid.raw);
  out.set_ask(update.ask.raw);
  out.set_turnover(update.turnover);
}

void set_quality(const LevelUpdate& update, v1::Level& out) {
  out.set_status(static_cast<v1::IndexStatus>(update.status()));
  out.set_flags(update.flags);
  out.set_quotable(update.quotable);
  out.set_weight_opened(update.weight_opened);
  out.set_weight_fresh(update.weight_fresh);
  out.set_weight_suspended(update.weight_suspended);
  out.set_weight_live(update.weight_live);
  out.set_weight_bid_quoted(update.weight_bid_quoted);
  out.set_weight_ask_quoted(update.weight_ask_quoted);
  out.set_fx_rate(update.fx_rate.raw);
  out.set_fx_rate_2(update.fx_rate_2.raw);
  out.set_fx_age_ms(update.fx_age_ms);
  out.set_pending_impact(update.pending_impact);
  out.set_lag_ms(update.lag_ms);
}

void set_times(const LevelUpdate& update, TimeNs publish_time, const Clock& clock, v1::Level& out) {
  out.set_exchange_time(update.exchange_time.ns);
  out.set_receive_time(clock.published(update.receive_time).ns);
  out.set_calculation_time(clock.published(update.calculation_time).ns);
  out.set_publish_time(clock.published(publish_time).ns);
}

}  // namespace

std::int32_t change_percent(Level level, Level previous_close) {
  if (level.raw == 0 || previous_close.raw <= 0) return 0;
  constexpr Int128 kUnitsOfOne = 1'000'000;  // 100 %, in 0.0001 %
  const Int128 change = static_cast<Int128>(level.raw) - previous_close.raw;
  const Int128 units = divide_half_away(change * kUnitsOfOne, previous_close.raw);
  constexpr Int128 kLowest = std::numeric_limits<std::int32_t>::min();
  constexpr Int128 kHighest = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp(units, kLowest, kHighest));
}

LevelEncoder::LevelEncoder(const Universe& universe, std::uint64_t epoch, Clock clock)
    : universe_(&universe),
      clock_(std::move(clock)),
      prepared_(universe.indices().size()),
      bytes_(kInitialBytes, '\0') {
  for (std::size_t i = 0; i < prepared_.size(); ++i) {
    prepared_[i].set_code(universe.indices()[i].code);
    prepared_[i].set_epoch(epoch);
  }
}

std::string_view LevelEncoder::cause_symbol(const LevelUpdate& update) const {
  const std::size_t id = update.cause_instrument;
  if (update.cause() == Cause::fx) {
    const auto series = universe_->series();
    return id < series.size() ? std::string_view(series[id].name) : std::string_view{};
  }
  const auto instruments = universe_->instruments();
  return id < instruments.size() ? std::string_view(instruments[id].symbol) : std::string_view{};
}

const v1::Level& LevelEncoder::message(const LevelUpdate& update, std::uint64_t stream_sequence,
                                       TimeNs publish_time) {
  v1::Level& out = prepared_[update.header.id];
  out.set_stream_sequence(stream_sequence);
  out.set_index_sequence(update.index_sequence);
  out.set_trade_date(update.trade_date);
  out.set_decimals(static_cast<std::uint32_t>(update.decimals()));
  set_values(update, out);
  set_quality(update, out);
  out.set_cause(static_cast<v1::Cause>(update.cause()));
  const std::string_view symbol = cause_symbol(update);
  out.set_cause_symbol(symbol.data(), symbol.size());
  const std::string_view feed = feed_name(update.cause_feed);
  out.set_cause_feed(feed.data(), feed.size());
  out.set_cause_feed_sequence(update.cause_feed_sequence);
  const bool has_value = update.cause() == Cause::price || update.cause() == Cause::fx;
  out.set_cause_value(has_value ? update.cause_value : 0);
  out.set_input_sequence(update.header.input_sequence);
  set_times(update, publish_time, clock_, out);
  out.set_definition_version(update.definition_version);
  return out;
}

std::string_view LevelEncoder::encode(const LevelUpdate& update, std::uint64_t stream_sequence,
                                      TimeNs publish_time) {
  const v1::Level& out = message(update, stream_sequence, publish_time);
  const std::size_t size = out.ByteSizeLong();
  if (size > bytes_.size()) bytes_.resize(size);
  out.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes_.data()));
  return {bytes_.data(), size};
}

}  // namespace indexcast::server
