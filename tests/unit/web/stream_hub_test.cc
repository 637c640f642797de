#include "server/web/stream_hub.h"

#include <gmock/gmock.h>

#include <array>
#include <random>

#include "tests/unit/web/stream_hub_fixture.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

class SlowGridTest : public StreamHubTest {
 protected:
  SlowGridTest() {
    ServerView view = core_.view();
    view.grid_ms = 2500;
    hub_.switch_day(view, Clock());
  }
};

TEST_F(SlowGridTest, theGridOfAStreamHasThePaceOfTheCores) {
  const auto client = connect();
  client->send(R"({"op":"subscribe","codes":["995365"],"mode":"grid","interval_ms":1000})");
  EXPECT_THAT(client->message()["reason"], HasSubstr("a multiple of the grid's 2500 ms"));
  client->send(R"({"op":"subscribe","codes":["995365"],"mode":"grid"})");
  EXPECT_EQ(client->message()["type"], "snapshot");
  core_.publish(0, 12'345'678);
  for (int half_second = 1; half_second <= 10; ++half_second)
    core_.tick({half_second * kNsPerSecond / 2});
  read_on();
  const std::vector<json> grid = client->messages_of("grid");
  ASSERT_EQ(grid.size(), 2u);
  EXPECT_EQ(grid[0]["grid_instant"], "2500000000");
  EXPECT_EQ(grid[1]["grid_instant"], "5000000000");
  EXPECT_EQ(grid[1]["pace_ms"], 2500);
}

TEST_F(StreamHubTest, everyLevelReachesWhoFollowsItsIndexHoweverTheyComeAndGo) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const std::string codes[] = {"995365", "995366"};
  struct Follower {
    std::unique_ptr<HubClient> client;
    std::array<bool, 2> follows{};
  };
  std::vector<Follower> followers(6);
  for (Follower& each : followers) each.client = connect();
  for (int step = 0; step < 500; ++step) {
    Follower& one = followers[random() % followers.size()];
    const IndexId index = random() % 2;
    const bool joins = random() % 2 == 0;
    if (random() % 10 == 0) one = {connect(), {}};
    one.client->send(
        json{{"op", joins ? "subscribe" : "unsubscribe"}, {"codes", {codes[index]}}}.dump());
    one.follows[index] = joins;
    for (Follower& each : followers) each.client->messages();
    core_.publish(index, 1000 + step);
    read_on();
    for (Follower& each : followers)
      ASSERT_EQ(each.client->messages_of("level").size(), each.follows[index] ? 1u : 0u) << step;
  }
}

TEST_F(StreamHubTest, aShortHeartbeatComesBetweenTablesWhileTheCoreTurns) {
  std::atomic<std::uint64_t> turns{0};
  ServerView view = core_.view();
  view.core_turns = &turns;
  view.short_heartbeat_ms = 60'000;
  for (IndexId index = 0; index < 3; ++index) core_.publish(index, 10);
  hub_.switch_day(view, Clock());
  const auto client = connect();
  read_on();
  EXPECT_TRUE(client->messages().empty()) << "of a core that has made no turn";
  ++turns;
  read_on();
  const json short_one = client->message();
  EXPECT_EQ(short_one["type"], "heartbeat");
  EXPECT_EQ(short_one["pages"], 0);
  EXPECT_EQ(short_one["indices"], json::array());
  EXPECT_EQ(short_one["ready"], true);
  ++turns;
  read_on();
  EXPECT_TRUE(client->messages().empty()) << "the next one is due a minute later";
  core_.tick({kNsPerSecond});
  read_on();
  const json table = client->message();
  EXPECT_EQ(table["pages"], 1);
  EXPECT_EQ(table["indices"][1]["quotable"], true);
}

TEST_F(StreamHubTest, replaysTheLevelsAsked) {
  for (int i = 1; i <= 10; ++i) core_.publish(1, 10'000'000 + i);
  read_on();
  const auto client = connect();
  client->send(
      R"({"op":"replay","code":"995366","epoch":"1742347800000000001","from":3,"to":5,"id":8})");
  const json reply = client->message();
  EXPECT_EQ(reply["type"], "replay");
  EXPECT_EQ(reply["id"], 8);
  EXPECT_EQ(reply["epoch"], std::to_string(kStubEpoch));
  EXPECT_EQ(reply["code"], "995366");
  ASSERT_EQ(reply["levels"].size(), 3u);
  EXPECT_EQ(reply["levels"][0]["index_sequence"], 3);
  EXPECT_EQ(reply["levels"][2]["level"], "1000.0005");
  EXPECT_EQ(reply["complete_to"], 10);
  EXPECT_EQ(reply["next"], 0);
  EXPECT_EQ(reply["unavailable_before"], 0);
  EXPECT_EQ(clients_.replays.get(), 1u);
}

