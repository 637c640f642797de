#include "server/ops/admin_api.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <charconv>
#include <optional>

#include "server/ops/request_json.h"
#include "server/ops/request_parser.h"
#include "server/web/routes.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kRequests = "/admin/v1/requests";
constexpr std::string_view kVersions = "/admin/v1/versions/";
constexpr std::string_view kService = "/admin/v1/service";

constexpr std::string_view kApprove = "/approve";
constexpr std::string_view kDecline = "/decline";

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Response json_response(const Json& json) { return {.body = text_of(json)}; }

Response wrong_method(std::string_view allowed) {
  Response response = problem(405, "Method not allowed", std::string(allowed) + " is");
  response.allow = allowed;
  return response;
}

struct ProblemOf {
  unsigned status;
  std::string_view title;
  std::string_view detail;
};

// By Verdict: the answer to a request that ControlRequests refuses.
constexpr std::array<ProblemOf, kVerdictCount> kVerdictProblems{{
    {},
    {},
    {409, "Id taken", "another request was made under this id: give this one an id of its own"},
    {409, "Id too old",
     "it is from before what this server remembers, so the request may have been carried out: look "
     "into the audit and at the target's version, then ask under a new id"},
    {422, "Id ahead", "it lies more than a minute in the future: compare the clocks"},
    {503, "Audit refused", "nothing was carried out, because the disk refuses the audit: "},
    {503, "Core busy", "nothing was carried out: the core takes no requests in; ask again"},
    {422, "Cannot be activated", "nothing was carried out: "},
    {404, "Not found", "no request has this id"},
    {409, "Not proposed", "the request does not wait for a second person"},
    {403, "Same person", "who asked for it cannot approve it: another token is needed"},
    {410, "Proposal over", "nobody approved it in time: look at what stands, and ask again"},
}};

// By ControlOutcome: why the core did not carry a request out.
constexpr std::array<ProblemOf, kControlOutcomeCount> kOutcomeProblems{{
    {},
    {422, "Unknown target", "the core knows no such target"},
    {409, "Stale version",
     "somebody was first: look at what stands, and ask again if it is still right"},
    {410, "Expired", "it was too late to carry it out"},
    {409, "Nothing to do", "not held, not overridden, nothing pending, or so already"},
    {422, "Bad value", "the core refuses this value or range for this target"},
    {409, "Not staged", "another version came into force, or was asked for, meanwhile: ask again"},
    {409, "Level differs",
     "the new definition would move the level of this moment, so the one in force goes on; it can "
     "begin with a day"},
    {422, "Needs force",
     "nothing was carried out: the value is far from what the server believes; look at `effects`, "
     "and ask again with force if it is right"},
    {},
    {409, "Too late", "an index that follows this rate has opened: override_rate is for the day"},
}};

Response problem_with(const ProblemOf& what, std::string_view more, const Json& request) {
  Response response = problem(what.status, what.title, std::string(what.detail).append(more));
  Json body = Json::parse(response.body);
  body["request"] = request;
  response.body = text_of(body);
  return response;
}

Response refused(const Submission& submission) {
  const ProblemOf& what = kVerdictProblems[static_cast<std::size_t>(submission.verdict)];
  return problem(what.status, what.title, std::string(what.detail).append(submission.detail));
}

bool is_json(const AdminCall& call) { return call.content_type.starts_with("application/json"); }

Response no_json() { return problem(415, "Unsupported media type", "application/json is taken"); }

Response malformed(const absl::Status& status) {
  const bool json = status.code() != absl::StatusCode::kDataLoss;
  return problem(json ? 422 : 400, json ? "Not a request" : "Not JSON",
                 absl::StrReplaceAll(status.message(), {{"\n", "; "}}));
}

}  // namespace

std::variant<Response, Awaited> AdminApi::take(const AdminCall& call, TimeNs now) {
  const std::string_view token = bearer_token(call.authorization);
  const std::string_view author = token.empty() ? token : owners_.owner_of(token);
  if (author.empty()) {
    stats_.unauthorised.add();
    Response response =
        problem(401, "Unauthorised", "Authorization: Bearer TOKEN, with a token of this server");
    audit_call(call, {}, response, now);
    return response;
  }
  auto answer = route(call, {std::string(author), call.address}, now);
  if (const auto* response = std::get_if<Response>(&answer))
    audit_call(call, author, *response, now);
  return answer;
}

std::variant<Response, Awaited> AdminApi::route(const AdminCall& call, const Principal& principal,
                                                TimeNs now) {
  const std::string_view path = path_of(call.target);
  const bool is_get = call.method == "GET";
  if (path == kRequests) {
    if (call.method == "POST") return submit(call, principal, now);
    return is_get ? newest_requests() : wrong_method("GET, POST");
  }
  if (path == kService) {
    if (call.method == "POST") return change_service(call, principal, now);
    return is_get ? service_status() : wrong_method("GET, POST");
  }
  if (call.method == "POST" && path.starts_with(kRequests))
    return decide(path, call, principal, now);
  const bool one = path.starts_with(kRequests) && path[kRequests.size()] == '/';
  if (!one && !path.starts_with(kVersions)) return problem(404, "Not found", "no such path");
  if (!is_get) return wrong_method("GET");
  return one ? one_request(path.substr(kRequests.size() + 1))
             : control_state(path.substr(kVersions.size()));
}

