#include "feedhandlers/sse/normalizer.h"

namespace indexcast::sse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;

Normalizer::Normalizer(const Settings& settings, const feed::SymbolTable& symbols,
                       feed::VenueEvents& events)
    : production_only_(settings.production_only),
      symbols_(symbols),
      events_(events),
      market_(settings.breaks) {}

FeedCounter Normalizer::on_market_status(const Header& header, Bytes frame, TimeNs now) {
  MarketStatus status;
  if (decode_market_status(frame, status) != DecodeError::none) return FeedCounter::malformed;
  if (!stamps_.read(header.sending_time)) return FeedCounter::malformed;
  if (status.security_type != kSecurityTypeStock) return FeedCounter::filtered;
  if (foreign_mode(status.trad_ses_mode)) return FeedCounter::rejected;
  if (!market_.on_status(status.trading_session_id)) return FeedCounter::rejected;
  return advance_market(header, now) ? FeedCounter::applied : FeedCounter::duplicate;
}

FeedCounter Normalizer::on_snapshot(const Header& header, Bytes frame, TimeNs now) {
  if (frame.size() < kHeaderSize + snapshot::kBody + kTrailerSize) return FeedCounter::malformed;
  // What the message says may be of no use to us, and its time still moves the market.
  const bool moved = !foreign_mode(static_cast<std::uint8_t>(frame[snapshot::kTradSesMode])) &&
                     advance_market(header, now);
  const FeedCounter outcome = price_snapshot(header, frame, now);
  return moved && outcome == FeedCounter::filtered ? FeedCounter::applied : outcome;
}

FeedCounter Normalizer::price_snapshot(const Header& header, Bytes frame, TimeNs now) {
  const auto code = security_code(frame);
  if (!code) return FeedCounter::filtered;
  const feed::SymbolEntry* symbol = symbols_.find(*code);
  if (symbol == nullptr) return FeedCounter::filtered;

  Snapshot snapshot;
  if (decode_snapshot(frame, snapshot) != DecodeError::none) return FeedCounter::malformed;
  const SnapshotFields& fields = snapshot.fields;
  // The same digits name an index in MD001 and the after-hours session in MD102.
  if (fields.security_type != kSecurityTypeStock ||
      (fields.md_stream_id != kStreamShares && fields.md_stream_id != kStreamFunds)) {
    return FeedCounter::filtered;
  }
  if (foreign_mode(fields.trad_ses_mode)) return FeedCounter::rejected;
  const auto time = image_time(header, fields);
  if (!time) return FeedCounter::malformed;
  events_.heard(symbol->instrument);
  if (events_.overtaken(symbol->instrument, *time)) return FeedCounter::duplicate;
  return apply(symbol->instrument, snapshot, {*time, now, header.msg_seq_num});
}

FeedCounter Normalizer::apply(InstrumentId instrument, const Snapshot& snapshot,
                              const feed::Origin& origin) {
  const PhaseRule& rule = rule_of(snapshot.fields.trading_phase_code[0]);
  const bool status = rule.status && events_.status(instrument, *rule.status, origin);
  const auto price = price_of(snapshot, rule.price);
  if (price) events_.price(instrument, *price, origin);
  return price || status ? FeedCounter::applied : FeedCounter::rejected;
}

// LastUpdateTime is when the image changed; 0 is "meaningless" (2.1) and stands before the first
// change of the day.
std::optional<TimeNs> Normalizer::image_time(const Header& header, const SnapshotFields& fields) {
  if (fields.last_update_time == 0) return stamps_.read(header.sending_time);
  return stamps_.read(fields.trade_date, fields.last_update_time);
}

bool Normalizer::advance_market(const Header& header, TimeNs now) {
  const auto phase = market_.phase_at(header.sending_time % feed::kTimeDigits);
  if (!phase || events_.phase_is(*phase)) return false;
  const auto time = stamps_.read(header.sending_time);
  return time && events_.phase(*phase, {*time, now, header.msg_seq_num});
}

}  // namespace indexcast::sse
