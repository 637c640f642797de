#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "server/app/fx_sources.h"

namespace indexcast::server {
namespace {

// 2025-04-01 09:30:00 in China.
constexpr TimeNs kNow{1'743'471'000 * kNsPerSecond};

class FxFileTest : public testing::Test {
 protected:
  static std::filesystem::path own_path() {
    return std::filesystem::temp_directory_path() /
           ("indexcast-fx-" + std::to_string(::getpid()) + "-" +
            testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  ~FxFileTest() override { std::filesystem::remove(path_); }

  void set_modified(const std::filesystem::path& path, TimeNs at) {
    const timespec time{at.ns / kNsPerSecond, at.ns % kNsPerSecond};
    const timespec times[]{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  // As a writer leaves it that opens the file anew; modified `age_s` before now.
  void write(const std::string& text, std::int64_t age_s = 0) {
    std::ofstream(path_) << text;
    set_modified(path_, now_ + -age_s * kNsPerSecond);
  }
  void append(const std::string& text) {
    std::ofstream(path_, std::ios::app) << text;
    set_modified(path_, now_);
  }
  void look() { file_.do_work(now_ = now_ + settings_.poll_ms * kNsPerMs); }
  // The event of the next rate; kind none when there is none.
  MarketEvent taken() {
    const MarketEvent* event = ring_.front();
    if (event == nullptr) return {};
    const MarketEvent out = *event;
    ring_.pop();
    EXPECT_EQ(out.kind, EventKind::fx);
    EXPECT_EQ(out.instrument, 1u);
    EXPECT_EQ(out.channel, 1u) << "the source's rank";
    return out;
  }
  std::int64_t taken_rate() { return taken().value[0]; }
  std::uint64_t refused(FxRefusal reason) const { return file_.stats().count(reason); }

  const std::filesystem::path path_ = own_path();
  const FxSettings settings_{
      .series = "HKDCNY", .mode = FxMode::realtime, .sources = {"elsewhere", path_.string()}};
  SpscRing<MarketEvent> ring_{4};
  Waker core_;
  std::shared_ptr<WallClock> wall_ = std::make_shared<WallClock>(feed::ClockReading{0, kNow});
  FxFile file_{settings_, 1, 1, ring_, core_, Clock(wall_)};
  TimeNs now_ = kNow;
};

TEST_F(FxFileTest, HandsOnEachNewRateOnce) {
  write("0.92310\n");
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
  look();
  EXPECT_EQ(taken_rate(), 0);
  write("0.92400\n");
  look();
  EXPECT_EQ(taken_rate(), 92'400'000);
  EXPECT_EQ(file_.stats().taken.get(), 2u);
}

TEST_F(FxFileTest, UsesTheFilesTimeWithoutATimeInTheLine) {
  write("0.92310\n", 3600);
  look();
  const MarketEvent event = taken();
  EXPECT_EQ(event.exchange_time, kNow + -3600 * kNsPerSecond);
  EXPECT_EQ(event.receive_time, now_);
}

TEST_F(FxFileTest, PrefersTheTimeInTheLineToTheFiles) {
  const struct {
    std::string time;
    std::int64_t age_ms;
  } kTimes[]{{"2025-04-01T09:29:50+08:00", 10'000},
             {"2025-04-01T01:29:50Z", 10'000},
             {"2025-04-01T01:29:50.250+00:00", 9'750},
             {"2025-03-31T20:30:00-05:00", 0}};
  for (const auto& [time, age_ms] : kTimes) {
    write("0.92310 " + time + "\n", 3600);
    look();
    EXPECT_EQ(taken().exchange_time, kNow + -age_ms * kNsPerMs) << time;
  }
}

TEST_F(FxFileTest, TakesARewrittenRateWithoutATimeAgain) {
  write("0.92310\n");
  look();
  EXPECT_EQ(taken().exchange_time, kNow);
  now_ = now_ + 20 * kNsPerSecond;
  write("0.92310\n");
  const TimeNs written = now_;
  look();
  EXPECT_EQ(taken().exchange_time, written);
}

TEST_F(FxFileTest, AFileFromBefore1970HasAPositiveTime) {
  write("0.92310\n");
  set_modified(path_, TimeNs{-5 * kNsPerSecond});
  look();
  EXPECT_EQ(taken().exchange_time, TimeNs{1}) << "zero would mean that the time is not known";
}

// The step is undone after four seconds: no rate gets old or is refused by it.
TEST_F(FxFileTest, AStepOfTheWallClockDoesNotAgeARate) {
  wall_->observe({0, kNow + kNsPerDay});
  write("0.92310 2025-04-01T09:29:59+08:00\n");
  look();
  EXPECT_EQ(taken().exchange_time, kNow + -kNsPerSecond) << "of a source whose clock is right";
  write("0.92320\n", -86'400);
  look();
  EXPECT_EQ(taken().exchange_time, now_ + -settings_.poll_ms * kNsPerMs) << "of this machine";
  wall_->observe({4 * kNsPerSecond, kNow + 4 * kNsPerSecond});
  write("0.92330\n", 3);
  const TimeNs written = now_ + -3 * kNsPerSecond;
  look();
  EXPECT_EQ(taken().exchange_time, written);
}

TEST_F(FxFileTest, RefusesATimeAheadOfTheClock) {
  write("0.92310 2025-04-01T09:32:00+08:00\n");
  look();
  write("0.92310 infinite-future\n");
  look();
  write("0.92310\n", -120);
  look();
  EXPECT_EQ(taken_rate(), 0);
  EXPECT_EQ(refused(FxRefusal::time_ahead), 3u);
  write("0.92310 2025-04-01T09:30:50+08:00\n");
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
}

TEST_F(FxFileTest, RefusesAValueWithoutALineEnd) {
  for (const char* part : {"", "0", "0.9", "0.92", "0.92310"}) {
    write(part);
    look();
    EXPECT_EQ(taken_rate(), 0) << part;
  }
  EXPECT_EQ(refused(FxRefusal::incomplete), 5u);
  append("\n");
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
}

// A writer in the middle: the second part comes within the same tick of the file's clock.
TEST_F(FxFileTest, TakesTheRestOfALineWithAnUnchangedModificationTime) {
  write("0.92");
  look();
  std::ofstream(path_, std::ios::app) << "310\n";
  set_modified(path_, kNow);
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
}

TEST_F(FxFileTest, TakesAnotherValueOfTheSameTimeAndLength) {
  write("0.92310\n");
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
  std::ofstream(path_) << "0.92311\n";
  set_modified(path_, kNow);
  look();
  EXPECT_EQ(taken_rate(), 92'311'000);
}

TEST_F(FxFileTest, RefusesAnIncompleteTime) {
  write("0.92310 2025-04-01T09:2");
  look();
  append("9:50+08:00");
  look();
  EXPECT_EQ(taken_rate(), 0);
  append("\n");
  look();
  EXPECT_EQ(taken().exchange_time, kNow + -10 * kNsPerSecond);
}

TEST_F(FxFileTest, TakesAFileThatIsRenamedOverTheOldOne) {
  write("0.92310\n");
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
  const std::filesystem::path next = path_.string() + ".next";
  std::ofstream(next) << "0.924";
  look();
  EXPECT_EQ(taken_rate(), 0);
  std::ofstream(next) << "0.92400\n";
  set_modified(next, kNow);  // of the same time as the one before
  std::filesystem::rename(next, path_);
  look();
  EXPECT_EQ(taken_rate(), 92'400'000);
}

TEST_F(FxFileTest, RefusesAShorterValueWrittenOverALongerOne) {
  write("0.924\n0\n");  // "0.92310" and its line end, overwritten in place
  look();
  EXPECT_EQ(taken_rate(), 0);
  EXPECT_EQ(refused(FxRefusal::malformed), 1u);
}

TEST_F(FxFileTest, CountsARefusalOnceForEachChange) {
  look();
  look();
  EXPECT_EQ(refused(FxRefusal::unreadable), 1u);
  const struct {
    std::string text;
    FxRefusal reason;
  } kTexts[]{{"abc\n", FxRefusal::malformed},
             {"0,92\n", FxRefusal::malformed},
             {"0.923100001\n", FxRefusal::malformed},
             {"\n", FxRefusal::malformed},
             {"0.92310 yesterday\n", FxRefusal::malformed},
             {"0.92310 2025-04-01T09:30:00\n", FxRefusal::malformed},
             {"0.92310 infinite-past\n", FxRefusal::malformed},
             {"0.92310 2025-04-01 09:30:00\n", FxRefusal::malformed},
             {std::string("0.9\0\n", 5), FxRefusal::malformed},
             {std::string(5'000, ' ') + "\n", FxRefusal::malformed},
             {"-0.92\n", FxRefusal::not_positive},
             {"0\n", FxRefusal::not_positive}};
  std::array<std::uint64_t, kFxRefusalCount> expected{};
  for (const auto& [text, reason] : kTexts) {
    write(text);
    look();
    look();
    EXPECT_EQ(taken_rate(), 0) << text;
    EXPECT_EQ(refused(reason), ++expected[static_cast<std::size_t>(reason)]) << text;
  }
  write("\xef\xbb\xbf\r\n  0.93000\t2025-04-01T09:29:50+08:00 \r\n\r\n");
  look();
  EXPECT_EQ(taken_rate(), 93'000'000);
}

TEST_F(FxFileTest, NamesTheLineOfAFault) {
  const auto fault = std::get<FxFault>(parse_fx_file("\n\n0,92\n"));
  EXPECT_EQ(fault.line, 3);
  EXPECT_EQ(fault.what, "0,92: must be a decimal number of up to 8 places");
}

// The aux thread reads every source; a pipe without a writer would hold all of them.
TEST_F(FxFileTest, RefusesAPipe) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  look();
  EXPECT_EQ(refused(FxRefusal::unreadable), 1u);
}

TEST_F(FxFileTest, ReadsTheFileOncePerInterval) {
  write("0.92310\n");
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
  write("0.92400\n");
  file_.do_work(now_ + (settings_.poll_ms - 1) * kNsPerMs);
  EXPECT_EQ(taken_rate(), 0);
}

TEST_F(FxFileTest, HandsOnARateOnceTheFullRingHasRoom) {
  for (int i = 0; i < 4; ++i) ring_.try_push(MarketEvent{});
  write("0.92310\n");
  look();
  EXPECT_EQ(refused(FxRefusal::ring_full), 1u);
  for (int i = 0; i < 4; ++i) ring_.pop();
  look();
  EXPECT_EQ(taken_rate(), 92'310'000);
}

}  // namespace
}  // namespace indexcast::server
