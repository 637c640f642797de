#include "calc/universe.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace indexcast {

Universe::Universe(std::vector<IndexDefinition> definitions)
    : definitions_(std::move(definitions)), series_{{"", kFxOne}} {
  number_instruments();
  number_legs();
  lay_out_memberships();
}

void Universe::number_instruments() {
  std::unordered_map<std::string, InstrumentId> ids;
  for (const IndexDefinition& definition : definitions_) {
    std::vector<InstrumentId>& members = index_members_.emplace_back();
    std::uint32_t& markets = index_markets_.emplace_back(0);
    for (const Member& member : definition.members) {
      const auto next = static_cast<InstrumentId>(instruments_.size());
      const auto [it, added] = ids.emplace(member.symbol, next);
      if (added) {
        instruments_.push_back(
            {member.symbol, member.name, member.currency, member.market, member.reference_price});
      }
      members.push_back(it->second);
      markets |= 1u << member.market;
    }
  }
}

void Universe::number_legs() {
  for (IndexId index = 0; index < definitions_.size(); ++index) {
    std::vector<std::uint32_t>& legs = index_legs_.emplace_back();
    const auto add = [&](SeriesId series) {
      legs.push_back(static_cast<std::uint32_t>(legs_.size()));
      legs_.push_back({index, series});
    };
    add(0);
    for (const auto& [currency, name] : definitions_[index].fx_series) {
      SeriesId series = find_series(name);
      if (series == series_.size())
        series_.push_back({name, definitions_[index].close_fx.at(currency)});
      add(series);
    }
  }
}

void Universe::lay_out_memberships() {
  std::vector<std::vector<Membership>> rows(instruments_.size());
  for (IndexId index = 0; index < definitions_.size(); ++index) {
    const IndexDefinition& definition = definitions_[index];
    for (std::size_t i = 0; i < definition.members.size(); ++i) {
      const Member& member = definition.members[i];
      const auto fx = definition.fx_series.find(member.currency);
      // Legs of an index: the first is its own currency, the others follow fx_series in its order.
      const auto position = fx == definition.fx_series.end()
                                ? 0
                                : 1 + std::distance(definition.fx_series.begin(), fx);
      rows[index_members_[index][i]].push_back(
          {index, index_legs_[index][static_cast<std::size_t>(position)], member.shares});
    }
  }
  offsets_.push_back(0);
  for (const auto& row : rows) {
    memberships_.insert(memberships_.end(), row.begin(), row.end());
    offsets_.push_back(static_cast<std::uint32_t>(memberships_.size()));
  }
}

InstrumentId Universe::find_instrument(std::string_view symbol) const {
  const auto it = std::ranges::find(instruments_, symbol, &Instrument::symbol);
  return it == instruments_.end() ? kNoInstrument
                                  : static_cast<InstrumentId>(it - instruments_.begin());
}

IndexId Universe::find_index(std::string_view code) const {
  return static_cast<IndexId>(std::ranges::find(definitions_, code, &IndexDefinition::code) -
                              definitions_.begin());
}

SeriesId Universe::find_series(std::string_view name) const {
  return static_cast<SeriesId>(std::ranges::find(series_, name, &FxSeries::name) - series_.begin());
}

}  // namespace indexcast
