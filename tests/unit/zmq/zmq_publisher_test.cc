#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <zmq.hpp>

#include "server/messages/heartbeat.h"
#include "server/zmq/publisher.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

constexpr int kReceiveLimitMs = 5000;

class Subscriber {
 public:
  Subscriber(const std::string& endpoint, const std::vector<std::string>& topics) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, kReceiveLimitMs);
    for (const std::string& topic : topics) socket_.set(zmq::sockopt::subscribe, topic);
    socket_.connect(endpoint);
  }

  // The payload of the next message, whose topic must be `topic`.
  template <class Message>
  Message expect(const std::string& topic) {
    zmq::message_t name;
    zmq::message_t payload;
    Message message;
    EXPECT_TRUE(socket_.recv(name).has_value()) << "waiting for " << topic;
    EXPECT_EQ(name.to_string(), topic);
    EXPECT_TRUE(name.more());
    if (!name.more()) return message;
    EXPECT_TRUE(socket_.recv(payload).has_value());
    EXPECT_FALSE(payload.more());
    EXPECT_TRUE(message.ParseFromArray(payload.data(), static_cast<int>(payload.size())));
    return message;
  }

  // Topic and payload of whatever comes next.
  std::pair<std::string, std::string> next() {
    zmq::message_t name;
    zmq::message_t payload;
    EXPECT_TRUE(socket_.recv(name).has_value());
    EXPECT_TRUE(name.more() && socket_.recv(payload).has_value());
    return {name.to_string(), payload.to_string()};
  }

  // Reads until `done(topic)`; the publisher's thread is the caller's.
  std::optional<std::string> poll_topic() {
    zmq::message_t name;
    if (!socket_.recv(name, zmq::recv_flags::dontwait)) return std::nullopt;
    zmq::message_t payload;
    EXPECT_TRUE(socket_.recv(payload).has_value());
    return name.to_string();
  }

 private:
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
};

class ZmqPublisherTest : public testing::Test {
 protected:
  explicit ZmqPublisherTest(std::size_t ring = 1 << 12,
                            std::vector<IndexDefinition> definitions = stub_definitions())
      : core_(ring, std::move(definitions)) {}

  static ZmqSettings settings() {
    ZmqSettings out;
    out.publish = "tcp://127.0.0.1:*";
    return out;
  }

  void run() {
    while (publisher_.do_work({}) > 0) {
    }
  }

  // A subscription takes its own time to arrive: heartbeats until one comes through.
  void settle(Subscriber& subscriber) {
    for (;;) {
      core_.tick({1});
      run();
      if (subscriber.poll_topic()) break;
    }
    core_.tick({kLast});
    run();
    while (subscriber.expect<v1::Heartbeat>("heartbeat/").instant() != kLast) {
    }
  }

  static constexpr std::int64_t kLast = 42;
  CoreStub core_;
  Clock clock_;
  ZmqSocket socket_{settings()};
  ZmqPublisher publisher_{socket_, {}, core_.view(), clock_};
};

TEST_F(ZmqPublisherTest, SendsTopicAndPayload) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "level/995366/"});
  settle(subscriber);
  LevelUpdate update = core_.make_level(1, 10'123'456);
  update.receive_time = clock_.now();
  core_.publish(0, 10'000'000);  // of another index: not subscribed
  core_.publish(update);
  run();
  const auto level = subscriber.expect<v1::Level>("level/995366/");
  EXPECT_EQ(level.code(), "995366");
  EXPECT_EQ(level.level(), 10'123'456);
  EXPECT_EQ(level.index_sequence(), 1u);
  EXPECT_EQ(level.stream_sequence(), core_.ring.head());
  EXPECT_GE(level.publish_time(), update.receive_time.ns);
  EXPECT_EQ(publisher_.stats().levels.get(), 2u);
  EXPECT_EQ(publisher_.stats().cursor.get(), core_.ring.head());
  EXPECT_EQ(publisher_.stats().tick_to_publish.snapshot()->count(), 1u);
}

