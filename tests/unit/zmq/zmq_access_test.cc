// CURVE keys and entitlements with real sockets.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <zmq.hpp>

#include "server/zmq/publisher.h"
#include "server/zmq/query_server.h"
#include "server/zmq/socket.h"
#include "tests/support/core_stub.h"
#include "tests/support/curve_keys.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using test::CurveKeys;

constexpr int kLimitMs = 10'000;

class Client {
 public:
  // Without `key`: a client that knows nothing of CURVE.
  Client(const std::string& endpoint, zmq::socket_type type, const std::string& server_key,
         const std::optional<CurveKeys>& key, const std::vector<std::string>& topics = {})
      : socket_(context_, type) {
    socket_.set(zmq::sockopt::linger, 0);
    if (key) {
      socket_.set(zmq::sockopt::curve_serverkey, server_key);
      socket_.set(zmq::sockopt::curve_publickey, key->public_key());
      socket_.set(zmq::sockopt::curve_secretkey, key->secret_key());
    }
    for (const std::string& topic : topics) socket_.set(zmq::sockopt::subscribe, topic);
    socket_.connect(endpoint);
  }
  void send(const std::string& bytes) { socket_.send(zmq::buffer(bytes), zmq::send_flags::none); }
  // The first frame of a message; empty when none comes within `limit_ms`.
  std::string receive(int limit_ms = kLimitMs) {
    socket_.set(zmq::sockopt::rcvtimeo, limit_ms);
    zmq::message_t first;
    if (!socket_.recv(first)) return {};
    zmq::message_t rest;
    for (bool more = first.more(); more; more = rest.more()) {
      if (!socket_.recv(rest)) return {};
    }
    return first.to_string();
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_;
};

class ZmqAccessTest : public testing::Test {
 protected:
  ZmqAccessTest() : settings_(make_settings()) {
    core_.publish(0, 10'000'000);
    core_.publish(1, 10'000'000);
    server_.start();
  }

  ZmqSettings make_settings() {
    ZmqSettings out;
    out.publish = "tcp://127.0.0.1:*";
    out.query = "tcp://127.0.0.1:*";
    out.linger_ms = 0;
    out.curve.secret_key = folder_.write("server.key", "# a test's\n" + server_key_.secret_key());
    out.clients.push_back(client("desk", desk_, {"995366"}, {TopicKind::level}));
    out.clients.push_back(client("watcher", watcher_, {"*"}, all_topic_kinds()));
    return out;
  }
  static ZmqClientSettings client(const std::string& name, const CurveKeys& key,
                                  std::vector<std::string> codes, std::vector<TopicKind> topics) {
    return {.name = name,
            .public_key = key.public_key(),
            .codes = std::move(codes),
            .topics = std::move(topics)};
  }

  Client subscriber(const std::optional<CurveKeys>& key, const std::vector<std::string>& topics) {
    return Client(socket_.endpoint(), zmq::socket_type::sub, server_key_.public_key(), key, topics);
  }
  Client asker(const std::optional<CurveKeys>& key) {
    return Client(server_.endpoint(), zmq::socket_type::dealer, server_key_.public_key(), key);
  }

  void turn() {
    socket_.process_events();
    core_.publish(0, 10'000'001);
    core_.publish(1, 10'000'001);
    core_.tick({1});
    while (publisher_.do_work(clock_.now()) > 0) {
    }
  }
  // Publishes both indices and heartbeats until `subscriber` has had `count` heartbeats; the topics
  // that came.
  std::set<std::string> topics_until_heartbeats(Client& subscriber, int count) {
    std::set<std::string> topics;
    const TimeNs end = clock_.now() + kLimitMs * kNsPerMs;
    while (count > 0 && clock_.now() < end) {
      turn();
      for (std::string topic; !(topic = subscriber.receive(1)).empty();) {
        topics.insert(topic);
        if (topic == "heartbeat/") --count;
      }
    }
    EXPECT_LE(count, 0) << "no heartbeat came";
    return topics;
  }
  v1::Reply ask(Client& from) {
    v1::Request request;
    request.mutable_snapshot();
    from.send(request.SerializeAsString());
    v1::Reply reply;
    reply.ParseFromString(from.receive());
    return reply;
  }
  // Until what happens on another thread has happened.
  template <class Condition>
  void await(const Condition& condition) {
    const TimeNs end = clock_.now() + kLimitMs * kNsPerMs;
    while (!condition() && clock_.now() < end) turn();
    EXPECT_TRUE(condition());
  }

