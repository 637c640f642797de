#include "server/web/stream_client.h"

#include <gmock/gmock.h>

#include <random>
#include <sstream>

namespace indexcast::server {
namespace {

using testing::ElementsAre;

// Frames that say what they are: "level 0 7", "skipped 0 2 6", "snapshot 0 1".
class SourceStub : public FrameSource {
 public:
  std::uint64_t newest_sequence(IndexId index) const override { return newest[index]; }
  Frame level_frame(IndexId index, Encoding) override {
    return text("level", index, newest[index]);
  }
  Frame snapshot_frame(IndexId index, Encoding, std::uint32_t) override {
    return text("snapshot", index, newest[index]);
  }
  std::uint64_t newest_record(IndexId) const override { return newest_of_records; }
  std::uint64_t first_record(IndexId) const override { return first_of_records; }
  Frame record_frame(IndexId index, Encoding, std::uint64_t sequence) override {
    return text("record", index, sequence);
  }
  Frame skipped_frame(IndexId index, Encoding, v1::StreamKind kind, std::uint64_t from,
                      std::uint64_t to) override {
    const bool grid = kind == v1::STREAM_KIND_GRID;
    const std::uint64_t unit = grid ? kNsPerSecond : 1;
    const char* word = grid ? "missed" : kind == v1::STREAM_KIND_RECORD ? "lost" : "skipped";
    return text(word, index, from / unit, " " + std::to_string(to / unit));
  }
  Frame grid_frame(IndexId index, Encoding, std::int64_t interval_ms) override {
    return text("grid", index, newest[index], " " + std::to_string(interval_ms));
  }
  Frame replay_frame(const StreamCommand& command, Encoding) override {
    return std::make_shared<const std::string>("replay " + std::to_string(command.from) +
                                               std::string(1000, '.'));
  }
  TimeNs instant() const override { return reached; }
  TimeNs reached{};
  std::uint64_t newest[2] = {0, 0};
  std::uint64_t newest_of_records = 0;
  std::uint64_t first_of_records = 1;

 private:
  static Frame text(const char* kind, IndexId index, std::uint64_t number, std::string rest = {}) {
    return std::make_shared<const std::string>(std::string(kind) + " " + std::to_string(index) +
                                               " " + std::to_string(number) + rest);
  }
};

class StreamClientTest : public testing::Test {
 protected:
  void publish(IndexId index, TimeNs now = {}) {
    ++source_.newest[index];
    client_.on_level(*followed_[index], now);
  }
  void follow(IndexId index, std::int64_t interval_ms = 0) {
    follow(index, interval_ms > 0 ? SubscriptionOptions{StreamMode::conflated, interval_ms}
                                  : SubscriptionOptions{});
  }
  void follow(IndexId index, const SubscriptionOptions& options) {
    followed_[index] = &client_.subscribe(index, options, 0);
    client_.flush({});
  }
  void record() {
    ++source_.newest_of_records;
    client_.on_record(*followed_[0]);
  }
  void tick(std::int64_t seconds) {
    source_.reached = {seconds * kNsPerSecond};
    client_.on_grid(*followed_[0], source_.reached, source_.reached);
  }
  // The first frame alone, as a socket that takes no more writes it.
  std::string take() {
    const std::string frame(client_.queue().gather().front());
    client_.queue().consume(frame.size());
    return frame;
  }
  std::vector<std::string> drain() {
    std::vector<std::string> out;
    while (!client_.queue().empty()) out.push_back(take());
    return out;
  }
  bool empty() { return client_.queue().empty(); }
  std::size_t queued() { return client_.queue().size(); }

