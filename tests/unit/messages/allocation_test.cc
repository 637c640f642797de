// The data plane's promise: once warm, encoding a level takes nothing from the heap.
#include <gtest/gtest.h>

#include "server/messages/level_encoder.h"
#include "server/messages/level_json.h"
#include "server/view/level_reader.h"
#include "server/view/publisher_stats.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

// From the ring to bytes, text and the histogram: what a publisher does between two system calls.
class Path {
 public:
  explicit Path(CoreStub& core) : reader_(core.view()), encoder_(core.universe, kStubEpoch) {}
  void run() { reader_.poll(100, *this); }

  void on_level(const LevelUpdate& update, std::uint64_t sequence) {
    bytes_ += encoder_.encode(update, sequence, {1}).size();
    text_.clear();
    append_level_json(text_, encoder_.message(update, sequence, {1}), "level");
    latency_.record(1234);
  }
  void on_skipped(IndexId, std::uint64_t, std::uint64_t) {}
  void on_tick(const TimerTick&, std::uint64_t) {}
  void on_lapped(std::uint64_t) {}
  std::size_t bytes() const { return bytes_; }

 private:
  LevelReader reader_;
  LevelEncoder encoder_;
  JsonBuffer text_;
  LatencyHistogram latency_;
  std::size_t bytes_ = 0;
};

void publish_one_of_each(CoreStub& core) {
  for (IndexId index = 0; index < 3; ++index) {
    for (const InstrumentId cause : {InstrumentId{0}, InstrumentId{2}, kNoInstrument}) {
      LevelUpdate update = core.make_level(index, 10'123'456);
      update.cause_instrument = cause;
      update.flags = 0xff;
      core.publish(update);
    }
  }
}

TEST(Allocation, noneOnceWarm) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  CoreStub core;
  Path path(core);
  publish_one_of_each(core);
  path.run();
  const std::uint64_t before = test::allocations();
  ASSERT_GT(before, 0u);
  for (int i = 0; i < 100; ++i) {
    publish_one_of_each(core);
    path.run();
  }
  EXPECT_EQ(test::allocations(), before);
  EXPECT_GT(path.bytes(), 0u);
}

}  // namespace
}  // namespace indexcast::server
