// The engine's share that is about bid and ask levels (METHODOLOGY 5, "Bid and ask"). An index that
// does not ask for them pays for none of it.
#include "calc/engine.h"

namespace indexcast {

void Engine::init_quotes() {
  for (IndexId id = 0; id < indices_.size(); ++id)
    indices_[id].bid_ask = universe_->indices()[id].bid_ask;
  for (InstrumentId id = 0; id < instruments_.size(); ++id)
    instruments_[id].quotes_wanted = quote_sums_.wanted(id);
}

// A quote that is no sense leaves the last one standing, as a price does.
void Engine::apply_quote(const MarketEvent& event) {
  const InstrumentId id = event.instrument;
  if (id >= instruments_.size() || event.detail > static_cast<std::uint8_t>(QuoteKind::none))
    return counters_->add(CoreCounter::unknown_rejected);
  const Price bid{event.value[0]};
  const Price ask{event.value[1]};
  if (!is_usable_quote(bid, ask, universe_->instruments()[id].reference_price,
                       instruments_[id].collar))
    return counters_->add(CoreCounter::quote_rejected);
  counters_->add(CoreCounter::state_applied);
  if (!instruments_[id].quotes_wanted) return;
  InstrumentQuote& quote = quotes_[id];
  quote.known = event.detail == static_cast<std::uint8_t>(QuoteKind::book);
  quote.bid = bid;
  quote.ask = ask;
  instruments_[id].quote_unheard = false;
  ChannelStates& channels = markets_[universe_->instruments()[id].market].channels;
  if (!channels.is(quote.channel, event.channel)) quote.channel = channels.place(event.channel);
  if (!channels.is(quote.channel, event.channel)) counters_->add(CoreCounter::channel_unplaced);
  requote(id);
  refresh_quoted(id);
}

// Only where orders can meet: anywhere else the price in force is all that there is.
bool Engine::quotes_stand(InstrumentId id) const {
  const InstrumentState& state = instruments_[id];
  const MarketState& market = markets_[universe_->instruments()[id].market];
  return quotes_[id].known && !state.overridden && state.status == InstrumentStatus::trading &&
         market.phase == MarketPhase::trading &&
         market.channels.is_current(quotes_[id].channel, state.quote_unheard);
}

// Derives both sides again from the states of instrument, market and channel.
void Engine::requote(InstrumentId id) {
  const Price in_force = sums_.price(id);
  MemberSide bid{in_force};
  MemberSide ask{in_force};
  if (quotes_stand(id)) {
    const PriceCollar& collar = instruments_[id].collar;
    bid = side_of(quotes_[id].bid, collar.lower_in_use(), in_force);
    ask = side_of(quotes_[id].ask, collar.upper_in_use(), in_force);
  }
  move_side(id, QuoteSide::bid, bid);
  move_side(id, QuoteSide::ask, ask);
}

void Engine::move_side(InstrumentId id, QuoteSide side, MemberSide now) {
  const auto at = static_cast<std::size_t>(side);
  bool& counted = quotes_[id].counted[at];
  const bool recount = counted != now.quoted;
  if (!recount && quote_sums_.price(id, side) == now.price) return;
  quote_sums_.set_price(id, side, now.price);
  counted = now.quoted;
  for (const std::uint32_t place : quote_sums_.holders(id)) {
    IndexQuotes& index = index_quotes_[universe_->memberships()[place].index];
    index.due = true;
    std::uint64_t& units = index.quoted_units[at];
    if (recount) units = now.quoted ? units + weight_units_[place] : units - weight_units_[place];
  }
}

void Engine::refresh_quoted(InstrumentId id) {
  for (const std::uint32_t place : quote_sums_.holders(id))
    refresh(universe_->memberships()[place].index, false, Cause::quote);
}

// True when quotes have moved the bid or the ask level away from those published. `publishing`: the
// index publishes anyway, with both as they are.
bool Engine::derive_quotes(IndexId id, bool publishing) {
  IndexQuotes& index = index_quotes_[id];
  if (!index.due && !publishing) return false;
  const Level bid = quoted_level(id, QuoteSide::bid);
  const Level ask = quoted_level(id, QuoteSide::ask);
  const bool moved = index.due && (bid != index.bid || ask != index.ask);
  index.due = false;
  if (!moved && !publishing) return false;
  index.bid = bid;
  index.ask = ask;
  return moved;
}

Level Engine::quoted_level(IndexId id, QuoteSide side) {
  const LevelDivider::Result result = sums_.divide(id, quote_sums_.sum(id, side, sums_));
  if (!result.estimated) [[unlikely]]
    counters_->add(CoreCounter::inexact_estimates);
  return result.level;
}

void Engine::fill_quotes(IndexId id, LevelUpdate& update) const {
  const IndexQuotes& index = index_quotes_[id];
  const MemberFlagTotals& members = indices_[id].members;
  update.bid = index.bid;
  update.ask = index.ask;
  update.weight_bid_quoted = members.share(index.quoted_units[0]);
  update.weight_ask_quoted = members.share(index.quoted_units[1]);
}

}  // namespace indexcast
