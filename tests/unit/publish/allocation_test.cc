// The data plane's promise: once warm, encoding a level takes nothing from the heap.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "server/publish/level_encoder.h"
#include "server/publish/level_json.h"
#include "server/publish/level_mirror.h"
#include "server/publish/publisher_stats.h"
#include "tests/unit/publish/core_stub.h"

// The sanitizers bring an allocator of their own, which must not be mixed with this one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INDEXCAST_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INDEXCAST_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef INDEXCAST_COUNTS_ALLOCATIONS
#define INDEXCAST_COUNTS_ALLOCATIONS 1
#endif

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

#if INDEXCAST_COUNTS_ALLOCATIONS
// Not inlined: the compiler would see free() meet a pointer of operator new, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace indexcast::server {
namespace {

// From the ring to bytes, text and the histogram: what a publisher does between two system calls.
class Path {
 public:
  explicit Path(CoreStub& core) : mirror_(core.view()), encoder_(core.universe, kStubEpoch) {}
  void run() { mirror_.poll(100, *this); }

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
  LevelMirror mirror_;
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
  if (!INDEXCAST_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer's allocator is in place";
  CoreStub core;
  Path path(core);
  publish_one_of_each(core);
  path.run();
  const std::size_t before = allocations;
  ASSERT_GT(before, 0u);
  for (int i = 0; i < 100; ++i) {
    publish_one_of_each(core);
    path.run();
  }
  EXPECT_EQ(allocations, before);
  EXPECT_GT(path.bytes(), 0u);
}

}  // namespace
}  // namespace indexcast::server
