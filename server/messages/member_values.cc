#include "server/messages/member_values.h"

#include "calc/definition.h"

namespace indexcast::server {
namespace {

constexpr std::int64_t kWholeBp = 10'000;

// The rate at which `leg` entered the newest level: one of the two that a level carries, and before
// the first level the definition's day_fx.
FxRate rate_of(const Universe& universe, const LevelReader& reader, IndexId index,
               std::uint32_t leg) {
  const std::uint32_t own = universe.legs_of(index).front();
  if (leg == own) return kFxOne;
  const LevelUpdate& level = reader.level(index);
  const FxRate rate = leg == own + 1 ? level.fx_rate : level.fx_rate_2;
  return rate.raw > 0 ? rate : universe.legs()[leg].day_fx;
}

Int128 value_of(Price price, IndexShares shares, FxRate rate) {
  return static_cast<Int128>(price.raw) * shares.raw * rate.raw;
}

// Half away from zero, like every signed value.
std::int64_t points_of(Int128 difference, const IndexDefinition& definition) {
  const bool falls = difference < 0;
  const Level size =
      level_of(falls ? -difference : difference, definition.divisor, definition.decimals);
  return falls ? -size.raw : size.raw;
}

}  // namespace

std::vector<MemberValue> member_values(const Universe& universe, const LevelReader& reader,
                                       IndexId index) {
  const IndexDefinition& definition = universe.indices()[index];
  const auto members = universe.members(index);
  std::vector<MemberValue> out(members.size());
  std::vector<Int128> values(members.size());
  Int128 total =
      definition.fund ? constant_cash(definition, definition.currency) * kFxOne.raw : Int128{0};
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = definition.members[i];
    MemberValue& value = out[i];
    value.instrument = members[i];
    value.applied = reader.price_at(members[i], reader.level(index).header.input_sequence);
    value.price = value.applied ? value.applied->price : member.reference_price;
    value.certain = reader.price_certain(members[i]);
    value.shares = member.shares;
    value.rate = rate_of(universe, reader, index, universe.membership(members[i], index).leg);
    values[i] = value_of(value.price, member.shares, value.rate);
    total += values[i];
    const Int128 before =
        value_of(member.base_price, member.shares, close_rate(definition, member.currency()));
    value.contribution = points_of(values[i] - before, definition);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    // The total is cut first: the product with a value could pass 128 bits.
    const Int128 unit = total / kWholeBp;
    if (unit > 0) out[i].weight_bp = static_cast<std::int64_t>(divide_half_up(values[i], unit));
  }
  return out;
}

}  // namespace indexcast::server
