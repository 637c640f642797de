#include "feedhandlers/szse/describe.h"

#include <algorithm>
#include <string>

#include "feedhandlers/szse/field_table.h"
#include "feedhandlers/transport/charset.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FieldSink;
using feed::load_be;

// A run of fixed fields and the list behind it, whose count is the last of those fields. Items may
// end in a list of their own.
struct FieldSection {
  std::span<const TableField> fields;
  std::string_view list;               // empty: no list follows
  const FieldSection* item = nullptr;  // of the list
};

template <const auto& kFields>
constexpr std::array<FieldSection, 1> kOnly{FieldSection{kFields, {}, nullptr}};

constexpr FieldSection kOrderQty{kOrderQtyFields, {}, nullptr};
constexpr FieldSection kEntry{kEntryFields, "Orders", &kOrderQty};
constexpr FieldSection kIndexEntry{kIndexEntryFields, {}, nullptr};
constexpr FieldSection kHkEntry{kHkEntryFields, {}, nullptr};
constexpr FieldSection kAfterHoursEntry{kAfterHoursEntryFields, {}, nullptr};
constexpr FieldSection kComplexEvent{kComplexEventFields, {}, nullptr};
constexpr FieldSection kSubTradingPhase{kSubTradingPhaseFields, {}, nullptr};
constexpr FieldSection kStream{kStreamStatisticsFields, {}, nullptr};
constexpr FieldSection kSwitch{kSecuritySwitchFields, {}, nullptr};

constexpr std::array kChannelStatistics{
    FieldSection{kChannelStatisticsFields, "MDStreams", &kStream}};
constexpr std::array kSecurityStatus{FieldSection{kSecurityStatusFields, "Switches", &kSwitch}};
constexpr std::array kSnapshot{FieldSection{kSnapshotFields, "MDEntries", &kEntry}};
constexpr std::array kIndexSnapshot{FieldSection{kSnapshotFields, "MDEntries", &kIndexEntry}};
constexpr std::array kAfterHours{FieldSection{kSnapshotFields, "MDEntries", &kAfterHoursEntry}};
constexpr std::array kHkSnapshot{
    FieldSection{kSnapshotFields, "MDEntries", &kHkEntry},
    FieldSection{kComplexEventCountFields, "ComplexEventTimes", &kComplexEvent}};
constexpr std::array kBondSnapshot{
    FieldSection{kSnapshotFields, "MDEntries", &kEntry},
    FieldSection{kSubTradingPhaseCountFields, "SubTradingPhaseCodes", &kSubTradingPhase},
    FieldSection{kAuctionTotalFields, {}, nullptr}};

// One type: its name and its fields, section by section.
struct TypeRule {
  std::uint32_t msg_type = 0;
  std::string_view name;
  std::span<const FieldSection> sections;
};

