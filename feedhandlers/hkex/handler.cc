#include "feedhandlers/hkex/handler.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "feedhandlers/common/venue.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using feed::LinePacket;

// NewSeqNo of the Sequence Reset in the packet, if it carries a whole one.
std::optional<std::uint32_t> find_reset(Bytes packet, const PacketHeader& header) {
  std::optional<std::uint32_t> found;
  for_each_message(packet, header, [&found](const MessageView& message) {
    SequenceReset reset;
    if (message.type != wire::sequence_reset::kType) return;
    if (decode(message.bytes, reset) == DecodeError::none) found = reset.new_seq_no;
  });
  return found;
}

// Higher is worse; the feed is as good as its worst channel.
int badness(FeedState state) {
  switch (state) {
    case FeedState::live:
      return 0;
    case FeedState::recovering:
    case FeedState::gap:
      return 1;
    case FeedState::stale:
      return 2;
    case FeedState::connecting:
    case FeedState::down:
      return 3;
  }
  return 3;
}

}  // namespace

struct Handler::Channel {
  Channel(std::uint32_t channel_id, feed::ArbiterSettings settings, feed::FeedCounters& counters)
      : id(channel_id), arbiter(settings, counters) {}

  const std::uint32_t id;
  feed::LineArbiter arbiter;
  FeedState state = FeedState::connecting;
  bool heard = false;
  TimeNs arrived_at{};  // receive time of the last datagram
  TimeNs sent{};        // SendTime of the last packet handed on in order
  bool in_gap = false;
  TimeNs gap_at{};  // receive time of the last loss
  std::uint64_t gaps_known = 0;
};

Handler::Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink)
    : settings_(settings), normalizer_(settings, symbols), sink_(sink) {
  const feed::ArbiterSettings arbiter{settings.reorder_capacity, settings.reorder_wait_ns};
  for (const ChannelSettings& channel : settings.channels) {
    if (channel.id == 0 || find(channel.id) != nullptr) {
      throw std::invalid_argument("hkex channel id " + std::to_string(channel.id) +
                                  ": must be positive and given once");
    }
    channels_.push_back(std::make_unique<Channel>(channel.id, arbiter, counters_));
  }
}

Handler::~Handler() = default;

Handler::Channel* Handler::find(std::uint32_t id) {
  const auto at = std::find_if(channels_.begin(), channels_.end(),
                               [id](const auto& channel) { return channel->id == id; });
  return at == channels_.end() ? nullptr : at->get();
}

FeedState Handler::channel_state(std::uint32_t channel) const {
  const auto at = std::find_if(channels_.begin(), channels_.end(),
                               [channel](const auto& each) { return each->id == channel; });
  return at == channels_.end() ? FeedState::down : (*at)->state;
}

std::uint64_t Handler::suspicious_packets() const {
  std::uint64_t sum = 0;
  for (const auto& channel : channels_) sum += channel->arbiter.suspicious();
  return sum;
}

void Handler::on_datagram(std::uint32_t channel_id, Line line, Bytes payload, TimeNs now) {
  counters_.add(FeedCounter::packets);
  counters_.add(FeedCounter::bytes, payload.size());
  PacketHeader header;
  if (check_packet(payload, header) != DecodeError::none) {
    return counters_.add(FeedCounter::malformed);
  }
  Channel* channel = find(channel_id);
  if (channel == nullptr) return counters_.add(FeedCounter::filtered, header.message_count);
  channel->heard = true;
  channel->arrived_at = now;
  update_state(*channel, now);
  if (header.message_count == 0) {
    on_heartbeat(*channel, line, header, now);
  } else if (const auto new_sequence = find_reset(payload, header)) {
    on_reset(*channel, line, header, *new_sequence, now);
  } else {
    on_sequenced(*channel, {header.sequence, header.message_count, line, header.send_time, payload},
                 now);
  }
  update_state(*channel, now);
}

void Handler::on_heartbeat(Channel& channel, Line line, const PacketHeader& header, TimeNs now) {
  counters_.add(FeedCounter::heartbeats);
  if (settings_.heartbeat_detects_gap) {
    on_sequenced(channel, {header.sequence, 0, line, header.send_time, {}}, now);
  }
  // While packets are held, exchange time has not reached this heartbeat in the order of sequence.
  if (channel.arbiter.held() == 0) {
    follow_exchange_time(channel, header.send_time, header.sequence, now);
  }
}

