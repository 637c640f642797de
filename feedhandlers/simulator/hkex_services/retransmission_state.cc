#include "feedhandlers/simulator/hkex_services/retransmission_state.h"

#include <algorithm>
#include <utility>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/simulator/hkex_services/hkex_raw_packet.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;

bool is_reset(feed::Bytes packet) {
  constexpr std::size_t kSize = wire::packet::kHeaderSize + wire::message::kHeaderSize;
  return packet.size() >= kSize &&
         wire::message::MsgType.of(packet.data() + wire::packet::kHeaderSize) ==
             wire::sequence_reset::kType;
}

}  // namespace

void RetransmissionStore::keep(const ExchangeMessage& packet) {
  Channel& channel = channels_[packet.channel];
  if (is_reset(packet.bytes)) {
    // The second of two resets, one for each line, says nothing new.
    if (packet.lines != Lines::b) channel.clear();
    return;
  }
  hkex::PacketHeader header;
  hkex::check_packet(packet.bytes, header);
  if (header.message_count == 0) return;
  if (!channel.packets.empty() && header.sequence < channel.packets.back().next()) channel.clear();
  channel.packets.push_back({header.sequence, header.message_count, packet.bytes});
  channel.messages += header.message_count;
  while (channel.messages - channel.packets.front().count >= capacity_) {
    channel.messages -= channel.packets.front().count;
    channel.packets.pop_front();
  }
}

bool RetransmissionStore::holds(std::uint32_t channel, std::uint32_t begin,
                                std::uint32_t end) const {
  const auto found = channels_.find(channel);
  if (found == channels_.end() || found->second.packets.empty() || begin > end) return false;
  const auto& packets = found->second.packets;
  return begin >= packets.front().first && end < packets.back().next();
}

std::vector<std::vector<std::byte>> RetransmissionStore::packets(std::uint32_t channel,
                                                                 std::uint32_t begin,
                                                                 std::uint32_t end) const {
  std::vector<std::vector<std::byte>> result;
  const auto& kept = channels_.at(channel).packets;
  auto packet =
      std::upper_bound(kept.begin(), kept.end(), begin,
                       [](std::uint32_t sequence, const Packet& p) { return sequence < p.next(); });
  for (; packet != kept.end() && packet->first <= end; ++packet) {
    if (packet->first >= begin && packet->next() - 1 <= end) {
      result.push_back(packet->bytes);
      continue;
    }
    hkex::PacketHeader header;
    hkex::check_packet(packet->bytes, header);
    HkexRawPacket cut(std::max(packet->first, begin),
                      wire::packet::SendTime.of(packet->bytes.data()));
    hkex::for_each_message(packet->bytes, header, [&](const hkex::MessageView& message) {
      if (message.sequence >= begin && message.sequence <= end) cut.add(message.bytes);
    });
    result.push_back(cut.bytes());
  }
  return result;
}

RetransmissionState::RetransmissionState(const hkex::Settings& settings, FaultBook& faults,
                                         TransportCounts& counts)
    : settings_(settings.retransmission),
      faults_(faults),
      counts_(counts),
      store_(settings.retransmission.messages_available) {
  for (const hkex::ChannelSettings& channel : settings.channels) store_.open(channel.id);
}

void RetransmissionState::on_packet(const ExchangeMessage& packet) {
  ms_ = china_time_of_day_ms(packet.exchange_time);
  if (is_of_its_day(packet.bytes, packet.exchange_time)) store_.keep(packet);
}

const Fault* RetransmissionState::strike(FaultKind kind, std::uint32_t channel) {
  return faults_.strike(kind, {feed::Venue::hkex, channel, ms_});
}

const Fault* RetransmissionState::strike_partial(std::uint32_t channel, std::int64_t wanted) {
  constexpr FaultKind kKind = FaultKind::retransmission_partial;
  const Fault* fault = faults_.in_force(kKind, {feed::Venue::hkex, channel, ms_});
  return fault != nullptr && fault->amount < wanted ? strike(kKind, channel) : nullptr;
}

std::uint8_t RetransmissionState::log_on(const std::string& user) {
  if (const Fault* fault = strike(FaultKind::retransmission_refuse_logon, 0)) {
    return static_cast<std::uint8_t>(fault->amount);
  }
  if (user != settings_.username) return kInvalidUser;
  return users_.insert(user).second ? kSessionActive : kAlreadyConnected;
}

std::uint8_t RetransmissionState::check(const RetransmissionRange& range) {
  if (requests_today_ >= settings_.requests_per_day) return kQuotaReached;
  ++requests_today_;
  if (!store_.knows(range.channel)) return kUnknownChannel;
  if (range.end >= range.begin && range.end - range.begin >= settings_.messages_per_request) {
    return kRangeTooLong;
  }
  return store_.holds(range.channel, range.begin, range.end) ? kAccepted : kNotAvailable;
}

}  // namespace indexcast::sim
