#include "feedhandlers/szse/normalizer.h"

#include <algorithm>

namespace indexcast::szse {

Sentinels::Sentinels(std::span<const std::uint32_t> codes, std::int64_t silence_ns)
    : silence_ns_(silence_ns) {
  for (const std::uint32_t code : codes) {
    if (index_.try_emplace(code, sentinels_.size()).second) sentinels_.emplace_back();
  }
}

std::optional<std::size_t> Sentinels::find(std::uint32_t code) const {
  const auto it = index_.find(code);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

void Sentinels::begin_day(std::int64_t day) {
  day_ = day;
  std::ranges::fill(sentinels_, Sentinel{});
  waiting_since_.reset();
  traded_ = all_closed_ = false;
}

bool Sentinels::set(std::size_t index, MarketPhase phase, bool active, TimeNs exchange_time) {
  const std::int64_t day = (exchange_time.ns + kChinaOffsetNs) / kNsPerDay;
  if (day != day_) begin_day(day);
  Sentinel& sentinel = sentinels_[index];
  const bool known = sentinel.phase == phase && sentinel.active == active;
  sentinel = {phase, active, exchange_time};
  if (!known && !waiting_since_) waiting_since_ = exchange_time;
  return !known;
}

bool Sentinels::set_all_closed(TimeNs exchange_time) {
  const std::int64_t day = (exchange_time.ns + kChinaOffsetNs) / kNsPerDay;
  if (day != day_ || !traded_) return false;
  all_closed_ = true;
  waiting_since_.reset();
  return true;
}

std::optional<MarketPhase> Sentinels::agreed(TimeNs exchange_time) {
  if (all_closed_) return MarketPhase::closing;
  const bool wait = waiting_since_ && exchange_time - *waiting_since_ < silence_ns_;
  const auto phase = common_phase(any_active(), wait);
  if (!phase) return std::nullopt;
  waiting_since_.reset();
  traded_ |= *phase != MarketPhase::pre_open;
  return phase;
}

bool Sentinels::any_active() const {
  return std::ranges::any_of(sentinels_, [](const Sentinel& s) { return s.phase && s.active; });
}

std::optional<MarketPhase> Sentinels::common_phase(bool active_only, bool wait) const {
  std::optional<MarketPhase> common;
  for (const Sentinel& sentinel : sentinels_) {
    if (sentinel.phase && active_only && !sentinel.active) continue;
    if (is_silent(sentinel)) {
      if (!wait) continue;
      if (!sentinel.phase) return std::nullopt;
    }
    if (common && common != sentinel.phase) return std::nullopt;
    common = sentinel.phase;
  }
  return common;
}

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Origin;

std::optional<std::int64_t> orig_time_of(Bytes message) {
  const auto body = body_of(message);
  if (!body || body->size() < snapshot::kOrigTime + sizeof(std::int64_t)) return std::nullopt;
  return feed::load_be<std::int64_t>(body->data() + snapshot::kOrigTime);
}

feed::SymbolTable make_symbols(const Settings& settings, const Universe& universe) {
  feed::SymbolTable symbols(universe, feed::Venue::szse);
  for (const std::uint32_t code : settings.sentinels) symbols.add_sentinel(code);
  if (!settings.sentinels.empty()) return symbols;
  for (const Instrument& instrument : universe.instruments()) {
    if (instrument.market != feed::market_of(feed::Venue::szse)) continue;
    symbols.add_sentinel(feed::parse_code(instrument.symbol).value_or(0));
  }
  return symbols;
}

Normalizer::Normalizer(const Settings& settings, const feed::SymbolTable& symbols,
                       feed::VenueEvents& events, TradeDay& day, TickSource* ticks)
    : accept_reruns_(settings.accept_reruns),
      symbols_(symbols),
      events_(events),
      day_(day),
      ticks_(ticks),
      sentinels_(symbols.sentinels(), settings.sentinel_silence_s * kNsPerSecond) {}

FeedCounter Normalizer::on_snapshot(Bytes message, TimeNs now, std::uint64_t sequence) {
  const auto body = body_of(message);
  if (!body || body->size() < snapshot::kEntries) return FeedCounter::malformed;
  const auto code = security_code(message);
  const feed::SymbolEntry* symbol = code ? symbols_.find(*code) : nullptr;
  const auto orig_time = feed::load_be<std::int64_t>(body->data() + snapshot::kOrigTime);
  if (symbol == nullptr) return filtered(orig_time, now, sequence);

  Snapshot snapshot;
  if (decode_common(message, snapshot) != DecodeError::none) return FeedCounter::malformed;
  // An option (stream 040) and a Hong Kong security (source 103) have digits too.
  if (snapshot.fields.md_stream_id != kStreamSpot ||
      snapshot.fields.security_id_source != kSourceSzse) {
    return filtered(orig_time, now, sequence);
  }
  const auto time = stamps_.read(static_cast<std::uint64_t>(orig_time));
  if (!time) return FeedCounter::malformed;
  return apply(*symbol, *code, snapshot, {*time, now, sequence});
}

FeedCounter Normalizer::apply(const feed::SymbolEntry& symbol, std::uint32_t code,
                              const Snapshot& snapshot, const Origin& origin) {
  const InstrumentId instrument = symbol.instrument;
  const bool member = instrument != kNoInstrument;
  const PhaseRule& rule = rule_of(snapshot.fields.trading_phase_code);
  Quotation quotation;
  // The one pass over the entries; nothing is said before they are known to fit.
  if (quotation_of(snapshot, rule.price, quotation) != DecodeError::none)
    return FeedCounter::malformed;
  if (!day_.contains(origin.exchange_time)) return FeedCounter::rejected;
  const std::int64_t volume = quotation.price ? quotation.price->volume : 0;
  if (member && !events_.in_order(instrument, volume, origin, accept_reruns_))
    return FeedCounter::duplicate;

  const bool moved = symbol.sentinel && watch(code, rule, origin.exchange_time);
  bool used = (moved || sentinels_.waiting()) && advance_market(origin);
  if (!member) return used ? FeedCounter::applied : FeedCounter::filtered;

  if (rule.status) used |= events_.status(instrument, *rule.status, origin);
  // Before the price that they are to be judged with.
  if (quotation.limits) used |= events_.limits(instrument, *quotation.limits, origin);
  // Before the price too: the level which that makes has the whole image in it then.
  if (symbol.quotes) {
    if (const auto quote = quote_of(snapshot)) used |= events_.quote(instrument, *quote, origin);
  }
  if (set_price(instrument, rule, quotation.price, origin)) return FeedCounter::applied;
  if (used) return FeedCounter::applied;
  return quotation.price ? FeedCounter::duplicate : FeedCounter::rejected;
}

// Trades that the snapshot does not include leave nothing for it to say, but for the close.
bool Normalizer::set_price(InstrumentId instrument, const PhaseRule& rule,
                           const std::optional<feed::TradedPrice>& price, const Origin& origin) {
  if (!price) return false;
  if (ticks_ != nullptr) {
    const bool late = ticks_->later_than(instrument, price->volume, origin.exchange_time);
    if (late && rule.price != PriceRule::closed) return events_.record_image(instrument), false;
    ticks_->rebase(instrument, *price, origin.exchange_time);
  }
  events_.price(instrument, *price, origin);
  return true;
}

bool Normalizer::watch(std::uint32_t code, const PhaseRule& rule, TimeNs exchange_time) {
  const auto index = sentinels_.find(code);
  if (!index || !rule.market) return false;
  const bool active = rule.status == InstrumentStatus::trading;
  return sentinels_.set(*index, *rule.market, active, exchange_time);
}

FeedCounter Normalizer::on_channel_statistics(Bytes message, TimeNs now, std::uint64_t sequence) {
  ChannelStatistics statistics;
  if (decode_channel_statistics(message, statistics) != DecodeError::none) {
    return FeedCounter::malformed;
  }
  for (std::uint32_t i = 0; i < statistics.no_md_stream_id; ++i) {
    const StreamStatistics stream = statistics.stream(i);
    if (stream.md_stream_id == kStreamSpot && stream.trading_phase_code[0] == 'E') {
      return all_closed(statistics.orig_time, now, sequence);
    }
  }
  return filtered(statistics.orig_time, now, sequence);
}

FeedCounter Normalizer::on_index_snapshot(Bytes message, TimeNs now, std::uint64_t sequence) {
  Snapshot snapshot;
  if (decode_common(message, snapshot) != DecodeError::none ||
      check_entries(kMsgIndexSnapshot, snapshot) != DecodeError::none) {
    return FeedCounter::malformed;
  }
  const SnapshotCommon& fields = snapshot.fields;
  const bool closed =
      fields.md_stream_id == kStreamSzseIndex && fields.trading_phase_code[0] == 'E';
  return closed ? all_closed(fields.orig_time, now, sequence)
                : filtered(fields.orig_time, now, sequence);
}

FeedCounter Normalizer::on_other(Bytes message, TimeNs now, std::uint64_t sequence) {
  const auto orig_time = orig_time_of(message);
  return orig_time ? filtered(*orig_time, now, sequence) : FeedCounter::malformed;
}

FeedCounter Normalizer::filtered(std::int64_t orig_time, TimeNs now, std::uint64_t sequence) {
  if (!sentinels_.waiting()) return FeedCounter::filtered;
  const auto time = stamps_.read(static_cast<std::uint64_t>(orig_time));
  if (!time || !day_.contains(*time)) return FeedCounter::filtered;
  return advance_market({*time, now, sequence}) ? FeedCounter::applied : FeedCounter::filtered;
}

FeedCounter Normalizer::all_closed(std::int64_t orig_time, TimeNs now, std::uint64_t sequence) {
  const auto time = stamps_.read(static_cast<std::uint64_t>(orig_time));
  if (!time || !day_.contains(*time) || !sentinels_.set_all_closed(*time))
    return FeedCounter::filtered;
  return advance_market({*time, now, sequence}) ? FeedCounter::applied : FeedCounter::filtered;
}

bool Normalizer::advance_market(const Origin& origin) {
  const auto phase = sentinels_.agreed(origin.exchange_time);
  return phase && events_.phase(*phase, origin);
}

}  // namespace indexcast::szse
