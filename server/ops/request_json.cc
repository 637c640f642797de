#include "server/ops/request_json.h"

#include <absl/time/time.h>

#include "calc/decimal.h"

namespace indexcast::server {
namespace {

constexpr std::array<std::string_view, 5> kTicketStateNames{"waiting", "done", "lost", "proposed",
                                                            "declined"};

// Null for a value that is none.
Json decimal(std::int64_t raw, int places) {
  return raw == 0 ? Json(nullptr) : Json(format_trimmed(raw, places));
}

Json version_text(std::uint32_t version) {
  return version == kAnyVersion ? Json("any") : Json(version);
}

void add_expiry(Json& out, const ControlRequest& request, TimeNs asked) {
  if (request.expires_after_ns > 0) {
    out["expires"] = utc_text(asked + request.expires_after_ns);
  } else if (request.expires_at.ns != 0) {
    out["expires"] = utc_text(request.expires_at);
  }
}

void add_request(Json& out, const Ticket& ticket, const Universe& universe) {
  const ControlRequest& request = ticket.request;
  const Operation& operation = *request.operation;
  out["id"] = std::to_string(request.id);
  out["author"] = ticket.principal.author;
  out["reason"] = request.reason;
  out["operation"] = operation.name;
  out["target"] = target_name(universe, operation.target, request.target);
  if (operation.value != ValueKind::none)
    out["value"] = format_trimmed(request.value, value_places(universe, operation, request.target));
  if (operation.of_range) {
    out["from_sequence"] = request.from_sequence;
    out["to_sequence"] = request.to_sequence;
  }
  if (request.mode == RequestMode::force) out["force"] = true;
  if (request.mode == RequestMode::preview) out["preview"] = true;
  out["expected_version"] = version_text(request.expected_version);
  add_expiry(out, request, ticket.asked);
}

// 0.01 bp, half away from zero, as "-12.34"; null where there was no level.
Json move_in_bp(Level from, Level to) {
  if (from.raw == 0) return nullptr;
  constexpr Int128 kUnits = 1'000'000;
  const Int128 move = (static_cast<Int128>(to.raw) - from.raw) * kUnits;
  const Int128 half = move < 0 ? -from.raw / 2 : from.raw / 2;
  return format_decimal(static_cast<std::int64_t>((move + half) / from.raw), 2);
}

void add_effects(Json& out, const Ticket& ticket, const Universe& universe) {
  if (!is_judged(ticket.request.operation->op)) return;
  Json effects = Json::array();
  for (const Effect& each : ticket.effects) {
    const IndexDefinition& index = universe.indices()[each.index];
    const auto text = [&](Level level) { return format_decimal(level.raw, index.decimals); };
    Json effect{{"index", index.code},
                {"level_before", text(each.before)},
                {"level_after", text(each.after)},
                {"effect_bp", move_in_bp(each.before, each.after)}};
    if (each.if_accepted.raw != 0) {
      effect["level_if_accepted"] = text(each.if_accepted);
      effect["refused_bp"] = move_in_bp(each.before, each.if_accepted);
    }
    effects.push_back(std::move(effect));
  }
  out["effects"] = std::move(effects);
  if (ticket.effects_left_out > 0) out["effects_left_out"] = ticket.effects_left_out;
}

void add_second(Json& out, const Ticket& ticket) {
  if (!ticket.needs_second) return;
  out["needs_second_person"] = true;
  if (ticket.second.author.empty()) return;
  out["second_person"] = ticket.second.author;
  out["second_reason"] = ticket.second_reason;
}

void add_outcome(Json& out, const Ticket& ticket) {
  out["outcome"] = name_of(kControlOutcomeNames, ticket.outcome);
  out["version"] = ticket.version;
  out["input_sequence"] = ticket.input_sequence;
}

Json control_state_of_index(IndexId id, const TargetStates& states, const Universe& universe) {
  const IndexControlState& of = states.index(id);
  const LevelUpdate& level = of.level;
  Json flags = Json::array();
  for (std::size_t bit = 0; bit < kLevelFlagNames.size(); ++bit) {
    if (level.flags >> bit & 1u) flags.push_back(kLevelFlagNames[bit]);
  }
  const int places = universe.indices()[id].decimals;
  return {{"version", of.version},
          {"held", level.status() == IndexStatus::held},
          {"status", name_of(kIndexStatusNames, level.status())},
          {"flags", std::move(flags)},
          {"pending_impact", level.pending_impact},
          {"level", decimal(level.level.raw, places)},
          {"close", decimal(level.close.raw, places)},
          {"index_sequence", level.index_sequence},
          {"definition_version", level.definition_version}};
}

// The exchange's previous close may differ without a record that says of whom: the indices know.
std::string_view mismatch_of(InstrumentId id, const TargetStates& states,
                             const Universe& universe) {
  const InstrumentControlState& of = states.instrument(id);
  if (of.confirmed) return "confirmed";
  if (of.previous_close.raw != 0) return "stands";
  for (const Membership& membership : universe.memberships(id)) {
    if (states.index(membership.index).level.flags & kReferenceMismatch) return "possible";
  }
  return "none";
}

Json control_state_of_instrument(InstrumentId id, const TargetStates& states,
                                 const Universe& universe) {
  const InstrumentControlState& of = states.instrument(id);
  const Price ours = universe.instruments()[id].reference_price;
  return {
      {"version", of.version},
      {"overridden", of.price.raw != 0 && of.kind == PriceKind::overridden},
      {"price", decimal(of.price.raw, Price::kDecimals)},
      {"price_kind", of.price.raw == 0 ? "reference" : name_of(kPriceKindNames, of.kind)},
      {"pending_price", decimal(of.pending.raw, Price::kDecimals)},
      {"reference_price", decimal(ours.raw, Price::kDecimals)},
      {"previous_close_of_exchange",
       decimal(of.previous_close.raw == 0 ? ours.raw : of.previous_close.raw, Price::kDecimals)},
      {"reference_mismatch", mismatch_of(id, states, universe)}};
}

Json control_state_of_series(SeriesId id, const TargetStates& states, const Universe& universe) {
  const SeriesControlState& of = states.series(id);
  return {{"version", of.version},
          {"overridden", of.override_rate.raw != 0},
          {"override_rate", decimal(of.override_rate.raw, FxRate::kDecimals)},
          {"pending_rate", decimal(of.pending.raw, FxRate::kDecimals)},
          {"day_fx", decimal(of.day_fx.raw == 0 ? universe.series()[id].day_fx.raw : of.day_fx.raw,
                             FxRate::kDecimals)}};
}

Json with_name(std::string_view target, TargetKind kind, const TargetStates& states,
               const Json& state) {
  Json out{
      {"target", target}, {"kind", name_of(kTargetKindNames, kind)}, {"certain", states.certain()}};
  out.update(state);
  return out;
}

}  // namespace

std::string utc_text(TimeNs time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", absl::FromUnixNanos(time.ns),
                          absl::UTCTimeZone());
}

