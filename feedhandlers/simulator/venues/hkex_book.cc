#include "feedhandlers/simulator/venues/hkex_book.h"

#include <algorithm>

#include "feedhandlers/hkex/order_books.h"

namespace indexcast::sim {
namespace {

// Orders of one board lot or a few: how many is nobody's concern.
constexpr std::int64_t kSharesPerOrder = 400;

using Levels = std::vector<BookLevel>;

Levels best(const std::array<BookLevel, kBookDepth>& side) {
  Levels levels;
  for (const BookLevel& level : side) {
    if (level.price > 0 && level.size > 0 && levels.size() < HkexBook::kLevels) {
      levels.push_back(level);
    }
  }
  return levels;
}

hkex::BookEntry entry(const BookLevel& level, std::size_t side, std::size_t place,
                      std::uint8_t action) {
  return {static_cast<std::uint64_t>(level.size),
          static_cast<std::int32_t>(level.price / 1'000),
          static_cast<std::uint32_t>(level.size / kSharesPerOrder + 1),
          static_cast<std::uint16_t>(side),
          static_cast<std::uint8_t>(place + 1),
          action};
}

bool has_price(const Levels& levels, std::int64_t price) {
  return std::any_of(levels.begin(), levels.end(),
                     [&](const BookLevel& level) { return level.price == price; });
}

// Deletes from the worst level up, so that the places of the others stay; then inserts and changes
// from the best level down.
void write_side(Levels& sent, const Levels& wanted, std::size_t side,
                hkex::AggregateOrderBookUpdate& message) {
  for (std::size_t place = sent.size(); place-- > 0;) {
    if (has_price(wanted, sent[place].price)) continue;
    message.entries.push_back(entry(sent[place], side, place, hkex::kDeleteLevel));
    sent.erase(sent.begin() + static_cast<std::ptrdiff_t>(place));
  }
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    const bool known = place < sent.size() && sent[place].price == wanted[place].price;
    if (!known) sent.insert(sent.begin() + static_cast<std::ptrdiff_t>(place), wanted[place]);
    if (known && sent[place].size == wanted[place].size) continue;
    message.entries.push_back(
        entry(wanted[place], side, place, known ? hkex::kChangeLevel : hkex::kNewLevel));
  }
  sent = wanted;
}

}  // namespace

hkex::AggregateOrderBookUpdate HkexBook::update(std::uint32_t security, const Book& book) {
  hkex::AggregateOrderBookUpdate message;
  message.security_code = security;
  if (unknown_) {
    sent_ = {};
    message.entries.push_back({0, 0, 0, 0, 0, hkex::kClearBook});
  }
  unknown_ = false;
  write_side(sent_[0], best(book.bids), 0, message);
  write_side(sent_[1], best(book.asks), 1, message);
  return message;
}

hkex::AggregateOrderBookUpdate HkexBook::clear(std::uint32_t security) {
  hkex::AggregateOrderBookUpdate message;
  message.security_code = security;
  if (sent_[0].empty() && sent_[1].empty() && !unknown_) return message;
  sent_ = {};
  unknown_ = false;
  message.entries.push_back({0, 0, 0, 0, 0, hkex::kClearBook});
  return message;
}

}  // namespace indexcast::sim
