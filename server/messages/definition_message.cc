#include "server/messages/definition_message.h"

#include "calc/decimal.h"

namespace indexcast::server {
namespace {

v1::ReturnKind kind_of(const IndexDefinition& definition) {
  if (!definition.total_return) return v1::RETURN_KIND_PRICE;
  return definition.total_return->kind == ReturnKind::net ? v1::RETURN_KIND_NET
                                                          : v1::RETURN_KIND_GROSS;
}

}  // namespace

void fill_definition(const IndexDefinition& definition, v1::Definition& out) {
  out.Clear();
  out.set_code(definition.code);
  out.set_name(definition.name);
  out.set_currency(definition.currency);
  out.set_provenance(definition.provenance);
  out.set_decimals(static_cast<std::uint32_t>(definition.decimals));
  out.set_version(definition.version);
  out.set_effective_date(definition.effective_date);
  out.set_divisor(format_trimmed(definition.divisor.raw, Divisor::kDecimals));
  out.set_previous_close(definition.previous_close.raw);
  out.set_return_kind(kind_of(definition));
  if (definition.total_return) out.set_price_index(definition.total_return->price_index);
  out.set_bid_ask(definition.bid_ask);
  out.set_fund(definition.fund.has_value());
  if (definition.fund) out.set_tracked_index(definition.fund->tracked_index);
  out.set_member_count(static_cast<std::uint32_t>(definition.members.size()));
}

}  // namespace indexcast::server