TEST_F(ZmqPublisherTest, AHeartbeatHasTheSequenceOfEveryIndex) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/"});
  settle(subscriber);
  core_.publish(1, 10);
  core_.publish(1, 20);
  core_.tick({1'000'000'000});
  run();
  const auto heartbeat = subscriber.expect<v1::Heartbeat>("heartbeat/");
  EXPECT_EQ(heartbeat.epoch(), kStubEpoch);
  EXPECT_EQ(heartbeat.instant(), 1'000'000'000);
  EXPECT_EQ(heartbeat.stream_sequence(), core_.ring.head());
  EXPECT_EQ(heartbeat.pages(), 1u);
  ASSERT_EQ(heartbeat.indices_size(), 3);
  EXPECT_EQ(heartbeat.indices(0).index_sequence(), 0u);
  EXPECT_EQ(heartbeat.indices(1).code(), "995366");
  EXPECT_EQ(heartbeat.indices(1).index_sequence(), 2u);
}

TEST_F(ZmqPublisherTest, SendsRecordsUnderTheirTopics) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "status/995366/", "definition/",
                                             "correction/995366/", "pending/995366/"});
  settle(subscriber);
  core_.write_event(1, DefinitionChanged{});
  StatusChanged change;
  change.header.detail = static_cast<std::uint8_t>(IndexStatus::open);
  change.header.detail2 = static_cast<std::uint8_t>(IndexStatus::indicative);
  change.header.detail3 = static_cast<std::uint8_t>(Cause::market);
  change.index_sequence = 7;
  change.flags = kPartialMarket;
  change.quotable = true;
  core_.write_event(1, change);
  Correction correction;
  correction.header.detail2 = 4;
  correction.from_sequence = 3;
  correction.to_sequence = 5;
  correction.published = {10'000'000};
  correction.corrected = {10'000'001};
  correction.control_id = 11;
  core_.write_event(1, correction);
  core_.tick({1});
  run();
  const auto definition = subscriber.expect<v1::DefinitionChanged>("definition/995366/");
  EXPECT_EQ(definition.record_sequence(), 1u);
  EXPECT_EQ(definition.definition().code(), "995366");
  EXPECT_EQ(definition.definition().provenance(), "the disclosed ten, rescaled");
  EXPECT_EQ(definition.definition().member_count(), 3u);
  const auto status = subscriber.expect<v1::StatusChanged>("status/995366/");
  EXPECT_EQ(status.epoch(), kStubEpoch);
  EXPECT_EQ(status.record_sequence(), 2u);
  EXPECT_EQ(status.code(), "995366");
  EXPECT_EQ(status.status(), v1::INDEX_STATUS_OPEN);
  EXPECT_EQ(status.previous_status(), v1::INDEX_STATUS_INDICATIVE);
  EXPECT_EQ(status.cause(), v1::CAUSE_MARKET);
  EXPECT_EQ(status.index_sequence(), 7u);
  EXPECT_EQ(status.flags(), static_cast<std::uint32_t>(kPartialMarket));
  EXPECT_TRUE(status.quotable());
  EXPECT_EQ(status.trade_date(), kStubDate);
  const auto corrected = subscriber.expect<v1::Correction>("correction/995366/");
  EXPECT_EQ(corrected.record_sequence(), 3u);
  EXPECT_EQ(corrected.published(), 10'000'000);
  EXPECT_EQ(corrected.corrected(), 10'000'001);
  EXPECT_EQ(corrected.decimals(), 4u);
  EXPECT_EQ(corrected.control_id(), 11u);
  const auto heartbeat = subscriber.expect<v1::Heartbeat>("heartbeat/");
  EXPECT_EQ(heartbeat.indices(1).record_sequence(), 3u);
  EXPECT_EQ(heartbeat.indices(0).record_sequence(), 0u);
  EXPECT_EQ(publisher_.stats().records.get(), 3u);
}

TEST_F(ZmqPublisherTest, SendsAPendingPriceWithAllItsFields) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "pending/995366/"});
  settle(subscriber);
  PendingPrice pending;
  pending.header.detail = static_cast<std::uint8_t>(Decision::accepted);
  pending.header.detail2 = static_cast<std::uint8_t>(DecisionReason::stays_outside);
  pending.header.detail3 = static_cast<std::uint8_t>(DecisionSubject::price);
  pending.header.input_sequence = 77;
  pending.instrument = 2;
  pending.impact = 9'120;
  pending.price = {8'000'000};
  pending.reference = {5'920'000};
  pending.exchange_time = {3};
  pending.receive_time = {4};
  core_.write_event(1, pending);
  run();
  const auto waiting = subscriber.expect<v1::PendingPrice>("pending/995366/");
  EXPECT_EQ(waiting.epoch(), kStubEpoch);
  EXPECT_EQ(waiting.record_sequence(), 1u);
  EXPECT_EQ(waiting.code(), "995366");
  EXPECT_EQ(waiting.trade_date(), kStubDate);
  EXPECT_EQ(waiting.subject(), v1::DECISION_SUBJECT_PRICE);
  EXPECT_EQ(waiting.decision(), v1::DECISION_ACCEPTED);
  EXPECT_EQ(waiting.reason(), v1::DECISION_REASON_STAYS_OUTSIDE);
  EXPECT_EQ(waiting.symbol(), core_.universe.instruments()[2].symbol);
  EXPECT_EQ(waiting.price(), 8'000'000);
  EXPECT_EQ(waiting.reference(), 5'920'000);
  EXPECT_EQ(waiting.impact(), 9'120u);
  EXPECT_EQ(waiting.input_sequence(), 77u);
  EXPECT_EQ(waiting.exchange_time(), 3);
  EXPECT_EQ(waiting.receive_time(), 4);
}

