#include "server/ops/control_requests.h"

#include <absl/strings/str_replace.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

#include "feedhandlers/market/venue.h"
#include "server/ops/request_json.h"

namespace indexcast::server {
namespace {

// When it is too late to carry the request out, on the receive clock.
TimeNs expiry_of(const ControlRequest& request, const Clock& clock, TimeNs now) {
  if (request.expires_after_ns > 0) return now + request.expires_after_ns;
  return request.expires_at.ns == 0 ? TimeNs{} : request.expires_at + -clock.wall_ahead_ns();
}

// How far a level moves, whatever its decimals.
double size_of(const Effect& effect) {
  const Level other = effect.if_accepted.raw == 0 ? effect.after : effect.if_accepted;
  const double before = static_cast<double>(effect.before.raw);
  return before == 0 ? 0 : std::abs(static_cast<double>(other.raw) - before) / before;
}

MarketEvent event_of(const Ticket& ticket, TimeNs now) {
  const ControlRequest& request = ticket.request;
  MarketEvent event;
  event.kind = EventKind::control;
  event.feed = feed::kControlFeed;
  event.detail = static_cast<std::uint8_t>(request.operation->op);
  event.instrument = request.target;
  event.value[0] = request.value;
  event.value[1] = request.from_sequence;
  event.value[2] = request.to_sequence;
  if (request.operation->op == ControlOp::activate) {
    event.value[1] = ticket.staged.definition_set;
    event.value[2] = ticket.staged.digest;
  }
  const bool approved = !ticket.second.author.empty();
  event.channel = static_cast<std::uint32_t>(ticket.needs_second && !approved ? RequestMode::preview
                                                                              : request.mode);
  event.set_expected_version(request.expected_version);
  event.feed_sequence = request.id;
  event.exchange_time = ticket.expires;
  event.receive_time = now;
  return event;
}

}  // namespace

ControlRequests::ControlRequests(const ServerView& view, ControlPort& port, Audit& audit,
                                 RequestStats& stats)
    : reader_(*view.ring, 0),
      universe_(view.universe),
      port_(&port),
      audit_(&audit),
      stats_(&stats),
      clock_(view.clock),
      states_(*view.universe),
      horizon_(view.epoch),
      last_id_(view.epoch) {}

Submission ControlRequests::submit(const ControlRequest& request, const Principal& principal,
                                   TimeNs now) {
  Submission submission{judge(request, principal, now), request.id, {}};
  if (submission.verdict == Verdict::repeated) {
    stats_->repeated.add();
    spdlog::info("request {} was asked again by {}", request.id, principal.author);
  }
  if (submission.verdict != Verdict::taken) {
    if (submission.verdict != Verdict::repeated) stats_->refused.add();
    return submission;
  }
  Ticket ticket;
  ticket.request = request;
  ticket.principal = principal;
  ticket.asked = clock_.published(now);
  ticket.expires = expiry_of(request, clock_, now);
  ticket.needs_second = two_person_ && request.mode == RequestMode::force;
  if (const absl::Status ready = get_ready(ticket); !ready.ok()) {
    stats_->refused.add();
    return {Verdict::unready, 0, absl::StrReplaceAll(ready.message(), {{"\n", "; "}})};
  }
  if (request.id == 0) ticket.request.id = next_id(now);
  submission.id = ticket.request.id;
  const absl::Status audited = audit_->write(audit_of_request(ticket, *universe_));
  if (!audited.ok()) {
    stats_->refused.add();
    spdlog::error("a request was refused because the audit cannot be written: {}",
                  std::string(audited.message()));
    return {Verdict::unaudited, 0, std::string(audited.message())};
  }
  make_room();
  // There is room: judge() saw it, and nobody else fills the ring.
  static_cast<void>(port_->push(event_of(ticket, now)));
  ++waiting_;
  tickets_.emplace(submission.id, std::move(ticket));
  return submission;
}

Submission ControlRequests::approve(std::uint64_t id, const Principal& principal,
                                    const std::string& reason, TimeNs now) {
  Verdict verdict = judge_proposal(id, now);
  if (verdict == Verdict::taken && tickets_.at(id).principal.author == principal.author)
    verdict = Verdict::same_person;
  if (verdict == Verdict::taken && (port_->full() || waiting_ >= kWaiting)) verdict = Verdict::busy;
  if (verdict != Verdict::taken) {
    stats_->refused.add();
    return {verdict, id, {}};
  }
  Ticket& ticket = tickets_.at(id);
  Submission submission = audit_decision(ticket, "approval", principal, reason, now);
  if (submission.verdict != Verdict::taken) return submission;
  ticket.state = TicketState::waiting;
  ticket.effects.clear();
  ticket.effects_left_out = 0;
  static_cast<void>(port_->push(event_of(ticket, now)));
  ++waiting_;
  return submission;
}

Submission ControlRequests::decline(std::uint64_t id, const Principal& principal,
                                    const std::string& reason, TimeNs now) {
  const Verdict verdict = judge_proposal(id, now);
  if (verdict != Verdict::taken) {
    stats_->refused.add();
    return {verdict, id, {}};
  }
  Ticket& ticket = tickets_.at(id);
  Submission submission = audit_decision(ticket, "decline", principal, reason, now);
  if (submission.verdict == Verdict::taken) ticket.state = TicketState::declined;
  return submission;
}

Verdict ControlRequests::judge_proposal(std::uint64_t id, TimeNs now) const {
  const Ticket* ticket = find(id);
  if (ticket == nullptr) return Verdict::unknown_id;
  if (ticket->state != TicketState::proposed) return Verdict::not_proposed;
  const bool over = clock_.published(now) - ticket->asked > kProposalNs ||
                    (ticket->expires.ns != 0 && now > ticket->expires);
  return over ? Verdict::proposal_over : Verdict::taken;
}

// Writes the second person's decision into the audit before it takes effect.
Submission ControlRequests::audit_decision(Ticket& ticket, std::string_view event,
                                           const Principal& principal, const std::string& reason,
                                           TimeNs now) {
  const absl::Status audited = audit_->write({{"event", event},
                                              {"time", utc_text(clock_.published(now))},
                                              {"id", std::to_string(ticket.request.id)},
                                              {"author", principal.author},
                                              {"reason", reason},
                                              {"address", principal.address}});
  if (!audited.ok()) {
    stats_->refused.add();
    return {Verdict::unaudited, 0, std::string(audited.message())};
  }
  ticket.second = principal;
  ticket.second_reason = reason;
  return {Verdict::taken, ticket.request.id, {}};
}

absl::Status ControlRequests::get_ready(Ticket& ticket) const {
  if (ticket.request.operation->op != ControlOp::activate) return absl::OkStatus();
  if (!stage_) return absl::UnavailableError("definitions are watched with days.directory only");
  absl::StatusOr<StagedDefinitionSet> staged =
      stage_(universe_->indices()[ticket.request.target].code,
             static_cast<std::uint32_t>(ticket.request.value));
  if (staged.ok()) ticket.staged = *staged;
  return staged.status();
}

Verdict ControlRequests::judge(const ControlRequest& request, const Principal& principal,
                               TimeNs now) const {
  if (request.id != 0) {
    const Ticket* known = find(request.id);
    if (known != nullptr)
      return known->request == request && known->principal.author == principal.author
                 ? Verdict::repeated
                 : Verdict::id_taken;
    const TimeNs wall = std::max(now, clock_.published(now));
    if (request.id <= horizon_) return Verdict::id_old;
    if (request.id > static_cast<std::uint64_t>((wall + kAheadNs).ns)) return Verdict::id_ahead;
  }
  return port_->full() || waiting_ >= kWaiting ? Verdict::busy : Verdict::taken;
}

std::uint64_t ControlRequests::next_id(TimeNs now) {
  last_id_ = std::max(last_id_ + 1, static_cast<std::uint64_t>(now.ns));
  while (find(last_id_) != nullptr) ++last_id_;
  return last_id_;
}

// The oldest that the core has answered goes.
void ControlRequests::make_room() {
  if (tickets_.size() < kTickets) return;
  const auto oldest = std::ranges::find_if(
      tickets_, [](const auto& each) { return each.second.state != TicketState::waiting; });
  horizon_ = std::max(horizon_, oldest->first);
  tickets_.erase(oldest);
}

std::size_t ControlRequests::poll(std::size_t limit) {
  std::size_t count = 0;
  for (Record record; count < limit; ++count) {
    const auto result = reader_.poll(record);
    if (result == BroadcastRing::ReadResult::empty) break;
    if (result == BroadcastRing::ReadResult::lapped) {
      reader_.resume();
      states_.note_loss();
      lose_waiting();
      continue;
    }
    states_.apply(record);
    if (record.kind() == RecordKind::control_effect) take_effect(record.as<ControlEffect>());
    if (record.kind() == RecordKind::control_done) finish(record.as<ControlDone>());
  }
  return count;
}

const Ticket* ControlRequests::find(std::uint64_t id) const {
  const auto found = tickets_.find(id);
  return found == tickets_.end() ? nullptr : &found->second;
}

void ControlRequests::take_effect(const ControlEffect& effect) {
  const auto found = tickets_.find(effect.control_id);
  if (found == tickets_.end()) return;
  Ticket& ticket = found->second;
  ticket.effects.push_back({effect.header.id, effect.before, effect.after, effect.if_accepted});
  if (ticket.effects.size() <= kEffects) return;
  ++ticket.effects_left_out;
  ticket.effects.erase(std::ranges::min_element(ticket.effects, {}, size_of));
}

void ControlRequests::finish(const ControlDone& done) {
  const auto found = tickets_.find(done.control_id);
  if (found == tickets_.end() || found->second.state == TicketState::done) return;
  Ticket& ticket = found->second;
  if (ticket.state == TicketState::waiting) --waiting_;
  const bool approved = !ticket.second.author.empty();
  const bool previewed =
      done.header.detail2 == static_cast<std::uint8_t>(ControlOutcome::previewed);
  ticket.state =
      ticket.needs_second && !approved && previewed ? TicketState::proposed : TicketState::done;
  ticket.outcome = static_cast<ControlOutcome>(done.header.detail2);
  ticket.version = done.version;
  ticket.input_sequence = done.header.input_sequence;
  ticket.done_at = clock_.published(done.receive_time);
  stats_->done[number_of(*ticket.request.operation)][done.header.detail2].add();
  const absl::Status audited = audit_->write(audit_of_outcome(ticket));
  if (!audited.ok())
    spdlog::error("the outcome of request {} is not in the audit: {}", done.control_id,
                  std::string(audited.message()));
}

void ControlRequests::lose_waiting() {
  for (auto& [id, ticket] : tickets_) {
    if (ticket.state != TicketState::waiting) continue;
    ticket.state = TicketState::lost;
    stats_->lost.add();
    spdlog::error("request {}: what the core said of it was overwritten before it was read", id);
  }
  waiting_ = 0;
}

}  // namespace indexcast::server
