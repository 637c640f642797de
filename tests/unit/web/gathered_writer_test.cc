// The one queue of a client before a socket that takes as much as it likes: any slices, in which
// whole frames leave in their order.
#include "server/web/gathered_writer.h"

#include <gmock/gmock.h>

#include <boost/asio/error.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using testing::ElementsAre;

constexpr char kData = static_cast<char>(0x82);
constexpr char kPong = static_cast<char>(0x8a);
constexpr char kClose = static_cast<char>(0x88);

// A frame as the wire has it, with `size` bytes after its header (RFC 6455, 5.2).
std::string wire_frame(char first, std::string payload) {
  std::string out{first};
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(payload.size()));
  } else {
    out.push_back(126);
    out.push_back(static_cast<char>(payload.size() >> 8));
    out.push_back(static_cast<char>(payload.size() & 0xff));
  }
  return out + payload;
}

// The frames of a wire; fails the test when it does not end with a whole one.
std::vector<std::string> frames_of(std::string_view wire) {
  std::vector<std::string> out;
  while (!wire.empty()) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(wire.at(at)); };
    const std::size_t size = byte(1) < 126 ? 2u + byte(1) : 4u + (byte(2) << 8 | byte(3));
    if (size > wire.size()) {
      ADD_FAILURE() << "the last frame is not whole";
      return out;
    }
    out.emplace_back(wire.substr(0, size));
    wire.remove_prefix(size);
  }
  return out;
}

// Stands for a Transport: one write at a time, of which a test says how much is taken.
class SlicingStream {
 public:
  explicit SlicingStream(bool encrypted = false) : encrypted_(encrypted) {}
  bool encrypted() const { return encrypted_; }

  template <class Handler>
  void async_write_some(std::span<const asio::const_buffer> buffers, Handler handler) {
    EXPECT_FALSE(writing()) << "two writes at a time";
    EXPECT_GT(asio::buffer_size(buffers), 0u);
    buffers_.assign(buffers.begin(), buffers.end());
    handler_ = std::move(handler);
    ++writes_;
  }

  bool writing() const { return handler_ != nullptr; }
  std::size_t writes() const { return writes_; }
  // Of the write under way.
  std::size_t buffers() const { return buffers_.size(); }
  std::size_t offered() const { return asio::buffer_size(buffers_); }
  const std::string& wire() const { return wire_; }

  // The write ends with its first `bytes` taken.
  void take(std::size_t bytes) {
    std::string all(offered(), '\0');
    asio::buffer_copy(asio::buffer(all), buffers_);
    wire_ += all.substr(0, bytes);
    std::exchange(handler_, nullptr)({}, bytes);
  }
  void take_all() {
    while (writing()) take(offered());
  }
  void fail(error_code error) { std::exchange(handler_, nullptr)(error, 0); }

 private:
  const bool encrypted_;
  std::vector<asio::const_buffer> buffers_;
  std::function<void(error_code, std::size_t)> handler_;
  std::size_t writes_ = 0;
  std::string wire_;
};

struct Observer : WriteObserver {
  void on_written(const OutboundQueue::Written& written, std::size_t count) override {
    frames += written.frames;
    controls += written.controls;
    bytes += count;
  }
  void on_write_failed() override { ++failures; }
  TimeNs now() const override { return clock; }

  std::size_t frames = 0;
  std::size_t controls = 0;
  std::size_t bytes = 0;
  int failures = 0;
  TimeNs clock{1'000};
};

struct Writing {
  explicit Writing(bool encrypted = false) : stream(encrypted) {}

  std::string frame(std::size_t size) {
    std::string bytes = wire_frame(kData, std::string(size, static_cast<char>('a' + count++ % 26)));
    queue.push(std::make_shared<const std::string>(bytes));
    writer.wake();
    return bytes;
  }
  std::string control(char first, const std::string& payload) {
    std::string bytes = wire_frame(first, payload);
    writer.write_control(bytes, [this, size = bytes.size()](error_code error, std::size_t written) {
      EXPECT_EQ(written, error ? 0 : size);
      done.push_back(error);
    });
    return bytes;
  }

