#include "calc/universe.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace indexcast {
namespace {

Instrument instrument_of(const Member& member) {
  const Security& security = *member.security;
  return {security.symbol,        security.name, security.currency, security.market,
          member.reference_price, member.close,  member.suspended};
}

// Numbers instruments in the order in which they are first asked for. Members that share a security
// are found by its address, so that the symbol is looked up once for each security and not for each
// member.
class InstrumentNumbers {
 public:
  // `known`: those that have a number already, which outlive this.
  InstrumentNumbers(std::vector<Instrument>& instruments, std::span<const Instrument> known)
      : instruments_(instruments), known_(known.size()) {
    for (const Instrument& each : known)
      by_symbol_.emplace(each.symbol, static_cast<InstrumentId>(by_symbol_.size()));
  }

  InstrumentId of(const Member& member) {
    const auto [it, added] = by_security_.try_emplace(member.security.get(), kNoInstrument);
    if (added) it->second = by_symbol(member);
    return it->second;
  }

 private:
  InstrumentId by_symbol(const Member& member) {
    const auto next = static_cast<InstrumentId>(instruments_.size());
    const auto [it, added] = by_symbol_.try_emplace(member.symbol(), next);
    if (added) {
      instruments_.push_back(instrument_of(member));
    } else if (it->second < known_) {
      instruments_[it->second] = instrument_of(member);
    }
    return it->second;
  }

  std::vector<Instrument>& instruments_;
  std::size_t known_;
  std::unordered_map<const Security*, InstrumentId> by_security_;
  std::unordered_map<std::string_view, InstrumentId> by_symbol_;
};

// Which leg of its index a listing currency is, counted from its first.
std::uint32_t leg_of(const IndexDefinition& definition, const std::string& currency) {
  const auto place_in = [&](const auto& by_currency) {
    const auto fx = by_currency.find(currency);
    if (fx == by_currency.end()) return std::uint32_t{0};
    return static_cast<std::uint32_t>(1 + std::distance(by_currency.begin(), fx));
  };
  return definition.fx_in_divisor ? place_in(definition.close_fx) : place_in(definition.fx_series);
}

}  // namespace

Universe::Universe(std::vector<IndexDefinition> definitions, std::vector<Instrument> instruments,
                   std::vector<FxSeries> series)
    : definitions_(std::move(definitions)),
      instruments_(std::move(instruments)),
      series_(std::move(series)) {
  if (series_.empty()) series_.push_back({"", kFxOne});
  number_indices();
  number_instruments();
  number_legs();
  init_memberships();
}

void Universe::number_indices() {
  for (IndexId id = 0; id < definitions_.size(); ++id) {
    index_by_code_.emplace(definitions_[id].code, id);
    first_member_.push_back(first_member_.back() + definitions_[id].members.size());
  }
  members_.reserve(first_member_.back());
}

void Universe::number_instruments() {
  const std::vector<Instrument> known = instruments_;
  InstrumentNumbers numbers(instruments_, known);
  for (const IndexDefinition& definition : definitions_) {
    std::uint32_t& markets = index_markets_.emplace_back(0);
    if (definition.fund) markets |= 1u << definition.fund->venue;
    for (const Member& member : definition.members) {
      members_.push_back(numbers.of(member));
      markets |= 1u << member.market();
    }
  }
}

void Universe::number_legs() {
  for (IndexId index = 0; index < definitions_.size(); ++index) {
    const IndexDefinition& definition = definitions_[index];
    first_leg_.push_back(static_cast<std::uint32_t>(legs_.size()));
    legs_.push_back({index, 0, indexcast::constant_cash(definition, definition.currency)});
    for (const auto& [currency, name] : definition.fx_series) {
      const SeriesId series = find_series(name);
      if (series == series_.size()) series_.push_back({name, {}});
      const FxRate day = series_[series].day_fx = day_rate(definition, currency);
      legs_.push_back({index, series, indexcast::constant_cash(definition, currency),
                       close_rate(definition, currency), day});
    }
    if (definition.fx_in_divisor) {
      for (const auto& [currency, close] : definition.close_fx)
        legs_.push_back({index, 0, indexcast::constant_cash(definition, currency), close, close});
    }
  }
  first_leg_.push_back(static_cast<std::uint32_t>(legs_.size()));
  for (std::uint32_t leg = 0; leg < legs_.size(); ++leg) leg_ids_.push_back(leg);
}

// Two passes: how long each row is, then what stands in it.
void Universe::init_memberships() {
  rows_.resize(instruments_.size() + 1);
  for (const InstrumentId id : members_) ++rows_[id + 1];
  for (std::size_t id = 1; id < rows_.size(); ++id) rows_[id] += rows_[id - 1];
  memberships_.resize(members_.size());
  std::vector<std::uint32_t> next(rows_.begin(), rows_.end() - 1);
  for (IndexId index = 0; index < definitions_.size(); ++index) {
    const IndexDefinition& definition = definitions_[index];
    const InstrumentId* instrument = members(index).data();
    for (const Member& member : definition.members) {
      const std::uint32_t leg = first_leg_[index] + leg_of(definition, member.currency());
      memberships_[next[*instrument++]++] = {index, leg, member.shares};
    }
  }
}

const Membership& Universe::membership(InstrumentId instrument, IndexId index) const {
  return *std::ranges::lower_bound(memberships(instrument), index, {}, &Membership::index);
}

InstrumentId Universe::find_instrument(std::string_view symbol) const {
  const auto it = std::ranges::find(instruments_, symbol, &Instrument::symbol);
  return it == instruments_.end() ? kNoInstrument
                                  : static_cast<InstrumentId>(it - instruments_.begin());
}

IndexId Universe::find_index(std::string_view code) const {
  const auto it = index_by_code_.find(code);
  return it == index_by_code_.end() ? static_cast<IndexId>(definitions_.size()) : it->second;
}

SeriesId Universe::find_series(std::string_view name) const {
  return static_cast<SeriesId>(std::ranges::find(series_, name, &FxSeries::name) - series_.begin());
}

}  // namespace indexcast
