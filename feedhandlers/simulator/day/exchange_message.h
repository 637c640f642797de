// What an exchange says at one instant: the unit that transports carry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/faults/fault_plan.h"

namespace indexcast::sim {

struct ExchangeMessage {
  TimeNs exchange_time{};
  feed::Venue venue = feed::Venue::sse;
  // HKEX channel id, SZSE ChannelNo; 0 for SSE, which has none.
  std::uint32_t channel = 0;
  // Mainland: the security whose whole image this is, 0 for none. A gateway keeps the latest of
  // each, and of each stream, for clients that come later.
  std::uint32_t security = 0;
  // Mainland: which of the venue's streams the image belongs to; 0 for shares, for others any
  // number that tells them apart.
  std::uint32_t stream = 0;
  // SZSE: the message's number in a tick channel, 0 for other messages.
  std::int64_t tick = 0;
  // Mainland: one message with its trailer, MsgSeqNum 0 where the session numbers it (SSE). HKEX:
  // one packet, as it is sent on both lines.
  std::vector<std::byte> bytes;
  // HKEX: both, but for a message that an exchange sends once per line.
  Lines lines = Lines::both;
};

}  // namespace indexcast::sim