  SlicingStream stream;
  OutboundQueue queue;
  std::shared_ptr<Observer> observer = std::make_shared<Observer>();
  GatheredWriter<SlicingStream> writer{stream, queue, *observer};
  std::vector<error_code> done;  // of the controls, in the order in which they ended
  std::size_t count = 0;
};

TEST(GatheredWriterTest, oneWriteTakesWhateverWaits) {
  Writing w;
  std::string expected = w.frame(10);
  EXPECT_EQ(w.stream.buffers(), 1u);
  for (int i = 0; i < 20; ++i) expected += w.frame(200);
  EXPECT_EQ(w.stream.writes(), 1u);
  w.stream.take(w.stream.offered());
  EXPECT_EQ(w.stream.buffers(), 20u);
  w.stream.take_all();
  EXPECT_EQ(w.stream.writes(), 2u);
  EXPECT_EQ(w.stream.wire(), expected);
  EXPECT_EQ(w.observer->frames, 21u);
  EXPECT_EQ(w.observer->bytes, expected.size());
}

TEST(GatheredWriterTest, noWriteTakesMoreFramesThanItMay) {
  Writing w;
  for (int i = 0; i < 200; ++i) w.frame(4);
  w.stream.take(w.stream.offered());
  EXPECT_EQ(w.stream.buffers(), OutboundQueue::kGatherFrames);
  w.stream.take_all();
  EXPECT_EQ(frames_of(w.stream.wire()).size(), 200u);
}

TEST(GatheredWriterTest, underTlsAWriteIsOneRecord) {
  Writing w(/*encrypted=*/true);
  std::string expected = w.frame(10);
  for (int i = 0; i < 20; ++i) expected += w.frame(2000);
  w.stream.take(w.stream.offered());
  while (w.stream.writing()) {
    EXPECT_EQ(w.stream.buffers(), 1u);
    EXPECT_LE(w.stream.offered(), 16u * 1024);
    w.stream.take(w.stream.offered());
  }
  EXPECT_EQ(w.stream.wire(), expected);
  EXPECT_EQ(w.stream.writes(), 4u);  // 10; then 40,000 bytes in records of 16 KiB
}

TEST(GatheredWriterTest, aControlFrameWaitsForNoMoreThanTheFrameThatHasBegun) {
  Writing w;
  const std::string first = w.frame(50);
  w.stream.take(w.stream.offered());
  const std::string begun = w.frame(100);
  const std::string next = w.frame(100);
  const std::string pong = w.control(kPong, "1");
  const std::string second_pong = w.control(kPong, "2");
  w.stream.take(30);
  EXPECT_TRUE(w.done.empty());
  w.stream.take_all();
  EXPECT_THAT(frames_of(w.stream.wire()), ElementsAre(first, begun, pong, second_pong, next));
  EXPECT_EQ(w.done.size(), 2u);
  EXPECT_EQ(w.observer->controls, 2u);
}

TEST(GatheredWriterTest, afterACloseNothingLeavesButWhatHadBegun) {
  Writing w;
  const std::string begun = w.frame(100);
  w.frame(100);
  w.stream.take(1);
  const std::string close = w.control(kClose, "\x03\xe8");
  w.frame(100);
  w.stream.take_all();
  // The write under way when the close came had both frames.
  EXPECT_EQ(frames_of(w.stream.wire()).front(), begun);
  EXPECT_EQ(frames_of(w.stream.wire()).back(), close);
  EXPECT_LE(frames_of(w.stream.wire()).size(), 3u);
  EXPECT_EQ(w.done.size(), 1u);
}

TEST(GatheredWriterTest, whatCannotLeaveIsToldSo) {
  Writing w;
  w.frame(100);
  w.control(kPong, "1");
  w.stream.take(5);
  w.stream.fail(asio::error::broken_pipe);
  EXPECT_THAT(w.done, ElementsAre(error_code(asio::error::broken_pipe)));
  EXPECT_EQ(w.observer->failures, 1);
  w.control(kPong, "2");
  w.frame(10);
  EXPECT_EQ(w.done.size(), 2u);
  EXPECT_EQ(w.stream.writes(), 2u);
  EXPECT_FALSE(w.stream.writing());
}

TEST(GatheredWriterTest, stallsOnlyWhileTheSocketTakesNothing) {
  Writing w;
  EXPECT_FALSE(w.writer.stalled({1'000'000}, 10));
  w.frame(100);
  EXPECT_FALSE(w.writer.stalled({1'010}, 10));
  EXPECT_TRUE(w.writer.stalled({1'011}, 10));
  w.frame(100);
  EXPECT_TRUE(w.writer.stalled({1'011}, 10));
  w.observer->clock = {1'011};
  w.stream.take(1);
  EXPECT_FALSE(w.writer.stalled({1'021}, 10));
  EXPECT_TRUE(w.writer.stalled({1'022}, 10));
  w.stream.take_all();
  EXPECT_FALSE(w.writer.stalled({1'000'000}, 10));
}

// A pong to a client that was silent for long is timed from its own write.
TEST(GatheredWriterTest, aControlFrameIsTimedFromItsOwnWrite) {
  Writing w;
  w.frame(100);
  w.stream.take_all();
  w.observer->clock = {1'000'000};
  w.control(kPong, "1");
  EXPECT_FALSE(w.writer.stalled({1'000'010}, 10));
  EXPECT_TRUE(w.writer.stalled({1'000'011}, 10));
}

// A session may go while its write is under way: the write keeps it.
TEST(GatheredWriterTest, keepsItsObserverWhileAWriteIsUnderWay) {
  Writing w;
  w.frame(10);
  const std::weak_ptr<Observer> observer = w.observer;
  EXPECT_EQ(observer.use_count(), 2);
  w.stream.take_all();
  EXPECT_EQ(observer.use_count(), 1);
}

class GatheredWriterSlices : public testing::TestWithParam<bool> {};

// Whatever is queued when, and however little the socket takes of it at a time.
TEST_P(GatheredWriterSlices, wholeFramesLeaveInTheirOrder) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto up_to = [&](std::size_t most) { return random() % (most + 1); };
  for (int round = 0; round < 200; ++round) {
    Writing w(GetParam());
    std::vector<std::string> frames;
    std::vector<std::string> controls;
    for (int step = 0; step < 100; ++step) {
      const std::size_t kind = up_to(9);
      if (kind < 4) frames.push_back(w.frame(up_to(kind == 0 ? 20'000 : 300)));
      if (kind == 4) controls.push_back(w.control(kPong, std::to_string(step)));
      if (kind > 4 && w.stream.writing()) w.stream.take(1 + up_to(w.stream.offered() - 1));
    }
    while (w.stream.writing()) w.stream.take(1 + up_to(w.stream.offered() - 1));
    std::vector<std::string> left_frames;
    std::vector<std::string> left_controls;
    for (std::string& each : frames_of(w.stream.wire()))
      (each.front() == kData ? left_frames : left_controls).push_back(std::move(each));
    ASSERT_EQ(left_frames, frames);
    ASSERT_EQ(left_controls, controls);
    ASSERT_EQ(w.done, std::vector<error_code>(controls.size()));
    ASSERT_EQ(w.observer->frames, frames.size());
    ASSERT_EQ(w.observer->bytes, w.stream.wire().size());
    ASSERT_TRUE(w.queue.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(PlainAndTls, GatheredWriterSlices, testing::Bool());

}  // namespace
}  // namespace indexcast::server