  SourceStub source_;
  ClientStats stats_;
  int wakes_ = 0;
  ConnectionRegistry registry_{10, 0};
  ConnectionRegistry::Refusal refusal_{};
  std::unique_ptr<ConnectionRegistry::Entry> entry_ = registry_.admit("test", {}, refusal_);
  StreamClient client_{Encoding::json, {4, 0, 10'000}, *entry_,
                       source_,        stats_,         [this] { ++wakes_; }};
  Subscription* followed_[2] = {nullptr, nullptr};
};

TEST_F(StreamClientTest, sendsSnapshotThenEveryTick) {
  follow(0);
  publish(0);
  publish(0);
  EXPECT_EQ(wakes_, 1);
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 0", "level 0 1", "level 0 2"));
}

TEST_F(StreamClientTest, conflatesWhenFullAndNamesWhatIsMissing) {
  follow(0);
  for (int i = 0; i < 10; ++i) publish(0);
  EXPECT_EQ(queued(), 3u);  // no room for a level with a skipped message before it
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 0", "level 0 1", "level 0 2"));
  client_.flush({});
  EXPECT_THAT(drain(), ElementsAre("skipped 0 3 9", "level 0 10"));
  EXPECT_EQ(stats_.conflated.get(), 1u);
  EXPECT_EQ(stats_.skipped.get(), 7u);
  publish(0);
  EXPECT_THAT(drain(), ElementsAre("level 0 11"));
}

TEST_F(StreamClientTest, keepsTheIntervalOfAConflatedSubscription) {
  follow(0, 100);
  drain();
  publish(0, {1});
  client_.flush({99 * kNsPerMs});
  publish(0, {99 * kNsPerMs});
  EXPECT_TRUE(empty());
  client_.flush({100 * kNsPerMs});
  EXPECT_THAT(drain(), ElementsAre("skipped 0 1 1", "level 0 2"));
  EXPECT_EQ(stats_.conflated.get(), 0u);
}

TEST_F(StreamClientTest, givesEveryIndexItsTurn) {
  follow(0);
  follow(1);
  drain();
  int served[2] = {0, 0};
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 3; ++i) {
      publish(0);
      publish(1);
    }
    if (empty()) continue;
    const std::string frame = take();
    client_.flush({});
    if (frame.starts_with("level")) ++served[frame[6] - '0'];
  }
  EXPECT_GT(served[0], 10);
  EXPECT_GT(served[1], 10);
}

TEST_F(StreamClientTest, forgetsWhatItUnsubscribes) {
  follow(0);
  for (int i = 0; i < 10; ++i) publish(0);
  client_.unsubscribe(0);
  drain();
  client_.flush({});
  EXPECT_TRUE(empty());
}

TEST_F(StreamClientTest, leavesOutWhatIsOfferedWhenFull) {
  for (int i = 0; i < 10; ++i) client_.offer(source_.level_frame(0, Encoding::json));
  EXPECT_EQ(queued(), 4u);
  EXPECT_FALSE(client_.has_room());
}

TEST_F(StreamClientTest, sendsTheGridAtItsPaceAndNoTicks) {
  source_.newest[0] = 5;
  follow(0, {StreamMode::grid, 2000});
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 5"));
  publish(0);
  for (std::int64_t second = 1; second <= 4; ++second) tick(second);
  EXPECT_THAT(drain(), ElementsAre("grid 0 6 2000", "grid 0 6 2000"));
}

TEST_F(StreamClientTest, namesTheInstantsThatHadNoRoom) {
  source_.newest[0] = 5;
  follow(0, {StreamMode::grid, 1000});
  for (std::int64_t second = 1; second <= 9; ++second) tick(second);
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 5", "grid 0 5 1000", "grid 0 5 1000"));
  tick(10);
  EXPECT_THAT(drain(), ElementsAre("missed 0 3 9", "grid 0 5 1000"));
  EXPECT_EQ(stats_.skipped.get(), 7u);
}

TEST_F(StreamClientTest, conflatesBeyondTheLevelsThatItsTokenAllows) {
  ClientRights rights;
  rights.levels_per_second = 2;
  ASSERT_TRUE(client_.belong_to(std::make_shared<const ClientRights>(rights)));
  follow(0);
  for (int i = 0; i < 3; ++i) publish(0, {kNsPerSecond});
  publish(0, {kNsPerSecond});
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 0", "level 0 1", "level 0 2"));
  client_.flush({2 * kNsPerSecond});
  EXPECT_THAT(drain(), ElementsAre("skipped 0 3 3", "level 0 4"));
}

TEST_F(StreamClientTest, sendsTheRecordsAfterItsSnapshot) {
  source_.newest_of_records = 2;
  follow(0, {.records = true});
  record();
  record();
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 0", "record 0 3", "record 0 4"));
}

TEST_F(StreamClientTest, sendsNoRecordsUnlessAsked) {
  follow(0);
  record();
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 0"));
}

TEST_F(StreamClientTest, recordsWaitForRoomAndNoneIsLeftOut) {
  follow(0, {.records = true});
  for (int i = 0; i < 10; ++i) record();
  EXPECT_EQ(queued(), 4u);
  std::vector<std::string> seen;
  while (!empty()) {
    seen.push_back(take());
    client_.flush({});
  }
  ASSERT_EQ(seen.size(), 11u);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], "record 0 " + std::to_string(i));
  EXPECT_EQ(stats_.skipped.get(), 0u);
}

