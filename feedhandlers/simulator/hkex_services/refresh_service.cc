#include "feedhandlers/simulator/hkex_services/refresh_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "feedhandlers/hkex/find_message.h"
#include "feedhandlers/hkex/order_books.h"
#include "feedhandlers/hkex/wire.h"
#include "feedhandlers/simulator/hkex_services/hkex_raw_packet.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;
namespace book = wire::aggregate_order_book_update;

// Levels beyond these are dropped without a delete (notes 2.15, unconfirmed).
constexpr std::size_t kDepth = 10;

// The bytes that say what a message is about; 0 for types that are no part of a snapshot.
std::size_t key_size(std::uint16_t type) {
  switch (type) {
    case 10:  // MarketCode
    case 11:  // SecurityCode, as those that follow
    case 13:
    case 20:  // MarketCode
    case 21:
    case 23:
    case 40:
    case 41:
    case 43:
    case 44:
    case 56:
    case 60:
    case 62:
      return 4;
    case 14:  // CurrencyCode
      return 3;
    case 22:  // NewsType and NewsID
      return 6;
    case 54:  // SecurityCode, ItemCount, Side: the count is left out below
    case 61:  // MarketCode and CurrencyCode
      return 7;
    case 70:  // IndexCode
    case 71:
      return 11;
    default:
      return 0;
  }
}

std::string key_of(const hkex::MessageView& message) {
  const std::size_t size = std::min(key_size(message.type), message.bytes.size() - 4);
  std::string key(feed::text_at(message.bytes.data() + 4, size));
  if (message.type == 54 && size > 4) key.erase(4, 1);
  return key;
}

}  // namespace

void RefreshBook::apply(const std::byte* entry) {
  const std::uint8_t action = book::UpdateAction.of(entry);
  if (action == hkex::kClearBook) {
    sides_ = {};
    return;
  }
  auto& side = sides_[book::Side.of(entry) & 1u];
  const std::size_t level = book::PriceLevel.of(entry);
  if (level == 0 || level > kDepth) return;
  const auto at = side.begin() + static_cast<std::ptrdiff_t>(std::min(level - 1, side.size()));
  const Level bytes(entry, entry + book::kEntrySize);
  if (action == hkex::kNewLevel) {
    side.insert(at, bytes);
    if (side.size() > kDepth) side.pop_back();
  } else if (at != side.end()) {
    if (action == hkex::kChangeLevel) *at = bytes;
    if (action == hkex::kDeleteLevel) side.erase(at);
  }
}

std::vector<std::byte> RefreshBook::message(std::uint32_t security) const {
  const std::size_t entries = sides_[0].size() + sides_[1].size();
  std::vector<std::byte> message(book::kSize);
  message.reserve(book::kSize + entries * book::kEntrySize);
  for (const auto& side : sides_) {
    for (std::size_t level = 0; level < side.size(); ++level) {
      Level entry = side[level];
      book::PriceLevel.put(entry.data(), static_cast<std::uint8_t>(level + 1));
      book::UpdateAction.put(entry.data(), hkex::kNewLevel);
      message.insert(message.end(), entry.begin(), entry.end());
    }
  }
  wire::message::MsgSize.put(message.data(), static_cast<std::uint16_t>(message.size()));
  wire::message::MsgType.put(message.data(), book::kType);
  book::SecurityCode.put(message.data(), security);
  book::NoEntries.put(message.data(), static_cast<std::uint8_t>(entries));
  return message;
}

void RefreshImage::apply(feed::Bytes packet, const hkex::PacketHeader& header) {
  if (header.message_count == 0) return;
  last_sequence_ = header.sequence + header.message_count - 1u;
  hkex::for_each_message(packet, header,
                         [this](const hkex::MessageView& message) { apply_message(message); });
}

void RefreshImage::apply_message(const hkex::MessageView& message) {
  if (message.type == wire::sequence_reset::kType) {
    last_sequence_ = 0;
  } else if (message.type == book::kType) {
    apply_book(message.bytes);
  } else if (key_size(message.type) > 0) {
    latest_[{message.type, key_of(message)}] = {message.bytes.begin(), message.bytes.end()};
  }
}

void RefreshImage::apply_book(feed::Bytes message) {
  RefreshBook& of_security = books_[book::SecurityCode.of(message.data())];
  const std::size_t entries = book::NoEntries.of(message.data());
  for (std::size_t i = 0; i < entries; ++i) {
    of_security.apply(message.data() + book::kSize + i * book::kEntrySize);
  }
}

std::vector<std::vector<std::byte>> RefreshImage::messages() const {
  std::vector<std::vector<std::byte>> result;
  for (const auto& [key, bytes] : latest_) result.push_back(bytes);
  for (const auto& [security, of_security] : books_) {
    if (!of_security.empty()) result.push_back(of_security.message(security));
  }
  return result;
}

namespace {

namespace wire = hkex::wire;

// The first round follows the first data; a client that is there from the start needs none.
constexpr std::int64_t kFirstRoundNs = kNsPerSecond;
// A channel that is idle for so long sends a heartbeat (OMD-C 2.2.2).
constexpr std::int64_t kIdleNs = 2 * kNsPerSecond;
// Between two packets of a round: a thousand securities take a second, as no burst overruns a
// socket's buffer.
constexpr std::int64_t kSpacingNs = kNsPerMs;

// DRStatus of message 105 (OMD-C 3.4.3).
constexpr std::uint32_t kDisasterInProgress = 1;

std::vector<std::byte> single(std::uint32_t sequence, TimeNs now, std::uint16_t type,
                              std::uint32_t value) {
  constexpr wire::Field<std::uint32_t> kValue{4};
  HkexRawPacket packet(sequence, static_cast<std::uint64_t>(now.ns));
  kValue.put(packet.add_message(type, wire::refresh_complete::kSize), value);
  return packet.bytes();
}

}  // namespace

