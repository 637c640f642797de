#include "feedhandlers/szse/tick_source.h"

#include <algorithm>

#include "feedhandlers/market/security_digits.h"

namespace indexcast::szse {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;

namespace {

constexpr std::int64_t kPriceScale = 100;    // 1e-4 to 1e-6
constexpr std::int64_t kTickQtyScale = 100;  // 1e-2 to whole shares, and 1e-4 x 1e-2 to 1e-4

// 0 when it does not fit: not known.
std::int64_t product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? 0 : result;
}

std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? a : result;
}

std::int64_t china_day(TimeNs time) { return (time.ns + kChinaOffsetNs) / kNsPerDay; }

}  // namespace

TickSource::TickSource(const Settings& settings, const feed::SymbolTable& symbols,
                       feed::VenueEvents& events, TradeDay& day, feed::FeedCounters& counters)
    : settings_(settings),
      symbols_(symbols),
      events_(events),
      day_(day),
      counters_(counters),
      channels_(kMaxChannels,
                Channel(std::max<std::size_t>(settings.tick_capacity, 1), settings.stale_after_ns)),
      books_(symbols.universe_size()) {}

std::optional<TickSource::Parsed> TickSource::parse(Bytes message) {
  if (decode_header(message).msg_type == kMsgTrade) return parse_trade(message);
  Order order;
  if (decode_order(message, order) != DecodeError::none) return std::nullopt;
  const auto time = stamps_.read(static_cast<std::uint64_t>(order.transact_time));
  if (!time) return std::nullopt;
  return Parsed{order.channel_no, {.sequence = order.appl_seq_num, .time = *time}};
}

std::optional<TickSource::Parsed> TickSource::parse_trade(Bytes message) {
  TradeMessage trade;
  if (decode_trade(message, trade) != DecodeError::none) return std::nullopt;
  const auto time = stamps_.read(static_cast<std::uint64_t>(trade.transact_time));
  if (!time) return std::nullopt;
  Parsed parsed{trade.channel_no, {.sequence = trade.appl_seq_num, .time = *time}};
  if (trade.exec_type != kExecTrade || trade.md_stream_id != kStreamSpotTicks ||
      trade.security_id_source != kSourceSzse) {
    return parsed;
  }
  const auto* id = reinterpret_cast<const std::byte*>(trade.security_id.data());
  const auto code = feed::security_digits(id);
  const feed::SymbolEntry* symbol = code ? symbols_.find(*code) : nullptr;
  if (symbol == nullptr || symbol->instrument == kNoInstrument) return parsed;
  if (trade.last_px <= 0 || trade.last_px >= kPriceOverflow || trade.last_qty <= 0) {
    parsed.outcome = FeedCounter::rejected;
    return parsed;
  }
  parsed.outcome = FeedCounter::applied;
  parsed.tick.instrument = symbol->instrument;
  parsed.tick.price = trade.last_px * kPriceScale;
  parsed.tick.quantity = trade.last_qty / kTickQtyScale;
  parsed.tick.turnover = product(trade.last_px, trade.last_qty) / kTickQtyScale;
  return parsed;
}

TickSource::Channel* TickSource::channel_of(std::uint16_t number, TimeNs now) {
  const auto end = channels_.begin() + static_cast<std::ptrdiff_t>(used_);
  const auto known = std::find_if(channels_.begin(), end,
                                  [&](const Channel& channel) { return channel.number == number; });
  if (known != end) return &*known;
  if (used_ == channels_.size()) return nullptr;
  Channel& channel = channels_[used_++];
  channel.number = number;
  channel.data.start(now);
  return &channel;
}

void TickSource::on_tick(Bytes message, TickSession session, TimeNs now) {
  const auto parsed = parse(message);
  if (!parsed) return counters_.add(FeedCounter::malformed);
  Channel* channel = channel_of(parsed->channel, now);
  if (channel == nullptr) return counters_.add(FeedCounter::filtered);
  if (session == TickSession::realtime) {
    channel->received_at = now;
    channel->data.on_data(now);
    channel->data.on_exchange_time(parsed->tick.time, now);
  }
  if (!day_.contains(parsed->tick.time)) return counters_.add(FeedCounter::rejected);
  enter_day(*channel, parsed->tick.time);
  channel->unsure = false;
  channel->ended = false;
  const auto place = channel->sequence.place(parsed->tick.sequence);
  if (place == TickChannel::Place::nowhere) {
    counters_.add(FeedCounter::rejected);
  } else if (place == TickChannel::Place::duplicate) {
    counters_.add(FeedCounter::duplicate);
  } else {
    // A trade of ours is counted when its turn comes.
    if (parsed->outcome != FeedCounter::applied) counters_.add(parsed->outcome);
    take(*channel, parsed->tick, session, now);
  }
  follow_hole(*channel, now);
  update(*channel, now);
}

