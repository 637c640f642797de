#include "server/app/agent_thread.h"

#include <gtest/gtest.h>

#include <future>

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

// With `block` the thread sleeps between any two numbers, so a lost wake-up would show as a wait
// for the sleep's end.
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
