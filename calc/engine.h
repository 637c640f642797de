// The engine: one event in, the records that it causes out. Deterministic: reads no clock, opens
// nothing, allocates nothing after construction. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "calc/basket_sums.h"
#include "calc/channel_lags.h"
#include "calc/control.h"
#include "calc/core_counters.h"
#include "calc/deferred_levels.h"
#include "calc/event.h"
#include "calc/fx_book.h"
#include "calc/index_state.h"
#include "calc/instrument_state.h"
#include "calc/level_guard.h"
#include "calc/market_state.h"
#include "calc/market_status.h"
#include "calc/pending_prices.h"
#include "calc/quote_state.h"
#include "calc/quote_sums.h"
#include "calc/record_sink.h"
#include "calc/universe.h"

namespace indexcast {

struct EngineSettings {
  Date trade_date = 0;
  // China time of day at which the open is taken at the latest (METHODOLOGY 5).
  std::int64_t open_deadline_ms = ((9 * 60 + 29) * 60 + 50) * 1000;
  // How long after a market's end its missing closing prices are waited for, in exchange time.
  std::int64_t close_deadline_ns = 20 * 60 * kNsPerSecond;
  // A price outside its collar that two messages name is taken when the feed was live for so long,
  // on the receive clock, and brought none inside it.
  std::int64_t pending_wait_ns = 10 * kNsPerSecond;
  // Live weight from which a level may be called quotable.
  std::uint16_t quotable_live_bp = 9000;
  // Number of the definition set that the engine runs on; 0: the set that the day began with.
  std::uint32_t definition_set = 0;
};

class Engine {
 public:
  // `universe`, `sink` and `counters` outlive the engine.
  Engine(const Universe& universe, const EngineSettings& settings, RecordSink& sink,
         CoreCounters& counters);

  // Publishes the level of every index at its reference prices, cause `start`. Once, before the
  // first event.
  void start();

  // Takes one accepted input with all that it causes. `input_sequence` counts from 1.
  void apply(const MarketEvent& event, std::uint64_t input_sequence);

  // The same, but a price of more than DeferredLevels::kPiece indices only moves their sums, and
  // leaves their levels to publish_deferred(). Until they are all published, a price or quote of
  // few indices may overtake; any other input first has everything published. The levels of each
  // index are the same as if nothing had overtaken; the order of different indices' records is
  // not, so an overtaking event carries in `deferred_count` how many levels were deferred: the
  // same inputs with the same counts give the same records.
  void admit(const MarketEvent& event, std::uint64_t input_sequence);
  // Publishes deferred levels until `left` remain.
  void publish_deferred(std::size_t left);
  std::size_t deferred_count() const { return deferred_.left; }
  // Whether admit() would take the event without publishing all deferred levels.
  bool may_overtake(const MarketEvent& event) const;

  // Takes an engine on another definition set of the day. An `activate` request may make that
  // engine the successor of this one. Its universe has this one's numbers. May be null.
  void set_staged(Engine* next) { staged_ = next; }
  // The engine that takes the next input, once a request made it so; null until then.
  Engine* successor() const { return successor_; }
  // First of all on the successor: says which definition changed and publishes its index.
  void succeed(const MarketEvent& event, std::uint64_t input_sequence);

  const BasketSums& sums() const { return sums_; }
  const QuoteSums& quote_sums() const { return quote_sums_; }
  const Universe& universe() const { return *universe_; }
  std::uint32_t definition_set() const { return settings_.definition_set; }
  std::uint64_t levels_published() const { return counters_->get(CoreCounter::levels_published); }
  MarketPhase phase(MarketId market) const { return markets_[market].phase; }

 private:
  void take_input(const MarketEvent& event);
  void defer_levels(const MarketEvent& event, bool changed);
  void flush_before(const MarketEvent& event);
  void publish_deferred_at(std::size_t place);
  void publish_shared(InstrumentId id);
  void apply_price(const MarketEvent& event);
  void apply_quote(const MarketEvent& event);
  void apply_limits(const MarketEvent& event);
  void apply_status(const MarketEvent& event);
  void apply_phase(const MarketEvent& event);
  void apply_rate(const MarketEvent& event);
  void apply_collar(const MarketEvent& event);
  void apply_belief_rule(const MarketEvent& event);
  void apply_fx_rule(const MarketEvent& event);
  void apply_statistics_rule(const MarketEvent& event);
  void apply_control(const MarketEvent& event);
  void apply_feed_state(const MarketEvent& event);
  void apply_instrument_feed(const MarketEvent& event);
  void apply_channel_time(const MarketEvent& event);
  void depend_on(InstrumentId id, ChannelLags::Set channel);
  void take_over_channels();
  void lose_images(MarketId market, ChannelStates::Slot slot);
  void hand_over(MarketId market, ChannelStates::Slot from, std::uint32_t to);
  void apply_timetable(const MarketEvent& event);
  void apply_timer(const MarketEvent& event);

