#include "feedhandlers/simulator/venues/hkex_packets.h"

namespace indexcast::sim {
namespace {

constexpr Micros kIdle = 2 * kMicrosPerSecond;

}  // namespace

void HkexPackets::reset(Micros now) {
  if (output_.muted()) return;
  flush(now);
  next_sequence_ = first_number_;
  send_reset(Lines::both, now);
}

void HkexPackets::reset_per_line(Micros now, Micros on_b) {
  flush(now);
  next_sequence_ = first_number_;
  send_reset(Lines::a, now);
  reset_on_b_ = on_b;
  flush(now);
}

void HkexPackets::restart(Micros now) {
  flush(now);
  next_sequence_ = 1;
}

void HkexPackets::send_reset(Lines lines, Micros now) {
  hkex::PacketBuilder packet(1, stamp(now));
  packet.add(hkex::SequenceReset{1});
  output_.count(feed::Venue::hkex, hkex::wire::sequence_reset::kType);
  ExchangeMessage message;
  message.exchange_time = output_.instant(now);
  message.venue = feed::Venue::hkex;
  message.channel = channel_;
  message.bytes.assign(packet.bytes().begin(), packet.bytes().end());
  message.lines = lines;
  output_.emit(std::move(message));
  last_sent_ = now;
}

void HkexPackets::flush(Micros now) {
  if (reset_on_b_ && now >= *reset_on_b_) {
    reset_on_b_.reset();
    send_reset(Lines::b, now);
  }
  if (!open_) return;
  send(*open_, now);
  next_sequence_ = open_->next_sequence();
  open_.reset();
}

void HkexPackets::heartbeat_if_idle(Micros now) {
  if (output_.muted() || open_ || now - last_sent_ < kIdle) return;
  send(hkex::PacketBuilder(next_sequence_ - 1, stamp(now)), now);
}

void HkexPackets::send(const hkex::PacketBuilder& packet, Micros now) {
  output_.emit(feed::Venue::hkex, channel_, 0, packet.bytes(), now);
  last_sent_ = now;
}

}  // namespace indexcast::sim
