#include "server/zmq/answer_desk.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "server/messages/definition_message.h"
#include "server/messages/members_message.h"

namespace indexcast::server {
namespace {

constexpr std::array kKindsWithALevel{TopicKind::level, TopicKind::grid, TopicKind::inav};

constexpr std::array kKindsOfRecords{TopicKind::status, TopicKind::definition,
                                     TopicKind::correction, TopicKind::pending};

// Whoever gets an index's levels at any pace may ask for the newest one.
bool sees_a_level(const Entitlement& asker) {
  return std::ranges::any_of(kKindsWithALevel, [&](TopicKind kind) { return asker.sees(kind); });
}

template <class Message>
void set_page_end(std::string next, std::vector<std::string> unknown, Message& out) {
  out.set_next(std::move(next));
  for (std::string& code : unknown) out.add_unknown(std::move(code));
}

}  // namespace

void refuse(v1::RefusalReason reason, std::string_view detail, v1::Reply& reply) {
  v1::Refusal& refusal = *reply.mutable_refusal();
  refusal.set_reason(reason);
  refusal.set_detail(std::string(detail));
}

AnswerDesk::AnswerDesk(const ServerView& view, Clock clock, QueryStats& stats)
    : view_(view),
      clock_(clock),
      stats_(&stats),
      mirror_(view),
      levels_(view),
      records_(view),
      encoder_(*view.universe, view.epoch, view.clock),
      by_code_(view.universe->indices().size()) {
  std::iota(by_code_.begin(), by_code_.end(), IndexId{0});
  std::ranges::sort(by_code_, {}, [&](IndexId id) -> const std::string& {
    return view.universe->indices()[id].code;
  });
}

// Records first: what a level stands for is then among them.
std::size_t AnswerDesk::poll(std::size_t limit) {
  const std::size_t count = records_.poll(limit, [](IndexId) {});
  return std::max(count, mirror_.poll(limit, *this));
}

void AnswerDesk::answer(const v1::Request& request, const Entitlement& asker, v1::Reply& reply) {
  switch (request.body_case()) {
    case v1::Request::kSnapshot:
      return snapshot(request.snapshot(), asker, reply);
    case v1::Request::kReplay:
      return replay(request.replay(), asker, reply);
    case v1::Request::kDefinitions:
      return definitions(request.definitions(), asker, reply);
    case v1::Request::kMembers:
      return members(request.members(), asker, reply);
    case v1::Request::kRecords:
      return records(request.records(), asker, reply);
    case v1::Request::kReport:
    case v1::Request::BODY_NOT_SET:
      return refuse(v1::REFUSAL_REASON_MALFORMED, "a question that is not answered here", reply);
  }
}

IndexId AnswerDesk::visible(std::string_view code, const Entitlement& asker) const {
  return asker.sees(code) ? view_.universe->find_index(code)
                          : static_cast<IndexId>(mirror_.indices());
}

AnswerDesk::Page AnswerDesk::page_of_all(std::string_view after, const Entitlement& asker) const {
  const auto code_of = [&](IndexId id) -> std::string_view {
    return view_.universe->indices()[id].code;
  };
  Page page;
  auto at =
      after.empty() ? by_code_.begin() : std::ranges::upper_bound(by_code_, after, {}, code_of);
  for (; at != by_code_.end(); ++at) {
    if (!asker.sees(code_of(*at))) continue;
    if (page.indices.size() == kPageMax) {
      page.next = code_of(page.indices.back());
      break;
    }
    page.indices.push_back(*at);
  }
  return page;
}

// A request names no more codes than a page has room for: what it names has no second page.
template <class PagedRequest>
AnswerDesk::Page AnswerDesk::page_of(const PagedRequest& request, const Entitlement& asker) const {
  if (request.codes().empty()) return page_of_all(request.after(), asker);
  Page page;
  const std::set<std::string> codes(request.codes().begin(), request.codes().end());
  for (auto code = codes.upper_bound(request.after()); code != codes.end(); ++code) {
    const IndexId index = visible(*code, asker);
    exists(index) ? page.indices.push_back(index) : page.unknown.push_back(*code);
  }
  return page;
}

const v1::Level& AnswerDesk::newest_level(IndexId index) {
  stats_->levels.add();
  return encoder_.message(mirror_.level(index), mirror_.stream_sequence_of(index), clock_.now());
}

void AnswerDesk::snapshot(const v1::SnapshotRequest& request, const Entitlement& asker,
                          v1::Reply& reply) {
  if (!sees_a_level(asker))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED, "no kind of level is for this asker", reply);
  if (static_cast<std::size_t>(request.codes_size()) > kPageMax)
    return refuse(v1::REFUSAL_REASON_TOO_MANY_CODES, "at most 500 codes", reply);
  Page page = page_of(request, asker);
  v1::SnapshotReply& out = *reply.mutable_snapshot();
  for (const IndexId index : page.indices) {
    v1::Snapshot& one = *out.add_snapshots();
    one.set_code(view_.universe->indices()[index].code);
    one.set_complete_to(mirror_.index_sequence(index));
    one.set_records_to(records_.newest(index));
    records_.append_pending(index, clock_.now(), *one.mutable_pending());
    if (mirror_.has_level(index)) one.mutable_level()->CopyFrom(newest_level(index));
  }
  set_page_end(std::move(page.next), std::move(page.unknown), out);
}

