// The packets of one OMD-C channel: gathers the messages of one instant, numbers them, says when
// the channel has been silent.
#pragma once

#include <optional>

#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/simulator/outlet.h"

namespace indexcast::sim {

class HkexPackets {
 public:
  HkexPackets(Outlet& outlet, std::uint32_t channel) : outlet_(outlet), channel_(channel) {}

  // Queues `message` (any that PacketBuilder takes); a full packet leaves at once.
  template <class Message>
  void add(const Message& message, std::uint32_t type, Micros now) {
    if (outlet_.muted()) return;
    outlet_.count(feed::Venue::hkex, type);
    if (open_ && open_->add(message)) return;
    flush(now);
    open_.emplace(next_sequence_, outlet_.instant(now));
    open_->add(message);
  }

  // Numbers begin again: a packet of its own, whose number does not count (notes 1.4).
  void reset(Micros now);
  // Sends what is queued.
  void flush(Micros now);
  // A header alone when nothing was sent for two seconds (notes 1.3; the interval is unconfirmed).
  void heartbeat_if_idle(Micros now);

 private:
  void send(const hkex::PacketBuilder& packet, Micros now);

  Outlet& outlet_;
  std::uint32_t channel_;
  std::uint32_t next_sequence_ = 1;
  Micros last_sent_ = 0;
  std::optional<hkex::PacketBuilder> open_;
};

}  // namespace indexcast::sim
