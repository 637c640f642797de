#include "feedhandlers/simulator/hkex_services/retransmission_store.h"

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

}  // namespace indexcast::sim