std::variant<Response, Awaited> AdminApi::submit(const AdminCall& call, const Principal& principal,
                                                 TimeNs now) {
  if (!is_json(call)) return no_json();
  const absl::StatusOr<ControlRequest> request = parse_request(call.body, universe_);
  if (!request.ok()) {
    stats_.malformed.add();
    return malformed(request.status());
  }
  const Submission submission = requests_.submit(*request, principal, now);
  if (submission.verdict == Verdict::taken || submission.verdict == Verdict::repeated)
    return Awaited{submission.id};
  return refused(submission);
}

// POST /admin/v1/requests/{id}/approve and /decline.
std::variant<Response, Awaited> AdminApi::decide(std::string_view path, const AdminCall& call,
                                                 const Principal& principal, TimeNs now) {
  path.remove_prefix(kRequests.size());
  const bool approves = path.ends_with(kApprove);
  if (!approves && !path.ends_with(kDecline)) return problem(404, "Not found", "no such path");
  path.remove_suffix(approves ? kApprove.size() : kDecline.size());
  const std::optional<std::uint64_t> id =
      path.starts_with('/') ? number_in(path.substr(1)) : std::nullopt;
  if (!id) return refused({Verdict::unknown_id, 0, {}});
  if (!is_json(call)) return no_json();
  const absl::StatusOr<std::string> reason = parse_reason(call.body);
  if (!reason.ok()) {
    stats_.malformed.add();
    return malformed(reason.status());
  }
  const Submission submission = approves ? requests_.approve(*id, principal, *reason, now)
                                         : requests_.decline(*id, principal, *reason, now);
  if (submission.verdict != Verdict::taken) return refused(submission);
  return approves ? std::variant<Response, Awaited>(Awaited{*id}) : answer(*id);
}

// The server itself, and what waits for a second person.
Response AdminApi::service_status() const {
  Json status = service_.status();
  Json waiting = Json::array();
  for (const auto& [id, ticket] : requests_.tickets()) {
    if (ticket.state == TicketState::proposed) waiting.push_back(json_of(ticket, universe_));
  }
  status["proposals"] = std::move(waiting);
  return json_response(status);
}

Response AdminApi::change_service(const AdminCall& call, const Principal& principal, TimeNs now) {
  if (!is_json(call)) return no_json();
  const absl::StatusOr<ServiceRequest> request = parse_service_request(call.body);
  if (!request.ok()) {
    stats_.malformed.add();
    return malformed(request.status());
  }
  const absl::Status done = service_.carry_out(*request, principal, clock_.published(now), audit_);
  if (done.ok()) return json_response(service_.status());
  const std::string why(done.message());
  if (done.code() == absl::StatusCode::kFailedPrecondition)
    return problem(409, "Nothing to do", why);
  return refused({Verdict::unaudited, 0, why});
}

bool AdminApi::is_waiting(std::uint64_t id) const {
  const Ticket* ticket = requests_.find(id);
  return ticket != nullptr && ticket->state == TicketState::waiting;
}

Response AdminApi::answer(std::uint64_t id) {
  const Ticket* ticket = requests_.find(id);
  if (ticket == nullptr) return problem(404, "Not found", "no request has this id");
  const Json request = json_of(*ticket, universe_);
  if (ticket->state == TicketState::waiting) {
    stats_.late.add();
    return problem_with({504, "Not yet carried out",
                         "the core has the request and has said nothing of it; ask for its id"},
                        {}, request);
  }
  if (ticket->state == TicketState::lost)
    return problem_with({500, "Outcome lost",
                         "what the core said was overwritten before it was read; look at what "
                         "stands at the target"},
                        {}, request);
  if (ticket->state == TicketState::proposed) {
    Response proposed = json_response(request);
    proposed.status = 202;
    return proposed;
  }
  if (ticket->state == TicketState::declined || ticket->outcome == ControlOutcome::applied ||
      ticket->outcome == ControlOutcome::previewed)
    return json_response(request);
  return problem_with(kOutcomeProblems[static_cast<std::size_t>(ticket->outcome)], {}, request);
}

Response AdminApi::one_request(std::string_view id) const {
  const std::optional<std::uint64_t> number = number_in(id);
  const Ticket* ticket = number ? requests_.find(*number) : nullptr;
  if (ticket == nullptr) return problem(404, "Not found", "no request has this id");
  return json_response(json_of(*ticket, universe_));
}

Response AdminApi::newest_requests() const {
  Json page = Json::array();
  for (auto at = requests_.tickets().rbegin();
       at != requests_.tickets().rend() && page.size() < kPage; ++at)
    page.push_back(json_of(at->second, universe_));
  return json_response({{"requests", std::move(page)}});
}

Response AdminApi::control_state(std::string_view target) const {
  const Json json = control_state_of(target, requests_.states(), universe_);
  if (json.is_null())
    return problem(404, "Not found", "no index, instrument or series is so named");
  return json_response(json);
}

void AdminApi::audit_call(const AdminCall& call, std::string_view author, const Response& response,
                          TimeNs now) {
  LineBudget& budget = author.empty() ? stranger_lines_ : known_lines_;
  if (!budget.take(now)) return;
  Json line{
      {"event", "call"}, {"time", utc_text(clock_.published(now))}, {"address", call.address}};
  if (!author.empty()) line["author"] = author;
  line["method"] = call.method;
  line["path"] = path_of(call.target).substr(0, kPathBytesMax);
  line["status"] = response.status;
  if (response.status >= 400) line["problem"] = Json::parse(response.body).at("detail");
  if (const std::uint64_t left_out = budget.take_left_out(); left_out > 0)
    line["left_out"] = left_out;
  static_cast<void>(audit_.write(line));  // it changes nothing, so the answer may go without
}

}  // namespace indexcast::server
