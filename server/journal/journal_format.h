// Layout of the journal file: a header, then records of fixed size, little-endian. README.md in
// this folder specifies the format.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "calc/engine.h"
#include "calc/event.h"
#include "calc/universe.h"

namespace indexcast::server {

inline constexpr std::array<char, 8> kJournalMagic{'I', 'D', 'X', 'J', 'R', 'N', 'L', '2'};
// Version 1 can be read. Its feed_state events have values of 0, so no security counts while its
// channel is in gap or recovering.
inline constexpr std::array<char, 8> kJournalMagic1{'I', 'D', 'X', 'J', 'R', 'N', 'L', '1'};

struct JournalHeader {
  std::array<char, 8> magic = kJournalMagic;
  std::uint64_t epoch = 0;
  std::uint64_t universe_digest = 0;  // definitions that the inputs refer to by number
  std::uint32_t trade_date = 0;
  std::uint32_t record_bytes = 0;
  std::int64_t open_deadline_ms = 0;
  std::int64_t close_deadline_ns = 0;
  std::uint32_t quotable_live_bp = 0;
  std::uint32_t pending_wait_s = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(JournalHeader) == 64);

struct JournalRecord {
  std::uint64_t input_sequence = 0;
  MarketEvent event{};
  std::uint64_t checksum = 0;
};
static_assert(sizeof(JournalRecord) == 80);

// Returns FNV-1a over the 64-bit words before the checksum. Detects torn and damaged records; does
// not protect against forgery.
template <class T>
std::uint64_t checksum_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
  constexpr std::size_t kWords = sizeof(T) / 8 - 1;  // all but the checksum, which stands last
  std::array<std::uint64_t, sizeof(T) / 8> words;
  std::memcpy(words.data(), &value, sizeof(T));
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < kWords; ++i) hash = (hash ^ words[i]) * 0x100000001b3;
  return hash;
}

// Returns a digest of the data that a journal refers to by number: symbols, shares, divisors,
// closes and rates of all definitions, in order.
std::uint64_t digest_of(const Universe& universe);

// Returns the header of a new journal.
JournalHeader header_of(const Universe& universe, const EngineSettings& settings,
                        std::uint64_t epoch);

}  // namespace indexcast::server
