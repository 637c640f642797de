#include "feedhandlers/simulator/faults/fault_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/faults/random.h"

namespace indexcast::sim {
namespace {

constexpr auto kPacket = FaultPace::opportunity;
constexpr auto kInstant = FaultPace::instant;
constexpr auto kState = FaultPace::state;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 3'600'000;

// Columns: sse szse hkex | channel line security | amount from, to, default, its meaning. The
// channel of a gateway's fault is its place in the list of gateways, from 1.
constexpr std::array<FaultForm, kFaultKinds> kFaultForms{{
    {FaultKind::loss, "loss", kPacket, 0, 1, 1, 1, 1, 0, 0, 0, 0, ""},
    {FaultKind::burst_loss, "burst_loss", kPacket, 0, 0, 1, 1, 1, 0, 1, 100'000, 10, "packets"},
    {FaultKind::duplicate, "duplicate", kPacket, 0, 0, 1, 1, 1, 0, 0, kMinuteMs, 0, "ms later"},
    {FaultKind::reorder, "reorder", kPacket, 0, 0, 1, 1, 1, 0, 1, 1'000, 1,
     "packets that overtake"},
    {FaultKind::delay, "delay", kPacket, 0, 0, 1, 1, 1, 0, 1, kMinuteMs, 5, "ms"},
    {FaultKind::skew, "skew", kPacket, 0, 0, 1, 1, 1, 0, 1, kMinuteMs, 5, "ms"},
    {FaultKind::silence, "silence", kPacket, 0, 0, 1, 1, 1, 0, 0, 0, 0, ""},
    {FaultKind::retransmission_refuse_logon, "retransmission_refuse_logon", kPacket, 0, 0, 1, 0, 0,
     0, 1, 255, 5, "SessionStatus"},
    {FaultKind::retransmission_refuse, "retransmission_refuse", kPacket, 0, 0, 1, 1, 0, 0, 1, 255,
     2, "RetransStatus"},
    {FaultKind::retransmission_partial, "retransmission_partial", kPacket, 0, 0, 1, 1, 0, 0, 0,
     10'000, 1, "messages that are sent"},
    {FaultKind::retransmission_slow, "retransmission_slow", kPacket, 0, 0, 1, 1, 0, 0, 1, kMinuteMs,
     100, "real ms before each packet"},
    {FaultKind::retransmission_over_quota, "retransmission_over_quota", kPacket, 0, 0, 1, 1, 0, 0,
     0, 0, 0, ""},
    {FaultKind::retransmission_disconnect, "retransmission_disconnect", kPacket, 0, 0, 1, 1, 0, 0,
     0, 1'000'000, 20, "bytes of the answer that are sent"},
    {FaultKind::retransmission_silent, "retransmission_silent", kPacket, 0, 0, 1, 1, 0, 0, 0, 0, 0,
     ""},
    {FaultKind::refresh_older_than_stream, "refresh_older_than_stream", kPacket, 0, 0, 1, 1, 0, 0,
     0, 0, 0, ""},
    {FaultKind::refresh_gap_in_round, "refresh_gap_in_round", kPacket, 0, 0, 1, 1, 0, 0, 0, 0, 0,
     ""},
    {FaultKind::refresh_silent, "refresh_silent", kPacket, 0, 0, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::refresh_no_complete, "refresh_no_complete", kPacket, 0, 0, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::refresh_restart, "refresh_restart", kPacket, 0, 0, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::sequence_reset, "sequence_reset", kInstant, 0, 0, 1, 1, 0, 0, 0, kMinuteMs, 0,
     "ms from line A's to line B's"},
    {FaultKind::sequence_restart, "sequence_restart", kInstant, 0, 0, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::publisher_restart, "publisher_restart", kInstant, 0, 0, 1, 0, 0, 0, 1,
     10 * kMinuteMs, 3'000, "ms of silence"},
    {FaultKind::disaster_recovery, "disaster_recovery", kInstant, 0, 0, 1, 0, 0, 0, 1,
     10 * kMinuteMs, 10'000, "ms of silence"},
    {FaultKind::duplicate_tickers, "duplicate_tickers", kInstant, 0, 0, 1, 0, 0, 0, 1, 1'000, 10,
     "tickers"},
    {FaultKind::other_date, "other_date", kInstant, 0, 0, 1, 0, 0, 0, 1, 30, 1, "days before"},
    {FaultKind::disconnect_at_byte, "disconnect_at_byte", kPacket, 1, 1, 0, 1, 0, 0, 0, 1'000'000,
     0, "bytes of the message that are sent, one more each time"},
    {FaultKind::slow, "slow", kPacket, 1, 1, 0, 1, 0, 0, 1, kMinuteMs, 100,
     "real ms that a message takes"},
    {FaultKind::stuck, "stuck", kPacket, 1, 1, 0, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::refuse_logon, "refuse_logon", kPacket, 1, 1, 0, 1, 0, 0, 0, 100'000, 0,
     "logout code, 0: the venue's own"},
    {FaultKind::logout, "logout", kInstant, 1, 1, 0, 1, 0, 0, 0, 100'000, 0, "logout code"},
    {FaultKind::bad_checksum, "bad_checksum", kPacket, 1, 1, 0, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::wrong_day_image, "wrong_day_image", kInstant, 1, 1, 0, 1, 0, 1, 1, 30, 1,
     "days before"},
    {FaultKind::heartbeats_missing, "heartbeats_missing", kPacket, 1, 1, 0, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::sequence_jump, "sequence_jump", kPacket, 1, 0, 0, 1, 0, 0, 1, 1'000'000, 1,
     "numbers left out"},
    {FaultKind::tick_loss, "tick_loss", kPacket, 0, 1, 0, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::resend_refuse, "resend_refuse", kPacket, 0, 1, 0, 0, 0, 0, 1, 255, 4,
     "ResendStatus"},
    {FaultKind::resend_partial, "resend_partial", kPacket, 0, 1, 0, 0, 0, 0, 0, 10'000, 1,
     "messages that are sent"},
    {FaultKind::resend_slow, "resend_slow", kPacket, 0, 1, 0, 0, 0, 0, 1, kMinuteMs, 100,
     "real ms that the answer takes"},
    {FaultKind::mddp_encrypted, "mddp_encrypted", kPacket, 0, 1, 0, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::mddp_sample_form, "mddp_sample_form", kPacket, 0, 1, 0, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::mddp_restart, "mddp_restart", kInstant, 0, 1, 0, 0, 0, 0, 0, 1, 1,
     "1: under the next SenderId, 0: under the same one"},
    {FaultKind::halt, "halt", kInstant, 1, 1, 1, 0, 0, 1, 1, 8 * kHourMs, 10 * kMinuteMs, "ms"},
    {FaultKind::volatility_interruption, "volatility_interruption", kInstant, 1, 1, 1, 0, 0, 1, 1,
     kHourMs, 5 * kMinuteMs, "ms"},
    {FaultKind::suspended_all_day, "suspended_all_day", kState, 1, 1, 1, 0, 0, 1, 0, 0, 0, ""},
    {FaultKind::no_match_auction, "no_match_auction", kState, 1, 1, 1, 0, 0, 1, 0, 0, 0, ""},
    {FaultKind::cancelled_trade, "cancelled_trade", kInstant, 1, 1, 1, 0, 0, 1, 0, 0, 0, ""},
    {FaultKind::zero_price, "zero_price", kInstant, 1, 1, 1, 0, 0, 1, 0, 0, 0, ""},
    {FaultKind::first_listing_day, "first_listing_day", kState, 1, 1, 1, 0, 0, 1, 0, 0, 0, ""},
    {FaultKind::hk_half_day, "hk_half_day", kState, 0, 0, 1, 0, 0, 0, 0, 0, 0, ""},
    {FaultKind::market_closed, "market_closed", kState, 1, 1, 1, 0, 0, 0, 0, 1, 0,
     "1: gateways and lines are up without data"},
    {FaultKind::heartbeats_only, "heartbeats_only", kState, 1, 1, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::frozen_clock, "frozen_clock", kState, 1, 1, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::null_turnover, "null_turnover", kState, 0, 0, 1, 1, 0, 0, 0, 0, 0, ""},
    {FaultKind::limit_open, "limit_open", kState, 1, 1, 0, 0, 0, 1, 0, 1, 1,
     "1: at the upper limit, 0: at the lower one"},
    {FaultKind::slump, "slump", kState, 1, 1, 1, 0, 0, 0, 1, 5'000, 900,
     "basis points of the previous close that every price falls by"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    if (static_cast<std::size_t>(kFaultForms[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the forms stand in the order of FaultKind");

std::string clock(std::int64_t ms) {
  return fmt::format("{:02}:{:02}:{:02}", ms / kHourMs, ms / kMinuteMs % 60, ms / 1'000 % 60);
}

}  // namespace

const FaultForm& form_of(FaultKind kind) { return kFaultForms[static_cast<std::size_t>(kind)]; }

std::optional<FaultKind> fault_kind(std::string_view name) {
  const auto* const form = std::find_if(kFaultForms.begin(), kFaultForms.end(),
                                        [&](const FaultForm& f) { return f.name == name; });
  return form == kFaultForms.end() ? std::nullopt : std::optional(form->kind);
}

bool concerns(const Fault& fault, feed::Venue venue) {
  if (fault.venue) return *fault.venue == venue;
  const FaultForm& form = form_of(fault.kind);
  return venue == feed::Venue::sse ? form.sse : venue == feed::Venue::szse ? form.szse : form.hkex;
}

Fault make_fault(FaultKind kind) {
  Fault fault;
  fault.kind = kind;
  fault.amount = form_of(kind).amount_default;
  return fault;
}

std::vector<std::int64_t> instants_of(const Fault& fault) {
  const auto times = static_cast<std::int64_t>(std::max<std::uint64_t>(fault.count, 1));
  std::vector<std::int64_t> instants;
  for (std::int64_t i = 0; i < times; ++i) {
    instants.push_back(fault.begin_ms + (fault.end_ms - fault.begin_ms) * i / times);
  }
  return instants;
}

std::string describe(const Fault& fault) {
  const FaultForm& form = form_of(fault.kind);
  std::string text(form.name);
  if (fault.venue) text += fmt::format(", {}", feed::name_of(*fault.venue));
  if (fault.channel != 0) text += fmt::format(", channel {}", fault.channel);
  if (form.has_line && fault.line != Lines::both) {
    text += fault.line == Lines::a ? ", line a" : ", line b";
  }
  if (fault.security != 0) text += fmt::format(", security {}", fault.security);
  if (form.amount_max > 0) text += fmt::format(", amount {}", fault.amount);
  return text + fmt::format(", {}-{}", clock(fault.begin_ms), clock(fault.end_ms));
}

namespace {

constexpr std::uint64_t kPlanStream = 4'000'000'000;

// One kind of fault that a seed may choose, with its ranges. No such fault needs a setting or a
// security of its own. Faults of retransmission and of gateways affect only the clients that use
// them.
struct Choice {
  FaultKind kind;
  bool needs_client;
  Lines line;           // of the fault that is made
  double probability;   // per packet, request or round
  std::int64_t window;  // ms, at most
};

constexpr std::array kChoices{
    Choice{FaultKind::loss, false, Lines::a, 0.1, 600'000},
    Choice{FaultKind::loss, false, Lines::b, 0.1, 600'000},
    Choice{FaultKind::loss, false, Lines::both, 0.02, 600'000},
    Choice{FaultKind::burst_loss, false, Lines::a, 0.02, 600'000},
    Choice{FaultKind::burst_loss, false, Lines::both, 0.02, 600'000},
    Choice{FaultKind::duplicate, false, Lines::b, 0.1, 600'000},
    Choice{FaultKind::reorder, false, Lines::a, 0.1, 600'000},
    Choice{FaultKind::delay, false, Lines::b, 0.1, 600'000},
    Choice{FaultKind::skew, false, Lines::b, 1.0, 600'000},
    Choice{FaultKind::silence, false, Lines::a, 1.0, 120'000},
    Choice{FaultKind::sequence_reset, false, Lines::both, 1.0, 600'000},
};

std::int64_t draw_amount(Random& random, const FaultForm& form) {
  if (form.amount_max == 0) return 0;
  return std::clamp(form.amount_default * random.between(1, 4), form.amount_min, form.amount_max);
}

Fault draw_fault(Random& random, const Choice& choice, const PlanRange& range) {
  Fault fault = make_fault(choice.kind);
  fault.venue = form_of(choice.kind).hkex ? std::optional(feed::Venue::hkex) : std::nullopt;
  fault.line = choice.line;
  fault.probability = choice.probability;
  fault.amount = draw_amount(random, form_of(choice.kind));
  const std::int64_t whole = range.end_ms - range.begin_ms;
  const std::int64_t window = std::min(choice.window, whole);
  fault.begin_ms = range.begin_ms + random.between(0, whole - window);
  fault.end_ms = fault.begin_ms + window;
  return fault;
}

}  // namespace

FaultPlan random_plan(std::uint64_t seed, const PlanRange& range) {
  Random random(seed, kPlanStream);
  std::vector<Choice> choices;
  std::copy_if(kChoices.begin(), kChoices.end(), std::back_inserter(choices),
               [&](const Choice& choice) { return range.clients || !choice.needs_client; });
  FaultPlan plan;
  const std::int64_t wanted = random.between(3, 6);
  while (static_cast<std::int64_t>(plan.size()) < wanted) {
    const auto place = random.between(0, static_cast<std::int64_t>(choices.size()) - 1);
    plan.push_back(draw_fault(random, choices[static_cast<std::size_t>(place)], range));
    choices.erase(choices.begin() + place);
  }
  return plan;
}

}  // namespace indexcast::sim
