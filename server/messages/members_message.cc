#include "server/messages/members_message.h"

#include "server/messages/definition_message.h"
#include "server/messages/inav_encoder.h"
#include "server/messages/member_values.h"

namespace indexcast::server {
namespace {

// The contract counts from 1 what the core counts from 0: before the first price there is none.
v1::PriceKind price_kind(const MemberValue& value) {
  if (value.applied == nullptr) return v1::PRICE_KIND_REFERENCE;
  return static_cast<v1::PriceKind>(value.applied->header.detail + 1);
}

void fill_member(const Instrument& instrument, const MemberValue& value, bool in_own_currency,
                 const Clock& clock, v1::MemberState& out) {
  out.set_symbol(instrument.symbol);
  out.set_name(instrument.name);
  out.set_currency(instrument.currency);
  out.set_index_shares(value.shares.raw);
  out.set_price(value.price.raw);
  out.set_price_kind(price_kind(value));
  if (value.applied != nullptr) {
    out.set_status(static_cast<v1::MemberStatus>(value.applied->header.detail2));
    out.set_exchange_time(value.applied->exchange_time.ns);
    out.set_receive_time(clock.published(value.applied->receive_time).ns);
  }
  out.set_fx_rate(in_own_currency ? 0 : value.rate.raw);
  out.set_weight_bp(static_cast<std::uint32_t>(value.weight_bp));
  out.set_contribution(value.contribution);
  out.set_price_certain(value.certain);
}

}  // namespace

void fill_members(const Universe& definitions, const LevelReader& reader, IndexId index,
                  const Clock& clock, v1::MembersReply& out) {
  const IndexDefinition& definition = definitions.indices()[index];
  fill_definition(definition, *out.mutable_definition());
  for (const MemberValue& value : member_values(definitions, reader, index)) {
    const Instrument& instrument = definitions.instruments()[value.instrument];
    const bool own = instrument.currency == definition.currency;
    fill_member(instrument, value, own, clock, *out.add_members());
  }
  if (!definition.fund) return;
  out.set_creation_unit(static_cast<std::uint64_t>(definition.fund->creation_unit));
  out.set_cash_substitutes(cash_substitutes(*definition.fund).raw);
  out.set_estimated_cash(definition.fund->estimated_cash.raw);
}

}  // namespace indexcast::server
