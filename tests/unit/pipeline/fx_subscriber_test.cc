#include "server/pipeline/fx_subscriber.h"

#include <gtest/gtest.h>

#include <string>

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
  static std::string rate(const std::string& series, std::int64_t value) {
    v1::FxRate message;
    message.set_series(series);
    message.set_rate(value);
    message.set_time(77);
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

TEST_F(FxSubscriberTest, WhatIsNoRateOfItsSeriesIsCountedAndHarmless) {
  publish("\xff\xff\xff");
  publish(rate("USDCNY", 720'000'000));
  source_.send(zmq::str_buffer("fx/HKDCNY/"));  // no payload
  source_.send(zmq::str_buffer("fx/HKDCNY/"), zmq::send_flags::sndmore);
  source_.send(zmq::str_buffer("a"), zmq::send_flags::sndmore);
  source_.send(zmq::str_buffer("b"));
  take(4);
  EXPECT_EQ(subscriber_->malformed(), 4u);
  EXPECT_EQ(ring_.front(), nullptr);
  publish(rate("HKDCNY", 92'310'000));
  take(1);
  EXPECT_NE(ring_.front(), nullptr);
}

TEST_F(FxSubscriberTest, AFullRingLosesRatesAndNothingElse) {
  for (int i = 1; i <= 6; ++i) publish(rate("HKDCNY", i));
  take(6);
  int held = 0;
  for (; ring_.front() != nullptr; ring_.pop()) ++held;
  EXPECT_EQ(held, 4);
}

TEST(FxSubscriber, ARefusedEndpointIsNamed) {
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