TEST_F(StreamClientTest, namesTheRecordsThatWereOverwrittenWhileTheyWaited) {
  follow(0, {.records = true});
  for (int i = 0; i < 10; ++i) record();
  EXPECT_THAT(drain(), ElementsAre("snapshot 0 0", "record 0 1", "record 0 2", "record 0 3"));
  source_.first_of_records = 9;
  client_.flush({});
  EXPECT_THAT(drain(), ElementsAre("lost 0 4 8", "record 0 9", "record 0 10"));
  EXPECT_EQ(stats_.skipped.get(), 5u);
}

TEST_F(StreamClientTest, noHeartbeatNamesARecordThatWaits) {
  follow(0, {.records = true});
  for (int i = 0; i < 4; ++i) record();
  take();
  client_.offer(source_.level_frame(1, Encoding::json));
  EXPECT_THAT(drain(), ElementsAre("record 0 1", "record 0 2", "record 0 3"));
  client_.flush({});
  client_.offer(source_.level_frame(1, Encoding::json));
  EXPECT_THAT(drain(), ElementsAre("record 0 4", "level 1 0"));
}

TEST_F(StreamClientTest, forgetsTheRecordsOfWhatItUnsubscribes) {
  follow(0, {.records = true});
  for (int i = 0; i < 10; ++i) record();
  client_.unsubscribe(0);
  drain();
  client_.flush({});
  EXPECT_TRUE(empty());
}

StreamCommand replay_from(std::uint64_t from) {
  StreamCommand command;
  command.op = StreamOp::replay;
  command.from = from;
  return command;
}

TEST_F(StreamClientTest, hasOnePageOfAReplayInItsQueueAtATime) {
  for (std::uint64_t from = 1; from <= 33; ++from)
    ASSERT_TRUE(client_.replay(replay_from(from), {}));
  EXPECT_FALSE(client_.replay(replay_from(34), {})) << "one is on its way and 32 wait";
  EXPECT_EQ(queued(), 1u);
  const std::string first(client_.queue().gather().front());
  client_.queue().consume(first.size() - 1);
  client_.flush({});
  EXPECT_EQ(queued(), 1u) << "a byte of the first still waits";
  client_.queue().consume(1);
  TimeNs now{};
  for (std::uint64_t from = 2; from <= 33; ++from) {
    now = now + kNsPerSecond;  // their bytes are not what is tried here
    client_.flush(now);
    ASSERT_EQ(queued(), 1u);
    ASSERT_TRUE(take().starts_with("replay " + std::to_string(from) + "."));
  }
}

TEST_F(StreamClientTest, aReplayWaitsForRoom) {
  for (int i = 0; i < 4; ++i) client_.offer(source_.level_frame(0, Encoding::json));
  ASSERT_TRUE(client_.replay(replay_from(1), {}));
  EXPECT_EQ(queued(), 4u);
  take();
  client_.flush({});
  drain();
  ASSERT_TRUE(client_.replay(replay_from(2), {}));
  EXPECT_TRUE(take().starts_with("replay 2.")) << "the first came before";
}

TEST_F(StreamClientTest, aReplayWaitsUntilItsBytesAreThere) {
  TimeNs now{kNsPerSecond};
  int sent = 0;
  for (std::uint64_t from = 1; from <= 12; ++from) client_.replay(replay_from(from), now);
  for (; !empty(); ++sent, client_.flush(now)) take();
  EXPECT_EQ(sent, 10) << "of a thousand bytes and some in a second's ten thousand";
  now = now + kNsPerSecond;
  client_.flush(now);
  EXPECT_EQ(queued(), 1u);
}

// Whatever the order of levels and writes: each sequence arrives once, as a level or skipped.
TEST_F(StreamClientTest, accountsForEverySequence) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  follow(0);
  follow(1, 1);
  std::uint64_t covered[2] = {0, 0};
  const auto account = [&](const std::string& text) {
    std::istringstream frame(text);
    std::string kind;
    std::uint64_t index = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    frame >> kind >> index >> from;
    if (kind != "skipped" || !(frame >> to)) to = from;
    if (kind != "snapshot") {
      ASSERT_EQ(from, covered[index] + 1);
    }
    covered[index] = to;
  };
  std::int64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    now += static_cast<std::int64_t>(random() % 500'000);
    if (random() % 2 == 0) publish(random() % 2, {now});
    if (random() % 3 == 0 && !empty()) {
      account(take());
    }
    if (random() % 3 == 0) client_.flush({now});
    ASSERT_LE(queued(), 4u);
  }
  for (int i = 0; i < 5; ++i) {
    now += kNsPerSecond;
    client_.flush({now});
    while (!empty()) account(take());
  }
  EXPECT_EQ(covered[0], source_.newest[0]);
  EXPECT_EQ(covered[1], source_.newest[1]);
}

}  // namespace
}  // namespace indexcast::server
