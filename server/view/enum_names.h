// Names of the core's enum values in published text. Nothing else maps the numbers to text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "calc/control.h"
#include "calc/event.h"
#include "calc/record.h"

namespace indexcast::server {

inline constexpr std::array<std::string_view, 7> kIndexStatusNames{
    "pre_open", "indicative", "open", "break", "preliminary_close", "closed", "held"};

inline constexpr std::array<std::string_view, 9> kCauseNames{
    "price", "fx", "market", "feed", "instrument_status", "start", "timer", "control", "quote"};

// Bit n of LevelUpdate::flags is name n.
inline constexpr std::array<std::string_view, 11> kLevelFlagNames{
    "exceptional_rule", "partial_market",    "fx_stale",          "feed_stale",
    "recovering",       "override_in_force", "carried_forward",   "reference_mismatch",
    "price_pending",    "level_guard",       "statistics_partial"};

inline constexpr std::array<std::string_view, 3> kReturnKindNames{"price", "net", "gross"};

inline constexpr std::array<std::string_view, 4> kStreamKindNames{"level", "grid", "record",
                                                                  "inav"};

// Names for v1::RefusalReason.
inline constexpr std::array<std::string_view, 11> kRefusalNames{
    "malformed",      "unknown_code",    "other_epoch",         "bad_range",
    "too_many_codes", "rate_limited",    "not_allowed",         "no_level",
    "too_large",      "unauthenticated", "too_many_connections"};

inline constexpr std::array<std::string_view, 6> kFeedStateNames{"down", "connecting", "live",
                                                                 "gap",  "recovering", "stale"};

// Names for shown_state() in server/view/feed_day.h.
inline constexpr std::array<std::string_view, 8> kShownFeedStateNames{
    "down", "connecting", "live", "gap", "recovering", "stale", "not_yet_due", "ended"};

inline constexpr std::array<std::string_view, 7> kMarketPhaseNames{
    "pre_open", "trading", "break", "halt", "closing", "closed", "shut_today"};

inline constexpr std::array<std::string_view, 5> kPriceKindNames{"previous_close", "last",
                                                                 "nominal", "close", "override"};

inline constexpr std::array<std::string_view, 3> kInstrumentStatusNames{"trading", "halted",
                                                                        "suspended"};

inline constexpr std::array<std::string_view, 3> kDecisionNames{"pending", "accepted", "refused"};

inline constexpr std::array<std::string_view, kDecisionReasonCount> kDecisionReasonNames{
    "not_positive", "overflow_code", "beyond_bound",   "outside_collar", "outside_limits",
    "fx_guard",     "traded_again",  "waited",         "back_inside",    "by_operator",
    "far",          "stays_outside", "official_close", "resumed",        "reference_outside",
    "jumped",       "repeated",      "came_back",      "unrepeated",     "out_of_order",
    "late_close"};

inline constexpr std::array<std::string_view, 5> kDecisionSubjectNames{
    "price", "rate", "level_guard", "close", "order"};

inline constexpr std::array<std::string_view, kControlOpCount> kControlOpNames{
    "hold",          "release",      "exceptional_rule", "correct_close",     "override_price",
    "release_price", "accept_price", "refuse_price",     "confirm_reference", "override_rate",
    "release_rate",  "accept_rate",  "refuse_rate",      "activate",          "lift_guard",
    "set_day_fx"};

inline constexpr std::array<std::string_view, kControlOutcomeCount> kControlOutcomeNames{
    "applied",    "unknown_target", "stale_version", "expired",   "nothing_to_do", "bad_value",
    "not_staged", "level_differs",  "needs_force",   "previewed", "too_late"};

// A number beyond the table, which only a newer peer can send, is "unknown".
template <std::size_t N, class Number>
constexpr std::string_view name_of(const std::array<std::string_view, N>& names, Number number) {
  const auto at = static_cast<std::size_t>(number);
  return at < N ? names[at] : std::string_view("unknown");
}

}  // namespace indexcast::server
