// Faults of a simulated day: plain data, made by a file, a seed or a test.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "feedhandlers/market/venue.h"

namespace indexcast::sim {

// Lines are numbered 0 = A, 1 = B where they count things.
inline constexpr std::size_t kLineCount = 2;

enum class Lines : std::uint8_t { a, b, both };

constexpr bool includes(Lines lines, std::size_t line) {
  return lines == Lines::both || static_cast<std::size_t>(lines) == line;
}

// The order is that of `kFaultForms`.
enum class FaultKind : std::uint8_t {
  // Lines of HKEX, per packet.
  loss,
  burst_loss,
  duplicate,
  reorder,
  delay,
  skew,
  silence,
  // HKEX's retransmission service, per request.
  retransmission_refuse_logon,
  retransmission_refuse,
  retransmission_partial,
  retransmission_slow,
  retransmission_over_quota,
  retransmission_disconnect,
  retransmission_silent,
  // HKEX's refresh service, per round.
  refresh_older_than_stream,
  refresh_gap_in_round,
  refresh_silent,
  refresh_no_complete,
  refresh_restart,
  // HKEX's real-time publisher, at instants.
  sequence_reset,
  sequence_restart,
  publisher_restart,
  disaster_recovery,
  duplicate_tickers,
  other_date,
  // Gateways of the mainland, per connection or message.
  disconnect_at_byte,
  slow,
  stuck,
  refuse_logon,
  logout,
  bad_checksum,
  wrong_day_image,
  heartbeats_missing,
  sequence_jump,
  // Shenzhen's tick channels, per message, and its resend session, per request.
  tick_loss,
  resend_refuse,
  resend_partial,
  resend_slow,
  // Shenzhen's multicast sender, per packet or at instants.
  mddp_encrypted,
  mddp_sample_form,
  mddp_restart,
  // Markets.
  halt,
  volatility_interruption,
  suspended_all_day,
  no_match_auction,
  cancelled_trade,
  zero_price,
  first_listing_day,
  hk_half_day,
  market_closed,
  // Any venue's stream, or one channel of it: what it says and when it says that it is.
  heartbeats_only,
  frozen_clock,
  // Messages 60 and 61 of HKEX.
  null_turnover,
  // Prices of a market.
  limit_open,
  slump,
};

inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::slump) + 1;

// `happens`: how often a fault of this kind comes about. In each case it lies within [begin, end).
enum class FaultPace : std::uint8_t {
  // Whenever there is an opportunity (a packet, a request, a round, a message) and the chance of
  // `probability` comes up, at most `count` times when that is positive.
  opportunity,
  // `count` times (0: once), spread evenly from `begin`.
  instant,
  // A state of the market that stands for the whole day, or from `begin` to `end`.
  state,
};

// Meaning of the fields of a Fault for one kind.
struct FaultForm {
  FaultKind kind;
  std::string_view name;
  FaultPace pace;
  // Where it may happen; a fault without a venue means all of these.
  bool sse, szse, hkex;
  bool has_channel, has_line, has_security;
  // Range and default of `amount`, and what it counts; both bounds 0: the kind has no amount.
  std::int64_t amount_min, amount_max, amount_default;
  std::string_view amount_means;
};

// One fault that is asked for. Times of day are milliseconds from China-time midnight, in exchange
// time; amounts are as the kind's form says.
struct Fault {
  FaultKind kind = FaultKind::loss;
  std::optional<feed::Venue> venue;  // empty: every venue that the kind knows
  std::uint32_t channel = 0;         // 0: every channel
  Lines line = Lines::both;          // both: the same packet on both lines
  std::uint32_t security = 0;        // its code as a number; 0: drawn from the seed
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 24 * 3'600'000;  // not included
  std::int64_t amount = 0;
  double probability = 1.0;  // above 0, at most 1
  std::uint64_t count = 0;   // 0: no bound, and once is enough; else so often exactly
  friend bool operator==(const Fault&, const Fault&) = default;
};

using FaultPlan = std::vector<Fault>;

// Indexed by FaultKind.
const FaultForm& form_of(FaultKind kind);
inline std::string_view name_of(FaultKind kind) { return form_of(kind).name; }
std::optional<FaultKind> fault_kind(std::string_view name);
bool concerns(const Fault& fault, feed::Venue venue);

// A fault of `kind` with its default amount.
Fault make_fault(FaultKind kind);

// The instants of a fault whose pace is `instant`, in milliseconds from midnight.
std::vector<std::int64_t> instants_of(const Fault& fault);

// Where a plan from a seed may place its faults.
struct PlanRange {
  std::int64_t begin_ms = 34'200'000;  // 09:30
  std::int64_t end_ms = 54'000'000;    // 15:00
  // Without clients (a capture) only faults that need none are chosen.
  bool clients = true;
};

// A few faults of different kinds inside `range`; the same seed gives the same plan.
FaultPlan random_plan(std::uint64_t seed, const PlanRange& range = {});

}  // namespace indexcast::sim
