#include "server/ops/service_control.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <spdlog/spdlog.h>

#include <vector>

#include "server/access/printable.h"
#include "server/ops/request_parser.h"
#include "server/view/clock.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kDrain = "drain";
constexpr std::string_view kResume = "resume";

// The text of a key, or empty with what is wrong with it.
std::string text_of(const nlohmann::json& object, const char* key,
                    std::vector<std::string>& faults) {
  const auto found = object.find(key);
  if (found == object.end()) {
    faults.push_back(absl::StrCat(key, ": is missing"));
  } else if (!found->is_string()) {
    faults.push_back(absl::StrCat(key, ": must be text"));
  } else {
    return found->get<std::string>();
  }
  return {};
}

void refuse_unknown_keys(const nlohmann::json& object, std::vector<std::string>& faults) {
  for (const auto& [key, value] : object.items()) {
    if (key != "operation" && key != "reason") faults.emplace_back("a key that no request has");
  }
}

}  // namespace

absl::StatusOr<ServiceRequest> parse_service_request(std::string_view text) {
  const absl::StatusOr<nlohmann::json> read = parse_object(text);
  if (!read.ok()) return read.status();
  const nlohmann::json& object = *read;
  std::vector<std::string> faults;
  refuse_unknown_keys(object, faults);
  const std::string operation = text_of(object, "operation", faults);
  ServiceRequest request{operation == kDrain, text_of(object, "reason", faults)};
  if (!operation.empty() && operation != kDrain && operation != kResume)
    faults.emplace_back("operation: drain or resume");
  if (const auto wrong = printable_fault(request.reason, kReasonBytesMax);
      wrong && object.contains("reason"))
    faults.push_back(absl::StrCat("reason: ", *wrong));
  if (faults.empty()) return request;
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

absl::Status ServiceControl::carry_out(const ServiceRequest& request, const Principal& principal,
                                       TimeNs now, Audit& audit) {
  if (request.drain == state_.draining())
    return absl::FailedPreconditionError(request.drain ? "it is drained already"
                                                       : "it is in service already");
  const absl::Status safe = audit.write({{"event", "service"},
                                         {"time", utc_text(now)},
                                         {"author", principal.author},
                                         {"address", principal.address},
                                         {"operation", request.drain ? kDrain : kResume},
                                         {"reason", request.reason}});
  if (!safe.ok()) return safe;
  request.drain ? state_.drain(monotonic_now()) : state_.resume();
  author_ = principal.author;
  reason_ = request.reason;
  changed_ = now;
  spdlog::warn("{} by {}: {}", request.drain ? "draining" : "in service again", author_, reason_);
  return absl::OkStatus();
}

Json ServiceControl::status() const {
  Json out{{"draining", state_.draining()}};
  if (author_.empty()) return out;
  out["since"] = utc_text(changed_);
  out["author"] = author_;
  out["reason"] = reason_;
  return out;
}

}  // namespace indexcast::server