RefreshService::RefreshService(const Settings& settings, FaultBook& faults, TransportCounts& counts)
    : faults_(faults),
      counts_(counts),
      interval_ns_(settings.refresh_round_s * kNsPerSecond),
      first_number_(settings.hkex_first_number) {
  for (const hkex::ChannelSettings& channel : settings.hkex.channels) {
    const bool refreshed = !channel.refresh_a.host.empty() || !channel.refresh_b.host.empty();
    if (refreshed) channels_[channel.id];
  }
}

void RefreshService::on_packet(const ExchangeMessage& packet) {
  on_time(packet.exchange_time);
  const auto channel = channels_.find(packet.channel);
  // The second of two resets, one for each line, says nothing new.
  if (!is_of_its_day(packet.bytes, packet.exchange_time)) return;
  hkex::PacketHeader header;
  hkex::check_packet(packet.bytes, header);
  if (const auto signal = hkex::find_message<hkex::DisasterRecoverySignal>(packet.bytes, header)) {
    on_disaster(signal->dr_status == kDisasterInProgress, packet.exchange_time);
  }
  if (channel == channels_.end() || packet.lines == Lines::b) return;
  channel->second.image.apply(packet.bytes, header);
}

// During a disaster the channels carry at most heartbeats. The first round follows at once after
// it.
void RefreshService::on_disaster(bool in_progress, TimeNs now) {
  if (disaster_ && !in_progress) next_round_ = now + kFirstRoundNs;
  disaster_ = in_progress;
}

void RefreshService::on_time(TimeNs now) {
  if (!next_round_) next_round_ = now + kFirstRoundNs;
  while (!disaster_ && *next_round_ <= now) {
    send_heartbeats(*next_round_);
    for (auto& [id, channel] : channels_) round(id, channel, *next_round_);
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [](const auto& a, const auto& b) { return a.time < b.time; });
    next_round_ = *next_round_ + interval_ns_;
    if (!waiting_.empty()) next_round_ = std::max(*next_round_, waiting_.back().time + kSpacingNs);
  }
  send_heartbeats(now);
}

void RefreshService::send_heartbeats(TimeNs until) {
  for (auto& [id, channel] : channels_) {
    while (channel.greeted && channel.last_sent + kIdleNs <= until) {
      const TimeNs time = channel.last_sent + kIdleNs;
      const HkexRawPacket heartbeat(channel.next_sequence - 1, static_cast<std::uint64_t>(time.ns));
      send(id, heartbeat.bytes(), time);
    }
  }
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
}

void RefreshService::reset(std::uint32_t id, Channel& channel, TimeNs now) {
  channel.greeted = true;
  channel.next_sequence = first_number_;
  send(id, single(1, now, wire::sequence_reset::kType, 1), now);
}

void RefreshService::round(std::uint32_t id, Channel& channel, TimeNs now) {
  const Opportunity at{feed::Venue::hkex, id, china_time_of_day_ms(now)};
  if (faults_.strike(FaultKind::refresh_silent, at) != nullptr) return;
  const bool restarts = faults_.strike(FaultKind::refresh_restart, at) != nullptr;
  if (!channel.greeted || restarts) reset(id, channel, now);
  take_snapshot(channel, at);
  const bool gap =
      !channel.snapshot.empty() && faults_.strike(FaultKind::refresh_gap_in_round, at) != nullptr;
  const TimeNs end = send_snapshot(id, channel, gap, now);
  if (faults_.strike(FaultKind::refresh_no_complete, at) != nullptr) return;
  send(id,
       single(channel.next_sequence++, end, wire::refresh_complete::kType, channel.snapshot_last),
       end);
  ++counts_.refresh.messages;
  ++counts_.refresh.rounds;
}

// The image as it stands, or once more the one before.
void RefreshService::take_snapshot(Channel& channel, const Opportunity& at) {
  const bool advanced = channel.image.last_sequence() != channel.snapshot_last;
  if (channel.snapshot_last > 0 && advanced &&
      faults_.strike(FaultKind::refresh_older_than_stream, at) != nullptr) {
    return;
  }
  channel.snapshot = channel.image.messages();
  channel.snapshot_last = channel.image.last_sequence();
}

TimeNs RefreshService::send_snapshot(std::uint32_t id, Channel& channel, bool gap, TimeNs time) {
  for (auto message = channel.snapshot.begin(); message != channel.snapshot.end();) {
    HkexRawPacket packet(channel.next_sequence, static_cast<std::uint64_t>(time.ns));
    while (message != channel.snapshot.end() && packet.add(*message)) ++message;
    channel.next_sequence += packet.message_count();
    // The first packet of the round is the one that is missing: its numbers are gone.
    if (!std::exchange(gap, false)) {
      counts_.refresh.messages += packet.message_count();
      send(id, packet.bytes(), time);
    }
    time = time + kSpacingNs;
  }
  return time;
}

void RefreshService::send(std::uint32_t id, std::vector<std::byte> bytes, TimeNs time) {
  waiting_.push_back({time, id, std::move(bytes)});
  channels_.at(id).last_sent = time;
}

std::optional<TimeNs> RefreshService::next_time() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.front().time;
}

bool RefreshService::take(TimeNs until, RefreshPacket& out) {
  if (waiting_.empty() || until < waiting_.front().time) return false;
  out = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

}  // namespace indexcast::sim
