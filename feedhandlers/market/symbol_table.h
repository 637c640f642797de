// Security code -> instrument, asked once a message and before anything else of it is parsed.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::feed {

// Use of a security. A sentinel is decoded for its phase even when no basket holds it (METHODOLOGY
// 5).
struct SymbolEntry {
  InstrumentId instrument = kNoInstrument;
  bool sentinel = false;
  bool quotes = false;  // an index that holds it has a bid and ask level: its book is looked at
};

// The securities of one venue, by numeric code. Immutable after construction; reads from any
// thread.
class SymbolTable {
 public:
  // Instruments of `universe` on `venue`. Throws std::invalid_argument for a symbol whose code is
  // not a number.
  SymbolTable(const Universe& universe, Venue venue);

  // Adds a security that is watched for its phase. Before the table is shared.
  void add_sentinel(std::uint32_t code);

  // nullptr: nothing of ours.
  const SymbolEntry* find(std::uint32_t code) const {
    const auto it = entries_.find(code);
    return it == entries_.end() ? nullptr : &it->second;
  }

  std::size_t size() const { return entries_.size(); }
  // How many of them are instruments.
  std::size_t instruments() const { return instruments_; }
  // The codes that are watched for their phase, in ascending order.
  std::vector<std::uint32_t> sentinels() const;
  // The instruments, in ascending order.
  std::vector<InstrumentId> members() const;
  // The instruments whose quotes are wanted, in ascending order.
  std::vector<InstrumentId> quoted() const;
  // Instruments of all venues: every InstrumentId here is below it.
  std::size_t universe_size() const { return universe_size_; }

 private:
  absl::flat_hash_map<std::uint32_t, SymbolEntry> entries_;
  std::size_t instruments_ = 0;
  std::size_t universe_size_ = 0;
};

// The number in "688041", "00700 " or "688041.SH" (digits up to padding or the dot); empty when it
// is none.
std::optional<std::uint32_t> parse_code(std::string_view text);

}  // namespace indexcast::feed
