#include "server/messages/member_json.h"

#include <algorithm>

#include "server/messages/json_members.h"
#include "server/messages/member_values.h"

namespace indexcast::server {
namespace {

void append_price(JsonBuffer& out, const IndexDefinition& definition, const MemberValue& value,
                  const Clock& clock) {
  const RecordHeader header = value.applied ? value.applied->header : RecordHeader{};
  append_decimal_field(out, "price", value.price.raw, Price::kDecimals);
  append_decimal_field(out, "fx_rate", value.rate.raw, FxRate::kDecimals);
  if (definition.fund)
    append_decimal_field(out, "quantity", value.shares.raw, IndexShares::kDecimals);
  append_name(out, "price_kind",
              value.applied ? name_of(kPriceKindNames, header.detail) : "reference");
  append_name(out, "status", name_of(kInstrumentStatusNames, header.detail2));
  append_wide(out, "exchange_time", value.applied ? value.applied->exchange_time.ns : 0);
  append_wide(out, "receive_time",
              value.applied ? clock.published(value.applied->receive_time).ns : 0);
  append_number(out, "input_sequence", header.input_sequence);
}

void append_member(JsonBuffer& out, const Instrument& instrument, const IndexDefinition& definition,
                   const MemberValue& value, const Clock& clock) {
  append(out, "{\"symbol\":");
  append_quoted(out, instrument.symbol);
  append_text(out, "name", instrument.name);
  append_text(out, "currency", instrument.currency);
  append_price(out, definition, value, clock);
  append_number(out, "weight_bp", value.weight_bp);
  append_decimal_field(out, "contribution", value.contribution, definition.decimals);
  out.push_back('}');
}

}  // namespace

bool append_members(JsonBuffer& out, const Universe& definitions, const LevelReader& reader,
                    IndexId index, const Clock& clock, MemberRange range) {
  const IndexDefinition& definition = definitions.indices()[index];
  const std::vector<MemberValue> values = member_values(definitions, reader, index);
  const std::size_t first = std::min(range.first, values.size());
  const std::size_t end = first + std::min(range.count, values.size() - first);
  out.push_back('[');
  for (std::size_t at = first; at < end; ++at) {
    if (at > first) out.push_back(',');
    append_member(out, definitions.instruments()[values[at].instrument], definition, values[at],
                  clock);
  }
  out.push_back(']');
  return std::ranges::all_of(values, &MemberValue::certain);
}

}  // namespace indexcast::server
