// Trades of 300191 as a source of last prices beside the snapshots, with what their numbering
// needs: order, holes, and what to ask for again on the second session (notes 1.5, 1.6).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/staleness_monitor.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/settings.h"
#include "feedhandlers/szse/tick_channel.h"
#include "feedhandlers/szse/trade_day.h"

namespace indexcast::szse {

// MarketEvent::channel of a tick channel.
inline constexpr std::uint32_t kTickChannelBase = 1000;

enum class TickSession : std::uint8_t { realtime, resend };

// States of a channel, announced as they change: `live`; `recovering` while missing ticks are
// requested, and after a reconnection until the channel's number is known; `gap` after ticks were
// lost for good, until each security that traded on the channel has a price again, by a tick or a
// newer snapshot, or an image period passed (venue_events.h), and each counts again by itself;
// `stale` when silent, and by the rule of staleness_monitor.h; `down` with its connection. Ticks
// behind a gap are held, with a limit on number and time. A snapshot newer than the ticks is used
// meanwhile, so a gap delays a price by one snapshot interval at most.
//
// Counts every tick once, when it is delivered or dropped, and every number as received, recovered
// or lost. One thread; allocates at construction only.
class TickSource {
 public:
  // Channels 201x to 205x that a gateway carries; those beyond are filtered.
  static constexpr std::size_t kMaxChannels = 16;
  static constexpr int kMaxAttempts = 3;

  // All must outlive it.
  TickSource(const Settings& settings, const feed::SymbolTable& symbols, feed::VenueEvents& events,
             TradeDay& day, feed::FeedCounters& counters);

  // A 300191 or 300192 of either session.
  void on_tick(feed::Bytes message, TickSession session, TimeNs now);
  // 390095, or what multicast says instead: the last number that was sent.
  void on_last(std::uint16_t channel, std::int64_t last, bool end_of_channel, TimeNs now);
  void on_time(TimeNs now);
  // Whether ticks are missing or requested.
  bool waits() const;
  // The realtime connection.
  void on_realtime(bool up, TimeNs now);

  // The second session, up or down.
  void on_resend_session(bool up, TimeNs now);
  // Returns the next request to send; one request is pending at a time.
  std::optional<Resend> next_request(TimeNs now);
  void on_answer(const Resend& answer, TimeNs now);
  // The request that is out was turned down in another way (message 8).
  void on_refusal(TimeNs now);

  // Whether a trade of `instrument` was later than a snapshot of `time` with this traded volume: by
  // volume, which two clocks cannot disagree about; by time where no snapshot gave the totals yet,
  // or ticks were lost since.
  bool later_than(InstrumentId instrument, std::int64_t volume, TimeNs time) const {
    const Book& book = books_[instrument];
    const bool counted = book.base_time.ns != 0 && !book.unheard;
    return counted ? book.volume > volume : book.trade_time > time;
  }
  // A snapshot gave the totals of `instrument` up to `time`; trades add to them.
  void rebase(InstrumentId instrument, const feed::TradedPrice& totals, TimeNs time);

 private:
  struct Channel {
    Channel(std::size_t capacity, std::int64_t stale_after_ns)
        : sequence(capacity), data(stale_after_ns) {}
    std::uint16_t number = 0;
    TickChannel sequence;
    FeedState state = FeedState::down;
    bool unsure = false;   // reconnected, and it has not spoken since
    bool refused = false;  // no permission to ask
    bool ended = false;    // it said so: silence is in order
    int attempts = 0;      // at the present hole
    TimeNs behind_since{};
    bool behind = false;
    TimeNs received_at{};
    feed::StalenessMonitor data;  // its ticks as they come, of the realtime session
    bool settling = false;        // in gap: its round is not complete
    bool lost_more = false;       // a loss that was not announced yet
    std::size_t unheard = 0;
    std::int64_t round_began_ns = 0;  // VenueEvents::trading_ns()
    std::int64_t day = 0;             // of the last tick, in China
  };
  struct Book {
    std::uint16_t channel = 0;  // of its last trade; 0: none yet
    bool unheard = false;       // its channel lost ticks since
    TimeNs trade_time{};
    TimeNs base_time{};
    std::int64_t volume = 0;    // whole shares
    std::int64_t turnover = 0;  // 1e-4
  };
  struct Request {
    std::uint16_t channel = 0;
    Hole hole;
    TimeNs last_progress{};
  };

  // A message as far as its channel is concerned; `filtered` by then when it is no trade of ours.
  struct Parsed {
    std::uint16_t channel = 0;
    Tick tick;
    feed::FeedCounter outcome = feed::FeedCounter::filtered;
  };

  std::optional<Parsed> parse(feed::Bytes message);
  std::optional<Parsed> parse_trade(feed::Bytes message);
  Channel* channel_of(std::uint16_t number, TimeNs now);
  void enter_day(Channel& channel, TimeNs time);
  void take(Channel& channel, const Tick& tick, TickSession session, TimeNs now);
  void deliver(Channel& channel, const Tick& tick, TimeNs now);
  feed::FeedCounter price(Channel& channel, const Tick& tick, TimeNs now);
  void drain(Channel& channel, TimeNs now);
  void lose(Channel& channel, std::int64_t next, TimeNs now);
  bool can_ask(const Channel& channel) const;
  void follow_hole(Channel& channel, TimeNs now);
  void fail_request(bool refused, TimeNs now);
  FeedState state_at(Channel& channel, TimeNs now) const;
  void update(Channel& channel, TimeNs now);
  void begin_round(Channel& channel);
  void clear_unheard(Book& book);

  const Settings settings_;
  const feed::SymbolTable& symbols_;
  feed::VenueEvents& events_;
  TradeDay& day_;
  feed::FeedCounters& counters_;
  feed::ChinaStampReader stamps_;
  std::vector<Channel> channels_;  // all built at construction; the first used_ are known
  std::size_t used_ = 0;
  std::vector<Book> books_;
  std::optional<Request> request_;
  bool realtime_up_ = false;
  bool resend_up_ = false;
  std::size_t turn_ = 0;  // whose hole comes first
};

}  // namespace indexcast::szse