TEST_F(StreamHubTest, bothSubprotocolsReplayAndNoPageIsCompressed) {
  core_.publish(1, 10'000'001);
  read_on();
  for (const Encoding encoding : {Encoding::protobuf, Encoding::protobuf_deflated}) {
    const auto client = connect(encoding);
    v1::ClientMessage command;
    command.set_id(9);
    command.mutable_replay()->set_code("995366");
    command.mutable_replay()->set_from(1);
    client->send(command.SerializeAsString());
    v1::ServerMessage message;
    ASSERT_TRUE(message.ParseFromString(client->take()));
    EXPECT_EQ(message.id(), 9u);
    EXPECT_EQ(message.epoch(), kStubEpoch);
    ASSERT_EQ(message.replay().levels_size(), 1);
    EXPECT_EQ(message.replay().levels(0).level(), 10'000'001);
  }
}

TEST_F(StreamHubTest, aReplayComesInPagesWithoutAHole) {
  for (int i = 1; i <= 1203; ++i) core_.publish(1, i);
  read_on();
  const auto client = connect();
  std::uint64_t expected = 1;
  for (std::uint64_t at = 1; at != 0;) {
    client->send(json{{"op", "replay"}, {"code", "995366"}, {"from", at}}.dump());
    const json page = client->message();
    ASSERT_EQ(page["type"], "replay");
    EXPECT_LE(page["levels"].size(), kLevelPageMax);
    for (const json& level : page["levels"]) ASSERT_EQ(level["index_sequence"], expected++);
    at = page["next"];
  }
  EXPECT_EQ(expected, 1204u);
}

struct RefusedReplay {
  const char* command;
  const char* kind;
  const char* reason;
};

TEST_F(StreamHubTest, refusesAReplayThatCannotBe) {
  const RefusedReplay cases[] = {
      {R"({"op":"replay","code":"000001","from":1,"id":7})", "unknown_code",
       "unknown code: 000001"},
      {R"({"op":"replay","code":"995366","epoch":"5","from":1,"id":7})", "other_epoch",
       "epoch: another one"},
      {R"({"op":"replay","code":"995366","from":0,"id":7})", "malformed",
       "from: an index sequence from 1"},
      {R"({"op":"replay","code":"995366","from":5,"to":4,"id":7})", "malformed",
       "to: not before from"},
      {R"({"op":"replay","from":5,"id":7})", "malformed", "code: an index code is needed"},
  };
  const auto client = connect();
  for (const RefusedReplay& each : cases) {
    client->send(each.command);
    const json message = client->message();
    EXPECT_EQ(message["type"], "error") << each.command;
    EXPECT_EQ(message["id"], 7);
    EXPECT_EQ(message["kind"], each.kind) << each.command;
    EXPECT_THAT(message["reason"], HasSubstr(each.reason));
  }
  EXPECT_EQ(clients_.bad_commands.get(), std::size(cases));
}

TEST_F(StreamHubTest, bothSubprotocolsNeedTheCodeOfAReplay) {
  v1::ClientMessage said;
  said.mutable_replay()->set_from(1);
  const auto client = connect(Encoding::protobuf);
  client->send(said.SerializeAsString());
  v1::ServerMessage answer;
  ASSERT_TRUE(answer.ParseFromString(client->take()));
  EXPECT_EQ(answer.refusal().reason(), "code: an index code is needed");
}

TEST_F(StreamHubTest, aReplayNeedsEveryLevelAndTheCode) {
  const char* const command = R"({"op":"replay","code":"995366","from":1})";
  for (const auto take_right : {+[](ClientRights& rights) { rights.tick = false; },
                                +[](ClientRights& rights) { rights.replay = false; }}) {
    const auto client = connect();
    ClientRights rights{.name = "reader"};
    take_right(rights);
    ASSERT_TRUE(client->belong_to(rights));
    client->send(command);
    const json message = client->message();
    EXPECT_EQ(message["kind"], "not_allowed");
    EXPECT_THAT(message["reason"], HasSubstr("not allowed by this token"));
  }
  const auto client = connect();
  ASSERT_TRUE(client->belong_to({.name = "other", .every_code = false, .codes = {"995365"}}));
  client->send(command);
  EXPECT_THAT(client->message()["reason"], HasSubstr("unknown code: 995366"));
}

class SmallRingHubTest : public StreamHubTest {
 protected:
  SmallRingHubTest() : StreamHubTest({}, /*ring=*/16) {}
};

