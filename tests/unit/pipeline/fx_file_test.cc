#include "server/pipeline/fx_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace indexcast::server {
namespace {

class FxFileTest : public testing::Test {
 protected:
  static std::filesystem::path own_path() {
    return std::filesystem::temp_directory_path() /
           ("indexcast-fx-" + std::to_string(::getpid()) + "-" +
            testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  ~FxFileTest() override { std::filesystem::remove(path_); }

  // A new modification time each, whatever the resolution of the file system.
  void write(const std::string& text) {
    std::ofstream(path_) << text;
    std::filesystem::last_write_time(
        path_, std::filesystem::file_time_type() + std::chrono::seconds(++writes_));
  }
  void look() { file_.do_work(now_ = now_ + settings_.poll_ms * kNsPerMs); }
  std::int64_t taken() {
    const MarketEvent* event = ring_.front();
    if (event == nullptr) return 0;
    EXPECT_EQ(event->kind, EventKind::fx);
    EXPECT_EQ(event->instrument, 1u);
    EXPECT_EQ(event->channel, 1u) << "the source's rank";
    const std::int64_t rate = event->value[0];
    ring_.pop();
    return rate;
  }

  const std::filesystem::path path_ = own_path();
  const FxSettings settings_{
      .series = "HKDCNY", .mode = FxMode::realtime, .sources = {"elsewhere", path_.string()}};
  SpscRing<MarketEvent> ring_{4};
  Waker core_;
  FxFile file_{settings_, 1, 1, ring_, core_};
  TimeNs now_{kNsPerSecond};
  int writes_ = 0;
};

TEST_F(FxFileTest, HandsOnEachNewRateOnce) {
  write("0.92310\n");
  look();
  EXPECT_EQ(taken(), 92'310'000);
  look();
  EXPECT_EQ(taken(), 0);
  write("0.92400");
  look();
  EXPECT_EQ(taken(), 92'400'000);
}

TEST_F(FxFileTest, AnAbsentOrBadFileChangesNothing) {
  look();
  EXPECT_EQ(taken(), 0);
  for (const char* text : {"", "abc", "-0.92", "0", "0.9 2", "0,92"}) {
    write(text);
    look();
    EXPECT_EQ(taken(), std::string(text) == "0.9 2" ? 90'000'000 : 0) << text;
  }
  write("0.93000");
  look();
  EXPECT_EQ(taken(), 93'000'000);
}

TEST_F(FxFileTest, LooksNoMoreOftenThanItIsTold) {
  write("0.92310");
  look();
  EXPECT_EQ(taken(), 92'310'000);
  write("0.92400");
  file_.do_work(now_ + (settings_.poll_ms - 1) * kNsPerMs);
  EXPECT_EQ(taken(), 0);
}

TEST_F(FxFileTest, ARateThatFoundTheRingFullComesLater) {
  for (int i = 0; i < 4; ++i) ring_.try_push(MarketEvent{});
  write("0.92310");
  look();
  for (int i = 0; i < 4; ++i) ring_.pop();
  look();
  EXPECT_EQ(taken(), 92'310'000);
}

}  // namespace
}  // namespace indexcast::server
