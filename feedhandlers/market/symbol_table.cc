#include "feedhandlers/market/symbol_table.h"

#include <algorithm>
#include <stdexcept>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {
namespace {

bool wants_quotes(const Universe& universe, InstrumentId id) {
  return std::ranges::any_of(universe.memberships(id), [&](const Membership& m) {
    return universe.indices()[m.index].bid_ask;
  });
}

}  // namespace

std::optional<std::uint32_t> parse_code(std::string_view text) {
  text = trim_padding(text.substr(0, text.find('.')));
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::uint32_t code = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    code = code * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return code;
}

SymbolTable::SymbolTable(const Universe& universe, Venue venue)
    : universe_size_(universe.instruments().size()) {
  const auto instruments = universe.instruments();
  for (InstrumentId id = 0; id < instruments.size(); ++id) {
    if (instruments[id].market != market_of(venue)) continue;
    const auto code = parse_code(instruments[id].symbol);
    if (!code) throw std::invalid_argument("not a security code: " + instruments[id].symbol);
    SymbolEntry& entry = entries_[*code];
    if (entry.instrument == kNoInstrument) ++instruments_;
    entry.instrument = id;
    entry.quotes = wants_quotes(universe, id);
  }
}

void SymbolTable::add_sentinel(std::uint32_t code) { entries_[code].sentinel = true; }

std::vector<std::uint32_t> SymbolTable::sentinels() const {
  std::vector<std::uint32_t> codes;
  for (const auto& [code, entry] : entries_) {
    if (entry.sentinel) codes.push_back(code);
  }
  std::ranges::sort(codes);
  return codes;
}

std::vector<InstrumentId> SymbolTable::members() const {
  std::vector<InstrumentId> instruments;
  for (const auto& [code, entry] : entries_) {
    if (entry.instrument != kNoInstrument) instruments.push_back(entry.instrument);
  }
  std::ranges::sort(instruments);
  return instruments;
}

std::vector<InstrumentId> SymbolTable::quoted() const {
  std::vector<InstrumentId> instruments;
  for (const auto& [code, entry] : entries_) {
    if (entry.quotes) instruments.push_back(entry.instrument);
  }
  std::ranges::sort(instruments);
  return instruments;
}

}  // namespace indexcast::feed
