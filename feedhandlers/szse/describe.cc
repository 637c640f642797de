#include "feedhandlers/szse/describe.h"

#include <string>

#include "feedhandlers/common/charset.h"
#include "feedhandlers/szse/field_table.h"
#include "feedhandlers/szse/snapshot_decoder.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FieldSink;
using feed::load_be;

// A group that repeats behind the fixed part of a message.
struct Group {
  std::string_view count_name;  // empty: the count is a field of the fixed part
  std::string_view name;
  std::span<const Field> fields;
  std::size_t item = 0;
};

// What describe() and validate() know of a type.
struct TypeRule {
  std::uint32_t msg_type = 0;
  std::string_view name;
  std::span<const Field> fixed;
  Group group;
};

constexpr std::array kTypes{
    TypeRule{kMsgLogon, "Logon", kLogonFields, {}},
    TypeRule{kMsgLogout, "Logout", kLogoutFields, {}},
    TypeRule{kMsgHeartbeat, "Heartbeat", {}, {}},
    TypeRule{kMsgBusinessReject, "BusinessReject", kBusinessRejectFields, {}},
    TypeRule{kMsgChannelHeartbeat, "ChannelHeartbeat", kChannelHeartbeatFields, {}},
    TypeRule{kMsgResend, "Resend", kResendFields, {}},
    TypeRule{kMsgBulletin, "Bulletin", kBulletinFields, {}},
    TypeRule{kMsgChannelStatistics,
             "ChannelStatistics",
             kChannelStatisticsFields,
             {"", "MDStreams", kStreamStatisticsFields, channel_statistics::kItemSize}},
    TypeRule{kMsgSecurityStatus,
             "SecurityStatus",
             kSecurityStatusFields,
             {"", "Switches", kSecuritySwitchFields, security_status::kItemSize}},
    TypeRule{kMsgMarketStatus, "MarketStatus", kMarketStatusFields, {}},
    TypeRule{kMsgOrder, "Order", kOrderFields, {}},
    TypeRule{kMsgTrade, "Trade", kTradeFields, {}},
    // Entries of a 300111 vary in length: describe_entries knows them.
    TypeRule{kMsgSnapshot, "Snapshot", kSnapshotFields, {"NoMDEntries", "MDEntries", {}, 0}},
    TypeRule{kMsgIndexSnapshot,
             "IndexSnapshot",
             kSnapshotFields,
             {"NoMDEntries", "MDEntries", kIndexEntryFields, index_entry::kSize}},
    TypeRule{kMsgFundNav,
             "FundNav",
             kSnapshotFields,
             {"NoMDEntries", "MDEntries", kIndexEntryFields, index_entry::kSize}},
    TypeRule{kMsgHkSnapshot,
             "HkSnapshot",
             kSnapshotFields,
             {"NoMDEntries", "MDEntries", kHkEntryFields, hk_entry::kSize}},
    TypeRule{kMsgVolumeStatistics, "VolumeStatistics", kSnapshotFields, {"StockNum", "", {}, 0}},
};

const TypeRule* rule_for(std::uint32_t msg_type) {
  for (const TypeRule& rule : kTypes) {
    if (rule.msg_type == msg_type) return &rule;
  }
  return nullptr;
}

std::size_t size_of(std::span<const Field> fields) {
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

void describe_field(const Field& field, const std::byte* body, FieldSink& sink) {
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

void describe_fields(std::span<const Field> fields, const std::byte* at, FieldSink& sink) {
  for (const Field& field : fields) describe_field(field, at, sink);
}

// `count` items of a group; returns what follows them.
const std::byte* describe_group(std::string_view name, std::span<const Field> fields,
                                std::size_t count, const std::byte* at, FieldSink& sink) {
  sink.begin_list(name);
  for (; count != 0; --count, at += size_of(fields)) {
    sink.begin_item();
    describe_fields(fields, at, sink);
    sink.end_item();
  }
  sink.end_list();
  return at;
}

const std::byte* describe_entries(std::size_t count, const std::byte* at, FieldSink& sink) {
  sink.begin_list("MDEntries");
  for (; count != 0; --count) {
    const auto orders = load_be<std::uint32_t>(at + entry::kNoOrders);
    sink.begin_item();
    describe_fields(kEntryFields, at, sink);
    at += entry::kOrderQty;
    if (orders != 0) at = describe_group("Orders", kOrderQtyFields, orders, at, sink);
    sink.end_item();
  }
  sink.end_list();
  return at;
}

const std::byte* describe_complex_events(const std::byte* at, FieldSink& sink) {
  const auto count = load_be<std::uint32_t>(at);
  sink.natural("NoComplexEventTimes", count);
  return describe_group("ComplexEventTimes", kComplexEventFields, count, at + 4, sink);
}

DecodeError check_snapshot(const TypeRule& rule, Bytes message) {
  Snapshot snapshot;
  const auto error = decode_common(message, snapshot);
  return error == DecodeError::none ? check_entries(rule.msg_type, snapshot) : error;
}

// The group's count stands at the end of the fixed part.
DecodeError check_group(const TypeRule& rule, Bytes body) {
  const std::size_t fixed = size_of(rule.fixed);
  const auto count = load_be<std::uint32_t>(body.data() + fixed - 4);
  return count <= (body.size() - fixed) / rule.group.item ? DecodeError::none
                                                          : DecodeError::bad_count;
}

DecodeError check(const TypeRule& rule, Bytes message) {
  const auto body = body_of(message);
  if (!body || body->size() < size_of(rule.fixed)) return DecodeError::truncated;
  if (!rule.group.count_name.empty()) return check_snapshot(rule, message);
  return rule.group.item == 0 ? DecodeError::none : check_group(rule, *body);
}

// What follows the fixed part of a message that decodes; returns where it ends.
const std::byte* describe_rest(const TypeRule& rule, const std::byte* at, FieldSink& sink) {
  const Group& group = rule.group;
  if (group.name.empty() && group.count_name.empty()) return at;
  std::size_t count = 0;
  if (group.count_name.empty()) {
    count = load_be<std::uint32_t>(at - 4);
  } else {
    count = load_be<std::uint32_t>(at);
    at += 4;
    sink.natural(group.count_name, count);
  }
  if (group.name.empty()) return at;
  if (rule.msg_type == kMsgSnapshot) return describe_entries(count, at, sink);
  at = describe_group(group.name, group.fields, count, at, sink);
  return rule.msg_type == kMsgHkSnapshot ? describe_complex_events(at, sink) : at;
}

}  // namespace

std::string_view type_name(std::uint32_t msg_type) {
  const TypeRule* rule = rule_for(msg_type);
  return rule == nullptr ? std::string_view{} : rule->name;
}

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
  const Bytes body = *body_of(message);
  describe_fields(rule->fixed, body.data(), sink);
  const std::byte* end = describe_rest(*rule, body.data() + size_of(rule->fixed), sink);
  const auto described = static_cast<std::size_t>(end - body.data());
  if (described != body.size()) sink.natural("UndescribedBytes", body.size() - described);
}

}  // namespace indexcast::szse