  void follow_exchange_time(TimeNs time, TimeNs receive_time);
  void estimate_exchange_time(TimeNs now);
  bool refuse_late(InstrumentId id, const MarketEvent& event);
  bool has_complete_holder(InstrumentId id) const;
  void take_without_close(InstrumentId id, const MarketEvent& event);
  void move_awaited_close(InstrumentId id, std::uint32_t step);
  void init_members();
  bool refuse_unusable(InstrumentId id, const MarketEvent& event);
  bool passes_collar(InstrumentId id, const MarketEvent& event);
  bool is_confirmed(InstrumentId id, const MarketEvent& event, CollarVerdict verdict);
  void accept_pending(InstrumentId id);
  void refuse_pending(InstrumentId id, DecisionReason reason);
  void count_waiting_time();
  bool feed_is_live(InstrumentId id) const;
  void decide(Decision decision, DecisionReason reason, InstrumentId id, const MarketEvent& event,
              DecisionSubject subject = DecisionSubject::price);
  void write_decision(InputDecision& record, Decision decision, DecisionReason reason,
                      const MarketEvent& event);
  void decide_rate(Decision decision, DecisionReason reason, SeriesId id, FxRate rate);
  bool passes_reference(InstrumentId id, const MarketEvent& event);
  bool is_reference(InstrumentId id, Price previous_close) const;
  void trust_claimed_close(InstrumentId id);
  bool outranked(const InstrumentState& state, PriceKind kind) const;
  // `judged`: the level guard watches it.
  bool take_price(InstrumentId id, const MarketEvent& event, bool judged = true);
  void note_doubt(InstrumentId id);
  std::uint64_t doubt_of(InstrumentId id) const;
  std::uint32_t pending_impact_of(IndexId id) const;
  void publish_pending(InstrumentId id, Decision decision, DecisionReason reason,
                       const MarketEvent& event, DecisionSubject subject = DecisionSubject::price);
  void write_pending(const Membership& m, const InputDecision& decision);
  void watch_move(InstrumentId id, const MarketEvent& event, bool judged);
  bool is_uninterrupted(InstrumentId id);
  bool update_guard(InstrumentId id, const MarketEvent& event);
  void raise_guards(InstrumentId id, const MarketEvent& event, Price base);
  void check_guards();
  void lower_guards(InstrumentId id, GuardEnd end);
  void drop_idle_guards();
  void take_over_guards(const Engine& from);
  bool put_in_force(InstrumentId id, Price price);
  bool note_image(InstrumentId id, std::uint32_t channel);
  void mark_received(InstrumentId id, PriceKind kind);
  void note_channel(InstrumentId id, std::uint32_t channel);
  void set_leg_rate(std::uint32_t leg, FxRate rate);
  void convert_turnover(std::uint32_t leg);
  void add_turnover(InstrumentId id, std::int64_t turnover);
  // Derives the member's flags again and updates the indices and the market that count them. True
  // if they changed.
  bool update_flags(InstrumentId id);
  void update_market_flags(MarketId market);
  void enter_phase(MarketId market, MarketPhase phase, PhaseCause cause);
  void finish_closing_markets();
  void pass_deadlines();
  void take_late_opens();
  bool opening_seen(IndexId id) const;
  void miss_opening(MarketId market);
  void pass_end(MarketId market);
  TimeNs end_of(const MarketState& market) const;
  TimeNs deadline_of(const MarketState& market) const;
  void find_next_deadline();
  void write_price_applied(InstrumentId id, PriceKind kind, const MarketEvent& event);

  void init_quotes();
  bool quotes_stand(InstrumentId id) const;
  void requote(InstrumentId id);
  void move_side(InstrumentId id, QuoteSide side, MemberSide now);
  void refresh_quoted(InstrumentId id);
  bool derive_quotes(IndexId id, bool publishing);
  Level quoted_level(IndexId id, QuoteSide side);
  void fill_quotes(IndexId id, LevelUpdate& update) const;

  void put_rate_in_force(SeriesId id, Cause cause);
  void check_rates();
  void refresh_series(SeriesId id, Cause cause);

  ControlOutcome carry_out(const MarketEvent& event);
  // What a judged request puts in force, in the unit of its value.
  struct RequestedValue {
    std::int64_t in_force = 0;
    std::int64_t refused = 0;  // the value that waits and is refused; 0: none is
    bool needs_force = false;
  };
  ControlOutcome judge(const MarketEvent& event);
  ControlOutcome judge_close(const MarketEvent& event, RequestedValue& requested) const;
  ControlOutcome judge_price(const MarketEvent& event, RequestedValue& requested) const;
  ControlOutcome judge_rate(const MarketEvent& event, RequestedValue& requested) const;
  bool is_before_open(SeriesId id) const;
  Level published_close(const IndexState& index) const;
  void publish_close_effect(const MarketEvent& event, const RequestedValue& requested);
  void publish_price_effects(const MarketEvent& event, const RequestedValue& requested);
  void publish_rate_effects(const MarketEvent& event, const RequestedValue& requested);
  void publish_effect(const MarketEvent& event, IndexId index, Level before, Level after,
                      Level if_accepted);
  ControlOutcome control_index(const MarketEvent& event);
  ControlOutcome control_instrument(const MarketEvent& event);
  ControlOutcome control_series(const MarketEvent& event);
  ControlOutcome hold(IndexId id);
  ControlOutcome release(IndexId id);
  ControlOutcome mark_exceptional(IndexId id, std::int64_t flag);
  ControlOutcome correct_close(const MarketEvent& event);
  ControlOutcome activate(const MarketEvent& event);
  ControlOutcome lift_guard(IndexId id, std::int64_t counts);
  void take_over(const Engine& from);
  void take_over_instruments(const Engine& from);
  void take_over_rates(const Engine& from);
  void take_over_indices(const Engine& from);
  bool levels_equal(const Engine& other) const;
  ControlOutcome override_price(InstrumentId id, Price price);
  ControlOutcome release_price(InstrumentId id);
  ControlOutcome confirm_reference(InstrumentId id);
  void show_price(InstrumentId id, PriceKind kind, Price price);
  bool reveal_price(InstrumentId id, PriceKind kind, Price price);
  void record_rate_decision(SeriesId id, Decision decision);
  std::uint32_t* control_version_of(const MarketEvent& event);
  void end_price_overrides(MarketId market);

