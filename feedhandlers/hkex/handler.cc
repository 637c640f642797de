#include "feedhandlers/hkex/handler.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "feedhandlers/hkex/find_message.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using feed::LinePacket;

// Maintenance may run until then (OMD-C 2.2.1).
constexpr std::int64_t kDayBeginMs = feed::hms(6, 0, 0);
constexpr std::int64_t kMsPerDay = kNsPerDay / kNsPerMs;

// DRStatus of message 105, notes 1.6.
constexpr std::uint32_t kDisasterInProgress = 1;
constexpr std::uint32_t kDisasterCompleted = 2;

constexpr bool is_disaster_status(std::uint32_t status) {
  return status == kDisasterInProgress || status == kDisasterCompleted;
}

// Higher is worse; the feed is as good as its worst channel.
int badness(FeedState state) {
  switch (state) {
    case FeedState::live:
      return 0;
    case FeedState::recovering:
      return 1;
    case FeedState::gap:
      return 2;
    case FeedState::stale:
      return 3;
    case FeedState::connecting:
    case FeedState::down:
      return 4;
  }
  return 4;
}

}  // namespace

Handler::Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink)
    : settings_(settings),
      symbols_(symbols),
      normalizer_(settings, symbols),
      sink_(sink),
      members_(symbols.members()),
      places_(symbols.universe_size()) {
  ChannelOwner& owner = *this;
  for (const ChannelSettings& channel : settings_.channels) {
    if (channel.id == 0 || channel.id > kChannelIdMax || find(channel.id) != nullptr) {
      throw std::invalid_argument("hkex channel id " + std::to_string(channel.id) +
                                  ": must be from 1 to 65535 and given once");
    }
    channels_.push_back(std::make_unique<Channel>(channel, settings_, counters_, owner));
  }
}

Handler::~Handler() = default;

void Handler::use(RetransmissionService* service) {
  for (const auto& channel : channels_) channel->use(service);
}

Channel* Handler::find(std::uint32_t id) const {
  const auto at = std::find_if(channels_.begin(), channels_.end(),
                               [id](const auto& channel) { return channel->id() == id; });
  return at == channels_.end() ? nullptr : at->get();
}

FeedState Handler::channel_state(std::uint32_t channel) const {
  const Channel* found = find(channel);
  return found == nullptr ? FeedState::down : found->state();
}

std::uint64_t Handler::suspicious_packets() const {
  std::uint64_t sum = 0;
  for (const auto& channel : channels_) sum += channel->suspicious_packets();
  return sum;
}

bool Handler::of_trading_day(const PacketHeader& header) {
  if (settings_.trade_date == 0) return true;
  const TimeNs begin = china_time(settings_.trade_date, kDayBeginMs);
  const TimeNs end = china_time(settings_.trade_date, kMsPerDay);
  if (!settings_.market_shut && begin <= header.send_time && header.send_time < end) return true;
  counters_.add(FeedCounter::other_date, header.message_count);
  counters_.note_date(header.send_time);
  return false;
}

void Handler::on_datagram(std::uint32_t id, Line line, Bytes payload, TimeNs now) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, payload.size());
  PacketHeader header;
  if (check_packet(payload, header) != DecodeError::none) {
    return counters_.add(FeedCounter::malformed);
  }
  Channel* channel = find(channel_id_of(id));
  if (channel == nullptr) return counters_.add(FeedCounter::filtered, header.message_count);
  if (header.message_count == 0) counters_.add(FeedCounter::heartbeats);
  if (!of_trading_day(header)) {
    if (is_refresh_id(id)) {
      counters_.add(FeedCounter::refresh_messages, header.message_count);
    } else {
      counters_.add(FeedCounter::filtered, header.message_count);
    }
    return;
  }
  // The numbers decide about the order, so the packet counts under the channel's time.
  if (!channel->believes(header.send_time, now)) {
    counters_.add(FeedCounter::stamps_ahead, std::max<std::uint64_t>(header.message_count, 1));
    header.send_time = channel->sent();
  }
  if (is_refresh_id(id)) {
    channel->on_refresh_packet(line, header, payload, now);
  } else {
    channel->on_packet(line, header, payload, now);
    // While packets are held, exchange time has not reached a heartbeat in the order of sequence.
    if (header.message_count == 0 && channel->in_order()) {
      follow_exchange_time(*channel, header.send_time, header.sequence, now);
    }
    apply_disaster_signal(header, payload, now);
  }
}

