// A server that stops while its feed sends as fast as it can: nothing that was accepted is lost.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <zmq.hpp>

#include "indexcast/v1/stream.pb.h"
#include "server/app/pipeline.h"
#include "server/journal/journal_file.h"
#include "server/web/http_server.h"
#include "server/zmq/socket.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/hkex/support.h"
#include "tests/unit/web/http_server_fixture.h"

namespace indexcast::server {
namespace {

constexpr Date kDate = 20250402;
constexpr std::uint64_t kLevelsBeforeStop = 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  out.sin_port = htons(port);
  return out;
}

// A port that nothing uses now.
std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in local = loopback(0);
  bind(probe, reinterpret_cast<const sockaddr*>(&local), sizeof local);
  socklen_t size = sizeof local;
  getsockname(probe, reinterpret_cast<sockaddr*>(&local), &size);
  close(probe);
  return ntohs(local.sin_port);
}

// The index sequences that one subscriber has received: each the one before plus one.
class Received {
 public:
  void take(std::uint64_t sequence) {
    const std::uint64_t before = last_;
    EXPECT_TRUE(before == 0 || sequence == before + 1) << before << ", then " << sequence;
    last_ = sequence;
    if (++count_ == kLevelsBeforeStop) enough_ = true;
    enough_.notify_all();
  }
  void await_enough() const { enough_.wait(false); }
  std::uint64_t last() const { return last_; }

 private:
  std::atomic<std::uint64_t> last_{0};
  std::uint64_t count_ = 0;
  std::atomic<bool> enough_{false};
};

// Reads level messages over ZeroMQ until the level with a stated sequence has come.
class ZmqReader {
 public:
  explicit ZmqReader(const std::string& endpoint) : socket_(context_, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::rcvhwm, 0);
    socket_.set(zmq::sockopt::rcvtimeo, kPatienceMs);
    socket_.set(zmq::sockopt::subscribe, "level/T/");
    socket_.connect(endpoint);
    thread_ = std::thread([this] { run(); });
  }
  void await_enough() const { received_.await_enough(); }
  // Reads on to `last`; what the last one was.
  std::uint64_t read_to(std::uint64_t last) {
    until_ = last;
    thread_.join();
    return received_.last();
  }

 private:
  // Waits until the test has said what the last level is, and then a few times longer.
  static constexpr int kPatienceMs = 20;
  static constexpr int kSilencesMax = 250;

  void run() {
    v1::Level level;
    int silences = 0;
    while (until_ == 0 || received_.last() < until_) {
      zmq::message_t topic;
      zmq::message_t payload;
      const bool came = socket_.recv(topic).has_value() && socket_.recv(payload).has_value();
      if (!came && until_ != 0 && ++silences > kSilencesMax) return;
      if (!came) continue;
      level.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
      received_.take(level.index_sequence());
    }
  }

  zmq::context_t context_;
  zmq::socket_t socket_;
  Received received_;
  std::atomic<std::uint64_t> until_{0};
  std::thread thread_;
};

// Reads level messages over WebSocket until the server closes.
class WebSocketReader {
 public:
  explicit WebSocketReader(std::uint16_t port) : reader_(port) {
    reader_.send(R"({"op":"subscribe","codes":["T"],"mode":"tick"})");
    thread_ = std::thread([this] { run(); });
  }
  const Received& received() const { return received_; }
  void await_enough() const { received_.await_enough(); }
  std::uint64_t read_to_close() {
    thread_.join();
    return received_.last();
  }

 private:
  void run() {
    try {
      // Looked for in the text, because parsing takes longer than the server takes to send.
      for (;;) {
        const std::string message = reader_.read_text();
        EXPECT_EQ(message.find(R"("type":"skipped")"), std::string::npos);
        const bool level = message.find(R"("type":"level")") != std::string::npos ||
                           message.find(R"("type":"snapshot")") != std::string::npos;
        constexpr std::string_view kKey = R"("index_sequence":)";
        const std::size_t at = message.find(kKey);
        if (level && at != std::string::npos)
          received_.take(std::strtoull(message.c_str() + at + kKey.size(), nullptr, 10));
      }
    } catch (const boost::system::system_error& error) {
      EXPECT_EQ(error.code(), websocket::error::closed);
    }
  }

