#include "feedhandlers/hkex/decoder.h"

#include <algorithm>

#include "feedhandlers/hkex/layout_walk.h"

namespace indexcast::hkex {
namespace {

// 2200-01-01: a SendTime beyond is not a time, and arithmetic on it could overflow.
constexpr std::uint64_t kSendTimeMax =
    static_cast<std::uint64_t>(days_from_date(22000101) * kNsPerDay);

TimeNs send_time_of(const std::byte* packet) {
  const std::uint64_t raw = wire::packet::SendTime.of(packet);
  return {raw < kSendTimeMax ? static_cast<std::int64_t>(raw) : 0};
}

DecodeError check_messages(Bytes datagram, PacketHeader& header) {
  std::size_t at = wire::packet::kHeaderSize;
  bool has_reset = false;
  bool has_signal = false;
  for (std::uint32_t i = 0; i < header.message_count; ++i) {
    if (datagram.size() - at < wire::message::kHeaderSize) return DecodeError::bad_count;
    const std::size_t size = wire::message::MsgSize.of(datagram.data() + at);
    if (size < wire::message::kHeaderSize || size > datagram.size() - at) {
      return DecodeError::bad_length;
    }
    const std::uint16_t type = wire::message::MsgType.of(datagram.data() + at);
    has_reset |= type == wire::sequence_reset::kType;
    has_signal |= type == wire::disaster_recovery_signal::kType;
    at += size;
  }
  if (at != datagram.size()) return DecodeError::bad_count;
  header.has_sequence_reset = has_reset;
  header.has_disaster_signal = has_signal;
  return DecodeError::none;
}

template <class T, class V>
void read(const std::byte* at, wire::Field<T> field, V& out) {
  out = field.of(at);
}
void read(const std::byte* at, wire::Text field, char& out) { out = field.of(at).front(); }
template <std::size_t N>
void read(const std::byte* at, wire::Text field, PaddedText<N>& out) {
  std::copy_n(field.of(at).begin(), N, out.characters.begin());
}
template <std::size_t N>
void read(const std::byte* at, wire::Wide field, WideText<N>& out) {
  for (std::size_t i = 0; i < N; ++i) {
    out.units[i] = feed::load_le<std::uint16_t>(at + field.offset + i * sizeof(char16_t));
  }
}

template <class F, class Member, class Message>
void read_row(const layout::Row<F, Member>& row, const std::byte* at, Message& out) {
  read(at, row.field, layout::held(out, row.member));
}
template <class Message>
void read_row(const layout::Unused&, const std::byte*, Message&) {}
template <class F, class Message>
void read_row(const layout::Count<F>&, const std::byte*, Message&) {}

template <class... Rows, class Message>
void read_rows(const std::tuple<Rows...>& rows, const std::byte* at, Message& out) {
  std::apply([&](const Rows&... row) { (read_row(row, at, out), ...); }, rows);
}

// The message has passed layout::check.
template <class Sections, class Message>
void read_sections(const Sections& sections, Bytes message, Message& out) {
  layout::for_each_section(sections, message, [&](const auto& each, const std::byte* at) {
    read_rows(each.rows, at, out);
    layout::for_each_entry(each, at, [&]<class List>(const List& list, const std::byte* entry_at) {
      auto& entries = out.*list.member;
      typename std::remove_reference_t<decltype(entries)>::Entry entry;
      read_rows(list.rows, entry_at, entry);
      entries.push_back(entry);
    });
  });
}

}  // namespace

DecodeError check_packet(Bytes datagram, PacketHeader& header) {
  if (datagram.size() < wire::packet::kHeaderSize) return DecodeError::truncated;
  const std::byte* packet = datagram.data();
  header = {};
  header.packet_size = wire::packet::PktSize.of(packet);
  header.message_count = wire::packet::MsgCount.of(packet);
  header.sequence = wire::packet::SeqNum.of(packet);
  header.send_time = send_time_of(packet);
  if (datagram.size() > wire::packet::kSizeMax) return DecodeError::oversized;
  if (header.packet_size > datagram.size()) return DecodeError::truncated;
  if (header.packet_size < datagram.size()) return DecodeError::bad_length;
  return check_messages(datagram, header);
}

std::optional<DefinitionLayout> definition_layout(Bytes message) {
  namespace current = wire::security_definition_544;
  namespace older = wire::security_definition_464;
  namespace oldest = wire::security_definition_280;
  const auto is_exactly = [&](std::size_t size, wire::Field<std::uint16_t> count) {
    return message.size() ==
           size + wire::security_definition::kUnderlyingSize * count.of(message.data());
  };
  if (message.size() < oldest::kSize) return std::nullopt;
  // A later layout cut short must not pass for the oldest, whose prices lie elsewhere.
  if (message.size() < older::kSize) {
    const bool whole = is_exactly(oldest::kSize, oldest::NoUnderlyingSecurities);
    return whole ? std::optional(DefinitionLayout::bytes_280) : std::nullopt;
  }
  // The layout of 464 with ten or more underlyings is as long as the current one. Its own count
  // settles it: in the current layout those two bytes are filler, never such a number.
  if (is_exactly(older::kSize, older::NoUnderlyingSecurities)) return DefinitionLayout::bytes_464;
  return message.size() < current::kSize ? DefinitionLayout::bytes_464
                                         : DefinitionLayout::bytes_544;
}

MessageFault check_message(Bytes message) {
  if (message.size() < wire::message::kHeaderSize) return {DecodeError::truncated, message.size()};
  MessageFault fault;
  layout::visit_type(wire::message::MsgType.of(message.data()), [&]<class Message>() {
    fault = layout::with_sections<Message>(
        message, [&](const auto& sections) { return layout::check<Message>(sections, message); });
  });
  return fault;
}

template <class Message>
DecodeError decode(Bytes message, Message& out) {
  return layout::with_sections<Message>(message,
                                        [&](const auto& sections) {
                                          const MessageFault fault =
                                              layout::check<Message>(sections, message);
                                          if (fault.error == DecodeError::none) {
                                            if constexpr (layout::kHasLists<Message>) out = {};
                                            read_sections(sections, message, out);
                                          }
                                          return fault;
                                        })
      .error;
}

template <>
DecodeError decode(Bytes message, SecurityDefinition& out) {
  const auto found = definition_layout(message);
  if (!found) return DecodeError::truncated;
  return layout::with_sections(*found, [&](const auto& sections) {
    const MessageFault fault = layout::check<SecurityDefinition>(sections, message);
    if (fault.error != DecodeError::none) return fault.error;
    out = {};
    out.layout = *found;
    read_sections(sections, message, out);
    return DecodeError::none;
  });
}

template DecodeError decode(Bytes, MarketDefinition&);
template DecodeError decode(Bytes, LiquidityProvider&);
template DecodeError decode(Bytes, CurrencyRate&);
template DecodeError decode(Bytes, TradingSessionStatus&);
template DecodeError decode(Bytes, SecurityStatus&);
template DecodeError decode(Bytes, News&);
template DecodeError decode(Bytes, VcmTrigger&);
template DecodeError decode(Bytes, NominalPrice&);
template DecodeError decode(Bytes, IndicativeEquilibriumPrice&);
template DecodeError decode(Bytes, ReferencePrice&);
template DecodeError decode(Bytes, Yield&);
template DecodeError decode(Bytes, AddOrder&);
template DecodeError decode(Bytes, ModifyOrder&);
template DecodeError decode(Bytes, DeleteOrder&);
template DecodeError decode(Bytes, AddOddLotOrder&);
template DecodeError decode(Bytes, DeleteOddLotOrder&);
template DecodeError decode(Bytes, Trade&);
template DecodeError decode(Bytes, TradeCancel&);
template DecodeError decode(Bytes, TradeTicker&);
template DecodeError decode(Bytes, AggregateOrderBookUpdate&);
template DecodeError decode(Bytes, BrokerQueue&);
template DecodeError decode(Bytes, OrderImbalance&);
template DecodeError decode(Bytes, Statistics&);
template DecodeError decode(Bytes, MarketTurnover&);
template DecodeError decode(Bytes, ClosingPrice&);
template DecodeError decode(Bytes, IndexDefinitionMessage&);
template DecodeError decode(Bytes, IndexData&);
template DecodeError decode(Bytes, StockConnectQuota&);
template DecodeError decode(Bytes, StockConnectTurnover&);
template DecodeError decode(Bytes, SequenceReset&);
template DecodeError decode(Bytes, DisasterRecoverySignal&);
template DecodeError decode(Bytes, RefreshComplete&);
template DecodeError decode(Bytes, Logon&);
template DecodeError decode(Bytes, LogonResponse&);
template DecodeError decode(Bytes, RetransmissionRequest&);
template DecodeError decode(Bytes, RetransmissionResponse&);

}  // namespace indexcast::hkex