// The ring of the stub keeps 64.
TEST_F(ZmqPublisherTest, NamesSkippedRecords) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "status/995366/", "skipped/995366/"});
  settle(subscriber);
  for (int i = 0; i < 100; ++i) core_.write_event(1, StatusChanged{});
  run();
  const auto skipped = subscriber.expect<v1::Skipped>("skipped/995366/");
  EXPECT_EQ(skipped.kind(), v1::STREAM_KIND_RECORD);
  EXPECT_EQ(skipped.from(), 1u);
  EXPECT_EQ(subscriber.expect<v1::StatusChanged>("status/995366/").record_sequence(),
            skipped.to() + 1);
}

TEST_F(ZmqPublisherTest, AGridHasTheLevelsOfItsInstant) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "grid/995366/", "skipped/"});
  settle(subscriber);
  core_.publish(1, 10'000'001);
  core_.tick({kNsPerSecond});
  core_.publish(1, 10'000'002);
  core_.tick({kNsPerSecond + 1});  // no instant of the grid
  core_.tick({2 * kNsPerSecond});
  core_.tick({3 * kNsPerSecond});
  run();
  std::vector<v1::Grid> grids;
  for (int beats = 0; grids.size() < 3;) {
    const auto next = subscriber.next();
    if (next.first == "heartbeat/") {
      ASSERT_LT(++beats, 5);
      continue;
    }
    ASSERT_EQ(next.first, "grid/995366/");
    ASSERT_TRUE(grids.emplace_back().ParseFromString(next.second));
  }
  EXPECT_EQ(grids[0].level().level(), 10'000'001) << "before what came after the instant";
  EXPECT_EQ(grids[0].grid_instant(), kNsPerSecond);
  EXPECT_EQ(grids[0].pace_ms(), 1000u);
  EXPECT_EQ(grids[1].level().level(), 10'000'002);
  EXPECT_EQ(grids[1].level().index_sequence(), 2u);
  EXPECT_EQ(grids[2].level().index_sequence(), 2u) << "an index that rests is there too";
  EXPECT_EQ(publisher_.stats().grids.get(), 3u) << "and one without a level is not";
}

TEST_F(ZmqPublisherTest, NamesMissedInstantsOfTheGrid) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "skipped/995366/"});
  settle(subscriber);
  core_.publish(1, 10'000'001);
  core_.tick({kNsPerSecond});
  core_.tick({5 * kNsPerSecond});
  run();
  for (int beats = 0; beats < 2; ++beats) subscriber.expect<v1::Heartbeat>("heartbeat/");
  const auto skipped = subscriber.expect<v1::Skipped>("skipped/995366/");
  EXPECT_EQ(skipped.kind(), v1::STREAM_KIND_GRID);
  EXPECT_EQ(skipped.from(), static_cast<std::uint64_t>(2 * kNsPerSecond));
  EXPECT_EQ(skipped.to(), static_cast<std::uint64_t>(4 * kNsPerSecond));
}

// Due times of short heartbeats in virtual time, with a core whose turns the test counts.
class ShortHeartbeatsTest : public testing::Test {
 protected:
  ShortHeartbeatsTest() {
    view_.core_turns = &turns_;
    view_.short_heartbeat_ms = 250;
  }
  // Milliseconds at which a heartbeat was due, checked every millisecond from 1 to `end_ms`.
  std::vector<std::int64_t> due_until(std::int64_t end_ms) {
    ShortHeartbeats heartbeats(view_);
    std::vector<std::int64_t> out;
    for (std::int64_t ms = 1; ms <= end_ms; ++ms) {
      if (ms < hangs_from_ms_) ++turns_;
      if (ms % 1000 == 0 && ms < hangs_from_ms_) heartbeats.on_table({ms * kNsPerMs});
      if (heartbeats.take_due({ms * kNsPerMs})) out.push_back(ms);
    }
    return out;
  }

