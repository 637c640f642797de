#include "server/ops/admin_server.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "tests/unit/ops/control_fixture.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::Not;

struct Got {
  unsigned status = 0;
  std::string type;
  Json body;
};

// A real client against the real server; a core runs on a thread of its own unless a test stops it.
class AdminServerTest : public test::ControlFixture {
 protected:
  AdminServerTest() {
    TokenOwners owners;
    owners.add("wang", sha256_of("token of wang"));
    owners.add("li", sha256_of("token of li"));
    AdminSettings settings;
    settings.port = 0;
    view_.epoch = 1;
    server_ = std::make_unique<AdminServer>(
        settings, AdminParts{view_, port_, Clock(), std::move(owners), audit_, stats_, service_});
    server_->start();
    core_ = std::thread([this] {
      while (running_) {
        if (sequencer_.poll(Clock().now()) == 0) std::this_thread::yield();
      }
    });
  }
  ~AdminServerTest() override {
    server_->stop();
    stop_core();
  }
  void stop_core() {
    running_ = false;
    if (core_.joinable()) core_.join();
  }

  Got call(http::verb verb, const std::string& target, const std::string& body = {},
           const std::string& token = "token of wang",
           const std::string& type = "application/json") {
    http::request<http::string_body> request(verb, target, 11);
    request.set(http::field::host, "localhost");
    if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
    if (!body.empty()) request.set(http::field::content_type, type);
    request.body() = body;
    request.prepare_payload();
    tcp::socket socket = connect();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    return {response.result_int(), std::string(response[http::field::content_type]),
            Json::parse(response.body())};
  }
  Got post(const std::string& body, const std::string& token = "token of wang") {
    return call(http::verb::post, "/admin/v1/requests", body, token);
  }
  Got get(const std::string& target) { return call(http::verb::get, target); }

  // Sends bytes as they are, returns all that comes back until the server closes.
  std::string send_raw(const std::string& bytes) {
    tcp::socket socket = connect();
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes), error);
    socket.shutdown(tcp::socket::shutdown_send, error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }
  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), server_->port()});
    return socket;
  }

  std::string ask_for(const std::string& operation, const std::string& more = {}) const {
    return R"({"operation":")" + operation + R"(","target":"G2","reason":"drill")" + more + "}";
  }

  asio::io_context context_;
  ServiceControl service_;
  std::unique_ptr<AdminServer> server_;
  std::atomic<bool> running_{true};
  std::thread core_;
};

TEST_F(AdminServerTest, CarriesARequestOutAndSaysWhatStands) {
  const Got held = post(ask_for("hold", R"(,"expected_version":0)"));
  EXPECT_EQ(held.status, 200u) << held.body;
  EXPECT_EQ(held.body["outcome"], "applied");
  EXPECT_EQ(held.body["author"], "wang");
  const Got state = get("/admin/v1/versions/G2");
  EXPECT_EQ(state.body["version"], 1);
  EXPECT_EQ(state.body["held"], true);
  const Got again = get("/admin/v1/requests/" + held.body["id"].get<std::string>());
  EXPECT_EQ(again.body, held.body);
  EXPECT_EQ(get("/admin/v1/requests").body["requests"].size(), 1u);
}

TEST_F(AdminServerTest, ASecondPersonWithTheSameVersionGetsAConflict) {
  EXPECT_EQ(post(ask_for("hold", R"(,"expected_version":0)")).status, 200u);
  const Got second = post(ask_for("hold", R"(,"expected_version":0)"), "token of li");
  EXPECT_EQ(second.status, 409u);
  EXPECT_EQ(second.type, "application/problem+json");
  EXPECT_EQ(second.body["title"], "Stale version");
  EXPECT_EQ(second.body["request"]["version"], 1);
}

TEST_F(AdminServerTest, WhatTheCoreHasNotAnsweredIsSaidSo) {
  stop_core();
  const Got late = post(ask_for("hold", R"(,"expected_version":"any")"));
  EXPECT_EQ(late.status, 504u);
  EXPECT_EQ(late.body["title"], "Not yet carried out");
  const auto id = late.body["request"]["id"].get<std::string>();
  EXPECT_EQ(get("/admin/v1/requests/" + id).body["state"], "waiting");
  run_core();
  while (get("/admin/v1/requests/" + id).body["state"] == "waiting") std::this_thread::yield();
  EXPECT_EQ(get("/admin/v1/requests/" + id).body["outcome"], "applied");
}

TEST_F(AdminServerTest, NobodyWithoutATokenIsHeardAndTheAuditSaysSoWithoutIt) {
  EXPECT_EQ(call(http::verb::get, "/admin/v1/requests", {}, "").status, 401u);
  EXPECT_EQ(post(ask_for("hold", R"(,"expected_version":"any")"), "stolen").status, 401u);
  const auto lines = audit_lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["event"], "call");
  EXPECT_EQ(lines[1]["status"], 401);
  EXPECT_EQ(lines[1]["address"], "127.0.0.1");
  EXPECT_THAT(lines[1].dump(), Not(HasSubstr("stolen")));
  EXPECT_EQ(stats_.unauthorised.get(), 2u);
}

TEST_F(AdminServerTest, AStrangersFloodIsNoFloodOfLines) {
  for (int i = 0; i < 60; ++i) call(http::verb::get, "/admin/v1/requests", {}, "no");
  EXPECT_LT(audit_lines().size(), 30u);
}

TEST_F(AdminServerTest, AnswersHostileCallsAndGoesOn) {
  EXPECT_EQ(post("{").status, 400u);
  EXPECT_EQ(post("{}").status, 422u);
  EXPECT_EQ(
      call(http::verb::post, "/admin/v1/requests", "a=b", "token of wang", "text/plain").status,
      415u);
  EXPECT_EQ(call(http::verb::delete_, "/admin/v1/requests").status, 405u);
  EXPECT_EQ(call(http::verb::post, "/admin/v1/versions/G2", "{}").status, 405u);
  for (const char* path : {"/", "/metrics", "/admin/v1/requests/", "/admin/v1/requests/-1",
                           "/admin/v1/requests/99999999999999999999", "/admin/v1/versions/",
                           "/admin/v1/requestsx", "/admin/v1/versions/%00"})
    EXPECT_EQ(get(path).status, 404u) << path;
  EXPECT_THAT(send_raw("POST /admin/v1/requests HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"),
              HasSubstr(" 413 "));
  EXPECT_THAT(send_raw("nonsense\r\n\r\n"), HasSubstr(" 400 "));
  EXPECT_EQ(send_raw("POST /admin/v1/requests HTTP/1.1\r\nContent-Length: 10\r\n\r\n{"), "");
  EXPECT_EQ(post(ask_for("hold", R"(,"expected_version":0)")).status, 200u);
}

TEST_F(AdminServerTest, TheAuthorIsTheTokensOwner) {
  const Got forged = post(ask_for("hold", R"(,"expected_version":0,"author":"li")"));
  EXPECT_EQ(forged.status, 422u);
  EXPECT_THAT(forged.body["detail"].get<std::string>(), HasSubstr("author"));
}

}  // namespace
}  // namespace indexcast::server
