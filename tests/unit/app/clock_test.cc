// The receive clock under steps of the wall clock, with both clocks of the operating system given.
#include "server/view/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "server/app/agents.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kHourNs = 3'600 * kNsPerSecond;
constexpr std::int64_t kAheadMaxNs = 60 * kNsPerSecond;
constexpr std::int64_t kSteps[] = {kNsPerDay, -40 * kNsPerSecond, -kHourNs};

// The machine's clocks. 2025-04-01 23:59:58 in China, so some steps cross midnight.
struct Machine {
  std::int64_t monotonic_ns = 100 * kNsPerSecond;
  TimeNs wall{china_time(20250401, 86'398'000)};
};
Machine machine;

feed::ClockReading read_machine() { return {machine.monotonic_ns, machine.wall}; }

class ClockTest : public testing::Test {
 protected:
  ClockTest() {
    machine = {};
    wall_ = std::make_shared<WallClock>(read_machine());
    log_before_ = spdlog::default_logger();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
  }
  ~ClockTest() override { spdlog::set_default_logger(log_before_); }

  // Time passes and the clock is watched.
  void pass(std::int64_t ns) {
    for (std::int64_t end = machine.monotonic_ns + ns; machine.monotonic_ns < end;) {
      machine.monotonic_ns += kClockCheckNs;
      machine.wall = machine.wall + kClockCheckNs;
      watch_->do_work(receive());
    }
  }
  void step(std::int64_t ns) { machine.wall = machine.wall + ns; }
  // Returns the time on the day's clock.
  TimeNs receive() const { return {machine.monotonic_ns + began_wall_.ns - began_monotonic_ns_}; }
  void begin() {
    clock_.emplace(wall_);
    watch_.emplace(*clock_, read_machine);
    began_wall_ = machine.wall;
    began_monotonic_ns_ = machine.monotonic_ns;
  }

  std::shared_ptr<WallClock> wall_;
  std::optional<Clock> clock_;
  std::optional<ClockWatch> watch_;
  TimeNs began_wall_{};
  std::int64_t began_monotonic_ns_ = 0;
  std::ostringstream log_;
  std::shared_ptr<spdlog::logger> log_before_;
};

TEST_F(ClockTest, PublishesTimesUnchangedWithoutAStep) {
  begin();
  pass(60 * kNsPerSecond);
  EXPECT_EQ(clock_->published(receive()), receive());
  EXPECT_EQ(clock_->received(machine.wall, receive(), kAheadMaxNs), receive());
  EXPECT_EQ(wall_->steps(), 0u);
  EXPECT_THAT(log_.str(), IsEmpty());
}

TEST_F(ClockTest, StepThatIsUndoneChangesNoPublishedTime) {
  for (const std::int64_t ns : kSteps) {
    begin();
    const std::uint64_t steps = wall_->steps();
    pass(kNsPerSecond);
    step(ns);
    for (int i = 0; i < 4; ++i) {
      pass(kNsPerSecond);
      EXPECT_EQ(clock_->published(receive()), receive()) << ns;
    }
    step(-ns);
    pass(60 * kNsPerSecond);
    EXPECT_EQ(clock_->published(receive()), receive()) << ns;
    EXPECT_EQ(wall_->steps(), steps + 2) << ns;
  }
}

TEST_F(ClockTest, PublishedTimesFollowAStepThatLasts) {
  for (const std::int64_t ns : kSteps) {
    begin();
    step(ns);
    pass(WallClock::kSettleNs);
    EXPECT_EQ(clock_->published(receive()), receive()) << ns;
    pass(kNsPerSecond);
    EXPECT_EQ(clock_->published(receive()), machine.wall) << ns;
    EXPECT_EQ(clock_->wall_ahead_ns(), ns);
  }
}

