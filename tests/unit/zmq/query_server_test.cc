#include "server/zmq/query_server.h"

#include <gtest/gtest.h>

#include <zmq_addon.hpp>

#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

constexpr int kLimitMs = 10'000;

std::string members_request(std::uint64_t id) {
  v1::Request request;
  request.set_request_id(id);
  request.mutable_members()->set_code("995366");
  return request.SerializeAsString();
}

class QueryClient {
 public:
  QueryClient(const std::string& endpoint, zmq::socket_type type) : socket_(context_, type) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, kLimitMs);
    socket_.set(zmq::sockopt::sndtimeo, kLimitMs);
    socket_.connect(endpoint);
  }
  void send(const std::vector<std::string>& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto more = i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
      ASSERT_TRUE(socket_.send(zmq::buffer(frames[i]), more).has_value());
    }
  }
  // The frames of one answer; none when it does not come.
  std::vector<std::string> receive() {
    std::vector<zmq::message_t> frames;
    if (!zmq::recv_multipart(socket_, std::back_inserter(frames))) return {};
    std::vector<std::string> out;
    for (const zmq::message_t& frame : frames) out.push_back(frame.to_string());
    return out;
  }
  v1::Reply reply() {
    v1::Reply out;
    const std::vector<std::string> frames = receive();
    EXPECT_FALSE(frames.empty()) << "no answer";
    EXPECT_TRUE(frames.empty() || out.ParseFromString(frames.back()));
    return out;
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

class QueryServerTest : public testing::Test {
 protected:
  QueryServerTest() {
    core_.publish(1, 10'000'000);
    server_.start();
  }
  static ZmqSettings settings() {
    ZmqSettings out;
    out.publish = "tcp://127.0.0.1:*";
    out.query = "tcp://127.0.0.1:*";
    out.requests_per_s = 1'000'000;
    out.answer_high_water_mark = 2;
    out.linger_ms = 0;
    return out;
  }

  CoreStub core_;
  ZmqSocket socket_{settings()};
  QueryServer server_{settings(), socket_, core_.view(), Clock()};
};

TEST_F(QueryServerTest, AnswersARequestWithAndWithoutADelimiter) {
  QueryClient dealer(server_.endpoint(), zmq::socket_type::dealer);
  dealer.send({members_request(1)});
  EXPECT_EQ(dealer.receive().size(), 1u);
  dealer.send({"", members_request(2)});
  const std::vector<std::string> frames = dealer.receive();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0], "");
  QueryClient req(server_.endpoint(), zmq::socket_type::req);
  req.send({members_request(3)});
  const v1::Reply reply = req.reply();
  EXPECT_EQ(reply.request_id(), 3u);
  EXPECT_EQ(reply.members().level().level(), 10'000'000);
}

TEST_F(QueryServerTest, AnswersInTheOrderOfTheRequests) {
  QueryClient dealer(server_.endpoint(), zmq::socket_type::dealer);
  for (std::uint64_t id = 1; id <= 2; ++id) dealer.send({members_request(id)});
  for (std::uint64_t id = 1; id <= 2; ++id) EXPECT_EQ(dealer.reply().request_id(), id);
}

TEST_F(QueryServerTest, RefusesMalformedMessages) {
  QueryClient dealer(server_.endpoint(), zmq::socket_type::dealer);
  const std::vector<std::vector<std::string>> garbage{{""},
                                                      {"", ""},
                                                      {"noise"},
                                                      {members_request(1), members_request(2)},
                                                      {"", members_request(1), ""},
                                                      std::vector<std::string>(5000, "x"),
                                                      {std::string(40'000, 'x')}};
  for (const std::vector<std::string>& frames : garbage) {
    dealer.send(frames);
    EXPECT_TRUE(dealer.reply().has_refusal());
  }
  dealer.send({members_request(9)});
  EXPECT_EQ(dealer.reply().request_id(), 9u);
}

TEST_F(QueryServerTest, AnOversizedMessageDoesNotDelayOtherClients) {
  QueryClient other(server_.endpoint(), zmq::socket_type::dealer);
  QueryClient large(server_.endpoint(), zmq::socket_type::dealer);
  large.send({std::string(100'000, 'x')});
  other.send({members_request(1)});
  EXPECT_EQ(other.reply().request_id(), 1u);
  QueryClient again(server_.endpoint(), zmq::socket_type::dealer);
  again.send({members_request(2)});
  EXPECT_EQ(again.reply().request_id(), 2u);
  EXPECT_EQ(server_.stats().refusals[v1::REFUSAL_REASON_TOO_LARGE].get(), 0u)
      << "ZeroMQ has not let it in";
}

// Thousands of answers of 500 levels that nobody takes fill what the kernel and ZeroMQ hold.
TEST_F(QueryServerTest, AClientThatDoesNotReadDoesNotDelayOthers) {
  for (int i = 0; i < 600; ++i) core_.publish(1, 10'000'000 + i);
  v1::Request request;
  request.mutable_replay()->set_code("995366");
  request.mutable_replay()->set_from(1);
  const std::string bytes = request.SerializeAsString();
  QueryClient stuck(server_.endpoint(), zmq::socket_type::dealer);
  QueryClient healthy(server_.endpoint(), zmq::socket_type::dealer);
  for (std::uint64_t id = 1; server_.stats().unsent.get() == 0 && id < 20'000; ++id) {
    stuck.send({bytes});
    healthy.send({members_request(id)});
    ASSERT_EQ(healthy.reply().request_id(), id);
  }
  EXPECT_GT(server_.stats().unsent.get(), 0u);
}

TEST_F(QueryServerTest, KeepsClientsConnectedAcrossDays) {
  QueryClient dealer(server_.endpoint(), zmq::socket_type::dealer);
  dealer.send({members_request(1)});
  EXPECT_EQ(dealer.reply().epoch(), kStubEpoch);
  CoreStub next;
  next.publish(1, 20'000'000);
  ServerView view = next.view();
  view.epoch = kStubEpoch + 1;
  server_.switch_day(view, Clock());
  dealer.send({members_request(2)});
  const v1::Reply reply = dealer.reply();
  EXPECT_EQ(reply.epoch(), kStubEpoch + 1);
  EXPECT_EQ(reply.members().level().level(), 20'000'000);
  server_.stop();
}

TEST_F(QueryServerTest, RefusesAnEndpointThatIsInUse) {
  ZmqSettings taken = settings();
  taken.query = server_.endpoint();
  EXPECT_THROW(QueryServer(taken, socket_, core_.view(), Clock()), std::runtime_error);
}

}  // namespace
}  // namespace indexcast::server
