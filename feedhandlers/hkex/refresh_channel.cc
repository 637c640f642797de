#include "feedhandlers/hkex/refresh_channel.h"

#include "feedhandlers/hkex/find_message.h"

namespace indexcast::hkex {
namespace {

feed::ArbiterSettings arbiter_settings(const Settings& settings) {
  feed::ArbiterSettings out;
  out.capacity = settings.reorder_capacity;
  out.wait_ns = settings.reorder_wait_ns;
  out.restart_confirmation = settings.restart_confirmation;
  return out;
}

}  // namespace

RefreshChannel::RefreshChannel(const Settings& settings, RefreshObserver& observer)
    : observer_(observer),
      arbiter_(arbiter_settings(settings), counters_),
      capacity_(settings.refresh_bytes),
      kept_(std::make_unique_for_overwrite<std::byte[]>(capacity_)) {}

void RefreshChannel::on_packet(feed::Line line, const PacketHeader& header, Bytes payload,
                               TimeNs now) {
  const auto sink = [&](const feed::LinePacket& packet, std::uint32_t skip) {
    deliver(packet, skip, now);
  };
  if (header.message_count == 0) {
    if (const auto next = feed::next_after_heartbeat(header.sequence)) {
      arbiter_.on_packet({*next, 0, line, header.send_time, {}, false}, now, sink);
    }
    return spoil_if_lossy();
  }
  if (const auto reset = find_message<SequenceReset>(payload, header)) {
    if (arbiter_.on_reset(line, header.send_time, reset->new_seq_no, now, sink)) spoil();
    return;
  }
  arbiter_.on_packet(
      {header.sequence, header.message_count, line, header.send_time, payload, false}, now, sink);
}

void RefreshChannel::on_time(TimeNs now) {
  arbiter_.on_time(
      now, [&](const feed::LinePacket& packet, std::uint32_t skip) { deliver(packet, skip, now); });
  spoil_if_lossy();
}

void RefreshChannel::spoil_if_lossy() {
  if (arbiter_.gaps() == gaps_known_) return;
  gaps_known_ = arbiter_.gaps();
  spoil();
}

void RefreshChannel::deliver(const feed::LinePacket& packet, std::uint32_t skip, TimeNs now) {
  spoil_if_lossy();
  const PacketHeader header{static_cast<std::uint16_t>(packet.bytes.size()),
                            static_cast<std::uint8_t>(packet.count), packet.sequence, packet.sent};
  for_each_message(packet.bytes, header, [&](const MessageView& message) {
    if (skip > 0) {
      --skip;
    } else {
      on_message(message, packet.sent, now);
    }
  });
}

void RefreshChannel::on_message(const MessageView& message, TimeNs sent, TimeNs now) {
  if (message.type != wire::refresh_complete::kType) {
    if (whole_ && observer_.wants(message)) keep(message, sent);
    return;
  }
  RefreshComplete complete;
  const bool readable = decode(message.bytes, complete) == DecodeError::none;
  if (whole_ && readable) observer_.on_round(*this, complete.last_seq_num, sent, now);
  used_ = 0;
  whole_ = readable;
}

void RefreshChannel::keep(const MessageView& message, TimeNs sent) {
  const Kept kept{sent, message.sequence, static_cast<std::uint32_t>(message.bytes.size())};
  if (capacity_ - used_ < sizeof kept + kept.size) return spoil();
  std::memcpy(kept_.get() + used_, &kept, sizeof kept);
  std::memcpy(kept_.get() + used_ + sizeof kept, message.bytes.data(), kept.size);
  used_ += sizeof kept + kept.size;
}

}  // namespace indexcast::hkex