  ServerView view_;
  std::atomic<std::uint64_t> turns_{0};
  std::int64_t hangs_from_ms_ = 1'000'000;
};

TEST_F(ShortHeartbeatsTest, AreSentBetweenTwoTables) {
  EXPECT_THAT(due_until(2'100), testing::ElementsAre(250, 500, 750, 1250, 1500, 1750));
}

TEST_F(ShortHeartbeatsTest, StopWhenTheCoreHangs) {
  hangs_from_ms_ = 1'300;
  EXPECT_THAT(due_until(60'000), testing::ElementsAre(250, 500, 750, 1250, 1500))
      << "one more at most, for the turns since the last";
}

TEST_F(ShortHeartbeatsTest, AreNotSentWhenDisabled) {
  view_.short_heartbeat_ms = 0;
  EXPECT_THAT(due_until(5'000), testing::IsEmpty());
}

TEST_F(ZmqPublisherTest, AShortHeartbeatHasReadinessAndNoTable) {
  std::atomic<std::uint64_t> turns{0};
  ServerView view = core_.view();
  view.core_turns = &turns;
  view.short_heartbeat_ms = 250;
  ZmqSocket socket(settings());
  ZmqPublisher publisher(socket, {}, view, clock_);
  Subscriber subscriber(socket.endpoint(), {"heartbeat/"});
  for (IndexId index = 0; index < 3; ++index) core_.publish(index, 10);
  TimeNs now = clock_.now();
  // One turn of the core and one pace later, each time.
  const auto beat = [&] {
    ++turns;
    publisher.do_work(now = now + kNsPerSecond);
  };
  while (!subscriber.poll_topic()) beat();
  core_.sse.set_state(FeedState::stale);
  core_.tick({kLast});
  beat();
  v1::Heartbeat heartbeat;
  do {
    heartbeat = subscriber.expect<v1::Heartbeat>("heartbeat/");
  } while (heartbeat.instant() != kLast);
  EXPECT_EQ(heartbeat.pages(), 1u);
  EXPECT_FALSE(heartbeat.ready()) << "a feed is stale";
  core_.sse.set_state(FeedState::live);
  beat();
  do {
    heartbeat = subscriber.expect<v1::Heartbeat>("heartbeat/");
  } while (heartbeat.publish_time() != now.ns);
  EXPECT_EQ(heartbeat.pages(), 0u);
  EXPECT_EQ(heartbeat.indices_size(), 0);
  EXPECT_TRUE(heartbeat.ready());
  EXPECT_FALSE(heartbeat.draining());
  EXPECT_EQ(heartbeat.epoch(), kStubEpoch);
  EXPECT_EQ(heartbeat.instant(), kLast) << "the core's timer, last";
  EXPECT_EQ(heartbeat.stream_sequence(), core_.ring.head());
  EXPECT_EQ(heartbeat.publish_time(), now.ns);
}

TEST_F(ZmqPublisherTest, AHeartbeatMarksQuotableIndices) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/"});
  settle(subscriber);
  core_.publish(1, 10);
  LevelUpdate update = core_.make_level(2, 20);
  update.quotable = false;
  core_.publish(update);
  core_.tick({kNsPerSecond});
  run();
  const auto heartbeat = subscriber.expect<v1::Heartbeat>("heartbeat/");
  ASSERT_EQ(heartbeat.indices_size(), 3);
  EXPECT_FALSE(heartbeat.indices(0).quotable()) << "without a level";
  EXPECT_TRUE(heartbeat.indices(1).quotable());
  EXPECT_FALSE(heartbeat.indices(2).quotable());
  EXPECT_FALSE(heartbeat.ready()) << "one index has no level";
}

TEST(Heartbeat, isPaged) {
  EXPECT_EQ(heartbeat_pages(0), 1u);
  EXPECT_EQ(heartbeat_pages(500), 1u);
  EXPECT_EQ(heartbeat_pages(501), 2u);
}

class FundPublisherTest : public ZmqPublisherTest {
 protected:
  static constexpr IndexId kFund = 3;
  static constexpr std::int64_t kGrid = 15 * kNsPerSecond;

  FundPublisherTest() : ZmqPublisherTest(1 << 12, stub_definitions_and_fund()) {
    settle(subscriber_);
  }
  v1::Inav expect_inav() { return subscriber_.expect<v1::Inav>("inav/159099/"); }
  // A heartbeat shows that nothing was sent before it.
  void expect_heartbeat() { subscriber_.expect<v1::Heartbeat>("heartbeat/"); }

  Subscriber subscriber_{socket_.endpoint(), {"heartbeat/", "inav/"}};
};

TEST_F(FundPublisherTest, SendsEveryLevelOfAFundWithItsTerms) {
  core_.publish(1, 10'000'000);  // of an index: not here
  core_.publish(kFund, 14'691);
  run();
  const v1::Inav inav = expect_inav();
  EXPECT_EQ(inav.level().code(), "159099");
  EXPECT_EQ(inav.level().level(), 14'691);
  EXPECT_EQ(inav.level().index_sequence(), 1u);
  EXPECT_EQ(inav.pace(), v1::INAV_PACE_TICK);
  EXPECT_EQ(inav.grid_instant(), 0);
  EXPECT_EQ(inav.pace_ms(), 0u);
  EXPECT_EQ(inav.creation_unit(), 100'000u);
  EXPECT_EQ(inav.cash_substitutes(), 1'234'567'000);
  EXPECT_EQ(inav.estimated_cash(), -200'000'000);
  EXPECT_EQ(inav.tracked_index(), "995366");
  EXPECT_EQ(publisher_.stats().inavs.get(), 1u);
}

TEST_F(FundPublisherTest, SendsTheNewestLevelAtEveryInstantOfTheGrid) {
  core_.publish(kFund, 14'691);
  core_.publish(kFund, 14'692);
  core_.tick({kGrid});
  core_.publish(kFund, 14'693);
  core_.tick({kGrid + kNsPerSecond});
  core_.tick({2 * kGrid});
  run();
  for (const std::int64_t level : {14'691, 14'692}) EXPECT_EQ(expect_inav().level().level(), level);
  expect_heartbeat();
  v1::Inav inav = expect_inav();
  EXPECT_EQ(inav.pace(), v1::INAV_PACE_GRID);
  EXPECT_EQ(inav.grid_instant(), kGrid);
  EXPECT_EQ(inav.pace_ms(), 15'000u);
  EXPECT_EQ(inav.level().level(), 14'692) << "what came before the instant";
  EXPECT_EQ(inav.level().index_sequence(), 2u);
  EXPECT_EQ(expect_inav().level().level(), 14'693);
  expect_heartbeat();  // of an instant that is none of the grid's
  expect_heartbeat();
  inav = expect_inav();
  EXPECT_EQ(inav.grid_instant(), 2 * kGrid);
  EXPECT_EQ(inav.level().level(), 14'693) << "the newest again, whether it moved or not";
}

TEST_F(FundPublisherTest, LeavesAFundWithoutALevelOutOfTheGrid) {
  core_.tick({kGrid});
  core_.tick({kGrid + kNsPerSecond});
  run();
  expect_heartbeat();
  expect_heartbeat();
  EXPECT_EQ(publisher_.stats().inavs.get(), 0u);
}

class LappedZmqPublisherTest : public ZmqPublisherTest {
 protected:
  LappedZmqPublisherTest() : ZmqPublisherTest(/*ring=*/8) {}
};

TEST_F(LappedZmqPublisherTest, NamesSkippedLevels) {
  Subscriber subscriber(socket_.endpoint(), {"heartbeat/", "level/", "skipped/"});
  settle(subscriber);
  for (int i = 1; i <= 50; ++i) core_.publish(0, i * 10);
  run();
  const auto skipped = subscriber.expect<v1::Skipped>("skipped/995365/");
  EXPECT_EQ(skipped.epoch(), kStubEpoch);
  EXPECT_EQ(skipped.code(), "995365");
  EXPECT_EQ(skipped.from(), 1u);
  EXPECT_EQ(skipped.to(), 49u);
  EXPECT_EQ(subscriber.expect<v1::Level>("level/995365/").index_sequence(), 50u);
  EXPECT_EQ(publisher_.stats().skipped.get(), 49u);
  EXPECT_EQ(publisher_.stats().lapped.get(), 1u);
}

TEST_F(ZmqPublisherTest, WorksInBoundedBatches) {
  for (int i = 1; i <= 1000; ++i) core_.publish(0, i * 10);
  EXPECT_EQ(publisher_.do_work({}), ZmqPublisher::kBatch);
}

TEST(ZmqSocket, RefusesAnEndpointThatIsInUse) {
  ZmqSettings settings;
  settings.publish = "tcp://203.0.113.7:1";
  EXPECT_THROW(ZmqSocket{settings}, std::runtime_error);
}

}  // namespace
}  // namespace indexcast::server
