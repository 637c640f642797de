// Counters of a feed. One thread writes, any thread reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "calc/time.h"

namespace indexcast::feed {

// Every message ends as exactly one of the first five; every sequence number as one of the next
// three.
enum class FeedCounter : std::uint8_t {
  applied,    // became at least one event for the core
  duplicate,  // seen before: the other line, a retransmission
  filtered,   // well formed and of no use to any basket
  rejected,   // well formed, ours, and unusable: no positive price, overflow code, foreign trading
              // mode
  malformed,  // does not decode: length, count, checksum
  sequence_received,
  sequence_recovered,
  sequence_lost,
  packets,  // datagrams, or TCP reads
  bytes,
  heartbeats,  // counted beside the five: session messages are not market data
  session_messages,
  gaps,
  connects,
  disconnects,
  events,  // handed to the core
  ring_full_waits,
  kernel_drops,       // datagrams that the kernel dropped because the socket's buffer was full
  logons_refused,     // a gateway answered our logon with a logout
  logons_unanswered,  // a gateway closed the connection instead of an answer, or gave none in time
  logouts_severe,     // a gateway left with a status that says: not this server again
  source_switches,    // from the gateways to the fallback file, or back
  sequence_resets,    // new sequence resets, the other line's copies not counted
  restarts,           // a publisher's numbers ran backwards without a reset, and were followed
  retransmission_requests,  // asked of the retransmission service
  retransmission_refused,   // of those, answered with a refusal or not at all
  refreshes,                // snapshots of a refresh channel that a channel was recovered from
  refresh_messages,         // messages of refresh channels, beside the five
  recovery_dropped,         // packets that had to make room while a channel recovered
  disaster_signals,         // changes of the exchange's disaster recovery state
  source_filtered,          // datagrams from an address that is not configured
  receive_errors,           // reads of a socket that failed
  fragments_table_form,   // multicast packets of SZSE with fragment fields as the tables have them
  fragments_sample_form,  // and as the samples have them
  encrypted_packets,      // multicast packets of SZSE whose messages count as lost
  other_date,             // messages of another date than the trading day's, among `filtered`
  stamps_unusable,        // datagrams whose kernel stamp has no usable age (receive_stamps.h)
  stamps_ahead,           // messages under a stamp too far ahead to be right (channel_lag.h)
  securities_refused,     // securities of which a channel brought only refused prices
};
inline constexpr std::size_t kFeedCounterCount = 39;

inline constexpr std::array<std::string_view, kFeedCounterCount> kFeedCounterNames{
    "applied",
    "duplicate",
    "filtered",
    "rejected",
    "malformed",
    "sequence_received",
    "sequence_recovered",
    "sequence_lost",
    "packets",
    "bytes",
    "heartbeats",
    "session_messages",
    "gaps",
    "connects",
    "disconnects",
    "events",
    "ring_full_waits",
    "kernel_drops",
    "logons_refused",
    "logons_unanswered",
    "logouts_severe",
    "source_switches",
    "sequence_resets",
    "restarts",
    "retransmission_requests",
    "retransmission_refused",
    "refreshes",
    "refresh_messages",
    "recovery_dropped",
    "disaster_signals",
    "source_filtered",
    "receive_errors",
    "fragments_table_form",
    "fragments_sample_form",
    "encrypted_packets",
    "other_date",
    "stamps_unusable",
    "stamps_ahead",
    "securities_refused"};

class FeedCounters {
 public:
  // Members without a price since the feed lost data (METHODOLOGY 5).
  void set_unheard(std::size_t securities) {
    unheard_.store(securities, std::memory_order_relaxed);
  }
  std::size_t unheard() const { return unheard_.load(std::memory_order_relaxed); }
  // Takes the exchange time of a message, of whatever date.
  void note_date(TimeNs exchange_time) {
    const Date date = china_date(exchange_time);
    if (date == claimed_date_) stamped_date_.store(date, std::memory_order_relaxed);
    claimed_date_ = date;
  }
  // The China date of the market's stamps: of the last two in a row with the same date, because one
  // stamp may be wrong. 0: not known.
  Date stamped_date() const { return stamped_date_.load(std::memory_order_relaxed); }
  void add(FeedCounter counter, std::uint64_t n = 1) {
    auto& value = values_[static_cast<std::size_t>(counter)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get(FeedCounter counter) const {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, kFeedCounterCount> values_{};
  std::atomic<std::size_t> unheard_{0};
  std::atomic<Date> stamped_date_{0};
  Date claimed_date_ = 0;
};

}  // namespace indexcast::feed
