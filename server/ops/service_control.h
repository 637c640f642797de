// Takes the server out of service and back, on request of an operator
// (server/view/service_state.h).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "server/ops/control_requests.h"
#include "server/ops/request_json.h"
#include "server/view/service_state.h"

namespace indexcast::server {

// What an operator asks of the server itself. No level depends on it, so it is none of the core's
// inputs and not in the journal; the audit has it.
struct ServiceRequest {
  bool drain = false;  // else: resume
  std::string reason;
};

// Any bytes. DataLoss when they are no JSON object; InvalidArgument, with every fault as
// "key: what", one a line, when the object is no request.
absl::StatusOr<ServiceRequest> parse_service_request(std::string_view text);

// Outlives the days: who drained a server has drained it for the next one too. One thread, but for
// the state, which any may read.
class ServiceControl {
 public:
  const ServiceState& state() const { return state_; }

  // `now` is of the wall clock. FailedPrecondition when the server is in that state already;
  // ResourceExhausted, and nothing was done, when the audit refuses the line.
  absl::Status carry_out(const ServiceRequest& request, const Principal& principal, TimeNs now,
                         Audit& audit);
  // Whether the server is drained, with time, author and reason once an operator has changed it.
  Json status() const;

 private:
  ServiceState state_;
  std::string author_;
  std::string reason_;
  TimeNs changed_{};
};

}  // namespace indexcast::server
