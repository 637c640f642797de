#include "server/ops/request_desk.h"

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
    event.value[1] = ticket.staged.edition;
    event.value[2] = ticket.staged.mark;
  }
  const bool approved = !ticket.second.author.empty();
  event.channel = static_cast<std::uint32_t>(ticket.needs_second && !approved ? RequestMode::preview
                                                                              : request.mode);
  event.basis = request.expected_version;
  event.feed_sequence = request.id;
  event.exchange_time = ticket.expires;
  event.receive_time = now;
  return event;
}

}  // namespace

RequestDesk::RequestDesk(const ServerView& view, ControlPort& port, Audit& audit,
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

Submission RequestDesk::submit(const ControlRequest& request, const Asker& asker, TimeNs now) {
  Submission submission{judge(request, asker, now), request.id, {}};
  if (submission.verdict == Verdict::repeated) {
    stats_->repeated.add();
    spdlog::info("request {} was asked again by {}", request.id, asker.author);
  }
  if (submission.verdict != Verdict::taken) {
    if (submission.verdict != Verdict::repeated) stats_->refused.add();
    return submission;
  }
  Ticket ticket;
  ticket.request = request;
  ticket.asker = asker;
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

Submission RequestDesk::approve(std::uint64_t id, const Asker& asker, const std::string& reason,
                                TimeNs now) {
  Verdict verdict = judge_proposal(id, now);
  if (verdict == Verdict::taken && tickets_.at(id).asker.author == asker.author)
    verdict = Verdict::same_person;
  if (verdict == Verdict::taken && (port_->full() || waiting_ >= kWaiting)) verdict = Verdict::busy;
  if (verdict != Verdict::taken) {
    stats_->refused.add();
    return {verdict, id, {}};
  }
  Ticket& ticket = tickets_.at(id);
  Submission submission = write_word(ticket, "approval", asker, reason, now);
  if (submission.verdict != Verdict::taken) return submission;
  ticket.state = TicketState::waiting;
  ticket.effects.clear();
  ticket.effects_left_out = 0;
  static_cast<void>(port_->push(event_of(ticket, now)));
  ++waiting_;
  return submission;
}

Submission RequestDesk::decline(std::uint64_t id, const Asker& asker, const std::string& reason,
                                TimeNs now) {
  const Verdict verdict = judge_proposal(id, now);
  if (verdict != Verdict::taken) {
    stats_->refused.add();
    return {verdict, id, {}};
  }
  Ticket& ticket = tickets_.at(id);
  Submission submission = write_word(ticket, "decline", asker, reason, now);
  if (submission.verdict == Verdict::taken) ticket.state = TicketState::declined;
  return submission;
}

Verdict RequestDesk::judge_proposal(std::uint64_t id, TimeNs now) const {
  const Ticket* ticket = find(id);
  if (ticket == nullptr) return Verdict::unknown_id;
  if (ticket->state != TicketState::proposed) return Verdict::not_proposed;
  const bool over = clock_.published(now) - ticket->asked > kProposalNs ||
                    (ticket->expires.ns != 0 && now > ticket->expires);
  return over ? Verdict::proposal_over : Verdict::taken;
}

// What the second person said, into the audit before it is done.
Submission RequestDesk::write_word(Ticket& ticket, std::string_view word, const Asker& asker,
                                   const std::string& reason, TimeNs now) {
  const absl::Status audited = audit_->write({{"event", word},
                                              {"time", utc_text(clock_.published(now))},
                                              {"id", std::to_string(ticket.request.id)},
                                              {"author", asker.author},
                                              {"reason", reason},
                                              {"address", asker.address}});
  if (!audited.ok()) {
    stats_->refused.add();
    return {Verdict::unaudited, 0, std::string(audited.message())};
  }
  ticket.second = asker;
  ticket.second_reason = reason;
  return {Verdict::taken, ticket.request.id, {}};
}

absl::Status RequestDesk::get_ready(Ticket& ticket) const {
  if (ticket.request.operation->op != ControlOp::activate) return absl::OkStatus();
  if (!stage_) return absl::UnavailableError("definitions are watched with days.directory only");
  absl::StatusOr<StagedEdition> staged = stage_(universe_->indices()[ticket.request.target].code,
                                                static_cast<std::uint32_t>(ticket.request.value));
  if (staged.ok()) ticket.staged = *staged;
  return staged.status();
}

Verdict RequestDesk::judge(const ControlRequest& request, const Asker& asker, TimeNs now) const {
  if (request.id != 0) {
    const Ticket* known = find(request.id);
    if (known != nullptr)
      return known->request == request && known->asker.author == asker.author ? Verdict::repeated
                                                                              : Verdict::id_taken;
    const TimeNs wall = std::max(now, clock_.published(now));
    if (request.id <= horizon_) return Verdict::id_old;
    if (request.id > static_cast<std::uint64_t>((wall + kAheadNs).ns)) return Verdict::id_ahead;
  }
  return port_->full() || waiting_ >= kWaiting ? Verdict::busy : Verdict::taken;
}

std::uint64_t RequestDesk::next_id(TimeNs now) {
  last_id_ = std::max(last_id_ + 1, static_cast<std::uint64_t>(now.ns));
  while (find(last_id_) != nullptr) ++last_id_;
  return last_id_;
}

// The oldest that the core has answered goes.
void RequestDesk::make_room() {
  if (tickets_.size() < kTickets) return;
  const auto oldest = std::ranges::find_if(
      tickets_, [](const auto& each) { return each.second.state != TicketState::waiting; });
  horizon_ = std::max(horizon_, oldest->first);
  tickets_.erase(oldest);
}

std::size_t RequestDesk::poll(std::size_t limit) {
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

const Ticket* RequestDesk::find(std::uint64_t id) const {
  const auto found = tickets_.find(id);
  return found == tickets_.end() ? nullptr : &found->second;
}

void RequestDesk::take_effect(const ControlEffect& effect) {
  const auto found = tickets_.find(effect.control_id);
  if (found == tickets_.end()) return;
  Ticket& ticket = found->second;
  ticket.effects.push_back({effect.header.id, effect.before, effect.after, effect.if_accepted});
  if (ticket.effects.size() <= kEffects) return;
  ++ticket.effects_left_out;
  ticket.effects.erase(std::ranges::min_element(ticket.effects, {}, size_of));
}

void RequestDesk::finish(const ControlDone& done) {
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

void RequestDesk::lose_waiting() {
  for (auto& [id, ticket] : tickets_) {
    if (ticket.state != TicketState::waiting) continue;
    ticket.state = TicketState::lost;
    stats_->lost.add();
    spdlog::error("request {}: what the core said of it was overwritten before it was read", id);
  }
  waiting_ = 0;
}

}  // namespace indexcast::server
