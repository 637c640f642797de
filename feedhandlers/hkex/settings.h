// Settings of the HKEX feed. Groups and ports come from the exchange's Connectivity Guide, so they
// are configuration. Several numbers of the protocol notes are unconfirmed and are therefore
// settings too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/channel_lag.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/transport/endpoint.h"
#include "feedhandlers/transport/receive_stamps.h"

namespace indexcast::hkex {

// ChannelID is a Uint16 in the retransmission messages (notes 1.5).
inline constexpr std::uint32_t kChannelIdMax = 0xffff;

// Id of a channel's refresh lines where channels have one number, as in feed::DatagramHandler.
constexpr std::uint32_t refresh_id(std::uint32_t channel) { return channel | 0x8000'0000; }
constexpr bool is_refresh_id(std::uint32_t channel) { return (channel & 0x8000'0000) != 0; }
constexpr std::uint32_t channel_id_of(std::uint32_t channel) { return channel & 0x7fff'ffff; }

struct ChannelSettings {
  std::uint32_t id = 0;   // 1 .. kChannelIdMax
  feed::Endpoint line_a;  // multicast group and port
  feed::Endpoint line_b;
  // The refresh channel of this channel, with sequence numbers of its own (notes 1.6); an empty
  // host where there is none.
  feed::Endpoint refresh_a{};
  feed::Endpoint refresh_b{};
};

// The exchange has two retransmission servers at each of two sites (OMD-C 4.3).
inline constexpr std::size_t kRetransmissionServersMax = 4;

// The exchange's retransmission service, with its limits (OMD-C 3.5, 4.3).
struct RetransmissionSettings {
  // In order of preference, the primary site first; empty: not used. One session at a time.
  std::vector<feed::Endpoint> servers;
  std::string username;  // at most 12 characters, assigned by the exchange
  std::uint32_t messages_per_request = 10'000;
  std::uint32_t requests_per_day = 1'000;     // of all channels together
  std::uint32_t messages_available = 50'000;  // the server keeps the last so many of a channel
  std::int64_t logon_timeout_ns = 5'000'000'000;
  std::int64_t heartbeat_ns = 30'000'000'000;        // the server's; silent for twice this is dead
  std::int64_t response_timeout_ns = 5'000'000'000;  // request to response, and between its packets
  // A request that made no progress for so long, because no server could be reached or others were
  // served first, is given up.
  std::int64_t give_up_ns = 15'000'000'000;
};

enum class PricePolicy : std::uint8_t { last, nominal };

struct Settings {
  // Only messages whose SendTime is on this date (Hong Kong), from 06:00 on, are applied. Others
  // belong to tests or maintenance (OMD-C 2.2, 2.2.1). 0: messages of any date.
  Date trade_date = 0;
  // The calendar says that the market is closed on `trade_date`: nothing is applied.
  bool market_shut = false;
  std::vector<ChannelSettings> channels;
  std::string interface = "127.0.0.1";  // address of the interface that joins the groups
  PricePolicy price = PricePolicy::last;
  int receive_buffer_bytes = 8 << 20;
  // Reads the operating system's clocks; a test whose time stands still gives clocks that do too.
  feed::ClockReading (*clocks)() = feed::read_clocks;
  // How long a missing packet may still come from the other line before its sequence numbers are
  // given up.
  std::int64_t reorder_wait_ns = 20'000'000;
  // Packets held while one is missing; more than this at once is a gap without waiting.
  std::size_t reorder_capacity = 256;
  RetransmissionSettings retransmission;
  // Only datagrams from these addresses are accepted; empty: from any.
  std::vector<std::string> sources;
  // Join the groups for `sources` only (IGMPv3), for a source-specific network.
  bool join_sources = false;
  // Real-time packets kept for a channel while it recovers; beyond that the oldest are lost.
  std::size_t recovery_capacity = 16'384;
  // Room for the messages of one round of a refresh channel that concern the baskets.
  std::size_t refresh_bytes = 8 << 20;
  // A sequence reset before this time of day (China time, in ms) begins the day: everything follows
  // it on the real-time channel. A later one needs a refresh (notes 1.4).
  std::int64_t start_of_day_until_ms = feed::hms(9, 0, 0);
  // Packets of each line, one after the other, with newer stamps under older numbers that prove a
  // restart of the publisher without a sequence reset; 0: never believed.
  std::uint32_t restart_confirmation = 3;
  // The channel that carries nothing but message 105 and may be silent; 0: none. The message counts
  // on any channel.
  std::uint32_t disaster_recovery_channel = 0;
  std::string market_code = "MAIN";  // segment whose message 20 is the market's phase
  // Lunch, on exchange time: the notes do not say which session id the exchange sends then.
  std::vector<feed::TimeRange> breaks = feed::kHongKongBreaks;
  // No datagram at all on both lines for this long makes a channel `stale`, at any time of day.
  std::int64_t silence_ns = 30'000'000'000;
  // A channel that carries prices of members is `stale` after this long without messages, or
  // without progress of their SendTime, while the market trades.
  std::int64_t stale_after_ns = 30'000'000'000;
  feed::LagLimits lag{};  // of such a channel, by the SendTime of its real-time packets
};

}  // namespace indexcast::hkex