  TemporaryFolder folder_;
  CurveKeys server_key_;
  CurveKeys desk_;
  CurveKeys watcher_;
  ZmqSettings settings_;
  CoreStub core_;
  Clock clock_;
  ZmqSocket socket_{settings_};
  ZmqPublisher publisher_{socket_, {}, core_.view(), clock_};
  QueryServer server_{settings_, socket_, core_.view(), clock_};
};

TEST_F(ZmqAccessTest, PublishesThePublicKeyOfItsSecretKey) {
  EXPECT_EQ(socket_.public_key(), server_key_.public_key());
}

TEST_F(ZmqAccessTest, AListedClientGetsItsTopics) {
  Client desk = subscriber(desk_, {""});
  const std::set<std::string> topics = topics_until_heartbeats(desk, 3);
  EXPECT_EQ(topics, (std::set<std::string>{"heartbeat/", "level/995366/"}));
  EXPECT_EQ(socket_.stats().clients.at("desk").connections.get(), 1u);
}

TEST_F(ZmqAccessTest, AClientWithAllRightsGetsEveryTopic) {
  Client watcher = subscriber(watcher_, {""});
  const std::set<std::string> topics = topics_until_heartbeats(watcher, 3);
  EXPECT_TRUE(topics.contains("level/995365/"));
  EXPECT_TRUE(topics.contains("level/995366/"));
}

TEST_F(ZmqAccessTest, CountsARefusedSubscription) {
  Client desk = subscriber(desk_, {"level/995365/", "grid/", "heartbeat/"});
  EXPECT_EQ(topics_until_heartbeats(desk, 3), std::set<std::string>{"heartbeat/"});
  EXPECT_EQ(socket_.stats().clients.at("desk").subscriptions_refused.get(), 2u);
}

TEST_F(ZmqAccessTest, AnUnlistedOrMissingKeyGetsNothing) {
  Client stranger = subscriber(CurveKeys(), {""});
  Client plain = subscriber(std::nullopt, {""});
  await([&] { return socket_.stats().keys_refused.get() > 0; });
  Client desk = subscriber(desk_, {"heartbeat/"});
  topics_until_heartbeats(desk, 3);
  EXPECT_EQ(stranger.receive(0), "");
  EXPECT_EQ(plain.receive(0), "");
}

TEST_F(ZmqAccessTest, RequestsAreCheckedAgainstTheSameList) {
  Client desk = asker(desk_);
  const v1::Reply reply = ask(desk);
  ASSERT_EQ(reply.snapshot().snapshots_size(), 1);
  EXPECT_EQ(reply.snapshot().snapshots(0).code(), "995366");
  Client watcher = asker(watcher_);
  EXPECT_EQ(ask(watcher).snapshot().snapshots_size(), 3);
  Client stranger = asker(CurveKeys());
  v1::Request request;
  request.mutable_snapshot();
  stranger.send(request.SerializeAsString());
  await([&] { return socket_.stats().keys_refused.get() > 0; });
  EXPECT_EQ(server_.stats().questions[0].get(), 2u);
}

TEST_F(ZmqAccessTest, ARestartedSubscriberIsAdmittedAgain) {
  {
    Client desk = subscriber(desk_, {"level/995366/", "heartbeat/"});
    topics_until_heartbeats(desk, 1);
  }
  Client desk = subscriber(desk_, {"level/995366/", "heartbeat/"});
  EXPECT_EQ(topics_until_heartbeats(desk, 3),
            (std::set<std::string>{"heartbeat/", "level/995366/"}));
}

TEST(ZmqSocketKey, NamesTheLineOfAFileWithoutAKey) {
  const TemporaryFolder folder;
  ZmqSettings settings;
  settings.curve.secret_key = folder.write("server.key", "\nnot a key\n");
  EXPECT_THROW(ZmqSocket{settings}, std::runtime_error);
  const auto secret = load_curve_secret(settings.curve.secret_key);
  EXPECT_TRUE(std::string(secret.status().message()).starts_with(settings.curve.secret_key + ":2:"))
      << secret.status();
}

}  // namespace
}  // namespace indexcast::server
