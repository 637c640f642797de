// Slow, silent and senseless peers at both sockets: the others notice nothing.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <set>
#include <zmq.hpp>

#include "server/zmq/publisher.h"
#include "server/zmq/query_server.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

constexpr int kLimitMs = 10'000;
constexpr int kPaceMs = 10;

// A connection that speaks whatever it likes.
class RawPeer {
 public:
  explicit RawPeer(const std::string& endpoint) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~RawPeer() { ::close(socket_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;
  void send(const std::string& bytes) {
    // The server may have ended the connection already.
    static_cast<void>(!::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }

 private:
  int socket_;
};

// What a peer says first, ZMTP 3.0 with the mechanism NULL, and the command READY of a SUB.
std::string greeting() {
  std::string out("\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", 16);
  out.resize(64, '\0');
  return out;
}
std::string ready(const std::string& type) {
  std::string body = "\5READY\013Socket-Type";
  body += std::string("\0\0\0", 3) + static_cast<char>(type.size()) + type;
  return std::string("\4") + static_cast<char>(body.size()) + body;
}

class ZmqHostileTest : public testing::Test {
 protected:
  ZmqHostileTest() {
    core_.publish(1, 10'000'000);
    server_.start();
    healthy_.set(zmq::sockopt::linger, 0);
    healthy_.set(zmq::sockopt::subscribe, "");
    healthy_.connect(socket_.endpoint());
    asker_.set(zmq::sockopt::rcvtimeo, kLimitMs);
    asker_.set(zmq::sockopt::linger, 0);
    asker_.connect(server_.endpoint());
    // A subscription takes its own time to arrive; one message at a time, so that few are under way
    // when it has.
    healthy_.set(zmq::sockopt::rcvtimeo, kPaceMs);
    zmq::message_t message;
    for (int i = 0; i < kLimitMs / kPaceMs && !healthy_.recv(message); ++i) tick();
    EXPECT_TRUE(message.more()) << "nothing is published";
    EXPECT_TRUE(healthy_.recv(message).has_value());
    healthy_.set(zmq::sockopt::rcvtimeo, kLimitMs);
  }
  static ZmqSettings settings() {
    ZmqSettings out;
    out.publish = "tcp://127.0.0.1:*";
    out.query = "tcp://127.0.0.1:*";
    out.send_high_water_mark = 100;
    out.requests_per_s = 1'000'000;
    out.linger_ms = 0;
    return out;
  }
  void tick() {
    core_.tick({1});
    run();
  }
  void run() {
    while (publisher_.do_work(clock_.now()) > 0) {
    }
  }
  // Both peers that mean well are served as ever.
  void expect_service() {
    const std::uint64_t sequence = core_.publish(1, 10'000'000 + next_++);
    run();
    for (v1::Level level; level.index_sequence() != sequence;) {
      zmq::message_t topic;
      zmq::message_t payload;
      ASSERT_TRUE(healthy_.recv(topic)) << "nothing is published any more";
      ASSERT_TRUE(healthy_.recv(payload));
      if (topic.to_string() == "level/995366/")
        level.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
    }
    v1::Request request;
    request.mutable_members()->set_code("995366");
    asker_.send(zmq::buffer(request.SerializeAsString()), zmq::send_flags::none);
    zmq::message_t answer;
    ASSERT_TRUE(asker_.recv(answer)) << "nothing is answered any more";
    v1::Reply reply;
    reply.ParseFromArray(answer.data(), static_cast<int>(answer.size()));
    EXPECT_EQ(reply.members().level().index_sequence(), sequence);
  }

  CoreStub core_;
  Clock clock_;
  ZmqSocket socket_{settings()};
  ZmqPublisher publisher_{socket_, {}, core_.view(), clock_};
  QueryServer server_{settings(), socket_, core_.view(), clock_};
  zmq::context_t context_;
  zmq::socket_t healthy_{context_, zmq::socket_type::sub};
  zmq::socket_t asker_{context_, zmq::socket_type::dealer};
  std::int64_t next_ = 1;
};

// Far more than ZeroMQ and the kernel hold for a subscriber who takes nothing.
TEST_F(ZmqHostileTest, ASubscriberThatNeverReadsDoesNotDelayOthers) {
  RawPeer stuck(socket_.endpoint());
  stuck.send(greeting() + ready("SUB") + std::string("\0\1\1", 3));
  for (int i = 0; i < 20'000; ++i) expect_service();
  EXPECT_EQ(publisher_.stats().send_failures.get(), 0u);
}

TEST_F(ZmqHostileTest, NoiseAtEitherSocketDoesNotDelayOthers) {
  std::mt19937 random(11);
  for (int i = 0; i < 300; ++i) {
    std::string noise(random() % 4000, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    const bool greeted = i % 3 == 0;
    RawPeer peer(i % 2 == 0 ? socket_.endpoint() : server_.endpoint());
    peer.send((greeted ? greeting() + ready(i % 2 == 0 ? "SUB" : "DEALER") : "") + noise);
    if (i % 10 == 0) expect_service();
  }
  expect_service();
}

TEST_F(ZmqHostileTest, AnUnfinishedHandshakeDoesNotDelayOthers) {
  std::vector<std::unique_ptr<RawPeer>> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(
        std::make_unique<RawPeer>(i % 2 == 0 ? socket_.endpoint() : server_.endpoint()));
    silent.back()->send(greeting().substr(0, static_cast<std::size_t>(i) % 65));
  }
  expect_service();
}

TEST_F(ZmqHostileTest, ManySubscriptionsDoNotDelayOthers) {
  zmq::socket_t greedy(context_, zmq::socket_type::sub);
  greedy.set(zmq::sockopt::linger, 0);
  greedy.connect(socket_.endpoint());
  for (int i = 0; i < 100'000; ++i)
    greedy.set(zmq::sockopt::subscribe, "level/" + std::to_string(i) + "/");
  for (int i = 0; i < 100; ++i) expect_service();
}

}  // namespace
}  // namespace indexcast::server