void Handler::on_sequenced(Channel& channel, const LinePacket& packet, TimeNs now) {
  channel.arbiter.on_packet(packet, now, [&](const LinePacket& next, std::uint32_t skip) {
    deliver(channel, next, skip, now);
  });
}

void Handler::on_reset(Channel& channel, Line line, const PacketHeader& header,
                       std::uint32_t new_sequence, TimeNs now) {
  // Beside a reset nothing has a usable sequence number.
  counters_.add(FeedCounter::rejected, header.message_count - 1u);
  const bool is_new = channel.arbiter.on_reset(
      line, header.send_time, new_sequence, now,
      [&](const LinePacket& next, std::uint32_t skip) { deliver(channel, next, skip, now); });
  counters_.add(is_new ? FeedCounter::applied : FeedCounter::duplicate);
  if (!is_new) return;
  channel.gaps_known = channel.arbiter.gaps();
  channel.in_gap = false;
  channel.sent = header.send_time;
  channel.state = FeedState::live;
  push_state(channel.id, channel.state, header.send_time, now);
  update_feed_state(header.send_time, now);
}

void Handler::deliver(Channel& channel, const LinePacket& packet, std::uint32_t skip, TimeNs now) {
  update_state(channel, now);  // a gap is announced before the packet that follows it
  channel.sent = packet.sent;
  follow_exchange_time(channel, packet.sent, packet.sequence + skip, now);
  PacketHeader header{static_cast<std::uint16_t>(packet.bytes.size()),
                      static_cast<std::uint8_t>(packet.count), packet.sequence, packet.sent};
  for_each_message(packet.bytes, header, [&](const MessageView& message) {
    if (skip > 0) {
      --skip;
      return;
    }
    on_message(channel, message, packet.sent, now);
  });
}

void Handler::on_message(Channel& channel, const MessageView& message, TimeNs send_time,
                         TimeNs now) {
  MarketEvent event;
  const FeedCounter outcome = normalizer_.on_message(message, send_time, event);
  counters_.add(outcome);
  if (outcome == FeedCounter::applied) push(event, channel.id, now);
}

void Handler::follow_exchange_time(const Channel& channel, TimeNs send_time, std::uint32_t sequence,
                                   TimeNs now) {
  MarketEvent event;
  if (!normalizer_.on_exchange_time(send_time, event)) return;
  event.feed_sequence = sequence;
  push(event, channel.id, now);
}

void Handler::on_time(TimeNs now) {
  for (const auto& channel : channels_) {
    channel->arbiter.on_time(now, [&](const LinePacket& packet, std::uint32_t skip) {
      deliver(*channel, packet, skip, now);
    });
    update_state(*channel, now);
  }
}

void Handler::update_state(Channel& channel, TimeNs now) {
  if (channel.arbiter.gaps() != channel.gaps_known) {
    channel.gaps_known = channel.arbiter.gaps();
    channel.in_gap = true;
    channel.gap_at = now;
  }
  if (channel.in_gap && now - channel.gap_at >= settings_.gap_settle_ns) channel.in_gap = false;
  FeedState next = FeedState::live;
  if (channel.in_gap) next = FeedState::gap;
  if (now - channel.arrived_at >= settings_.silence_ns) next = FeedState::stale;
  if (!channel.heard) next = FeedState::connecting;
  if (next == channel.state) return;
  channel.state = next;
  push_state(channel.id, next, channel.sent, now);
  update_feed_state(channel.sent, now);
}

void Handler::update_feed_state(TimeNs exchange_time, TimeNs now) {
  FeedState worst = FeedState::live;
  for (const auto& channel : channels_) {
    if (badness(channel->state) > badness(worst)) worst = channel->state;
  }
  if (worst == state()) return;
  state_.store(worst, std::memory_order_relaxed);
  push_state(0, worst, exchange_time, now);
}

void Handler::push_state(std::uint32_t channel, FeedState state, TimeNs exchange_time, TimeNs now) {
  MarketEvent event;
  event.kind = EventKind::feed_state;
  event.detail = static_cast<std::uint8_t>(state);
  event.feed = feed::feed_of(feed::Venue::hkex);
  event.market = feed::market_of(feed::Venue::hkex);
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
