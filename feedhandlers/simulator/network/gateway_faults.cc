#include "feedhandlers/simulator/network/gateway_faults.h"

#include <algorithm>
#include <array>
#include <span>

namespace indexcast::sim {
namespace {

// Shanghai documents ranges (SSE notes 2.2): ordinary end, the ends of "reconnect" and of "change
// the server". Shenzhen documents single codes (SZSE notes 1.5).
constexpr std::array<std::int64_t, 5> kSseCodes{0, 1, 999, 1000, 9999};
constexpr std::array<std::int64_t, 13> kSzseCodes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 101, 102};

std::int64_t code_after(feed::Venue venue, std::int64_t first, std::size_t steps) {
  const std::span<const std::int64_t> codes =
      venue == feed::Venue::sse ? std::span<const std::int64_t>(kSseCodes) : kSzseCodes;
  const auto found = std::find(codes.begin(), codes.end(), first);
  if (found == codes.end()) return first;
  return codes[(static_cast<std::size_t>(found - codes.begin()) + steps) % codes.size()];
}

}  // namespace

GatewayFaults::GatewayFaults(FaultBook& book, feed::Venue venue, std::uint32_t place, bool realtime)
    : book_(book), venue_(venue), place_(place) {
  if (!realtime) return;
  for (std::size_t i = 0; i < book.plan().size(); ++i) {
    const Fault& fault = book.plan()[i];
    if (fault.kind != FaultKind::logout && fault.kind != FaultKind::wrong_day_image) continue;
    if (!concerns(fault, venue) || (fault.channel != 0 && fault.channel != place)) continue;
    schedules_.push_back({i, instants_of(fault), 0});
  }
}

std::optional<std::int64_t> GatewayFaults::struck_amount(FaultKind kind) {
  const Fault* const fault = book_.strike(kind, here());
  return fault ? std::optional(fault->amount) : std::nullopt;
}

std::optional<std::int64_t> GatewayFaults::refuse_logon() {
  return struck_amount(FaultKind::refuse_logon);
}

std::uint64_t GatewayFaults::sequence_jump() {
  return static_cast<std::uint64_t>(struck_amount(FaultKind::sequence_jump).value_or(0));
}

std::optional<std::uint8_t> GatewayFaults::resend_refusal() {
  const auto status = struck_amount(FaultKind::resend_refuse);
  return status ? std::optional(static_cast<std::uint8_t>(*status)) : std::nullopt;
}

std::optional<std::int64_t> GatewayFaults::resend_limit() {
  return struck_amount(FaultKind::resend_partial);
}

std::optional<std::int64_t> GatewayFaults::resend_ms() {
  return struck_amount(FaultKind::resend_slow);
}

std::optional<std::size_t> GatewayFaults::cut(std::size_t size) {
  for (std::size_t i = 0; i < book_.plan().size(); ++i) {
    const Fault& fault = book_.plan()[i];
    if (fault.kind != FaultKind::disconnect_at_byte) continue;
    const std::size_t bytes = static_cast<std::size_t>(fault.amount) + book_.counts()[i].happened;
    if (bytes < size && book_.strikes(i, here())) return bytes;
  }
  return std::nullopt;
}

std::optional<std::int64_t> GatewayFaults::slow_ms() { return struck_amount(FaultKind::slow); }

GatewayFaults::Schedule* GatewayFaults::due(FaultKind kind) {
  for (Schedule& schedule : schedules_) {
    if (book_.plan()[schedule.fault].kind != kind) continue;
    if (schedule.next < schedule.instants.size() && schedule.instants[schedule.next] <= now_ms_) {
      return &schedule;
    }
  }
  return nullptr;
}

std::optional<std::int64_t> GatewayFaults::logout_due() {
  const Schedule* const schedule = due(FaultKind::logout);
  if (!schedule) return std::nullopt;
  return code_after(venue_, book_.plan()[schedule->fault].amount, schedule->next);
}

std::optional<GatewayFaults::WrongDay> GatewayFaults::wrong_day_due() {
  const Schedule* const schedule = due(FaultKind::wrong_day_image);
  if (!schedule) return std::nullopt;
  const Fault& fault = book_.plan()[schedule->fault];
  return WrongDay{fault.security, fault.amount, schedule->next};
}

void GatewayFaults::happened(FaultKind kind) {
  Schedule* const schedule = due(kind);
  if (!schedule) return;
  ++schedule->next;
  book_.happened(book_.plan()[schedule->fault]);
}

}  // namespace indexcast::sim