// Numbers begin again each day.
void TickSource::enter_day(Channel& channel, TimeNs time) {
  const std::int64_t day = china_day(time);
  if (day == channel.day) return;
  while (channel.sequence.behind()) {
    channel.sequence.give_up(channel.sequence.hole()->last + 1);
    drain(channel, time);
  }
  if (channel.day != 0) channel.sequence.restart();
  channel.day = day;
  channel.behind = false;
  channel.refused = false;
  channel.attempts = 0;
}

void TickSource::take(Channel& channel, const Tick& tick, TickSession session, TimeNs now) {
  const bool recovered = session == TickSession::resend;
  counters_.add(recovered ? FeedCounter::sequence_recovered : FeedCounter::sequence_received);
  if (recovered) {
    channel.attempts = 0;
    if (request_ && request_->channel == channel.number) request_->last_progress = now;
  }
  while (channel.sequence.beyond(tick.sequence)) lose(channel, tick.sequence, now);
  if (tick.sequence != channel.sequence.expected()) return channel.sequence.hold(tick);
  deliver(channel, tick, now);
  drain(channel, now);
}

void TickSource::drain(Channel& channel, TimeNs now) {
  while (const Tick* tick = channel.sequence.next()) deliver(channel, *tick, now);
}

void TickSource::deliver(Channel& channel, const Tick& tick, TimeNs now) {
  if (tick.instrument != kNoInstrument) counters_.add(price(channel, tick, now));
  channel.sequence.advance();
}

FeedCounter TickSource::price(Channel& channel, const Tick& tick, TimeNs now) {
  Book& book = books_[tick.instrument];
  if (tick.time < book.base_time) return FeedCounter::duplicate;
  if (tick.time > book.base_time) {
    book.volume = sum(book.volume, tick.quantity);
    book.turnover = sum(book.turnover, tick.turnover);
  }
  book.trade_time = std::max(book.trade_time, tick.time);
  clear_unheard(book);
  book.channel = channel.number;
  events_.trade(tick.instrument, {PriceKind::last, tick.price, book.volume, book.turnover},
                {tick.time, now, static_cast<std::uint64_t>(tick.sequence),
                 kTickChannelBase + channel.number});
  return FeedCounter::applied;
}

void TickSource::rebase(InstrumentId instrument, const feed::TradedPrice& totals, TimeNs time) {
  Book& book = books_[instrument];
  clear_unheard(book);
  book.base_time = time;
  book.volume = totals.volume;
  book.turnover = totals.turnover;
}

void TickSource::on_last(std::uint16_t number, std::int64_t last, bool end_of_channel, TimeNs now) {
  Channel* channel = channel_of(number, now);
  if (channel == nullptr) return;
  channel->received_at = now;
  channel->unsure = false;
  channel->ended = end_of_channel;
  channel->sequence.note_last(last);
  follow_hole(*channel, now);
  update(*channel, now);
}

void TickSource::on_time(TimeNs now) {
  if (request_ && now - request_->last_progress >= settings_.resend_timeout_ns) {
    fail_request(false, now);
  }
  for (std::size_t i = 0; i < used_; ++i) {
    follow_hole(channels_[i], now);
    update(channels_[i], now);
  }
}

bool TickSource::waits() const {
  const auto behind = [](const Channel& channel) { return channel.behind; };
  return request_.has_value() ||
         std::any_of(channels_.begin(), channels_.begin() + static_cast<std::ptrdiff_t>(used_),
                     behind);
}

void TickSource::on_realtime(bool up, TimeNs now) {
  if (up == realtime_up_) return;
  realtime_up_ = up;
  for (std::size_t i = 0; i < used_; ++i) {
    Channel& channel = channels_[i];
    channel.received_at = now;
    channel.data.start(now);
    channel.unsure = channel.sequence.open();
    update(channel, now);
  }
}

void TickSource::follow_hole(Channel& channel, TimeNs now) {
  if (!channel.sequence.behind()) {
    channel.behind = false;
    channel.attempts = 0;
    return;
  }
  if (!channel.behind) {
    channel.behind = true;
    channel.behind_since = now;
  }
  const std::int64_t waited = now - channel.behind_since;
  if (waited < settings_.tick_wait_ns) return;
  const bool session_may_come =
      resend_up_ || waited < settings_.tick_wait_ns + settings_.resend_timeout_ns;
  if (can_ask(channel) && session_may_come) return;
  while (channel.sequence.behind()) {
    lose(channel, channel.sequence.hole()->last + 1, now);
  }
  channel.behind = false;
  channel.attempts = 0;
}