TEST_F(SmallRingHubTest, aReplaySaysWhatIsThereNoMore) {
  for (int i = 1; i <= 40; ++i) {
    core_.publish(1, i);
    read_on();
  }
  const auto client = connect();
  client->send(R"({"op":"replay","code":"995366","from":1})");
  const json reply = client->message();
  EXPECT_EQ(reply["unavailable_before"], 25);
  EXPECT_EQ(reply["levels"].size(), 16u);
}

TEST_F(StreamHubTest, aReplayOfAnotherDayIsRefusedByItsEpoch) {
  const auto client = connect();
  ServerView view = core_.view();
  ++view.epoch;
  hub_.switch_day(view, Clock());
  client->send(R"({"op":"replay","code":"995366","epoch":"1742347800000000001","from":1})");
  EXPECT_THAT(client->message()["reason"], HasSubstr("epoch: another one"));
}

class RecordsTest : public StreamHubTest {
 protected:
  void change_status(IndexId index, std::uint32_t flags) {
    StatusChanged record;
    record.header.detail = static_cast<std::uint8_t>(IndexStatus::held);
    record.header.detail2 = static_cast<std::uint8_t>(IndexStatus::open);
    record.header.detail3 = static_cast<std::uint8_t>(Cause::control);
    record.header.input_sequence = 77;
    record.index_sequence = 5;
    record.flags = flags;
    record.previous_quotable = true;
    record.receive_time = {1234};
    core_.write_event(index, record);
  }
  // Without the time at which it left, which is now.
  static json timeless(json message) {
    EXPECT_TRUE(message.contains("publish_time"));
    message.erase("publish_time");
    return message;
  }
};

constexpr const char* kFollowRecords = R"({"op":"subscribe","codes":["995366"],"records":true})";

TEST_F(RecordsTest, comeAfterTheSnapshotThatCountsThem) {
  change_status(1, 1);
  core_.publish(1, 10'000'001);
  read_on();
  const auto client = connect();
  client->send(kFollowRecords);
  const json snapshot = client->message();
  EXPECT_EQ(snapshot["type"], "snapshot");
  EXPECT_EQ(snapshot["records_to"], 1);
  change_status(0, 1);  // of another index
  change_status(1, 6);
  read_on();
  EXPECT_EQ(timeless(client->message()), json::parse(R"({
    "type": "status", "epoch": "1742347800000000001", "record_sequence": 2, "code": "995366",
    "trade_date": 20250319, "index_sequence": 5, "status": "held", "previous_status": "open",
    "flags": ["partial_market", "fx_stale"], "previous_flags": [], "quotable": false,
    "previous_quotable": true, "cause": "control", "input_sequence": 77, "exchange_time": "0",
    "receive_time": "1234"})"));
}

TEST_F(RecordsTest, aDefinitionAndACorrectionSayAllOfThem) {
  const auto client = connect();
  client->send(kFollowRecords);
  EXPECT_EQ(client->message()["records_to"], 0);
  DefinitionChanged definition;
  definition.control_id = 1'742'347'800'000'000'009;
  definition.receive_time = {1234};
  core_.write_event(1, definition);
  Correction correction;
  correction.header.detail2 = 4;
  correction.control_id = 8;
  correction.from_sequence = 2;
  correction.to_sequence = 3;
  correction.corrected = {10'123'456};
  core_.write_event(1, correction);
  read_on();
  const std::vector<json> messages = client->messages();
  ASSERT_EQ(messages.size(), 2u);
  json said = timeless(messages[0]);
  EXPECT_EQ(said["definition"]["divisor"].get<std::string>().substr(0, 7), "227070.");
  said["definition"].erase("divisor");
  EXPECT_EQ(said, json::parse(R"({
    "type": "definition", "epoch": "1742347800000000001", "record_sequence": 1, "input_sequence": 0,
    "control_id": "1742347800000000009", "receive_time": "1234",
    "definition": {"code": "995366", "name": "华证沪深港 AI 大模型", "currency": "CNY",
      "provenance": "the disclosed ten, rescaled", "decimals": 4, "version": 1,
      "effective_date": 20250319, "previous_close": "1000.0000", "return_kind": "price",
      "price_index": "", "bid_ask": false, "fund": false,
      "tracked_index": "", "member_count": 3}})"));
  EXPECT_EQ(timeless(messages[1]), json::parse(R"({
    "type": "correction", "epoch": "1742347800000000001", "record_sequence": 2, "code": "995366",
    "trade_date": 20250319, "control_id": "8", "from_sequence": 2, "to_sequence": 3, "decimals": 4,
    "published": null, "corrected": "1012.3456", "input_sequence": 0, "receive_time": "0"})"));
}

