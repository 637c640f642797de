#include "feedhandlers/simulator/hkex_packets.h"

namespace indexcast::sim {
namespace {

constexpr Micros kIdle = 2 * kMicrosPerSecond;

}  // namespace

void HkexPackets::reset(Micros now) {
  if (outlet_.muted()) return;
  flush(now);
  next_sequence_ = 1;
  hkex::PacketBuilder packet(1, outlet_.instant(now));
  packet.add(hkex::SequenceReset{1});
  outlet_.count(feed::Venue::hkex, hkex::wire::sequence_reset::kType);
  send(packet, now);
}

void HkexPackets::flush(Micros now) {
  if (!open_) return;
  send(*open_, now);
  next_sequence_ = open_->next_sequence();
  open_.reset();
}

void HkexPackets::heartbeat_if_idle(Micros now) {
  if (outlet_.muted() || open_ || now - last_sent_ < kIdle) return;
  send(hkex::PacketBuilder(next_sequence_, outlet_.instant(now)), now);
}

void HkexPackets::send(const hkex::PacketBuilder& packet, Micros now) {
  outlet_.emit(feed::Venue::hkex, channel_, 0, packet.bytes(), now);
  last_sent_ = now;
}

}  // namespace indexcast::sim
