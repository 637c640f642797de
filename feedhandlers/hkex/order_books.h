// Best levels of the books that an index needs, from messages 53 (notes 2.15). A book is known only
// while no message of it is missing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/hkex/message.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"

namespace indexcast::hkex {

inline constexpr std::int64_t kPriceScale = 1000;  // 10^-3 to 10^-6

// UpdateAction, notes 2.15.
inline constexpr std::uint8_t kNewLevel = 0;
inline constexpr std::uint8_t kChangeLevel = 1;
inline constexpr std::uint8_t kDeleteLevel = 2;
inline constexpr std::uint8_t kClearBook = 74;

// State on which the next messages of a channel build.
enum class Base : std::uint8_t {
  nothing,  // the first number of a day, a reset, a snapshot: every book begins empty
  unknown,  // messages were lost
};

// One side of a book, best first. The exchange sends ten levels; a level that an insert pushes
// beyond them is dropped without a message.
class BookSide {
 public:
  static constexpr std::size_t kLevels = 10;

  // 1e-3; 0 when the side is empty.
  std::int32_t best() const { return size_ == 0 ? 0 : prices_[0]; }
  // False for an entry that does not fit what came before it.
  bool apply(const BookEntry& entry);

 private:
  bool insert(std::size_t place, std::int32_t price);
  bool remove(std::size_t place);

  std::array<std::int32_t, kLevels> prices_{};
  std::size_t size_ = 0;
};

// One thread; allocates at construction only.
class OrderBooks {
 public:
  // `settings` names the channels, `symbols` the instruments whose quotes are wanted.
  OrderBooks(const Settings& settings, const feed::SymbolTable& symbols);

  // Books of `channel` are empty, or unknown until they are cleared, from now on.
  void begin(std::uint32_t channel, Base base);
  // A message of a wanted instrument, which came on `channel`.
  void apply(InstrumentId instrument, std::uint32_t channel,
             const AggregateOrderBookUpdate& message);

  const std::vector<InstrumentId>& wanted() const { return wanted_; }
  // True when the best quotes of a wanted instrument are others than at the last call, with them
  // and their channel in `event`. Outside `continuous` trading it has none: an auction matches at
  // one price.
  bool take_change(InstrumentId instrument, bool continuous, MarketEvent& event);

 private:
  struct Channel {
    std::uint32_t id = 0;
    std::uint32_t generation = 0;  // counts what it began anew
    bool whole = false;            // a book without a message on it is empty
  };
  struct Book {
    std::array<BookSide, 2> sides;  // 0 bid, 1 offer, as the message counts them
    std::uint32_t channel = 0;      // place in channels_
    std::uint32_t generation = 0;
    bool known = false;
    feed::BestQuote emitted;
    std::uint32_t emitted_channel = 0;  // place in channels_
  };

  std::uint32_t place_of(std::uint32_t channel) const;
  feed::BestQuote best(const Book& book) const;

  std::vector<Channel> channels_;  // the first is for one that is not configured
  std::vector<InstrumentId> wanted_;
  std::vector<std::uint32_t> slots_;  // of each instrument, in books_
  std::vector<Book> books_;
};

}  // namespace indexcast::hkex
