// The one place where a number of the core becomes a word of the published text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "calc/control.h"
#include "calc/event.h"
#include "calc/record.h"

namespace indexcast::server {

inline constexpr std::array<std::string_view, 7> kIndexStatusWords{
    "pre_open", "indicative", "open", "break", "preliminary_close", "closed", "held"};

inline constexpr std::array<std::string_view, 9> kCauseWords{
    "price", "fx", "market", "feed", "instrument_status", "start", "timer", "control", "quote"};

// Bit n of LevelUpdate::flags is word n.
inline constexpr std::array<std::string_view, 11> kLevelFlagWords{
    "exceptional_rule", "partial_market",    "fx_stale",          "feed_stale",
    "recovering",       "override_in_force", "carried_forward",   "reference_mismatch",
    "price_pending",    "level_guard",       "statistics_partial"};

inline constexpr std::array<std::string_view, 3> kReturnKindWords{"price", "net", "gross"};

inline constexpr std::array<std::string_view, 4> kStreamKindWords{"level", "grid", "record",
                                                                  "inav"};

// Names for v1::RefusalReason.
inline constexpr std::array<std::string_view, 11> kRefusalWords{
    "malformed",      "unknown_code",    "other_epoch",         "bad_range",
    "too_many_codes", "rate_limited",    "not_allowed",         "no_level",
    "too_large",      "unauthenticated", "too_many_connections"};

inline constexpr std::array<std::string_view, 6> kFeedStateWords{"down", "connecting", "live",
                                                                 "gap",  "recovering", "stale"};

// Names for shown_state() in server/view/feed_day.h.
inline constexpr std::array<std::string_view, 8> kShownFeedStateWords{
    "down", "connecting", "live", "gap", "recovering", "stale", "not_yet_due", "ended"};

inline constexpr std::array<std::string_view, 7> kMarketPhaseWords{
    "pre_open", "trading", "break", "halt", "closing", "closed", "shut_today"};

inline constexpr std::array<std::string_view, 5> kPriceKindWords{"previous_close", "last",
                                                                 "nominal", "close", "override"};

inline constexpr std::array<std::string_view, 3> kInstrumentStatusWords{"trading", "halted",
                                                                        "suspended"};

inline constexpr std::array<std::string_view, 3> kDecisionWords{"pending", "accepted", "refused"};

inline constexpr std::array<std::string_view, kDecisionReasonCount> kDecisionReasonWords{
    "not_positive", "overflow_code", "beyond_bound",   "outside_collar", "outside_limits",
    "fx_guard",     "traded_again",  "waited",         "back_inside",    "by_operator",
    "far",          "stays_outside", "official_close", "resumed",        "reference_outside",
    "jumped",       "repeated",      "came_back",      "unrepeated",     "out_of_order",
    "late_close"};

inline constexpr std::array<std::string_view, 5> kDecisionSubjectWords{
    "price", "rate", "level_guard", "close", "order"};

inline constexpr std::array<std::string_view, kControlOpCount> kControlOpWords{
    "hold",          "release",      "exceptional_rule", "correct_close",     "override_price",
    "release_price", "accept_price", "refuse_price",     "confirm_reference", "override_rate",
    "release_rate",  "accept_rate",  "refuse_rate",      "activate",          "lift_guard",
    "set_day_fx"};

inline constexpr std::array<std::string_view, kControlOutcomeCount> kControlOutcomeWords{
    "applied",    "unknown_target", "stale_version", "expired",   "nothing_to_do", "bad_value",
    "not_staged", "level_differs",  "needs_force",   "previewed", "too_late"};

// A number beyond the table, which only a newer peer can send, is "unknown".
template <std::size_t N, class Number>
constexpr std::string_view word_of(const std::array<std::string_view, N>& words, Number number) {
  const auto at = static_cast<std::size_t>(number);
  return at < N ? words[at] : std::string_view("unknown");
}

}  // namespace indexcast::server