void Handler::on_retransmitted(std::uint32_t id, const PacketHeader& header, Bytes packet,
                               TimeNs now) {
  Channel* channel = find(id);
  if (channel == nullptr || !of_trading_day(header)) {
    return counters_.add(FeedCounter::filtered, header.message_count);
  }
  channel->on_retransmitted(header, packet, now);
  apply_disaster_signal(header, packet, now);
}

void Handler::on_request_done(std::uint32_t id, RequestId request, RetransmissionOutcome outcome,
                              TimeNs now) {
  if (Channel* channel = find(id)) channel->on_request_done(request, outcome, now);
}

void Handler::on_time(TimeNs now) {
  for (const auto& channel : channels_) channel->on_time(now);
}

TimeNs Handler::due(TimeNs now) const {
  const bool waits = std::ranges::any_of(channels_, [](const auto& each) { return each->waits(); });
  return now + (waits ? feed::kShortPollNs : feed::kQuietPollNs);
}

void Handler::on_ordered(Channel& channel, const LinePacket& packet, std::uint32_t skip,
                         TimeNs now) {
  follow_exchange_time(channel, packet.sent, packet.sequence + skip, now);
  const PacketHeader header{static_cast<std::uint16_t>(packet.bytes.size()),
                            static_cast<std::uint8_t>(packet.count), packet.sequence, packet.sent};
  for_each_message(packet.bytes, header, [&](const MessageView& message) {
    if (skip > 0) {
      --skip;
      return;
    }
    on_message(channel, message, packet.sent, now);
  });
}

void Handler::on_message(Channel& channel, const MessageView& message, TimeNs sent, TimeNs now) {
  if (message.type == wire::disaster_recovery_signal::kType) {
    return counters_.add(on_disaster_signal(message.bytes));
  }
  counters_.add(normalize(channel, message, sent, now));
}

FeedCounter Handler::normalize(Channel& channel, const MessageView& message, TimeNs sent,
                               TimeNs now) {
  MarketEvent event;
  const FeedCounter outcome = normalizer_.on_message(message, channel.id(), sent, event);
  if (outcome == FeedCounter::applied) hand_on(channel, event, now);
  // A session says of every book at once whether its quotes can be traded at.
  if (message.type == wire::trading_session_status::kType) emit_quotes(sent, now);
  return outcome;
}

void Handler::emit_quotes(TimeNs sent, TimeNs now) {
  normalizer_.take_quotes(sent, [&](MarketEvent& event) { push(event, event.channel, now); });
}

void Handler::on_base(const Channel& channel, Base base, TimeNs now) {
  normalizer_.on_base(channel.id(), base);
  emit_quotes(channel.sent(), now);
}

// On arrival, newest stamp first: the signal is about the site and not about the order of a
// channel, which may be waiting for a snapshot that does not have it.
void Handler::apply_disaster_signal(const PacketHeader& header, Bytes packet, TimeNs now) {
  const auto signal = find_message<DisasterRecoverySignal>(packet, header);
  if (!signal || header.send_time < disaster_sent_ || !is_disaster_status(signal->dr_status))
    return;
  disaster_sent_ = header.send_time;
  const bool in_progress = signal->dr_status == kDisasterInProgress;
  if (in_progress == std::exchange(disaster_, in_progress)) return;
  counters_.add(FeedCounter::disaster_signals);
  if (in_progress) {
    normalizer_.forget_sessions();
    await_every_security();
  }
  for (const auto& channel : channels_) channel->set_disaster(in_progress, disaster_sent_, now);
}

void Handler::await_every_security() {
  for (Place& place : places_) {
    if (place.channel == nullptr || place.awaited) continue;
    place.awaited = true;
    place.channel->await_security();
  }
}

// Outcome of the message in the order of its channel.
FeedCounter Handler::on_disaster_signal(Bytes message) {
  DisasterRecoverySignal signal;
  if (decode(message, signal) != DecodeError::none) return FeedCounter::malformed;
  if (!is_disaster_status(signal.dr_status)) return FeedCounter::rejected;
  if (signal.dr_status == std::exchange(signal_in_order_, signal.dr_status)) {
    return FeedCounter::duplicate;
  }
  return FeedCounter::applied;
}

