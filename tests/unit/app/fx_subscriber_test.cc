#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "server/app/fx_sources.h"
#include "tests/support/curve_keys.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

// A real publisher on any free port, and the subscriber that a site would run.
class FxSubscriberTest : public testing::Test {
 protected:
  FxSubscriberTest() {
    source_.set(zmq::sockopt::linger, 0);
    source_.bind("tcp://127.0.0.1:*");
    settings_.series = "HKDCNY";
    settings_.sources = {"nowhere", source_.get(zmq::sockopt::last_endpoint)};
    subscriber_ = std::make_unique<FxSubscriber>(settings_, 1, 1, ring_, core_);
    // XPUB tells of the subscription, so nothing is sent before it stands.
    zmq::message_t subscription;
    static_cast<void>(source_.recv(subscription));
    EXPECT_EQ(subscription.to_string().substr(1), "fx/HKDCNY/");
  }

  void publish(const std::string& payload, const std::string& topic = "fx/HKDCNY/") {
    source_.send(zmq::buffer(topic), zmq::send_flags::sndmore);
    source_.send(zmq::buffer(payload));
  }
  static std::string rate(const std::string& series, std::int64_t value, std::uint64_t time = 77) {
    v1::FxRate message;
    message.set_series(series);
    message.set_rate(value);
    message.set_time(time);
    message.set_sequence(5);
    return message.SerializeAsString();
  }
  void take(int messages) {
    while (messages > 0) messages -= static_cast<int>(subscriber_->do_work(TimeNs{42}));
  }

  zmq::context_t context_;
  zmq::socket_t source_{context_, zmq::socket_type::xpub};
  FxSettings settings_;
  SpscRing<MarketEvent> ring_{4};
  Waker core_;
  std::unique_ptr<FxSubscriber> subscriber_;
};

TEST_F(FxSubscriberTest, HandsOnEachRateWithTheRankOfItsSource) {
  publish(rate("HKDCNY", 92'310'000));
  take(1);
  const MarketEvent* event = ring_.front();
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->kind, EventKind::fx);
  EXPECT_EQ(event->instrument, 1u);
  EXPECT_EQ(event->channel, 1u);
  EXPECT_EQ(event->value[0], 92'310'000);
  EXPECT_EQ(event->receive_time, TimeNs{42});
  EXPECT_EQ(event->exchange_time, TimeNs{77});
  EXPECT_EQ(event->feed_sequence, 5u);
}

TEST_F(FxSubscriberTest, CountsMessagesThatAreNoRateOfItsSeries) {
  publish("\xff\xff\xff");
  publish(rate("USDCNY", 720'000'000));
  source_.send(zmq::str_buffer("fx/HKDCNY/"));  // no payload
  source_.send(zmq::str_buffer("fx/HKDCNY/"), zmq::send_flags::sndmore);
  source_.send(zmq::str_buffer("a"), zmq::send_flags::sndmore);
  source_.send(zmq::str_buffer("b"));
  take(4);
  EXPECT_EQ(subscriber_->stats().count(FxRefusal::malformed), 3u);
  EXPECT_EQ(subscriber_->stats().count(FxRefusal::other_series), 1u);
  EXPECT_EQ(ring_.front(), nullptr);
  publish(rate("HKDCNY", 92'310'000));
  take(1);
  EXPECT_NE(ring_.front(), nullptr);
}

TEST_F(FxSubscriberTest, CountsRatesThatAFullRingLoses) {
  for (int i = 1; i <= 6; ++i) publish(rate("HKDCNY", i));
  take(6);
  int held = 0;
  for (; ring_.front() != nullptr; ring_.pop()) ++held;
  EXPECT_EQ(held, 4);
  EXPECT_EQ(subscriber_->stats().count(FxRefusal::ring_full), 2u);
}

TEST_F(FxSubscriberTest, RefusesATimeAheadOfTheClock) {
  publish(rate("HKDCNY", 1, 42 + 60 * kNsPerSecond));
  publish(rate("HKDCNY", 2, 43 + 60 * kNsPerSecond));
  publish(rate("HKDCNY", 3, ~std::uint64_t{0}));
  take(3);
  EXPECT_EQ(ring_.front()->value[0], 1);
  EXPECT_EQ(subscriber_->stats().taken.get(), 1u);
  EXPECT_EQ(subscriber_->stats().count(FxRefusal::time_ahead), 2u);
}

// A publisher with CURVE that admits one key, and the subscriber with keys of the test's choice.
class FxCurveTest : public testing::Test {
 protected:
  FxCurveTest() {
    zap_.bind("inproc://zeromq.zap.01");
    zap_thread_ = std::thread([this] { answer(); });
    source_.set(zmq::sockopt::linger, 0);
    source_.set(zmq::sockopt::curve_server, true);
    source_.set(zmq::sockopt::curve_secretkey, source_key_.secret_key());
    source_.bind("tcp://127.0.0.1:*");
    endpoint_ = source_.get(zmq::sockopt::last_endpoint);
  }
  ~FxCurveTest() override {
    context_.shutdown();
    zap_thread_.join();
  }