constexpr std::array kTypes{
    TypeRule{kMsgLogon, "Logon", kOnly<kLogonFields>},
    TypeRule{kMsgLogout, "Logout", kOnly<kLogoutFields>},
    TypeRule{kMsgHeartbeat, "Heartbeat", {}},
    TypeRule{kMsgBusinessReject, "BusinessReject", kOnly<kBusinessRejectFields>},
    TypeRule{kMsgChannelHeartbeat, "ChannelHeartbeat", kOnly<kChannelHeartbeatFields>},
    TypeRule{kMsgResend, "Resend", kOnly<kResendFields>},
    TypeRule{kMsgUserReport, "UserReport", kOnly<kUserReportFields>},
    TypeRule{kMsgBulletin, "Bulletin", kOnly<kBulletinFields>},
    TypeRule{kMsgChannelStatistics, "ChannelStatistics", kChannelStatistics},
    TypeRule{kMsgSecurityStatus, "SecurityStatus", kSecurityStatus},
    TypeRule{kMsgMarketStatus, "MarketStatus", kOnly<kMarketStatusFields>},
    TypeRule{kMsgOrder, "Order", kOnly<kOrderFields>},
    TypeRule{kMsgTrade, "Trade", kOnly<kTradeFields>},
    TypeRule{kMsgBondOrder, "BondOrder", kOnly<kOrderFields>},
    TypeRule{kMsgBondTrade, "BondTrade", kOnly<kTradeFields>},
    TypeRule{kMsgBondQuoteOrder, "BondQuoteOrder", kOnly<kBondQuoteOrderFields>},
    TypeRule{kMsgBondQuoteTrade, "BondQuoteTrade", kOnly<kBondQuoteTradeFields>},
    TypeRule{kMsgBondBiddingOrder, "BondBiddingOrder", kOnly<kBondBiddingOrderFields>},
    TypeRule{kMsgBondBiddingTrade, "BondBiddingTrade", kOnly<kBondBiddingTradeFields>},
    TypeRule{kMsgNegotiatedOrder, "NegotiatedOrder", kOnly<kNegotiatedOrderFields>},
    TypeRule{kMsgNegotiatedTrade, "NegotiatedTrade", kOnly<kTradeFields>},
    TypeRule{kMsgLendingOrder, "LendingOrder", kOnly<kLendingOrderFields>},
    TypeRule{kMsgLendingTrade, "LendingTrade", kOnly<kTradeFields>},
    TypeRule{kMsgSnapshot, "Snapshot", kSnapshot},
    TypeRule{kMsgBondSnapshot, "BondSnapshot", kBondSnapshot},
    TypeRule{kMsgAfterHoursBlock, "AfterHoursBlock", kAfterHours},
    TypeRule{kMsgAfterHoursFixed, "AfterHoursFixedPrice", kAfterHours},
    TypeRule{kMsgIndexSnapshot, "IndexSnapshot", kIndexSnapshot},
    TypeRule{kMsgFundNav, "FundNav", kIndexSnapshot},
    TypeRule{kMsgHkSnapshot, "HkSnapshot", kHkSnapshot},
    TypeRule{kMsgVolumeStatistics, "VolumeStatistics", kOnly<kVolumeStatisticsFields>},
};

// Whether the list's count has four bytes directly before the list, and its items are not empty.
constexpr bool well_formed(const FieldSection& section) {
  if (section.item == nullptr) return section.list.empty();
  const TableField& count = section.fields.back();
  return count.kind == FieldKind::natural && count.width == 4 && !section.list.empty() &&
         !section.item->fields.empty() && well_formed(*section.item);
}
static_assert(std::ranges::all_of(kTypes, [](const TypeRule& rule) {
  return std::ranges::all_of(rule.sections, well_formed);
}));

const TypeRule* rule_for(std::uint32_t msg_type) {
  for (const TypeRule& rule : kTypes) {
    if (rule.msg_type == msg_type) return &rule;
  }
  return nullptr;
}

std::size_t size_of(std::span<const TableField> fields) {
  return fields.empty() ? 0 : fields.back().at + fields.back().width;
}

void text(FieldSink& sink, std::string_view name, std::string_view value) {
  sink.text(name, feed::to_utf8(value, feed::Charset::utf8));
}

std::uint64_t natural_at(const std::byte* at, std::size_t width) {
  switch (width) {
    case 1:
      return load_be<std::uint8_t>(at);
    case 2:
      return load_be<std::uint16_t>(at);
    default:
      return load_be<std::uint32_t>(at);
  }
}

void describe_field(const TableField& field, const std::byte* body, FieldSink& sink) {
  const std::byte* at = body + field.at;
  const std::string_view characters = feed::text_at(at, field.width);
  switch (field.kind) {
    case FieldKind::natural:
      return sink.natural(field.name, natural_at(at, field.width));
    case FieldKind::integer:
      return sink.integer(field.name,
                          field.width == 4 ? load_be<std::int32_t>(at) : load_be<std::int64_t>(at));
    case FieldKind::decimal:
      return sink.decimal(field.name, load_be<std::int64_t>(at), field.places);
    case FieldKind::text:
      return text(sink, field.name, characters);
    case FieldKind::password:
      return sink.text(field.name, std::string(feed::trim_padding(characters).size(), '*'));
  }
}

