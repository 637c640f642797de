#include "feedhandlers/transport/receive_stamps.h"

#include <gtest/gtest.h>

namespace indexcast::feed {
namespace {

constexpr TimeNs kWall{1'750'000'000 * kNsPerSecond};
constexpr TimeNs kNow{kWall.ns + 7};  // the receive clock need not agree with the wall clock
constexpr std::int64_t kMonotonicNs = 5'000 * kNsPerSecond;

class ReceiveStampsTest : public testing::Test {
 protected:
  // A poll that starts `after_ns` after the first; its batch is read `reading_ns` later. The wall
  // clock has been stepped by `step_ns` in all.
  void poll(std::int64_t after_ns, std::int64_t reading_ns, std::int64_t step_ns = 0) {
    stamps_.begin_poll(kNow + after_ns, at(after_ns, step_ns));
    stamps_.begin_batch(at(after_ns + reading_ns, step_ns));
  }
  static ClockReading at(std::int64_t after_ns, std::int64_t step_ns) {
    return {kMonotonicNs + after_ns, kWall + (after_ns + step_ns)};
  }

  ReceiveStamps stamps_;
};

TEST_F(ReceiveStampsTest, StampBeforeThePollKeepsItsAge) {
  poll(0, 100);
  EXPECT_EQ(stamps_.receive_time(kWall + -2'000), kNow + -2'000);
  EXPECT_TRUE(stamps_.last_usable());
}

TEST_F(ReceiveStampsTest, StampAfterThePollBeganIsNotMovedToItsStart) {
  poll(0, 900);
  EXPECT_EQ(stamps_.receive_time(kWall + 700), kNow + 700);
}

TEST_F(ReceiveStampsTest, WithoutAStampTheMomentOfReadingCounts) {
  poll(0, 900);
  EXPECT_EQ(stamps_.receive_time(TimeNs{}), kNow + 900);
  EXPECT_TRUE(stamps_.last_usable());
}

TEST_F(ReceiveStampsTest, StampOfTheFutureIsReceivedAsItIsRead) {
  poll(0, 900);
  EXPECT_EQ(stamps_.receive_time(kWall + 901), kNow + 900);
  EXPECT_FALSE(stamps_.last_usable());
}

TEST_F(ReceiveStampsTest, StampThatIsTooOldIsReceivedAsItIsRead) {
  poll(0, 900);
  EXPECT_EQ(stamps_.receive_time(kWall + (900 - ReceiveStamps::kAgeMaxNs)),
            kNow + (900 - ReceiveStamps::kAgeMaxNs));
  EXPECT_TRUE(stamps_.last_usable());
  EXPECT_EQ(stamps_.receive_time(kWall + (900 - ReceiveStamps::kAgeMaxNs - 1)), kNow + 900);
  EXPECT_FALSE(stamps_.last_usable());
}

TEST_F(ReceiveStampsTest, NeverGoesBackFromLineToLine) {
  poll(0, 500);
  EXPECT_EQ(stamps_.receive_time(kWall + 400), kNow + 400);
  EXPECT_EQ(stamps_.receive_time(kWall + 300), kNow + 400);
  EXPECT_EQ(stamps_.latest(), kNow + 400);
}

// Steps of the wall clock between the kernel's stamp and the reading, and stamps after the step.
TEST_F(ReceiveStampsTest, StepOfTheWallClockMovesNoReceiveTime) {
  constexpr std::int64_t kStepsNs[] = {kNsPerDay, -40 * kNsPerSecond, -3'600 * kNsPerSecond};
  std::int64_t after_ns = 0;
  for (const std::int64_t step_ns : kStepsNs) {
    poll(after_ns += kNsPerMs, 500, step_ns);
    EXPECT_EQ(stamps_.receive_time(kWall + (after_ns - 100)), kNow + (after_ns + 500)) << step_ns;
    EXPECT_FALSE(stamps_.last_usable());
    poll(after_ns += kNsPerMs, 500, step_ns);
    EXPECT_EQ(stamps_.receive_time(kWall + (after_ns - 100 + step_ns)), kNow + (after_ns - 100))
        << step_ns;
    EXPECT_TRUE(stamps_.last_usable());
    // Undone.
    poll(after_ns += kNsPerMs, 500);
    EXPECT_EQ(stamps_.receive_time(kWall + (after_ns + 200)), kNow + (after_ns + 200)) << step_ns;
  }
}

}  // namespace
}  // namespace indexcast::feed
