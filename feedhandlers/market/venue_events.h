// Shared by the normalizers of SSE and SZSE: makes events, and announces states only when they
// change.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/staleness_monitor.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::feed {

// Channels of a mainland feed as MarketEvent::channel names them.
inline constexpr std::uint32_t kWholeFeed = 0;    // feed_state only
inline constexpr std::uint32_t kMainChannel = 1;  // the gateway session that carries snapshots

// Where an event comes from.
struct Origin {
  TimeNs exchange_time{};
  TimeNs receive_time{};
  std::uint64_t sequence = 0;
  std::uint32_t channel = kMainChannel;
};

// A price with what was traded up to it today.
struct TradedPrice {
  PriceKind kind = PriceKind::last;
  std::int64_t price = 0;     // 1e-6, positive
  std::int64_t volume = 0;    // whole shares; 0 = none or not known
  std::int64_t turnover = 0;  // 1e-4; 0 = none or not known
};

// The day's limit prices of a security in 1e-6; 0 = none on that side.
struct PriceLimits {
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  bool unlimited = false;  // the exchange says that it has no limit today
  friend bool operator==(const PriceLimits&, const PriceLimits&) = default;
};

// The best quotes of a security in 1e-6; 0 = that side is empty.
struct BestQuote {
  QuoteKind kind = QuoteKind::none;
  std::int64_t bid = 0;
  std::int64_t ask = 0;
  friend bool operator==(const BestQuote&, const BestQuote&) = default;
};

// Measures the exchange time in which a venue traded and its images arrived (METHODOLOGY 5).
// Breaks, and pauses without images, do not count. One thread.
class ImageClock {
 public:
  // A longer pause between two images does not count. Normally images of some security arrive every
  // few seconds.
  static constexpr std::int64_t kPauseNs = 10 * kNsPerSecond;
  // Parallel streams lag the newest time by less than this. A time further back means that a test
  // venue repeats its day.
  static constexpr std::int64_t kLagNs = 60 * kNsPerSecond;

  std::int64_t trading_ns() const { return trading_ns_; }
  // The time before the next image does not count.
  void restart() { newest_ = {}; }
  void on_image_time(TimeNs time, bool market_trades) {
    const std::int64_t step = time - newest_;
    if (newest_.ns != 0 && market_trades && step > 0 && step <= kPauseNs) trading_ns_ += step;
    if (step > 0 || step <= -kLagNs) newest_ = time;
  }

 private:
  TimeNs newest_{};  // 0: none since the restart
  std::int64_t trading_ns_ = 0;
};

// One thread; allocates at construction only.
class VenueEvents {
 public:
  // A venue in test may run its day again: an image that is older by more than this is of another
  // run, and taken. Gateways lag each other by less.
  static constexpr std::int64_t kGatewayLagNs = 60 * kNsPerSecond;
  // A security is recovering after this time with refused prices only.
  static constexpr std::int64_t kRefusedNs = 10 * kNsPerSecond;

  // `instruments`: size of the universe. `image_period_ns`: exchange time of trading within which
  // the venue repeats every image. `sink` and `counters` must outlive this.
  VenueEvents(Venue venue, std::size_t instruments, std::int64_t image_period_ns, EventSink& sink,
              FeedCounters& counters);

  // Whether an image of `instrument` is in order: not older than the one taken before it, and
  // without less traded volume on the same day; equal is in order (METHODOLOGY 4, Order). `volume`:
  // whole shares, 0 = not known. A venue that may run its day again (`may_rerun`) is followed when
  // it goes back further than a gateway lags. An image that is refused is noted: after kRefusedNs
  // of nothing else the security is recovering until an image in order comes.
  bool in_order(InstrumentId instrument, std::int64_t volume, const Origin& origin,
                bool may_rerun) {
    const Instrument& known = instruments_[instrument];
    const std::int64_t behind = known.image_time - origin.exchange_time;
    const bool rerun = may_rerun && behind > kGatewayLagNs;
    if (behind <= 0 ? !has_less(known, volume, origin) : rerun) [[likely]]
      return true;
    note_refused(instrument, origin);
    return false;
  }

  // Reports the time of a channel to the core.
  void channel_time(std::uint32_t channel, const ChannelTime& time, TimeNs now);

  bool phase_is(MarketPhase phase) const { return phase_ == phase; }