  // ZAP (RFC 27): admits the connection whose key is that of admitted_.
  void answer() {
    try {
      for (;;) {
        std::vector<std::string> request;
        zmq::message_t frame;
        do {
          static_cast<void>(zap_.recv(frame));
          request.push_back(frame.to_string());
        } while (frame.more());
        std::array<char, 41> key{};
        zmq_z85_encode(key.data(), reinterpret_cast<const std::uint8_t*>(request.back().data()),
                       32);
        const bool good = admitted_.public_key() == key.data();
        const std::string answer[]{"1.0", request[1], good ? "200" : "400", "", "", ""};
        for (std::size_t i = 0; i < 6; ++i)
          zap_.send(zmq::buffer(answer[i]),
                    i < 5 ? zmq::send_flags::sndmore : zmq::send_flags::none);
      }
    } catch (const zmq::error_t&) {
      zap_.close();
    }
  }

  std::unique_ptr<FxSubscriber> subscriber(const std::string& server_key,
                                           const test::CurveKeys& own) {
    FxSettings settings{.series = "HKDCNY", .sources = {endpoint_}};
    settings.curve = {{endpoint_, server_key, folder_.write("fx.key", own.secret_key() + "\n")}};
    return std::make_unique<FxSubscriber>(settings, 0, 1, ring_, core_);
  }
  void publish() {
    v1::FxRate message;
    message.set_series("HKDCNY");
    message.set_rate(92'310'000);
    source_.send(zmq::str_buffer("fx/HKDCNY/"), zmq::send_flags::sndmore);
    source_.send(zmq::buffer(message.SerializeAsString()), zmq::send_flags::none);
  }
  // Publishes until `done`, or for ten seconds.
  template <class Done>
  bool until(FxSubscriber& subscriber, const Done& done) {
    for (int i = 0; i < 1'000 && !done(); ++i) {
      publish();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      subscriber.do_work(TimeNs{42});
    }
    return done();
  }
  bool refuses_handshake(FxSubscriber& subscriber) {
    const bool refused =
        until(subscriber, [&] { return subscriber.stats().count(FxRefusal::handshake) != 0; });
    return refused && ring_.front() == nullptr;
  }

  test::CurveKeys source_key_;
  test::CurveKeys admitted_;
  TemporaryFolder folder_;
  zmq::context_t context_;
  zmq::socket_t zap_{context_, zmq::socket_type::rep};
  zmq::socket_t source_{context_, zmq::socket_type::pub};
  std::thread zap_thread_;
  std::string endpoint_;
  SpscRing<MarketEvent> ring_{4};
  Waker core_;
};

TEST_F(FxCurveTest, ReceivesRatesOfAnEncryptedSource) {
  const auto good = subscriber(source_key_.public_key(), admitted_);
  ASSERT_TRUE(until(*good, [&] { return ring_.front() != nullptr; }));
  EXPECT_EQ(ring_.front()->value[0], 92'310'000);
  EXPECT_EQ(good->stats().count(FxRefusal::handshake), 0u);
}

TEST_F(FxCurveTest, IgnoresASourceWithAnotherKey) {
  const auto misled = subscriber(test::CurveKeys().public_key(), admitted_);
  EXPECT_TRUE(refuses_handshake(*misled));
}

TEST_F(FxCurveTest, CountsASourceThatDoesNotAdmitThisServer) {
  const auto stranger = subscriber(source_key_.public_key(), test::CurveKeys());
  EXPECT_TRUE(refuses_handshake(*stranger));
}

TEST_F(FxCurveTest, ReceivesNothingFromAnEncryptedSourceWithoutKeys) {
  const FxSettings settings{.series = "HKDCNY", .sources = {endpoint_}};
  FxSubscriber plain(settings, 0, 1, ring_, core_);
  EXPECT_TRUE(refuses_handshake(plain));
}

TEST_F(FxCurveTest, IgnoresAnUnencryptedSourceWithKeys) {
  zmq::socket_t open(context_, zmq::socket_type::pub);
  open.set(zmq::sockopt::linger, 0);
  open.bind("tcp://127.0.0.1:*");
  endpoint_ = open.get(zmq::sockopt::last_endpoint);
  const auto strict = subscriber(source_key_.public_key(), admitted_);
  EXPECT_TRUE(refuses_handshake(*strict));
}

TEST_F(FxCurveTest, NamesTheLineOfAnInvalidKeyFile) {
  FxSettings settings{.series = "HKDCNY", .sources = {endpoint_}};
  const std::string path = folder_.write("fx.key", "# ours\nshort\n");
  settings.curve = {{endpoint_, source_key_.public_key(), path}};
  try {
    FxSubscriber(settings, 0, 1, ring_, core_);
    FAIL() << "no key";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).find(path + ":2:secret_key: must be a key"), 0u)
        << error.what();
  }
}

TEST(FxSubscriber, NamesARefusedEndpoint) {
  SpscRing<MarketEvent> ring{4};
  Waker core;
  const FxSettings settings{.series = "HKDCNY", .sources = {"tcp://nonsense"}};
  try {
    FxSubscriber(settings, 0, 1, ring, core);
    FAIL() << "no address";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("tcp://nonsense"), std::string::npos);
  }
}

}  // namespace
}  // namespace indexcast::server