TEST_F(RecordsTest, aPendingPriceSaysAllOfItAndStaysInTheSnapshot) {
  const auto client = connect();
  client->send(kFollowRecords);
  EXPECT_EQ(client->message()["pending"], json::array());
  PendingPrice pending;
  pending.header.detail2 = static_cast<std::uint8_t>(DecisionReason::outside_collar);
  pending.header.input_sequence = 77;
  pending.instrument = 2;
  pending.impact = 9'120;
  pending.price = {8'000'000};
  pending.reference = {5'920'000};
  pending.exchange_time = {3};
  pending.receive_time = {4};
  core_.write_event(1, pending);
  read_on();
  json expected = json::parse(R"({
    "type": "pending", "epoch": "1742347800000000001", "record_sequence": 1, "code": "995366",
    "trade_date": 20250319, "subject": "price", "decision": "pending", "reason": "outside_collar",
    "price": "8.000000", "reference": "5.920000", "impact": 9120, "input_sequence": 77,
    "exchange_time": "3", "receive_time": "4"})");
  expected["symbol"] = core_.universe.instruments()[2].symbol;
  EXPECT_EQ(timeless(client->message()), expected);
  client->send(R"({"op":"subscribe","codes":["995366"]})");
  const json snapshot = client->message();
  EXPECT_EQ(snapshot["records_to"], 1);
  ASSERT_EQ(snapshot["pending"].size(), 1u);
  expected.erase("type");
  EXPECT_EQ(timeless(snapshot["pending"][0]), expected);
  pending.header.detail = static_cast<std::uint8_t>(Decision::refused);
  core_.write_event(1, pending);
  read_on();
  client->send(R"({"op":"subscribe","codes":["995366"]})");
  EXPECT_EQ(client->message()["pending"], json::array());
}

TEST_F(RecordsTest, theOtherSubprotocolHasThem) {
  const auto client = connect(Encoding::protobuf);
  v1::ClientMessage command;
  command.mutable_subscribe()->add_codes("995366");
  command.mutable_subscribe()->set_records(true);
  client->send(command.SerializeAsString());
  client->take();
  change_status(1, 6);
  read_on();
  v1::ServerMessage message;
  ASSERT_TRUE(message.ParseFromString(client->take()));
  EXPECT_EQ(message.status().record_sequence(), 1u);
  EXPECT_EQ(message.status().flags(), 6u);
}

TEST_F(RecordsTest, areNotForWhoDidNotAsk) {
  const auto client = connect();
  client->send(R"({"op":"subscribe","codes":["995366"]})");
  client->message();
  change_status(1, 1);
  read_on();
  EXPECT_TRUE(client->messages().empty());
}

TEST_F(RecordsTest, aHeartbeatNamesTheLastOfEveryIndex) {
  const auto client = connect();
  change_status(1, 1);
  change_status(1, 2);
  core_.tick({kNsPerSecond});
  read_on();
  const json heartbeat = client->message();
  EXPECT_EQ(heartbeat["indices"][0]["record_sequence"], 0);
  EXPECT_EQ(heartbeat["indices"][1]["record_sequence"], 2);
}

TEST_F(RecordsTest, goOnWithTheNumbersOfAnotherDay) {
  const auto client = connect();
  client->send(kFollowRecords);
  client->message();
  CoreStub tomorrow;
  tomorrow.write_event(1, DefinitionChanged{});
  hub_.switch_day(tomorrow.view(), Clock());
  read_on();
  EXPECT_EQ(client->message()["records_to"], 1);
  tomorrow.write_event(1, StatusChanged{});
  read_on();
  EXPECT_EQ(client->message()["record_sequence"], 2);
  hub_.switch_day(core_.view(), Clock());  // before tomorrow goes
}

class SlowClientTest : public RecordsTest {};

// A queue of 16 frames, and a core that keeps 64 records: a client that reads nothing holds 16
// frames, and later receives every record, or a report of the missing ones.
TEST_F(SlowClientTest, isToldOfEveryRecordOrWhichAreGone) {
  settings_.client_queue = 16;
  const auto client = connect();
  client->send(kFollowRecords);
  std::uint64_t last = client->message()["records_to"];
  for (std::uint32_t i = 0; i < 200; ++i) {
    change_status(1, i % 8);
    core_.publish(1, i + 1);
    read_on();
    ASSERT_LE(client->client().queue().size(), 16u);
  }
  std::uint64_t gone = 0;
  for (const json& message : client->messages()) {
    if (message["type"] == "status") {
      ASSERT_EQ(message["record_sequence"], last + 1);
      last = message["record_sequence"];
    } else if (message["type"] == "skipped" && message["kind"] == "record") {
      ASSERT_EQ(message["from"], last + 1);
      last = message["to"];
      gone += last - message["from"].get<std::uint64_t>() + 1;
    }
  }
  EXPECT_EQ(last, 200u);
  EXPECT_GT(gone, 100u);
  EXPECT_LT(gone, 136u);
}

}  // namespace
}  // namespace indexcast::server
