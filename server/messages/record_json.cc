#include "server/messages/record_json.h"

#include "server/messages/json_members.h"

namespace indexcast::server {
namespace {

void append_definition(JsonBuffer& out, const v1::Definition& definition) {
  append(out, "{\"code\":");
  append_quoted(out, definition.code());
  append_text(out, "name", definition.name());
  append_text(out, "currency", definition.currency());
  append_text(out, "provenance", definition.provenance());
  append_number(out, "decimals", definition.decimals());
  append_number(out, "version", definition.version());
  append_number(out, "effective_date", definition.effective_date());
  append_text(out, "divisor", definition.divisor());
  append_decimal_field(out, "previous_close", definition.previous_close(),
                       places_of(definition.decimals()));
  append_name(out, "return_kind", name_of(kReturnKindNames, definition.return_kind()));
  append_text(out, "price_index", definition.price_index());
  append_boolean(out, "bid_ask", definition.bid_ask());
  append_boolean(out, "fund", definition.fund());
  append_text(out, "tracked_index", definition.tracked_index());
  append_number(out, "member_count", definition.member_count());
  out.push_back('}');
}

}  // namespace

void append_status_json(JsonBuffer& out, const v1::StatusChanged& status) {
  open_object(out, "status", status.epoch());
  append_number(out, "record_sequence", status.record_sequence());
  append_text(out, "code", status.code());
  append_number(out, "trade_date", status.trade_date());
  append_number(out, "index_sequence", status.index_sequence());
  append_name(out, "status", name_of(kIndexStatusNames, status.status()));
  append_name(out, "previous_status", name_of(kIndexStatusNames, status.previous_status()));
  append_flags(out, "flags", status.flags());
  append_flags(out, "previous_flags", status.previous_flags());
  append_boolean(out, "quotable", status.quotable());
  append_boolean(out, "previous_quotable", status.previous_quotable());
  append_name(out, "cause", name_of(kCauseNames, status.cause()));
  append_number(out, "input_sequence", status.input_sequence());
  append_wide(out, "exchange_time", status.exchange_time());
  append_wide(out, "receive_time", status.receive_time());
  append_wide(out, "publish_time", status.publish_time());
  out.push_back('}');
}

void append_definition_json(JsonBuffer& out, const v1::DefinitionChanged& change) {
  open_object(out, "definition", change.epoch());
  append_number(out, "record_sequence", change.record_sequence());
  append_number(out, "input_sequence", change.input_sequence());
  append_wide(out, "control_id", change.control_id());
  append_wide(out, "receive_time", change.receive_time());
  append_wide(out, "publish_time", change.publish_time());
  append(out, ",\"definition\":");
  append_definition(out, change.definition());
  out.push_back('}');
}

void append_correction_json(JsonBuffer& out, const v1::Correction& correction) {
  const int places = places_of(correction.decimals());
  open_object(out, "correction", correction.epoch());
  append_number(out, "record_sequence", correction.record_sequence());
  append_text(out, "code", correction.code());
  append_number(out, "trade_date", correction.trade_date());
  append_wide(out, "control_id", correction.control_id());
  append_number(out, "from_sequence", correction.from_sequence());
  append_number(out, "to_sequence", correction.to_sequence());
  append_number(out, "decimals", correction.decimals());
  append_optional_decimal(out, "published", correction.published(), places);
  append_decimal_field(out, "corrected", correction.corrected(), places);
  append_number(out, "input_sequence", correction.input_sequence());
  append_wide(out, "receive_time", correction.receive_time());
  append_wide(out, "publish_time", correction.publish_time());
  out.push_back('}');
}

void append_pending_json(JsonBuffer& out, const v1::PendingPrice& pending, std::string_view type) {
  open_object(out, type, pending.epoch());
  append_number(out, "record_sequence", pending.record_sequence());
  append_text(out, "code", pending.code());
  append_number(out, "trade_date", pending.trade_date());
  append_name(out, "subject", name_of(kDecisionSubjectNames, pending.subject()));
  append_name(out, "decision", name_of(kDecisionNames, pending.decision()));
  append_name(out, "reason", name_of(kDecisionReasonNames, pending.reason()));
  append_text(out, "symbol", pending.symbol());
  append_decimal_field(out, "price", pending.price(), Price::kDecimals);
  append_decimal_field(out, "reference", pending.reference(), Price::kDecimals);
  append_number(out, "impact", pending.impact());
  append_number(out, "input_sequence", pending.input_sequence());
  append_wide(out, "exchange_time", pending.exchange_time());
  append_wide(out, "receive_time", pending.receive_time());
  append_wide(out, "publish_time", pending.publish_time());
  out.push_back('}');
}

void append_pending_list_json(JsonBuffer& out,
                              const google::protobuf::RepeatedPtrField<v1::PendingPrice>& list) {
  out.push_back('[');
  bool first = true;
  for (const v1::PendingPrice& pending : list) {
    if (!first) out.push_back(',');
    append_pending_json(out, pending, {});
    first = false;
  }
  out.push_back(']');
}

}  // namespace indexcast::server
