#include "server/view/agent_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <random>

#include "calc/spsc_ring.h"

namespace indexcast::server {
namespace {

// Takes numbers from a ring and completes a promise at the last.
class Taker final : public Agent {
 public:
  Taker(SpscRing<int>& ring, int last) : ring_(&ring), last_(last) {}
  std::size_t do_work(TimeNs) override {
    const int* value = ring_->front();
    if (value == nullptr) return 0;
    EXPECT_EQ(*value, ++expected_);
    ring_->pop();
    if (expected_ == last_) done.set_value();
    return 1;
  }
  std::promise<void> done;

 private:
  SpscRing<int>* ring_;
  int last_;
  int expected_ = 0;
};

class AgentThreadTest : public testing::TestWithParam<IdleMode> {};

// With `block` the thread sleeps between any two numbers. It sleeps without a limit, so the test
// hangs after a lost wake-up.
TEST_P(AgentThreadTest, IsWokenForEveryPieceOfWork) {
  constexpr int kCount = 20'000;
  SpscRing<int> ring(8);
  Taker taker(ring, kCount);
  AgentThread thread({.name = "test", .idle = GetParam()}, Clock());
  thread.add(taker);
  thread.start();
  for (int i = 1; i <= kCount; ++i) {
    while (!ring.try_push(i)) std::this_thread::yield();
    thread.waker().wake();
  }
  taker.done.get_future().wait();
  thread.stop();
}

// Publishes bounded turns of random length with random pauses between them and wakes the reader
// once after each turn, as the core does. Neither side has a timeout anywhere: the writer waits for
// the reader's count, so after a lost wake-up both wait for ever and the test's own limit ends it.
// INDEXCAST_WAKES sets the number of turns of a longer run.
TEST_P(AgentThreadTest, LosesNoWakeUpBetweenRandomTurns) {
  const char* asked = std::getenv("INDEXCAST_WAKES");
  const int turns = asked == nullptr ? 50'000 : std::atoi(asked);
  class Counter final : public Agent {
   public:
    explicit Counter(SpscRing<int>& ring) : ring_(&ring) {}
    std::size_t do_work(TimeNs) override {
      std::uint32_t count = 0;
      for (; ring_->front() != nullptr; ++count) ring_->pop();
      if (count == 0) return 0;
      taken.fetch_add(count);
      taken.notify_one();
      return count;
    }
    std::atomic<std::uint32_t> taken{0};

   private:
    SpscRing<int>* ring_;
  };
  SpscRing<int> ring(64);
  Counter reader(ring);
  AgentThread thread({.name = "test", .idle = GetParam(), .spin_ns = kNsPerUs}, Clock());
  thread.add(reader);
  thread.start();
  std::minstd_rand random(20251203);
  std::uint32_t written = 0;
  for (int turn = 0; turn < turns; ++turn) {
    const std::uint32_t records = 1 + random() % 8;
    for (std::uint32_t i = 0; i < records; ++i) ASSERT_TRUE(ring.try_push(1));
    written += records;
    thread.waker().wake();
    // The next wake-up falls before, into or after the reader's way to sleep.
    for (std::uint32_t pause = random() % 512; pause > 0; --pause) __builtin_ia32_pause();
    if (random() % 2 == 0 && written - reader.taken < 56) continue;
    for (std::uint32_t taken = reader.taken; taken != written; taken = reader.taken)
      reader.taken.wait(taken);
  }
  thread.stop();
}

// A thread with a pace is not woken during the pace, and takes what was written meanwhile after it.
TEST(AgentThread, TakesWorkAfterItsPaceWithoutAWakeUp) {
  SpscRing<int> ring(1024);
  Taker taker(ring, 500);
  AgentThread thread({.name = "test", .idle = IdleMode::block, .pace_ns = kNsPerMs}, Clock());
  thread.add(taker);
  thread.start();
  for (int i = 1; i <= 500; ++i) {
    ASSERT_TRUE(ring.try_push(i));
    thread.waker().wake();
  }
  taker.done.get_future().wait();
  thread.stop();
}

INSTANTIATE_TEST_SUITE_P(Modes, AgentThreadTest,
                         testing::Values(IdleMode::spin, IdleMode::backoff, IdleMode::block));

TEST(AgentThread, StopsWhileItsAgentIsIdle) {
  SpscRing<int> ring(8);
  Taker taker(ring, 1);
  AgentThread thread({.name = "test", .idle = IdleMode::block}, Clock());
  thread.add(taker);
  thread.start();
  thread.stop();
  thread.stop();
}

TEST(Clock, NeverGoesBackwards) {
  const Clock clock;
  TimeNs last = clock.now();
  EXPECT_GT(last.ns, 1'600'000'000LL * kNsPerSecond);
  for (int i = 0; i < 10'000; ++i) {
    const TimeNs now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace indexcast::server
