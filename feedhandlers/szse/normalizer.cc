#include "feedhandlers/szse/normalizer.h"

#include <vector>

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Origin;

namespace {

std::vector<std::uint32_t> sentinel_codes(const Settings& settings, const Universe& universe) {
  if (!settings.sentinels.empty()) return settings.sentinels;
  std::vector<std::uint32_t> codes;
  for (const Instrument& instrument : universe.instruments()) {
    if (instrument.market != feed::market_of(feed::Venue::szse)) continue;
    codes.push_back(feed::parse_code(instrument.symbol).value_or(0));
  }
  return codes;
}

feed::SymbolTable symbols_with_sentinels(const Universe& universe,
                                         const std::vector<std::uint32_t>& sentinels) {
  feed::SymbolTable symbols(universe, feed::Venue::szse);
  for (const std::uint32_t code : sentinels) symbols.add_sentinel(code);
  return symbols;
}

}  // namespace

Normalizer::Normalizer(const Settings& settings, const Universe& universe,
                       feed::VenueEvents& events)
    : symbols_(symbols_with_sentinels(universe, sentinel_codes(settings, universe))),
      events_(events),
      sentinels_(sentinel_codes(settings, universe)) {}

FeedCounter Normalizer::on_snapshot(Bytes frame, TimeNs now, std::uint64_t sequence) {
  if (frame.size() < kHeaderSize + snapshot::kEntries + kTrailerSize) return FeedCounter::malformed;
  const auto code = security_code(frame);
  const feed::SymbolEntry* symbol = code ? symbols_.find(*code) : nullptr;
  const auto orig_time =
      feed::load_be<std::int64_t>(frame.data() + kHeaderSize + snapshot::kOrigTime);
  if (symbol == nullptr) return filtered(orig_time, now, sequence);

  Snapshot snapshot;
  if (decode_snapshot(frame, snapshot) != DecodeError::none) return FeedCounter::malformed;
  // An option (stream 040) has digits too.
  if (snapshot.fields.md_stream_id != kStreamSpot) return filtered(orig_time, now, sequence);
  const auto time = stamps_.read(static_cast<std::uint64_t>(orig_time));
  if (!time) return FeedCounter::malformed;
  return apply(*symbol, *code, snapshot, {*time, now, sequence});
}

FeedCounter Normalizer::apply(const feed::SymbolEntry& symbol, std::uint32_t code,
                              const Snapshot& snapshot, const Origin& origin) {
  const InstrumentId instrument = symbol.instrument;
  const bool member = instrument != kNoInstrument;
  if (member && events_.overtaken(instrument, origin.exchange_time)) return FeedCounter::duplicate;

  const bool moved = symbol.sentinel && watch(code, snapshot, origin.exchange_time);
  bool used = (moved || sentinels_.waiting()) && advance_market(origin);
  if (!member) return used ? FeedCounter::applied : FeedCounter::filtered;

  const std::string_view phase_code = snapshot.fields.trading_phase_code;
  const PhaseRule& rule = rule_of(phase_code[0]);
  const auto status = halted_all_day(phase_code) ? InstrumentStatus::suspended : rule.status;
  if (status) used |= events_.status(instrument, *status, origin);
  const auto price = price_of(snapshot, rule.price);
  if (price) events_.price(instrument, *price, origin);
  return price || used ? FeedCounter::applied : FeedCounter::rejected;
}

bool Normalizer::watch(std::uint32_t code, const Snapshot& snapshot, TimeNs exchange_time) {
  const auto index = sentinels_.find(code);
  const std::string_view phase_code = snapshot.fields.trading_phase_code;
  const PhaseRule& rule = rule_of(phase_code[0]);
  if (!index || !rule.market) return false;
  const bool active = rule.status == InstrumentStatus::trading && !halted_all_day(phase_code);
  return sentinels_.set(*index, *rule.market, active, exchange_time);
}

FeedCounter Normalizer::on_channel_statistics(Bytes frame, TimeNs now, std::uint64_t sequence) {
  ChannelStatistics statistics;
  if (decode_channel_statistics(frame, statistics) != DecodeError::none) {
    return FeedCounter::malformed;
  }
  return filtered(statistics.orig_time, now, sequence);
}

FeedCounter Normalizer::filtered(std::int64_t orig_time, TimeNs now, std::uint64_t sequence) {
  if (!sentinels_.waiting()) return FeedCounter::filtered;
  const auto time = stamps_.read(static_cast<std::uint64_t>(orig_time));
  if (!time || !advance_market({*time, now, sequence})) return FeedCounter::filtered;
  return FeedCounter::applied;
}

bool Normalizer::advance_market(const Origin& origin) {
  const auto phase = sentinels_.agreed(origin.exchange_time);
  return phase && events_.phase(*phase, origin);
}

}  // namespace indexcast::szse
