#include "feedhandlers/hkex/order_books.h"

#include <algorithm>

namespace indexcast::hkex {
namespace {}  // namespace

bool BookSide::apply(const BookEntry& entry) {
  if (entry.price_level == 0) return false;
  const std::size_t place = entry.price_level - 1u;
  switch (entry.update_action) {
    case kNewLevel:
      return insert(place, entry.price);
    case kChangeLevel:  // of the quantity; the price stays
      return place < size_ && prices_[place] == entry.price;
    case kDeleteLevel:
      return remove(place);
    default:
      return false;
  }
}

bool BookSide::insert(std::size_t place, std::int32_t price) {
  if (place > size_ || place >= kLevels || price <= 0) return false;
  if (size_ < kLevels) ++size_;
  for (std::size_t i = size_ - 1; i > place; --i) prices_[i] = prices_[i - 1];
  prices_[place] = price;
  return true;
}

bool BookSide::remove(std::size_t place) {
  if (place >= size_) return false;
  --size_;
  for (std::size_t i = place; i < size_; ++i) prices_[i] = prices_[i + 1];
  return true;
}

OrderBooks::OrderBooks(const Settings& settings, const feed::SymbolTable& symbols)
    : channels_(1),
      wanted_(symbols.quoted()),
      slots_(symbols.universe_size()),
      books_(wanted_.size()) {
  for (const ChannelSettings& channel : settings.channels) channels_.push_back({.id = channel.id});
  for (std::uint32_t slot = 0; slot < wanted_.size(); ++slot) slots_[wanted_[slot]] = slot;
}

std::uint32_t OrderBooks::place_of(std::uint32_t channel) const {
  const auto at = std::ranges::find(channels_.begin() + 1, channels_.end(), channel, &Channel::id);
  return at == channels_.end() ? 0 : static_cast<std::uint32_t>(at - channels_.begin());
}

void OrderBooks::begin(std::uint32_t channel, Base base) {
  Channel& known = channels_[place_of(channel)];
  ++known.generation;
  known.whole = base == Base::nothing;
}

void OrderBooks::apply(InstrumentId instrument, std::uint32_t channel,
                       const AggregateOrderBookUpdate& message) {
  Book& book = books_[slots_[instrument]];
  const std::uint32_t place = place_of(channel);
  const Channel& from = channels_[place];
  if (book.channel != place || book.generation != from.generation) {
    book.sides = {};
    book.channel = place;
    book.generation = from.generation;
    book.known = from.whole;
  }
  for (const BookEntry& entry : message.entries) {
    if (entry.update_action == kClearBook) {
      book.sides = {};
      book.known = true;
    } else {
      // One entry that does not fit shows that another is missing.
      book.known =
          book.known && entry.side < book.sides.size() && book.sides[entry.side].apply(entry);
    }
  }
}

feed::BestQuote OrderBooks::best(const Book& book) const {
  if (!book.known || book.generation != channels_[book.channel].generation) return {};
  return {QuoteKind::book, book.sides[0].best() * kPriceScale, book.sides[1].best() * kPriceScale};
}

bool OrderBooks::take_change(InstrumentId instrument, bool continuous, MarketEvent& event) {
  Book& book = books_[slots_[instrument]];
  const feed::BestQuote now = continuous ? best(book) : feed::BestQuote{};
  // The core judges a quote by the channel that brought it.
  const bool moved_over = now.kind == QuoteKind::book && book.emitted_channel != book.channel;
  if (now == book.emitted && !moved_over) return false;
  book.emitted = now;
  book.emitted_channel = book.channel;
  event.kind = EventKind::quote;
  event.detail = static_cast<std::uint8_t>(now.kind);
  event.instrument = instrument;
  event.value[0] = now.bid;
  event.value[1] = now.ask;
  event.channel = channels_[book.channel].id;
  return true;
}

}  // namespace indexcast::hkex