Json json_of(const Ticket& ticket, const Universe& universe) {
  Json out;
  add_request(out, ticket, universe);
  out["asked"] = utc_text(ticket.asked);
  out["state"] = name_of(kTicketStateNames, ticket.state);
  add_second(out, ticket);
  if (ticket.state == TicketState::done) add_outcome(out, ticket);
  if (ticket.state != TicketState::waiting) add_effects(out, ticket, universe);
  return out;
}

Json audit_of_request(const Ticket& ticket, const Universe& universe) {
  Json out{{"event", "request"}, {"time", utc_text(ticket.asked)}};
  add_request(out, ticket, universe);
  if (ticket.needs_second) out["needs_second_person"] = true;
  out["address"] = ticket.principal.address;
  return out;
}

Json audit_of_outcome(const Ticket& ticket) {
  Json out{{"event", "outcome"},
           {"time", utc_text(ticket.done_at)},
           {"id", std::to_string(ticket.request.id)},
           {"author", ticket.principal.author}};
  add_outcome(out, ticket);
  return out;
}

Json control_state_of(std::string_view target, const TargetStates& states,
                      const Universe& universe) {
  if (const IndexId id = universe.find_index(target); id < universe.indices().size())
    return with_name(target, TargetKind::index, states,
                     control_state_of_index(id, states, universe));
  if (const InstrumentId id = universe.find_instrument(target); id != kNoInstrument)
    return with_name(target, TargetKind::instrument, states,
                     control_state_of_instrument(id, states, universe));
  const SeriesId id = universe.find_series(target);
  if (id == 0 || id >= universe.series().size()) return nullptr;
  return with_name(target, TargetKind::series, states,
                   control_state_of_series(id, states, universe));
}

}  // namespace indexcast::server