void describe_fields(std::span<const TableField> fields, const std::byte* at, FieldSink& sink) {
  for (const TableField& field : fields) describe_field(field, at, sink);
}

DecodeError walk(const FieldSection& section, Bytes& rest, FieldSink* sink, bool nested);

// The `count` items of the section's list, from the front of `rest`.
DecodeError walk_list(const FieldSection& section, std::uint32_t count, Bytes& rest,
                      FieldSink* sink) {
  if (count > rest.size() / size_of(section.item->fields)) return DecodeError::bad_count;
  if (sink != nullptr) sink->begin_list(section.list);
  for (std::uint32_t left = count; left != 0; --left) {
    if (sink != nullptr) sink->begin_item();
    if (walk(*section.item, rest, sink, true) != DecodeError::none) return DecodeError::bad_count;
    if (sink != nullptr) sink->end_item();
  }
  if (sink != nullptr) sink->end_list();
  return DecodeError::none;
}

// Takes one section from the front of `rest`, and shows it to `sink` unless that is nullptr. An
// empty list of an item is not shown.
DecodeError walk(const FieldSection& section, Bytes& rest, FieldSink* sink, bool nested) {
  const std::size_t size = size_of(section.fields);
  if (rest.size() < size) return DecodeError::truncated;
  const std::byte* at = rest.data();
  if (sink != nullptr) describe_fields(section.fields, at, *sink);
  rest = rest.subspan(size);
  if (section.item == nullptr) return DecodeError::none;
  const auto count = load_be<std::uint32_t>(at + size - 4);
  return nested && count == 0 ? DecodeError::none : walk_list(section, count, rest, sink);
}

// Walks all sections of a body.
DecodeError walk(const TypeRule& rule, Bytes& rest, FieldSink* sink) {
  for (const FieldSection& section : rule.sections) {
    if (const auto error = walk(section, rest, sink, false); error != DecodeError::none) {
      return error;
    }
  }
  return DecodeError::none;
}

DecodeError check(const TypeRule& rule, Bytes message) {
  auto rest = body_of(message);
  return rest ? walk(rule, *rest, nullptr) : DecodeError::truncated;
}

}  // namespace

std::string_view type_name(std::uint32_t msg_type) {
  const TypeRule* rule = rule_for(msg_type);
  return rule == nullptr ? std::string_view{} : rule->name;
}

bool has_table(std::uint32_t msg_type) { return rule_for(msg_type) != nullptr; }

DecodeError validate_message(Bytes message) {
  if (!body_of(message)) return DecodeError::truncated;
  const TypeRule* rule = rule_for(decode_header(message).msg_type);
  return rule == nullptr ? DecodeError::none : check(*rule, message);
}

DecodeError validate(Bytes frame) {
  if (frame.size() < kHeaderSize + kTrailerSize) return DecodeError::truncated;
  if (!checksum_ok(frame)) return DecodeError::bad_checksum;
  return validate_message(frame);
}

void describe(Bytes message, FieldSink& sink) {
  if (message.size() < kHeaderSize) return;
  const Header header = decode_header(message);
  sink.natural("MsgType", header.msg_type);
  sink.natural("BodyLength", header.body_length);
  const TypeRule* rule = rule_for(header.msg_type);
  if (rule == nullptr || check(*rule, message) != DecodeError::none) return;
  Bytes rest = *body_of(message);
  static_cast<void>(walk(*rule, rest, &sink));
  if (!rest.empty()) sink.undescribed(rest.size());
}

}  // namespace indexcast::szse