TEST_F(ClockTest, StepIsLoggedOnceWithItsSize) {
  begin();
  step(-40 * kNsPerSecond);
  pass(60 * kNsPerSecond);
  const std::string text = log_.str();
  EXPECT_THAT(text, HasSubstr("stepped by -40.000 s"));
  EXPECT_EQ(text.find("stepped"), text.rfind("stepped"));
}

TEST_F(ClockTest, IgnoresNoiseOfTheReading) {
  begin();
  step(WallClock::kNoiseNs);
  pass(60 * kNsPerSecond);
  EXPECT_EQ(wall_->steps(), 0u);
}

TEST_F(ClockTest, KeepsZeroAsUnknownTime) {
  begin();
  step(kNsPerDay);
  pass(60 * kNsPerSecond);
  EXPECT_EQ(clock_->published(TimeNs{}), TimeNs{});
  EXPECT_EQ(clock_->received(TimeNs{}, receive(), kAheadMaxNs), TimeNs{});
}

// A source on another machine keeps stamping with the right time.
TEST_F(ClockTest, RateOfAnotherMachineKeepsItsAgeWhileAStepIsUndone) {
  for (const std::int64_t ns : kSteps) {
    begin();
    const TimeNs right = machine.wall;
    step(ns);
    pass(2 * kNsPerSecond);
    const TimeNs stamp = right + kNsPerSecond;  // a second ago
    const std::int64_t age_ns = receive() - clock_->received(stamp, receive(), kAheadMaxNs);
    EXPECT_LE(age_ns, kNsPerSecond) << ns;
    EXPECT_GE(age_ns, -kAheadMaxNs) << ns;
    step(-ns);
    pass(60 * kNsPerSecond);
  }
}

// A file of this machine is stamped by its own wall clock, before or after the step.
TEST_F(ClockTest, AFileOfThisMachineKeepsItsAgeOverAStep) {
  for (const std::int64_t ns : kSteps) {
    begin();
    pass(kNsPerSecond);
    const TimeNs before = machine.wall;
    step(ns);
    const TimeNs after = machine.wall;
    pass(kNsPerSecond);
    for (const TimeNs stamp : {before, after}) {
      const std::int64_t age_ns = receive() - clock_->received(stamp, receive(), kAheadMaxNs);
      EXPECT_LE(age_ns, kNsPerSecond) << ns;
      EXPECT_GE(age_ns, -kAheadMaxNs) << ns;
    }
    pass(60 * kNsPerSecond);
    EXPECT_EQ(clock_->received(machine.wall, receive(), kAheadMaxNs), receive()) << ns;
  }
}

TEST_F(ClockTest, TimeAheadOfEitherClockStaysAhead) {
  begin();
  step(-40 * kNsPerSecond);
  pass(kNsPerSecond);
  const TimeNs ahead = machine.wall + 2 * kHourNs;
  EXPECT_GT(clock_->received(ahead, receive(), kAheadMaxNs) - receive(), kAheadMaxNs);
}

TEST_F(ClockTest, NextDayAgreesWithTheWallClockAgain) {
  for (const std::int64_t ns : kSteps) {
    begin();
    step(ns);
    pass(60 * kNsPerSecond);
    const Clock next = clock_->next_day(TimeNs{});
    EXPECT_EQ(next.wall_ahead_ns(), 0) << ns;
    EXPECT_EQ(clock_->wall_ahead_ns(), ns);
  }
}

TEST_F(ClockTest, NextDayNeverBeginsBeforeTheLast) {
  begin();
  const TimeNs epoch = clock_->now();
  step(-kHourNs);
  pass(60 * kNsPerSecond);
  const Clock next = clock_->next_day(epoch);
  EXPECT_GT(next.now(), epoch);
  EXPECT_EQ(next.wall_ahead_ns(), -kHourNs);
}

TEST_F(ClockTest, CopiesSeeTheStep) {
  begin();
  const Clock copy = *clock_;
  step(kHourNs);
  pass(60 * kNsPerSecond);
  EXPECT_EQ(copy.wall_ahead_ns(), kHourNs);
}

}  // namespace
}  // namespace indexcast::server
