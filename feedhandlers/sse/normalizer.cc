#include "feedhandlers/sse/normalizer.h"

namespace indexcast::sse {
namespace {

constexpr std::uint64_t time_digits(std::int64_t ms) {
  const auto t = static_cast<std::uint64_t>(ms);
  return t / 3'600'000 * 10'000'000 + t / 60'000 % 60 * 100'000 + t % 60'000;
}

}  // namespace

MarketClock::MarketClock(const std::vector<feed::TimeRange>& breaks) {
  for (const feed::TimeRange& range : breaks) {
    breaks_.push_back({time_digits(range.begin_ms), time_digits(range.end_ms)});
  }
}

bool MarketClock::on_status(std::string_view trading_session_id) {
  const char session = trading_session_id[0];
  if (session != 'S' && session != 'T' && session != 'E') return false;
  session_ = session;
  opening_auction_finished_ = trading_session_id[1] == '1';
  return true;
}

std::optional<MarketPhase> MarketClock::phase_at(std::uint64_t hhmmsssss) const {
  switch (session_) {
    case 'S':
      return MarketPhase::pre_open;
    case 'E':
      return MarketPhase::closing;
    case 'T':
      break;
    default:
      return std::nullopt;
  }
  if (!opening_auction_finished_) return MarketPhase::pre_open;
  for (const DigitRange& range : breaks_) {
    if (hhmmsssss >= range.begin && hhmmsssss < range.end) return MarketPhase::scheduled;
  }
  return MarketPhase::trading;
}

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Origin;

namespace {

// Between the clocks that stamp an image and its message.
constexpr std::int64_t kClockToleranceNs = 5 * kNsPerSecond;

// Whether the fields belong to a stream that is used for prices. The same digits name an index in
// MD001 and the after-hours session in MD102.
bool has_prices(const SnapshotFields& fields) {
  return fields.security_type == kSecurityTypeStock &&
         (fields.md_stream_id == kStreamShares || fields.md_stream_id == kStreamFunds);
}

}  // namespace

Normalizer::Normalizer(const Settings& settings, const feed::SymbolTable& symbols,
                       feed::VenueEvents& events)
    : production_only_(settings.production_only),
      day_given_(settings.trade_date != 0),
      symbols_(symbols),
      events_(events),
      market_(settings.breaks),
      day_(settings.trade_date) {}

FeedCounter Normalizer::on_market_status(const Header& header, Bytes frame, TimeNs now) {
  MarketStatus status;
  if (decode_market_status(frame, status) != DecodeError::none) return FeedCounter::malformed;
  const auto time = stamps_.read(header.sending_time);
  if (!time) return FeedCounter::malformed;
  if (status.security_type != kSecurityTypeStock) return FeedCounter::filtered;
  if (foreign_mode(status.trad_ses_mode)) return FeedCounter::rejected;
  if (foreign_day(header.sending_time / feed::kTimeDigits)) return FeedCounter::rejected;
  if (!market_.on_status(status.trading_session_id)) return FeedCounter::rejected;
  const bool moved = advance_market(header.sending_time, {*time, now, header.msg_seq_num});
  return moved ? FeedCounter::applied : FeedCounter::duplicate;
}

FeedCounter Normalizer::on_snapshot(const Header& header, Bytes frame, TimeNs now) {
  if (frame.size() < kHeaderSize + snapshot::kBody + kTrailerSize) return FeedCounter::malformed;
  // The contents of the message may be unused, but its time still advances the market.
  const bool moved = !foreign_mode(static_cast<std::uint8_t>(frame[snapshot::kTradSesMode])) &&
                     advance_market(header.sending_time, {{}, now, header.msg_seq_num});
  const FeedCounter outcome = price_snapshot(header, frame, now);
  return moved && outcome == FeedCounter::filtered ? FeedCounter::applied : outcome;
}

FeedCounter Normalizer::price_snapshot(const Header& header, Bytes frame, TimeNs now) {
  const auto code = security_code(frame);
  if (!code) return FeedCounter::filtered;
  const feed::SymbolEntry* symbol = symbols_.find(*code);
  if (symbol == nullptr || symbol->instrument == kNoInstrument) return FeedCounter::filtered;

  Snapshot snapshot;
  if (decode_snapshot(frame, snapshot) != DecodeError::none) return FeedCounter::malformed;
  const SnapshotFields& fields = snapshot.fields;
  if (!has_prices(fields)) return FeedCounter::filtered;
  if (foreign_mode(fields.trad_ses_mode)) return FeedCounter::rejected;
  // LastUpdateTime is when the image changed; 0 is "meaningless" (2.1) and stands before the first
  // change of the day.
  const bool stamped = fields.last_update_time != 0;
  const auto time = stamped ? stamps_.read(fields.trade_date, fields.last_update_time)
                            : stamps_.read(header.sending_time);
  if (!time) return FeedCounter::malformed;
  if (ahead_of(header, *time)) return FeedCounter::rejected;
  if (foreign_day(stamped ? fields.trade_date : header.sending_time / feed::kTimeDigits)) {
    return FeedCounter::rejected;
  }
  const bool may_rerun = fields.trad_ses_mode != kTradSesModeProduction;
  return apply(*symbol, snapshot, fields.trading_phase_code[0], {*time, now, header.msg_seq_num},
               may_rerun);
}

FeedCounter Normalizer::on_file_header(const MktdtHeaderLine& header, TimeNs now) {
  const auto time = stamps_.read(header.date, header.time);
  if (!time) return FeedCounter::malformed;
  if (foreign_day(header.date) || !market_.on_status(header.status)) return FeedCounter::rejected;
  file_ = header;
  const std::uint64_t stamp = header.date * feed::kTimeDigits + header.time;
  const bool moved = advance_market(stamp, {*time, now, 0, kFileChannel});
  return moved ? FeedCounter::applied : FeedCounter::duplicate;
}

FeedCounter Normalizer::on_file_record(std::string_view line, std::uint64_t sequence, TimeNs now) {
  const MktdtLineKind kind = kind_of(line);
  if (kind != MktdtLineKind::share && kind != MktdtLineKind::fund) return FeedCounter::filtered;
  const auto code = record_code(line);
  const feed::SymbolEntry* symbol = code ? symbols_.find(*code) : nullptr;
  if (symbol == nullptr || symbol->instrument == kNoInstrument) return FeedCounter::filtered;

  MktdtRecord record;
  if (read_record(line, record)) return FeedCounter::malformed;
  if (record.stream == kStreamDistribution) return FeedCounter::filtered;
  const auto time = stamps_.read(file_.date, record.time != 0 ? record.time : file_.time);
  if (!time) return FeedCounter::malformed;
  return apply(*symbol, record, record.phase[0], {*time, now, sequence, kFileChannel}, false);
}

// The quote before the price, so that the level which the price makes has the whole image in it.
template <class Source>
FeedCounter Normalizer::apply(const feed::SymbolEntry& symbol, const Source& source, char phase,
                              const Origin& origin, bool may_rerun) {
  const InstrumentId instrument = symbol.instrument;
  const PhaseRule& rule = rule_of(phase);
  const auto price = price_of(image_of(source), rule.price);
  if (!events_.in_order(instrument, price ? price->volume : 0, origin, may_rerun))
    return FeedCounter::duplicate;
  bool used = rule.status && events_.status(instrument, *rule.status, origin);
  if (symbol.quotes) {
    if (const auto quote = quote_of(source, phase))
      used |= events_.quote(instrument, *quote, origin);
  }
  if (price) events_.price(instrument, *price, origin);
  return price || used ? FeedCounter::applied : FeedCounter::rejected;
}

// An image from the future would make every later one of its security look old.
bool Normalizer::ahead_of(const Header& header, TimeNs time) {
  const auto sent = stamps_.read(header.sending_time);
  return sent && time - *sent > kClockToleranceNs;
}

// Without a day of the site's own, the latest one met is the day.
bool Normalizer::foreign_day(std::uint64_t date) {
  if (!day_given_ && date > day_) day_ = date;
  return date != day_;
}

bool Normalizer::advance_market(std::uint64_t stamp, const Origin& origin) {
  const auto phase = market_.phase_at(stamp % feed::kTimeDigits);
  if (!phase || events_.phase_is(*phase)) return false;
  const auto time = stamps_.read(stamp);
  if (!time || (day_ != 0 && stamp / feed::kTimeDigits != day_)) return false;
  return events_.phase(*phase, {*time, origin.receive_time, origin.sequence, origin.channel});
}

}  // namespace indexcast::sse