void AnswerDesk::definitions(const v1::DefinitionsRequest& request, const Entitlement& asker,
                             v1::Reply& reply) const {
  if (static_cast<std::size_t>(request.codes_size()) > kPageMax)
    return refuse(v1::REFUSAL_REASON_TOO_MANY_CODES, "at most 500 codes", reply);
  Page page = page_of(request, asker);
  const std::shared_ptr<const Universe> in_force = view_.editions->at(mirror_.edition());
  v1::DefinitionsReply& out = *reply.mutable_definitions();
  for (const IndexId index : page.indices)
    fill_definition(in_force->indices()[index], *out.add_definitions());
  set_page_end(std::move(page.next), std::move(page.unknown), out);
}

void AnswerDesk::members(const v1::MembersRequest& request, const Entitlement& asker,
                         v1::Reply& reply) {
  const IndexId index = visible(request.code(), asker);
  if (!exists(index)) return refuse(v1::REFUSAL_REASON_UNKNOWN_CODE, request.code(), reply);
  if (!sees_a_level(asker))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED, "no kind of level is for this asker", reply);
  if (!mirror_.has_level(index)) return refuse(v1::REFUSAL_REASON_NO_LEVEL, request.code(), reply);
  v1::MembersReply& out = *reply.mutable_members();
  fill_members(*view_.editions->at(mirror_.edition()), mirror_, index, view_.clock, out);
  out.mutable_level()->CopyFrom(newest_level(index));
  records_.append_pending(index, clock_.now(), *out.mutable_pending());
}

template <class RangeRequest>
bool AnswerDesk::check_range(const RangeRequest& request, v1::Reply& reply) const {
  if (request.epoch() != 0 && request.epoch() != view_.epoch) {
    refuse(v1::REFUSAL_REASON_OTHER_EPOCH, "start again from a snapshot", reply);
    return false;
  }
  if (request.from() == 0 || (request.to() != 0 && request.from() > request.to())) {
    refuse(v1::REFUSAL_REASON_BAD_RANGE, "from 1, and not from beyond to", reply);
    return false;
  }
  return true;
}

void AnswerDesk::records(const v1::RecordsRequest& request, const Entitlement& asker,
                         v1::Reply& reply) {
  const IndexId index = visible(request.code(), asker);
  if (!exists(index)) return refuse(v1::REFUSAL_REASON_UNKNOWN_CODE, request.code(), reply);
  // They have one numbering: a part of them would have holes.
  if (!std::ranges::all_of(kKindsOfRecords, [&](TopicKind kind) { return asker.sees(kind); }))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED,
                  "needs status, definition, correction and pending", reply);
  if (!check_range(request, reply)) return;
  v1::RecordsReply& out = *reply.mutable_records();
  out.set_code(request.code());
  records_.append(index, request.from(), request.to(), clock_.now(), out);
}

void AnswerDesk::replay(const v1::ReplayRequest& request, const Entitlement& asker,
                        v1::Reply& reply) {
  const IndexId index = visible(request.code(), asker);
  if (!exists(index)) return refuse(v1::REFUSAL_REASON_UNKNOWN_CODE, request.code(), reply);
  if (!asker.sees(TopicKind::level))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED, "every level is not for this asker", reply);
  if (!check_range(request, reply)) return;
  v1::ReplayReply& out = *reply.mutable_replay();
  out.set_code(request.code());
  levels_.fill(index, {request.from(), request.to()}, mirror_, encoder_, clock_.now(), out);
  stats_->levels.add(static_cast<std::uint64_t>(out.levels_size()));
}

}  // namespace indexcast::server
