// Everything a running day refers to by number: instruments, indices, memberships, FX series.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calc/definition.h"

namespace indexcast {

struct Instrument {
  std::string symbol;  // "688041.SH"
  std::string name;
  std::string currency;
  MarketId market = kNoMarket;
  Price reference_price{};
};

struct FxSeries {
  std::string name;  // "HKDCNY"
  FxRate close{};    // the day's close_fx, in force until a rate arrives
};

// One index holds one instrument. `leg` names the accumulator: one per index and FX series.
struct Membership {
  IndexId index = 0;
  std::uint32_t leg = 0;
  IndexShares shares{};
};

// The accumulator of one index and one currency.
struct Leg {
  IndexId index = 0;
  SeriesId series = 0;
};

// Built once from checked definitions; immutable. Instrument ids are dense from 0, in the order in
// which definitions name them, so the same files give the same ids. Series 0 is the constant 1.
class Universe {
 public:
  // `definitions` have passed check_definition; members of several definitions that share a symbol
  // are one instrument.
  explicit Universe(std::vector<IndexDefinition> definitions);

  std::span<const IndexDefinition> indices() const { return definitions_; }
  std::span<const Instrument> instruments() const { return instruments_; }
  std::span<const FxSeries> series() const { return series_; }
  std::span<const Leg> legs() const { return legs_; }
  // The indices that hold an instrument (a CSR row).
  std::span<const Membership> memberships(InstrumentId id) const {
    return std::span(memberships_).subspan(offsets_[id], offsets_[id + 1] - offsets_[id]);
  }
  // The instruments of an index, in its definition's order.
  std::span<const InstrumentId> members(IndexId id) const { return index_members_[id]; }
  // Leg and market sets of an index.
  std::span<const std::uint32_t> legs_of(IndexId id) const { return index_legs_[id]; }
  std::uint32_t markets_of(IndexId id) const { return index_markets_[id]; }  // bit m = market m

  // Linear; control plane only. Returns kNoInstrument / indices().size() / series().size() when
  // absent.
  InstrumentId find_instrument(std::string_view symbol) const;
  IndexId find_index(std::string_view code) const;
  SeriesId find_series(std::string_view name) const;

 private:
  void number_instruments();
  void number_legs();
  void lay_out_memberships();

  std::vector<IndexDefinition> definitions_;
  std::vector<Instrument> instruments_;
  std::vector<FxSeries> series_;
  std::vector<Leg> legs_;
  std::vector<std::uint32_t> offsets_;
  std::vector<Membership> memberships_;
  std::vector<std::vector<InstrumentId>> index_members_;
  std::vector<std::vector<std::uint32_t>> index_legs_;
  std::vector<std::uint32_t> index_markets_;
};

}  // namespace indexcast