  // Publishes a held index when its flags change; its level and statistics stay.
  void refresh_held(IndexId id, IndexState& index, Cause cause);
  void update_weights(IndexState& index) const;
  void update_doubt(IndexId id, IndexState& index) const;
  bool stands_still(IndexId id, PhaseSet phases) const;
  // Derives status, flags and open of an index; publishes when `changed` or when one of them moved.
  void refresh(IndexId id, bool changed, Cause cause);
  void derive_level(IndexId id, IndexState& index);
  void refresh_holders(InstrumentId id, bool changed, Cause cause);
  void prefetch(IndexId id) const;
  void prefetch_after(std::span<const Membership> holders, std::size_t at) const;
  void refresh_market(MarketId market, Cause cause);
  bool update_quality(IndexId id, IndexState& index);
  MarketPhase phase_seen(IndexId id, MarketId market) const;
  PhaseSet phases_of(IndexId id) const;
  IndexStatus status_in(IndexId id, PhaseSet phases) const;
  std::uint32_t flags_of(IndexId id, const IndexState& index, PhaseSet phases,
                         bool rates_stand) const;
  std::uint32_t rate_flags_of(IndexId id, bool rates_stand) const;
  bool open_is_due(const IndexState& index, PhaseSet phases) const;
  void publish(IndexId id, IndexState& index, Cause cause);
  void publish_status(IndexId id, IndexState& index, Cause cause);
  void write_definition(IndexId id, std::uint64_t control_id);
  bool opens_without_members(const IndexState& index) const;
  void follow_grid(TimeNs instant);
  LevelRates rates_of(IndexId id) const;
  void fill_fx(IndexId id, const IndexState& index, LevelUpdate& update) const;
  std::int64_t turnover_of(IndexId id) const;

  const Universe* universe_;
  EngineSettings settings_;
  RecordSink* sink_;
  CoreCounters* counters_;
  BasketSums sums_;
  std::vector<InstrumentState> instruments_;
  std::vector<std::uint64_t> weight_units_;  // parallel to universe.memberships()
  std::vector<std::uint64_t> leg_units_;     // per leg, of its members together
  std::vector<IndexState> indices_;
  QuoteSums quote_sums_;
  std::vector<InstrumentQuote> quotes_;    // of each instrument
  std::vector<IndexQuotes> index_quotes_;  // of each index
  FxBook rates_;
  std::vector<std::uint32_t> series_versions_;  // controls applied to each
  PendingPrices pending_;
  LevelGuard guard_;
  std::vector<bool> guarded_;         // parallel to universe.memberships(): the guard stands there
  std::vector<Int128> leg_doubt_;     // per leg, kCapDecimals: its members' `doubt` x index shares
  std::vector<Int128> leg_turnover_;  // per leg, 1e-4 of the listing currency
  std::vector<Int128> leg_turnover_converted_;  // the same in the index's currency
  // How many members of each index await their close, by market.
  std::vector<std::array<std::uint32_t, kMaxMarkets>> closes_awaited_;
  std::array<MarketState, kMaxMarkets> markets_{};
  ChannelLags lags_;
  PhaseSet phases_ = 0;  // of any market
  TimeNs open_deadline_{};
  TimeNs next_deadline_{};  // the earliest that is still to come, of the open or of a market
  TimeNs began_{};          // the first exchange time accepted
  TimeNs exchange_now_{};   // the latest, or estimated while no feed says one
  TimeNs reported_time_{};  // the latest exchange time of any feed; 0: none yet
  TimeNs reported_at_{};    // receive time then; before the first one, of the first timer
  TimeNs claimed_time_{};   // one far ahead of it, not confirmed
  std::int64_t statistics_grid_ns_ = 0;  // 0: high and low follow every level
  DeferredLevels deferred_;
  bool may_defer_ = false;  // the running input need not publish everything at once
  const MarketEvent* event_ = nullptr;
  std::uint64_t input_sequence_ = 0;
  Engine* staged_ = nullptr;
  Engine* successor_ = nullptr;
};

}  // namespace indexcast