  // A price of an image; on the main channel the image is recorded.
  void price(InstrumentId instrument, const TradedPrice& price, const Origin& origin);
  // A price that is no image: it overtakes none.
  void trade(InstrumentId instrument, const TradedPrice& price, const Origin& origin);
  // The next four emit only what differs from what was emitted before; true when they did. A
  // security begins without limits and without a book.
  bool limits(InstrumentId instrument, const PriceLimits& limits, const Origin& origin);
  // Also emitted when the channel changes, and with the first image of a round, because the core
  // judges a quote by the channel that delivered it.
  bool quote(InstrumentId instrument, const BestQuote& quote, const Origin& origin);
  bool status(InstrumentId instrument, InstrumentStatus status, const Origin& origin);
  bool phase(MarketPhase phase, const Origin& origin);
  void feed_state(std::uint32_t channel, FeedState state, TimeNs now);
  // Announces `gap` or `recovering` in which each security counts again from its next image
  // (kBySecurity).
  void feed_state_by_security(std::uint32_t channel, FeedState state, TimeNs now);
  // The source changes from `channel` to `successor`, which judges its securities from now on.
  void hand_over(std::uint32_t channel, std::uint32_t successor, TimeNs now);

  // Begins a round of images of the main channel: all of `instruments` are unheard. The round is
  // complete when each had an image, or when images came for the image period of trading.
  void begin_round(std::size_t instruments) {
    ++round_;
    clock_.restart();
    round_began_ns_ = clock_.trading_ns();
    set_unheard(instruments);
  }
  bool round_complete() const { return unheard_ == 0; }
  // The exchange made images of the main channel at this time.
  void on_image_time(TimeNs exchange_time) {
    counters_.note_date(exchange_time);
    clock_.on_image_time(exchange_time, phase_is(MarketPhase::trading));
    if (unheard_ != 0 && image_period_has_passed_since(round_began_ns_)) set_unheard(0);
  }
  // Exchange time of trading with images so far, in ns; for image_period_has_passed_since().
  std::int64_t trading_ns() const { return clock_.trading_ns(); }
  bool image_period_has_passed_since(std::int64_t trading_ns) const {
    return clock_.trading_ns() - trading_ns >= image_period_ns_;
  }
  // The main channel brought an image of `instrument` that is not older than the one before.
  void record_image(InstrumentId instrument) {
    Instrument& known = instruments_[instrument];
    if (known.image_round == round_) [[likely]]
      return;
    known.image_round = round_;
    if (unheard_ != 0) set_unheard(unheard_ - 1);
  }

 private:
  struct Instrument {
    TimeNs image_time{};
    std::int64_t volume = 0;       // of that image or an earlier one of its day; 0: not known
    TimeNs refused_since{};        // since when only refused images came; 0: the last one was taken
    bool refused_emitted = false;  // the core knows that it is recovering
    std::uint32_t image_round = 0;  // the round
    std::optional<InstrumentStatus> status;
    PriceLimits limits;
    BestQuote quote;
    std::uint32_t quote_channel = kWholeFeed;
  };

  // Shorter than any night between two sessions.
  static constexpr std::int64_t kNightNs = 6 * 3600 * kNsPerSecond;
  static bool same_day(TimeNs image_time, const Origin& origin) {
    return china_date(origin.exchange_time) == china_date(image_time);
  }
  static bool has_less(const Instrument& known, std::int64_t volume, const Origin& origin) {
    return volume != 0 && volume < known.volume && same_day(known.image_time, origin);
  }
  void note_refused(InstrumentId instrument, const Origin& origin);
  void emit_refused(InstrumentId instrument, bool refused, const Origin& origin);
  MarketEvent event(EventKind kind, std::uint8_t detail, const Origin& origin) const;
  void emit(const MarketEvent& event);
  void set_unheard(std::size_t instruments) {
    unheard_ = instruments;
    counters_.set_unheard(instruments);
  }

  const Venue venue_;
  const std::int64_t image_period_ns_;
  EventSink& sink_;
  FeedCounters& counters_;
  std::vector<Instrument> instruments_;
  std::optional<MarketPhase> phase_;
  ImageClock clock_;
  std::uint32_t round_ = 0;
  std::int64_t round_began_ns_ = 0;  // on the clock
  std::size_t unheard_ = 0;
};

}  // namespace indexcast::feed
