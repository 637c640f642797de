// What a site decides about the HKEX feed. Groups and ports come from the exchange's Connectivity
// Guide, so they are configuration; several numbers of the protocol notes are unconfirmed and
// therefore settings too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/common/endpoint.h"
#include "feedhandlers/common/timetable.h"

namespace indexcast::hkex {

struct ChannelSettings {
  std::uint32_t id = 0;
  feed::Endpoint line_a;  // multicast group and port
  feed::Endpoint line_b;
};

enum class PricePolicy : std::uint8_t { last, nominal };

struct Settings {
  std::vector<ChannelSettings> channels;
  std::string interface = "127.0.0.1";  // address of the interface that joins the groups
  PricePolicy price = PricePolicy::last;
  int receive_buffer_bytes = 8 << 20;
  // How long a missing packet may still come from the other line before its sequence numbers are
  // given up.
  std::int64_t reorder_wait_ns = 20'000'000;
  // Packets held while one is missing; more than this at once is a gap without waiting.
  std::size_t reorder_capacity = 256;
  std::string market_code = "MAIN";  // segment whose message 20 is the market's phase
  // Lunch, on exchange time: the notes do not say which session id the exchange sends then.
  std::vector<feed::TimeRange> breaks = feed::kHongKongBreaks;
  // After a gap a channel is `live` again when it lost nothing for this long, or at a sequence
  // reset. Until retransmission exists this is a statement about the channel, not about each price.
  std::int64_t gap_settle_ns = 30'000'000'000;
  // No datagram at all on both lines for this long makes a channel `stale`.
  std::int64_t silence_ns = 30'000'000'000;
  // A heartbeat's SeqNum is believed to be the next expected number; unconfirmed (notes 1.3).
  bool heartbeat_detects_gap = false;
};

}  // namespace indexcast::hkex