  StreamReader reader_;
  Received received_;
  std::thread thread_;
};

// Sends prices of one Hong Kong security to a port for as long as it lives, as fast as the slower
// reader follows: one that is left behind for good is conflated, which is no loss.
class FullLoad {
 public:
  FullLoad(std::uint16_t port, const Received& slower)
      : slower_(slower),
        descriptor_(socket(AF_INET, SOCK_DGRAM, 0)),
        thread_([this, port] { run(port); }) {}
  ~FullLoad() {
    ends_ = true;
    thread_.join();
    close(descriptor_);
  }
  FullLoad(const FullLoad&) = delete;
  FullLoad& operator=(const FullLoad&) = delete;

 private:
  void run(std::uint16_t port) {
    const sockaddr_in to = loopback(port);
    for (std::uint32_t sequence = 1; !ends_; ++sequence) {
      // Datagrams that the kernel drops are never followed, so the wait ends by itself.
      for (int i = 0; i < kPatience && sequence > slower_.last() + kAhead && !ends_; ++i)
        std::this_thread::yield();
      const auto price = static_cast<std::int32_t>(400'000 + 200 * (sequence % 7));
      const hkex::PacketBuilder packet =
          hkex::test::packet(sequence, hkex::test::at(10, 0),
                             hkex::test::traded(hkex::test::kTencent, price, sequence));
      sendto(descriptor_, packet.bytes().data(), packet.bytes().size(), 0,
             reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
  }

  static constexpr std::uint64_t kAhead = 4096;  // datagrams, each a level at most
  static constexpr int kPatience = 10'000;       // turns of the scheduler

  const Received& slower_;
  int descriptor_;
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

class PipelineStop : public testing::TestWithParam<Topology> {
 protected:
  PipelineStop() {
    config_.core.topology = GetParam();
    config_.core.feed_ring = 1 << 10;
    config_.core.broadcast_ring = 1 << 16;
    config_.sse_enabled = config_.szse_enabled = false;
    config_.hkex_enabled = true;
    config_.journal.enabled = true;
    config_.journal.directory = folder_.file("journal");
    config_.zmq.publish = "tcp://127.0.0.1:*";
    config_.zmq.send_high_water_mark = 0;
    config_.zmq.linger_ms = 20'000;
    config_.http.port = 0;
    config_.http.client_queue = 1 << 16;
  }

  void stop_under_load();

  TemporaryFolder folder_;
  Config config_;
  ServiceState service_;
};

void PipelineStop::stop_under_load() {
  const std::uint16_t port = free_port();
  config_.hkex.channels = {{1, {"127.0.0.1", port}, {}}};
  auto universe = std::make_shared<const Universe>(std::vector{indexcast::test::index(
      "T", {indexcast::test::member("0700.HK", 2, "HKD", "400.000", "1000")})});
  auto zmq = std::make_unique<ZmqSocket>(config_.zmq);
  Pipeline pipeline(config_, universe, kDate, zmq.get(), service_);
  HttpServer http(config_.http, pipeline.view(), pipeline.clock(), {});
  const std::string journal = pipeline.journal()->path();
  ZmqReader over_zmq(zmq->endpoint());
  http.start();
  pipeline.start();
  WebSocketReader over_websocket(http.port());
  const FullLoad load(port, over_websocket.received());
  over_zmq.await_enough();
  over_websocket.await_enough();

  pipeline.stop();
  http.stop();
  LevelUpdate newest;
  ASSERT_TRUE(pipeline.view().latest->load(0, newest));
  EXPECT_EQ(over_zmq.read_to(newest.index_sequence), newest.index_sequence);
  EXPECT_EQ(over_websocket.read_to_close(), newest.index_sequence);

  absl::StatusOr<JournalReader> reader = JournalReader::open(journal);
  ASSERT_TRUE(reader.ok()) << reader.status();
  JournalRecord record;
  std::uint64_t inputs = 0;
  JournalReader::Result result{};
  while ((result = reader->next(record)) == JournalReader::Result::record)
    ASSERT_EQ(record.input_sequence, ++inputs);
  EXPECT_EQ(result, JournalReader::Result::end);
  EXPECT_EQ(inputs, pipeline.inputs());
}

// Reads level and skipped messages over ZeroMQ. Every index sequence must be in one of them.
class SkippedReader {
 public:
  explicit SkippedReader(const std::string& endpoint) : socket_(context_, zmq::socket_type::sub) {
    socket_.set(zmq::sockopt::rcvhwm, 0);
    socket_.set(zmq::sockopt::rcvtimeo, 20);
    socket_.set(zmq::sockopt::subscribe, "level/T/");
    socket_.set(zmq::sockopt::subscribe, "skipped/T/");
    socket_.connect(endpoint);
  }
  // Reads one message. Returns false when none came in time.
  bool read() {
    zmq::message_t topic;
    zmq::message_t payload;
    if (!socket_.recv(topic) || !socket_.recv(payload)) return false;
    if (topic.to_string_view().starts_with("skipped/")) {
      v1::Skipped skipped;
      skipped.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
      if (skipped.kind() == v1::STREAM_KIND_LEVEL) take(skipped.from(), skipped.to(), true);
    } else {
      v1::Level level;
      level.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
      take(level.index_sequence(), level.index_sequence(), false);
    }
    return true;
  }
  std::uint64_t last() const { return last_; }
  std::uint64_t skipped() const { return skipped_; }

 private:
  void take(std::uint64_t from, std::uint64_t to, bool skips) {
    EXPECT_TRUE(last_ == 0 || from == last_ + 1) << last_ << ", then " << from;
    last_ = to;
    if (skips) skipped_ += to - from + 1;
  }

  zmq::context_t context_;
  zmq::socket_t socket_;
  std::uint64_t last_ = 0;
  std::uint64_t skipped_ = 0;
};

// One turn of the core publishes more levels than the ring holds, so the publish thread is lapped.
TEST_P(PipelineStop, NamesEveryLevelThatALappedPublisherSkips) {
  const std::uint16_t port = free_port();
  config_.core.broadcast_ring = 8;
  config_.hkex.channels = {{1, {"127.0.0.1", port}, {}}};
  auto universe = std::make_shared<const Universe>(std::vector{indexcast::test::index(
      "T", {indexcast::test::member("0700.HK", 2, "HKD", "400.000", "1000")})});
  auto zmq = std::make_unique<ZmqSocket>(config_.zmq);
  Pipeline pipeline(config_, universe, kDate, zmq.get(), service_);
  SkippedReader reader(zmq->endpoint());
  pipeline.start();
  const int sender = socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in to = loopback(port);
  std::uint32_t sequence = 0;
  for (int burst = 0; burst < 1000 && reader.skipped() == 0; ++burst) {
    for (int i = 0; i < 64; ++i) {
      ++sequence;
      const auto price = static_cast<std::int32_t>(400'000 + 200 * (sequence % 7));
      const hkex::PacketBuilder packet =
          hkex::test::packet(sequence, hkex::test::at(10, 0),
                             hkex::test::traded(hkex::test::kTencent, price, sequence));
      sendto(sender, packet.bytes().data(), packet.bytes().size(), 0,
             reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    reader.read();  // nothing until the subscription has arrived
  }
  close(sender);
  pipeline.stop();
  LevelUpdate newest;
  ASSERT_TRUE(pipeline.view().latest->load(0, newest));
  for (int silences = 0; reader.last() < newest.index_sequence && silences < 250;)
    silences += reader.read() ? 0 : 1;
  EXPECT_EQ(reader.last(), newest.index_sequence);
  EXPECT_GT(reader.skipped(), 0u);
}

// INDEXCAST_STOPS: how many of each topology, for a longer run.
int stops() {
  const char* asked = std::getenv("INDEXCAST_STOPS");
  return asked == nullptr ? 10 : std::atoi(asked);
}

TEST_P(PipelineStop, LosesNothingThatWasAccepted) {
  for (int i = 0; i < stops() && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    stop_under_load();
  }
}

INSTANTIATE_TEST_SUITE_P(Topologies, PipelineStop,
                         testing::Values(Topology::one_core, Topology::per_feed),
                         [](const auto& test) {
                           return test.param == Topology::one_core ? "OneCore" : "PerFeed";
                         });

}  // namespace
}  // namespace indexcast::server
