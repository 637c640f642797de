// Settings of the SZSE feed. S117 leaves CompIDs and the password to the site.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/channel_lag.h"
#include "feedhandlers/transport/endpoint.h"
#include "feedhandlers/transport/receive_stamps.h"

namespace indexcast::szse {

enum class FeedTransport : std::uint8_t { tcp, multicast };

// A multicast channel (MDDP) with its lines; `id` is a name for our own records, since the packets
// carry the exchange's channel number.
struct MulticastChannel {
  std::uint32_t id = 0;
  feed::Endpoint line_a;
  feed::Endpoint line_b;  // an empty host where there is one line only
};

struct MulticastSettings {
  std::string interface = "127.0.0.1";  // address of the interface that joins the groups
  std::vector<MulticastChannel> channels;
  int receive_buffer_bytes = 8 << 20;
  // Only datagrams from these addresses are accepted; empty: from any.
  std::vector<std::string> sources;
  // Join the groups for `sources` only (IGMPv3), for a source-specific network.
  bool join_sources = false;
  // Channels that a site takes, times senders; what comes beyond is filtered. At least 1; a quarter
  // of a MiB each.
  std::size_t max_streams = 32;
  // How long a missing packet may still come from the other line.
  std::int64_t reorder_wait_ns = 20'000'000;
  // How long the rest of a fragmented packet may take.
  std::int64_t fragment_wait_ns = 500'000'000;
  // The source says every 5 s that it lives, and is down when three of these are missing (MDDP).
  std::int64_t silence_ns = 15'000'000'000;
  // Reads the operating system's clocks; a test whose time stands still gives clocks that do too.
  feed::ClockReading (*clocks)() = feed::read_clocks;
};

// A port of a gateway with the names and the password of a session there. TargetCompID is the
// gateway's id; no other gateway has the same (GUIDE 5.1, 5.7).
struct Gateway {
  feed::Endpoint address{};
  std::string sender_comp_id = "VSS";  // chosen by the site, at most 20 characters
  std::string target_comp_id{};        // at most 20 characters
  std::string password{};              // at most 16 characters
  std::string password_file{};         // where `password` was read from; empty: the configuration
  friend bool operator==(const Gateway&, const Gateway&) = default;
};

struct Settings {
  // Images and trades of another day are rejected; 0: the newest day seen is the one.
  Date trade_date = 0;
  FeedTransport transport = FeedTransport::tcp;
  std::vector<Gateway> gateways;             // realtime ports, in order of preference
  std::string default_appl_ver_id = "1.02";  // communication version, S117 4.3
  std::int32_t heartbeat_s = 3;
  // The snapshots, by whichever transport, are stale after so long without market data, or without
  // progress of its exchange time, while the market trades.
  std::int64_t stale_after_ns = 30 * kNsPerSecond;
  feed::LagLimits lag{};  // of the snapshots, by their OrigTime
  // The venue is in test and may run its day again: an image older by more than a minute is then
  // taken. Shenzhen's messages do not say so.
  bool accept_reruns = false;
  // Securities whose phases make the market's (METHODOLOGY 5); empty: the members listed in
  // Shenzhen.
  std::vector<std::uint32_t> sentinels;
  // Exchange time for which a silent sentinel holds the market back after the first one moved.
  // Snapshots of a quiet security are repeated about once a minute (notes 4.1, observed only).
  std::int64_t sentinel_silence_s = 60;
  MulticastSettings multicast;

  // Trades of 300191 as a second source of last prices, beside the snapshots.
  bool ticks = false;
  std::vector<Gateway> resend_gateways;  // resend ports; empty: lost ticks stay lost
  // Ticks of a channel that are kept while an earlier one is missing.
  std::size_t tick_capacity = 16'384;
  // How long an early tick waits before what is missing is asked for again.
  std::int64_t tick_wait_ns = 20'000'000;
  // Ticks asked for in one request. S117 states no limit; a gateway keeps the rest waiting.
  std::int64_t resend_range = 10'000;
  // Without any answer for so long a request has failed; after three failures the ticks are lost.
  std::int64_t resend_timeout_ns = 5'000'000'000;
  // A tick channel that says nothing for so long is stale: it speaks every 3 s (notes 1.5).
  std::int64_t tick_silence_ns = 10'000'000'000;
};

// Trading time within which the exchange repeats the snapshot of every stock and fund (notes 1.6).
inline constexpr std::int64_t kImagePeriodNs = 60 * kNsPerSecond;

}  // namespace indexcast::szse