bool Handler::wants(const MessageView& message) {
  const MessageRule* rule = find_rule(message.type);
  const bool of_security = rule != nullptr && rule->about == About::security;
  if (!of_security) return message.type != wire::news::kType;
  if (message.bytes.size() < wire::nominal_price::SecurityCode.end()) return false;
  return symbols_.find(security_code_of(message.bytes)) != nullptr;
}

void Handler::on_snapshot_message(Channel& channel, const MessageView& message, TimeNs sent,
                                  TimeNs now) {
  normalize(channel, message, sent, now);
}

void Handler::follow_exchange_time(const Channel& channel, TimeNs send_time, std::uint32_t sequence,
                                   TimeNs now) {
  MarketEvent event;
  if (!normalizer_.on_exchange_time(send_time, event)) return;
  event.feed_sequence = sequence;
  push(event, channel.id(), now);
}

void Handler::on_channel_time(const Channel& channel, const feed::ChannelTime& time, TimeNs now) {
  MarketEvent event;
  event.kind = EventKind::channel_time;
  event.feed = feed::feed_of(feed::Venue::hkex);
  event.market = feed::market_of(feed::Venue::hkex);
  event.value[0] = time.lag_ms;
  event.exchange_time = time.exchange_time;
  push(event, channel.id(), now);
}

void Handler::on_paused(TimeNs now) {
  for (const auto& channel : channels_) channel->pause(true, now);
}

void Handler::on_drained(TimeNs now) {
  for (const auto& channel : channels_) channel->pause(false, now);
}

void Handler::on_state(Channel& channel, bool by_security, TimeNs exchange_time, TimeNs now) {
  if (by_security) channel.begin_round(++losses_);
  const bool each = by_security || channel.awaits_securities();
  push_state(channel.id(), channel.state(), each, exchange_time, now);
  update_feed_state(by_security, exchange_time, now);
  count_unheard();
}

void Handler::update_feed_state(bool lost_more, TimeNs exchange_time, TimeNs now) {
  FeedState worst = FeedState::live;
  for (const auto& channel : channels_) {
    if (channel->is_signal_only()) continue;
    if (badness(channel->state()) > badness(worst)) worst = channel->state();
  }
  const bool by_security = worst == FeedState::gap;
  if (worst == state() && !(by_security && lost_more)) return;
  state_.store(worst, std::memory_order_relaxed);
  push_state(0, worst, by_security, exchange_time, now);
}

bool Handler::none_unheard(const Channel& channel) const {
  return std::none_of(members_.begin(), members_.end(),
                      [&](InstrumentId id) { return is_unheard(places_[id], channel); });
}

void Handler::count_unheard() {
  const auto unheard = [&](InstrumentId id) {
    return std::any_of(channels_.begin(), channels_.end(), [&](const auto& channel) {
      return channel->state() == FeedState::gap && is_unheard(places_[id], *channel);
    });
  };
  counters_.set_unheard(
      static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(), unheard)));
}

void Handler::note_price(Channel& channel, InstrumentId instrument, bool of_today) {
  Place& place = places_[instrument];
  if (of_today) {
    if (place.awaited) place.channel->security_received();
    place.awaited = false;
    place.channel = &channel;
  }
  if (place.loss_at_price == losses_) [[likely]]
    return;
  place.loss_at_price = losses_;
  count_unheard();
}

// The core judges a security by the channel that brought its price of today.
void Handler::hand_on(Channel& channel, MarketEvent& event, TimeNs now) {
  if (event.kind == EventKind::price) {
    const bool of_today = event.detail != static_cast<std::uint8_t>(PriceKind::previous_close);
    if (of_today) channel.depend_on();
    note_price(channel, event.instrument, of_today);
  }
  push(event, channel.id(), now);
}

void Handler::push_state(std::uint32_t channel, FeedState state, bool by_security,
                         TimeNs exchange_time, TimeNs now) {
  MarketEvent event;
  event.kind = EventKind::feed_state;
  event.detail = static_cast<std::uint8_t>(state);
  event.feed = feed::feed_of(feed::Venue::hkex);
  event.market = feed::market_of(feed::Venue::hkex);
  event.value[kBySecurity] = by_security;
  event.exchange_time = exchange_time;
  push(event, channel, now);
}

void Handler::push(MarketEvent& event, std::uint32_t channel, TimeNs now) {
  event.receive_time = now;
  event.channel = channel;
  counters_.add(FeedCounter::events);
  sink_.push(event);
}

}  // namespace indexcast::hkex
