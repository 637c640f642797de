#include "feedhandlers/hkex/encoder.h"

#include <algorithm>
#include <limits>

#include "feedhandlers/hkex/layout_walk.h"

namespace indexcast::hkex {
namespace {

template <class T, class V>
void write(std::byte* at, wire::Field<T> field, const V& value) {
  field.put(at, value);
}
void write(std::byte* at, wire::Text field, const char& value) {
  at[field.offset] = static_cast<std::byte>(value);
}
template <std::size_t N>
void write(std::byte* at, wire::Text field, const PaddedText<N>& text) {
  std::transform(text.characters.begin(), text.characters.end(), at + field.offset,
                 [](char c) { return static_cast<std::byte>(c); });
}
template <std::size_t N>
void write(std::byte* at, wire::Wide field, const WideText<N>& text) {
  for (std::size_t i = 0; i < N; ++i) {
    feed::store_le(at + field.offset + i * sizeof(char16_t),
                   static_cast<std::uint16_t>(text.units[i]));
  }
}

template <class F, class Member, class Message>
void write_row(const layout::Row<F, Member>& row, std::byte* at, const Message& message,
               std::size_t) {
  write(at, row.field, layout::held(message, row.member));
}
template <class Message>
void write_row(const layout::Unused&, std::byte*, const Message&, std::size_t) {}
template <class T, class Message>
void write_row(const layout::Count<wire::Field<T>>& row, std::byte* at, const Message&,
               std::size_t count) {
  row.field.put(at, static_cast<T>(count));
}

template <class... Rows, class Message>
void write_rows(const std::tuple<Rows...>& rows, std::byte* at, const Message& message,
                std::size_t count) {
  std::apply([&](const Rows&... row) { (write_row(row, at, message, count), ...); }, rows);
}

template <class SectionType, class Message>
std::byte* write_section(const SectionType& section, std::byte* at, const Message& message) {
  std::byte* end = at + section.size;
  if constexpr (SectionType::kHasList) {
    const auto& entries = message.*section.list.member;
    write_rows(section.rows, at, message, entries.size());
    for (const auto& entry : entries) {
      write_rows(section.list.rows, end, entry, 0);
      end += section.list.entry_size;
    }
  } else {
    write_rows(section.rows, at, message, 0);
  }
  return end;
}

template <class SectionType, class Message>
std::size_t size_of(const SectionType& section, const Message& message) {
  if constexpr (SectionType::kHasList) {
    return section.size + (message.*section.list.member).size() * section.list.entry_size;
  } else {
    return section.size;
  }
}

// use(sections) with those that `message` is to be sent in.
template <class Message, class Use>
auto with_sections_of(const Message& message, Use&& use) {
  if constexpr (std::is_same_v<Message, SecurityDefinition>) {
    return layout::with_sections(message.layout, use);
  } else {
    return use(layout::Layout<Message>::kSections);
  }
}

}  // namespace

PacketBuilder::PacketBuilder(std::uint32_t sequence, TimeNs send_time) : sequence_(sequence) {
  wire::packet::PktSize.put(buffer_.data(), wire::packet::kHeaderSize);
  wire::packet::SeqNum.put(buffer_.data(), sequence);
  wire::packet::SendTime.put(buffer_.data(), static_cast<std::uint64_t>(send_time.ns));
}

std::byte* PacketBuilder::append(std::uint16_t type, std::size_t size) {
  if (buffer_.size() - size_ < size) return nullptr;
  if (message_count_ == std::numeric_limits<std::uint8_t>::max()) return nullptr;
  std::byte* message = buffer_.data() + size_;
  wire::message::MsgSize.put(message, static_cast<std::uint16_t>(size));
  wire::message::MsgType.put(message, type);
  size_ += size;
  wire::packet::PktSize.put(buffer_.data(), static_cast<std::uint16_t>(size_));
  wire::packet::MsgCount.put(buffer_.data(), ++message_count_);
  return message;
}

template <class Message>
bool PacketBuilder::add(const Message& message) {
  return with_sections_of(message, [&](const auto& sections) {
    return std::apply(
        [&](const auto&... section) {
          std::byte* at = append(layout::Layout<Message>::kType, (size_of(section, message) + ...));
          if (at == nullptr) return false;
          ((at = write_section(section, at, message)), ...);
          return true;
        },
        sections);
  });
}

template bool PacketBuilder::add(const MarketDefinition&);
template bool PacketBuilder::add(const SecurityDefinition&);
template bool PacketBuilder::add(const LiquidityProvider&);
template bool PacketBuilder::add(const CurrencyRate&);
template bool PacketBuilder::add(const TradingSessionStatus&);
template bool PacketBuilder::add(const SecurityStatus&);
template bool PacketBuilder::add(const News&);
template bool PacketBuilder::add(const VcmTrigger&);
template bool PacketBuilder::add(const NominalPrice&);
template bool PacketBuilder::add(const IndicativeEquilibriumPrice&);
template bool PacketBuilder::add(const ReferencePrice&);
template bool PacketBuilder::add(const Yield&);
template bool PacketBuilder::add(const AddOrder&);
template bool PacketBuilder::add(const ModifyOrder&);
template bool PacketBuilder::add(const DeleteOrder&);
template bool PacketBuilder::add(const AddOddLotOrder&);
template bool PacketBuilder::add(const DeleteOddLotOrder&);
template bool PacketBuilder::add(const Trade&);
template bool PacketBuilder::add(const TradeCancel&);
template bool PacketBuilder::add(const TradeTicker&);
template bool PacketBuilder::add(const AggregateOrderBookUpdate&);
template bool PacketBuilder::add(const BrokerQueue&);
template bool PacketBuilder::add(const OrderImbalance&);
template bool PacketBuilder::add(const Statistics&);
template bool PacketBuilder::add(const MarketTurnover&);
template bool PacketBuilder::add(const ClosingPrice&);
template bool PacketBuilder::add(const IndexDefinitionMessage&);
template bool PacketBuilder::add(const IndexData&);
template bool PacketBuilder::add(const StockConnectQuota&);
template bool PacketBuilder::add(const StockConnectTurnover&);
template bool PacketBuilder::add(const SequenceReset&);
template bool PacketBuilder::add(const DisasterRecoverySignal&);
template bool PacketBuilder::add(const RefreshComplete&);
template bool PacketBuilder::add(const Logon&);
template bool PacketBuilder::add(const LogonResponse&);
template bool PacketBuilder::add(const RetransmissionRequest&);
template bool PacketBuilder::add(const RetransmissionResponse&);

}  // namespace indexcast::hkex
