#include "feedhandlers/simulator/hkex_services/refresh_image.h"

#include <algorithm>
#include <optional>

#include "feedhandlers/hkex/order_books.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;
namespace book = wire::aggregate_order_book_update;

// Levels beyond these are dropped without a delete (notes 2.15, unconfirmed).
constexpr std::size_t kDepth = 10;

// The bytes that say what a message is about; 0 for types that are no part of a snapshot.
std::size_t key_size(std::uint16_t type) {
  switch (type) {
    case 10:  // MarketCode
    case 11:  // SecurityCode, as those that follow
    case 13:
    case 20:  // MarketCode
    case 21:
    case 23:
    case 40:
    case 41:
    case 43:
    case 44:
    case 56:
    case 60:
    case 62:
      return 4;
    case 14:  // CurrencyCode
      return 3;
    case 22:  // NewsType and NewsID
      return 6;
    case 54:  // SecurityCode, ItemCount, Side: the count is left out below
    case 61:  // MarketCode and CurrencyCode
      return 7;
    case 70:  // IndexCode
    case 71:
      return 11;
    default:
      return 0;
  }
}

std::string key_of(const hkex::MessageView& message) {
  const std::size_t size = std::min(key_size(message.type), message.bytes.size() - 4);
  std::string key(feed::text_at(message.bytes.data() + 4, size));
  if (message.type == 54 && size > 4) key.erase(4, 1);
  return key;
}

}  // namespace

void RefreshBook::apply(const std::byte* entry) {
  const std::uint8_t action = book::UpdateAction.of(entry);
  if (action == hkex::kClearBook) {
    sides_ = {};
    return;
  }
  auto& side = sides_[book::Side.of(entry) & 1u];
  const std::size_t level = book::PriceLevel.of(entry);
  if (level == 0 || level > kDepth) return;
  const auto at = side.begin() + static_cast<std::ptrdiff_t>(std::min(level - 1, side.size()));
  const Level bytes(entry, entry + book::kEntrySize);
  if (action == hkex::kNewLevel) {
    side.insert(at, bytes);
    if (side.size() > kDepth) side.pop_back();
  } else if (at != side.end()) {
    if (action == hkex::kChangeLevel) *at = bytes;
    if (action == hkex::kDeleteLevel) side.erase(at);
  }
}

std::vector<std::byte> RefreshBook::message(std::uint32_t security) const {
  const std::size_t entries = sides_[0].size() + sides_[1].size();
  std::vector<std::byte> message(book::kSize);
  message.reserve(book::kSize + entries * book::kEntrySize);
  for (const auto& side : sides_) {
    for (std::size_t level = 0; level < side.size(); ++level) {
      Level entry = side[level];
      book::PriceLevel.put(entry.data(), static_cast<std::uint8_t>(level + 1));
      book::UpdateAction.put(entry.data(), hkex::kNewLevel);
      message.insert(message.end(), entry.begin(), entry.end());
    }
  }
  wire::message::MsgSize.put(message.data(), static_cast<std::uint16_t>(message.size()));
  wire::message::MsgType.put(message.data(), book::kType);
  book::SecurityCode.put(message.data(), security);
  book::NoEntries.put(message.data(), static_cast<std::uint8_t>(entries));
  return message;
}

void RefreshImage::apply(feed::Bytes packet, const hkex::PacketHeader& header) {
  if (header.message_count == 0) return;
  last_sequence_ = header.sequence + header.message_count - 1u;
  hkex::for_each_message(packet, header,
                         [this](const hkex::MessageView& message) { apply_message(message); });
}

void RefreshImage::apply_message(const hkex::MessageView& message) {
  if (message.type == wire::sequence_reset::kType) {
    last_sequence_ = 0;
  } else if (message.type == book::kType) {
    apply_book(message.bytes);
  } else if (key_size(message.type) > 0) {
    latest_[{message.type, key_of(message)}] = {message.bytes.begin(), message.bytes.end()};
  }
}

void RefreshImage::apply_book(feed::Bytes message) {
  RefreshBook& of_security = books_[book::SecurityCode.of(message.data())];
  const std::size_t entries = book::NoEntries.of(message.data());
  for (std::size_t i = 0; i < entries; ++i) {
    of_security.apply(message.data() + book::kSize + i * book::kEntrySize);
  }
}

std::vector<std::vector<std::byte>> RefreshImage::messages() const {
  std::vector<std::vector<std::byte>> result;
  for (const auto& [key, bytes] : latest_) result.push_back(bytes);
  for (const auto& [security, of_security] : books_) {
    if (!of_security.empty()) result.push_back(of_security.message(security));
  }
  return result;
}

}  // namespace indexcast::sim
