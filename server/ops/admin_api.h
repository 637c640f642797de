// The administrative interface without its sockets: who may call, and what each path answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "server/access/line_budget.h"
#include "server/access/token_file.h"
#include "server/ops/control_requests.h"
#include "server/ops/service_control.h"
#include "server/web/response.h"

namespace indexcast::server {

// A call as it came; the texts outlive it.
struct AdminCall {
  std::string_view method;  // "POST"
  std::string_view target;  // path, and perhaps a query
  std::string_view authorization;
  std::string_view content_type;
  std::string_view body;
  std::string address;  // of the caller
};

// A request that the core was given: its answer comes later.
struct Awaited {
  std::uint64_t id = 0;
};

// One thread; everything it is given outlives it.
class AdminApi {
 public:
  // Newest requests on a page, and the longest path that is answered.
  static constexpr std::size_t kPage = 100;
  static constexpr std::size_t kPathBytesMax = 256;

  AdminApi(ControlRequests& requests, const Universe& universe, const TokenOwners& owners,
           Audit& audit, RequestStats& stats, ServiceControl& service, Clock clock)
      : requests_(requests),
        universe_(universe),
        owners_(owners),
        audit_(audit),
        stats_(stats),
        service_(service),
        clock_(std::move(clock)) {}

  // Never throws because of what a caller sends. Writes an audit line for every request that
  // ControlRequests takes and for every refused call, and for other calls as many lines as a
  // LineBudget allows.
  std::variant<Response, Awaited> take(const AdminCall& call, TimeNs now);

  // What became of a request: 200 when it was applied, previewed or declined, 202 while it waits
  // for a second person, a problem when it was refused. 504 while the core has not answered.
  Response answer(std::uint64_t id);
  bool is_waiting(std::uint64_t id) const;

 private:
  std::variant<Response, Awaited> route(const AdminCall& call, const Principal& principal,
                                        TimeNs now);
  std::variant<Response, Awaited> submit(const AdminCall& call, const Principal& principal,
                                         TimeNs now);
  std::variant<Response, Awaited> decide(std::string_view path, const AdminCall& call,
                                         const Principal& principal, TimeNs now);
  Response service_status() const;
  Response change_service(const AdminCall& call, const Principal& principal, TimeNs now);
  Response one_request(std::string_view id) const;
  Response newest_requests() const;
  Response control_state(std::string_view target) const;
  void audit_call(const AdminCall& call, std::string_view author, const Response& response,
                  TimeNs now);

  ControlRequests& requests_;
  const Universe& universe_;
  const TokenOwners& owners_;
  Audit& audit_;
  RequestStats& stats_;
  ServiceControl& service_;
  Clock clock_;
  // A person's calls and a stranger's, so that no flood hides the former.
  LineBudget known_lines_{100, kNsPerSecond / 10};
  LineBudget stranger_lines_{20, 5 * kNsPerSecond};
};

}  // namespace indexcast::server