bool TickSource::can_ask(const Channel& channel) const {
  return !settings_.resend_gateways.empty() && !channel.refused && channel.attempts < kMaxAttempts;
}

void TickSource::lose(Channel& channel, std::int64_t next, TimeNs now) {
  const std::int64_t lost = channel.sequence.give_up(next);
  if (lost > 0) {
    counters_.add(FeedCounter::sequence_lost, static_cast<std::uint64_t>(lost));
    counters_.add(FeedCounter::gaps);
    channel.settling = channel.lost_more = true;
    update(channel, now);  // before the prices behind the hole
  }
  drain(channel, now);
}

void TickSource::on_resend_session(bool up, TimeNs now) {
  resend_up_ = up;
  if (!up && request_) fail_request(false, now);
}

std::optional<Resend> TickSource::next_request(TimeNs now) {
  if (!resend_up_ || request_) return std::nullopt;
  for (std::size_t i = 0; i < used_; ++i) {
    Channel& channel = channels_[(turn_ + i) % used_];
    if (!channel.behind || now - channel.behind_since < settings_.tick_wait_ns) continue;
    const auto hole = channel.sequence.hole();
    if (!hole || !can_ask(channel)) continue;
    const std::int64_t last = std::min(hole->last, hole->first + settings_.resend_range - 1);
    turn_ = (turn_ + i + 1) % used_;
    request_ = Request{channel.number, {hole->first, last}, now};
    return Resend{.resend_type = kResendTicks,
                  .channel_no = channel.number,
                  .appl_beg_seq_num = hole->first,
                  .appl_end_seq_num = last,
                  .news_id = {},
                  .resend_status = 0,
                  .reject_text = {}};
  }
  return std::nullopt;
}

void TickSource::on_answer(const Resend& answer, TimeNs now) {
  if (!request_ || answer.resend_type != kResendTicks || answer.channel_no != request_->channel ||
      answer.appl_beg_seq_num != request_->hole.first) {
    return;
  }
  Channel& channel = *channel_of(request_->channel, now);
  // Done, and all of it here: whatever else is missing is another request.
  if (answer.resend_status == kResendDone && channel.sequence.expected() > request_->hole.last) {
    request_.reset();
    channel.attempts = 0;
    return update(channel, now);
  }
  channel.refused |= answer.resend_status == kResendNoPermission;
  fail_request(answer.resend_status == kResendUnavailable, now);
}

void TickSource::on_refusal(TimeNs now) {
  if (request_) fail_request(true, now);
}

void TickSource::fail_request(bool refused, TimeNs now) {
  Channel& channel = *channel_of(request_->channel, now);
  channel.attempts = refused ? kMaxAttempts : channel.attempts + 1;
  request_.reset();
  follow_hole(channel, now);
  update(channel, now);
}

FeedState TickSource::state_at(Channel& channel, TimeNs now) const {
  if (!realtime_up_) return FeedState::down;
  const bool asking =
      channel.behind && now - channel.behind_since >= settings_.tick_wait_ns && can_ask(channel);
  // A loss is announced before the ticks that follow it, even while more are requested.
  if ((asking && !channel.lost_more) || channel.unsure) return FeedState::recovering;
  if (channel.settling) return FeedState::gap;
  if (channel.data.stale(now, !channel.ended && events_.phase_is(MarketPhase::trading)))
    return FeedState::stale;
  if (!channel.ended && now - channel.received_at >= settings_.tick_silence_ns)
    return FeedState::stale;
  return FeedState::live;
}

void TickSource::update(Channel& channel, TimeNs now) {
  const bool complete =
      channel.unheard == 0 || events_.image_period_has_passed_since(channel.round_began_ns);
  if (complete && !channel.lost_more) channel.settling = false;
  const FeedState state = state_at(channel, now);
  const bool by_security = state == FeedState::gap;
  if (state == channel.state && !(by_security && channel.lost_more)) return;
  channel.state = state;
  if (!by_security) return events_.feed_state(kTickChannelBase + channel.number, state, now);
  begin_round(channel);
  events_.feed_state_by_security(kTickChannelBase + channel.number, state, now);
}

// Every security that traded on the channel is unheard.
void TickSource::begin_round(Channel& channel) {
  channel.lost_more = false;
  channel.unheard = 0;
  channel.round_began_ns = events_.trading_ns();
  for (Book& book : books_) {
    book.unheard |= book.channel == channel.number;
    channel.unheard += book.channel == channel.number;
  }
}

void TickSource::clear_unheard(Book& book) {
  if (!book.unheard) return;
  book.unheard = false;
  for (std::size_t i = 0; i < used_; ++i) {
    if (channels_[i].number == book.channel) --channels_[i].unheard;
  }
}

}  // namespace indexcast::szse
