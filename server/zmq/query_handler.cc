#include "server/zmq/query_handler.h"

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

// A client that may see levels of any kind may ask for the newest level.
bool sees_a_level(const Entitlement& entitlement) {
  return std::ranges::any_of(kKindsWithALevel,
                             [&](TopicKind kind) { return entitlement.sees(kind); });
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

QueryHandler::QueryHandler(const ServerView& view, Clock clock, QueryStats& stats)
    : view_(view),
      clock_(clock),
      stats_(&stats),
      reader_(view),
      levels_(view),
      records_(view),
      encoder_(*view.universe, view.epoch, view.clock),
      by_code_(view.universe->indices().size()) {
  std::iota(by_code_.begin(), by_code_.end(), IndexId{0});
  std::ranges::sort(by_code_, {}, [&](IndexId id) -> const std::string& {
    return view.universe->indices()[id].code;
  });
}

// Events first: an answer then has the event that a level belongs to.
std::size_t QueryHandler::poll(std::size_t limit) {
  const std::size_t count = records_.poll(limit, [](IndexId) {});
  return std::max(count, reader_.poll(limit, *this));
}

void QueryHandler::answer(const v1::Request& request, const Entitlement& entitlement,
                          v1::Reply& reply) {
  switch (request.body_case()) {
    case v1::Request::kSnapshot:
      return snapshot(request.snapshot(), entitlement, reply);
    case v1::Request::kReplay:
      return replay(request.replay(), entitlement, reply);
    case v1::Request::kDefinitions:
      return definitions(request.definitions(), entitlement, reply);
    case v1::Request::kMembers:
      return members(request.members(), entitlement, reply);
    case v1::Request::kRecords:
      return records(request.records(), entitlement, reply);
    case v1::Request::kReport:
    case v1::Request::BODY_NOT_SET:
      return refuse(v1::REFUSAL_REASON_MALFORMED, "a question that is not answered here", reply);
  }
}

IndexId QueryHandler::visible(std::string_view code, const Entitlement& entitlement) const {
  return entitlement.sees(code) ? view_.universe->find_index(code)
                                : static_cast<IndexId>(reader_.indices());
}

QueryHandler::PageOfIndices QueryHandler::page_of_all(std::string_view after,
                                                      const Entitlement& entitlement) const {
  const auto code_of = [&](IndexId id) -> std::string_view {
    return view_.universe->indices()[id].code;
  };
  PageOfIndices page;
  auto at =
      after.empty() ? by_code_.begin() : std::ranges::upper_bound(by_code_, after, {}, code_of);
  for (; at != by_code_.end(); ++at) {
    if (!entitlement.sees(code_of(*at))) continue;
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
QueryHandler::PageOfIndices QueryHandler::page_of(const PagedRequest& request,
                                                  const Entitlement& entitlement) const {
  if (request.codes().empty()) return page_of_all(request.after(), entitlement);
  PageOfIndices page;
  const std::set<std::string> codes(request.codes().begin(), request.codes().end());
  for (auto code = codes.upper_bound(request.after()); code != codes.end(); ++code) {
    const IndexId index = visible(*code, entitlement);
    exists(index) ? page.indices.push_back(index) : page.unknown.push_back(*code);
  }
  return page;
}

const v1::Level& QueryHandler::newest_level(IndexId index) {
  stats_->levels.add();
  return encoder_.message(reader_.level(index), reader_.stream_sequence_of(index), clock_.now());
}

void QueryHandler::snapshot(const v1::SnapshotRequest& request, const Entitlement& entitlement,
                            v1::Reply& reply) {
  if (!sees_a_level(entitlement))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED, "no kind of level is for this asker", reply);
  if (static_cast<std::size_t>(request.codes_size()) > kPageMax)
    return refuse(v1::REFUSAL_REASON_TOO_MANY_CODES, "at most 500 codes", reply);
  PageOfIndices page = page_of(request, entitlement);
  v1::SnapshotReply& out = *reply.mutable_snapshot();
  for (const IndexId index : page.indices) {
    v1::Snapshot& one = *out.add_snapshots();
    one.set_code(view_.universe->indices()[index].code);
    one.set_complete_to(reader_.index_sequence(index));
    one.set_records_to(records_.newest(index));
    records_.append_pending(index, clock_.now(), *one.mutable_pending());
    if (reader_.has_level(index)) one.mutable_level()->CopyFrom(newest_level(index));
  }
  set_page_end(std::move(page.next), std::move(page.unknown), out);
}

void QueryHandler::definitions(const v1::DefinitionsRequest& request,
                               const Entitlement& entitlement, v1::Reply& reply) const {
  if (static_cast<std::size_t>(request.codes_size()) > kPageMax)
    return refuse(v1::REFUSAL_REASON_TOO_MANY_CODES, "at most 500 codes", reply);
  PageOfIndices page = page_of(request, entitlement);
  const std::shared_ptr<const Universe> in_force =
      view_.definition_sets->at(reader_.definition_set());
  v1::DefinitionsReply& out = *reply.mutable_definitions();
  for (const IndexId index : page.indices)
    fill_definition(in_force->indices()[index], *out.add_definitions());
  set_page_end(std::move(page.next), std::move(page.unknown), out);
}

void QueryHandler::members(const v1::MembersRequest& request, const Entitlement& entitlement,
                           v1::Reply& reply) {
  const IndexId index = visible(request.code(), entitlement);
  if (!exists(index)) return refuse(v1::REFUSAL_REASON_UNKNOWN_CODE, request.code(), reply);
  if (!sees_a_level(entitlement))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED, "no kind of level is for this asker", reply);
  if (!reader_.has_level(index)) return refuse(v1::REFUSAL_REASON_NO_LEVEL, request.code(), reply);
  v1::MembersReply& out = *reply.mutable_members();
  fill_members(*view_.definition_sets->at(reader_.definition_set()), reader_, index, view_.clock,
               out);
  out.mutable_level()->CopyFrom(newest_level(index));
  records_.append_pending(index, clock_.now(), *out.mutable_pending());
}

template <class RangeRequest>
bool QueryHandler::check_range(const RangeRequest& request, v1::Reply& reply) const {
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

void QueryHandler::records(const v1::RecordsRequest& request, const Entitlement& entitlement,
                           v1::Reply& reply) {
  const IndexId index = visible(request.code(), entitlement);
  if (!exists(index)) return refuse(v1::REFUSAL_REASON_UNKNOWN_CODE, request.code(), reply);
  // They have one numbering: a part of them would have holes.
  if (!std::ranges::all_of(kKindsOfRecords, [&](TopicKind kind) { return entitlement.sees(kind); }))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED,
                  "needs status, definition, correction and pending", reply);
  if (!check_range(request, reply)) return;
  v1::RecordsReply& out = *reply.mutable_records();
  out.set_code(request.code());
  records_.append(index, request.from(), request.to(), clock_.now(), out);
}

void QueryHandler::replay(const v1::ReplayRequest& request, const Entitlement& entitlement,
                          v1::Reply& reply) {
  const IndexId index = visible(request.code(), entitlement);
  if (!exists(index)) return refuse(v1::REFUSAL_REASON_UNKNOWN_CODE, request.code(), reply);
  if (!entitlement.sees(TopicKind::level))
    return refuse(v1::REFUSAL_REASON_NOT_ALLOWED, "every level is not for this asker", reply);
  if (!check_range(request, reply)) return;
  v1::ReplayReply& out = *reply.mutable_replay();
  out.set_code(request.code());
  levels_.fill(index, {request.from(), request.to()}, reader_, encoder_, clock_.now(), out);
  stats_->levels.add(static_cast<std::uint64_t>(out.levels_size()));
}

}  // namespace indexcast::server
