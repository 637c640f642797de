// Everything a running day refers to by number: instruments, indices, memberships, FX series.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "calc/definition.h"

namespace indexcast {

struct Instrument {
  std::string symbol;  // "688041.SH"
  std::string name;
  std::string currency;
  MarketId market = kNoMarket;
  Price reference_price{};
  Price close{};           // of the day before
  bool suspended = false;  // on the day before
};

struct FxSeries {
  std::string name;  // "HKDCNY"
  FxRate day_fx{};   // in force until a rate arrives
};

// One index holds one instrument. `leg` names the accumulator: one per index and FX series.
struct Membership {
  IndexId index = 0;
  std::uint32_t leg = 0;
  IndexShares shares{};
};
// A tick reads one for every index that holds the instrument, four to a cache line.
static_assert(sizeof(Membership) == 16);

// The accumulator of one index and one currency.
struct Leg {
  IndexId index = 0;
  SeriesId series = 0;       // that its rate follows; 0: none, `day_fx` stands all day
  Int128 constant_cash = 0;  // scale kCapDecimals
  // The definition gives both rates. close_fx belongs to the previous close and the reference
  // weights; day_fx is in force until its series has another.
  FxRate close_fx = kFxOne;
  FxRate day_fx = kFxOne;
};

// Built once from checked definitions; immutable. Instrument ids are dense from 0, in the order in
// which definitions name them, so the same files give the same ids. Series 0 is the constant 1.
class Universe {
 public:
  // `definitions` have passed check_definition; members of several definitions that share a symbol
  // are one instrument.
  explicit Universe(std::vector<IndexDefinition> definitions)
      : Universe(std::move(definitions), {}, {}) {}

  // Another definition set of the same day: instruments and series of `before` keep their numbers,
  // even if no definition names them any more; new ones follow.
  Universe(std::vector<IndexDefinition> definitions, const Universe& before)
      : Universe(std::move(definitions), before.instruments_, before.series_) {}

  std::span<const IndexDefinition> indices() const { return definitions_; }
  std::span<const Instrument> instruments() const { return instruments_; }
  std::span<const FxSeries> series() const { return series_; }
  std::span<const Leg> legs() const { return legs_; }
  Int128 constant_cash(std::uint32_t leg) const { return legs_[leg].constant_cash; }
  // All memberships, instrument after instrument, those of each in ascending order of the index.
  std::span<const Membership> memberships() const { return memberships_; }
  // The indices that hold an instrument: a row of memberships(), and where it begins there.
  std::span<const Membership> memberships(InstrumentId id) const {
    return memberships().subspan(rows_[id], rows_[id + 1] - rows_[id]);
  }
  std::size_t first_membership(InstrumentId id) const { return rows_[id]; }
  // The membership of an instrument in an index that holds it.
  const Membership& membership(InstrumentId instrument, IndexId index) const;
  // The instruments of an index, in its definition's order.
  std::span<const InstrumentId> members(IndexId id) const {
    return std::span(members_).subspan(first_member_[id],
                                       first_member_[id + 1] - first_member_[id]);
  }
  // Legs and market sets of an index; a fund's own market is one of its set. Its legs are numbered
  // one after another: the first is its own currency, the others follow its fx_series, or with
  // fx_in_divisor its close_fx, in their order.
  std::span<const std::uint32_t> legs_of(IndexId id) const {
    return std::span(leg_ids_).subspan(first_leg_[id], first_leg_[id + 1] - first_leg_[id]);
  }
  std::uint32_t markets_of(IndexId id) const { return index_markets_[id]; }  // bit m = market m

  // By name, linear but for the index; control plane only. Returns kNoInstrument /
  // indices().size() / series().size() when absent.
  InstrumentId find_instrument(std::string_view symbol) const;
  IndexId find_index(std::string_view code) const;
  SeriesId find_series(std::string_view name) const;

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  Universe(std::vector<IndexDefinition> definitions, std::vector<Instrument> instruments,
           std::vector<FxSeries> series);

  void number_indices();
  void number_instruments();
  void number_legs();
  void init_memberships();

  std::vector<IndexDefinition> definitions_;
  std::unordered_map<std::string, IndexId, TextHash, std::equal_to<>> index_by_code_;
  std::vector<Instrument> instruments_;
  std::vector<FxSeries> series_;
  std::vector<Leg> legs_;
  std::vector<std::uint32_t> leg_ids_;  // 0, 1, 2, ..., for legs_of
  // Where each one's begin, and at last where all end: legs of indices, memberships of instruments,
  // members of indices.
  std::vector<std::uint32_t> first_leg_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::size_t> first_member_{0};
  std::vector<Membership> memberships_;
  std::vector<InstrumentId> members_;
  std::vector<std::uint32_t> index_markets_;
};

}  // namespace indexcast
