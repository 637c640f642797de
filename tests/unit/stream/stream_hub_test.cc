#include "server/stream/stream_hub.h"

#include <gmock/gmock.h>

#include "tests/unit/stream/stream_hub_fixture.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

class SlowGridTest : public StreamHubTest {
 protected:
  SlowGridTest() {
    ServerView view = core_.view();
    view.grid_ms = 2500;
    hub_.follow_day(view, Clock());
  }
};

TEST_F(SlowGridTest, theGridOfAStreamHasThePaceOfTheCores) {
  const auto client = connect();
  client->say(R"({"op":"subscribe","codes":["995365"],"mode":"grid","interval_ms":1000})");
  EXPECT_THAT(client->message()["reason"], HasSubstr("a multiple of the grid's 2500 ms"));
  client->say(R"({"op":"subscribe","codes":["995365"],"mode":"grid"})");
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

TEST_F(StreamHubTest, replaysTheLevelsAsked) {
  for (int i = 1; i <= 10; ++i) core_.publish(1, 10'000'000 + i);
  read_on();
  const auto client = connect();
  client->say(
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
  for (const FrameForm form : {FrameForm::protobuf, FrameForm::protobuf_deflated}) {
    const auto client = connect(form);
    v1::ClientMessage command;
    command.set_id(9);
    command.mutable_replay()->set_code("995366");
    command.mutable_replay()->set_from(1);
    client->say(command.SerializeAsString());
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
    client->say(json{{"op", "replay"}, {"code", "995366"}, {"from", at}}.dump());
    const json page = client->message();
    ASSERT_EQ(page["type"], "replay");
    EXPECT_LE(page["levels"].size(), LevelPages::kPageMax);
    for (const json& level : page["levels"]) ASSERT_EQ(level["index_sequence"], expected++);
    at = page["next"];
  }
  EXPECT_EQ(expected, 1204u);
}

struct RefusedReplay {
  const char* command;
  const char* reason;
};

TEST_F(StreamHubTest, refusesAReplayThatCannotBe) {
  const RefusedReplay cases[] = {
      {R"({"op":"replay","code":"000001","from":1,"id":7})", "unknown code: 000001"},
      {R"({"op":"replay","code":"995366","epoch":"5","from":1,"id":7})", "epoch: another one"},
      {R"({"op":"replay","code":"995366","from":0,"id":7})", "from: an index sequence from 1"},
      {R"({"op":"replay","code":"995366","from":5,"to":4,"id":7})", "to: not before from"},
      {R"({"op":"replay","from":5,"id":7})", "code: an index code is needed"},
  };
  const auto client = connect();
  for (const RefusedReplay& each : cases) {
    client->say(each.command);
    const json message = client->message();
    EXPECT_EQ(message["type"], "error") << each.command;
    EXPECT_EQ(message["id"], 7);
    EXPECT_THAT(message["reason"], HasSubstr(each.reason));
  }
  EXPECT_EQ(clients_.bad_commands.get(), std::size(cases));
}

TEST_F(StreamHubTest, aReplayNeedsEveryLevelAndTheCode) {
  const char* const command = R"({"op":"replay","code":"995366","from":1})";
  for (const auto take_right : {+[](ClientRights& rights) { rights.tick = false; },
                                +[](ClientRights& rights) { rights.replay = false; }}) {
    const auto client = connect();
    ClientRights rights{.name = "reader"};
    take_right(rights);
    ASSERT_TRUE(client->belong_to(rights));
    client->say(command);
    EXPECT_THAT(client->message()["reason"], HasSubstr("not allowed by this token"));
  }
  const auto client = connect();
  ASSERT_TRUE(client->belong_to({.name = "other", .every_code = false, .codes = {"995365"}}));
  client->say(command);
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
  client->say(R"({"op":"replay","code":"995366","from":1})");
  const json reply = client->message();
  EXPECT_EQ(reply["unavailable_before"], 25);
  EXPECT_EQ(reply["levels"].size(), 16u);
}

TEST_F(StreamHubTest, aReplayOfAnotherDayIsRefusedByItsEpoch) {
  const auto client = connect();
  ServerView view = core_.view();
  ++view.epoch;
  hub_.follow_day(view, Clock());
  client->say(R"({"op":"replay","code":"995366","epoch":"1742347800000000001","from":1})");
  EXPECT_THAT(client->message()["reason"], HasSubstr("epoch: another one"));
}

}  // namespace
}  // namespace indexcast::server
