// The golden basket in a running core with ControlRequests before it, on one thread and in virtual
// time.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "calc/sequencer.h"
#include "server/app/ring_sinks.h"
#include "server/ops/control_requests.h"
#include "server/ops/request_json.h"
#include "server/ops/request_parser.h"
#include "tests/support/baskets.h"

namespace indexcast::test {

// Members "A.SH" and so on of the golden basket, rate of series 1.
class ControlFixture : public testing::Test {
 protected:
  explicit ControlFixture(const std::string& audit = {}, std::size_t ring = 1 << 10)
      : folder_(testing::TempDir() + "indexcast-desk-" + std::to_string(::getpid())),
        audit_path_(audit.empty() ? folder_ + "/audit.jsonl" : audit),
        ring_(ring),
        audit_(audit_path_),
        requests_(make_view(), port_, audit_, stats_) {
    sequencer_.add_ring(port_.ring());
    engine_.start();
  }
  ~ControlFixture() override { std::filesystem::remove_all(folder_); }

  const server::ServerView& make_view() {
    view_.universe = &universe_;
    view_.ring = &ring_;
    view_.event_ring = &event_ring_;
    view_.latest = &latest_;
    view_.core = &counters_;
    view_.epoch = static_cast<std::uint64_t>(now_.ns) - 1000;
    return view_;
  }

  // What parses from an operation on the only index, and any version unless stated.
  server::ControlRequest request(const std::string& more = {}) const {
    const auto parsed = server::parse_request(
        R"({"operation":"hold","target":")" + code() + R"(","reason":"a test")" +
            (more.find("expected_version") == std::string::npos ? R"(,"expected_version":"any")"
                                                                : "") +
            (more.empty() ? "" : "," + more) + "}",
        universe_);
    EXPECT_TRUE(parsed.ok()) << std::string(parsed.status().message());
    return parsed.ok() ? *parsed : server::ControlRequest{};
  }
  server::ControlRequest release() const {
    server::ControlRequest request = this->request();
    request.operation = server::find_operation("release");
    return request;
  }
  std::string code() const { return universe_.indices()[0].code; }

  server::Submission submit(const server::ControlRequest& request,
                            const std::string& author = "wang") {
    return requests_.submit(request, {author, "127.0.0.1"}, now_);
  }
  void run_core() { sequencer_.poll(now_); }
  // Asks, lets the core work, and reads what it said.
  server::Ticket ask(const server::ControlRequest& request, const std::string& author = "wang") {
    const server::Submission submission = submit(request, author);
    run_core();
    requests_.poll(ring_.capacity());
    const server::Ticket* ticket = requests_.find(submission.id);
    EXPECT_NE(ticket, nullptr);
    return ticket == nullptr ? server::Ticket{} : *ticket;
  }
  std::vector<server::Json> audit_lines() const {
    std::vector<server::Json> lines;
    std::ifstream file(audit_path_);
    for (std::string line; std::getline(file, line);) lines.push_back(server::Json::parse(line));
    return lines;
  }

  TimeNs now_{china_time(20250402, 10 * 3600 * 1000)};
  std::string folder_;
  std::string audit_path_;
  Universe universe_{{golden_basket()}};
  BroadcastRing ring_;
  BroadcastRing event_ring_{64};
  LatestTable latest_{1};
  CoreCounters counters_;
  server::BroadcastSink sink_{ring_, event_ring_, latest_, server::Clock()};
  Engine engine_{universe_, {}, sink_, counters_};
  Sequencer sequencer_{engine_, nullptr, kNsPerSecond};
  server::Waker waker_;
  server::ControlPort port_{waker_};
  server::ServerView view_;
  server::Audit audit_;
  server::RequestStats stats_;
  server::ControlRequests requests_;
};

}  // namespace indexcast::test
