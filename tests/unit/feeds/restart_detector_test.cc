#include "feedhandlers/sequencing/restart_detector.h"

#include <gtest/gtest.h>

namespace indexcast::feed {
namespace {

constexpr TimeNs kPassed{kNsPerDay};  // stamp of what was handed on last
constexpr std::uint64_t kExpected = 1000;

class RestartDetectorTest : public testing::Test {
 protected:
  RestartDetectorTest() {
    for (const Line line : {Line::a, Line::b}) {
      detector.note_packet(line, now);
      detector.pass({999, 1, line, kPassed, {}});
    }
  }

  bool follow(std::uint32_t sequence, Line line = Line::a, std::int64_t later = 1) {
    return detector.follow({sequence, 1, line, kPassed + later, {}}, kExpected);
  }
  // Both lines show `packets` packets from number `first` on.
  void show(std::uint32_t packets, std::uint32_t first = 1) {
    for (std::uint32_t i = first; i < first + packets; ++i) {
      follow(i, Line::a);
      follow(i, Line::b);
    }
  }
  bool is_restart() const { return detector.is_restart(now); }

  RestartDetector detector{3};
  TimeNs now{2 * kNsPerDay};
};

TEST_F(RestartDetectorTest, BelievesBothLinesAfterTheConfirmation) {
  show(2);
  EXPECT_FALSE(is_restart());
  follow(3, Line::a);
  EXPECT_FALSE(is_restart());
  follow(3, Line::b);
  EXPECT_TRUE(is_restart());
  EXPECT_EQ(detector.first(), 1u);
}

TEST_F(RestartDetectorTest, BelievesTheOnlyLineThatSpeaks) {
  for (std::uint32_t i = 7; i < 10; ++i) follow(i, Line::b);
  detector.note_packet(Line::b, now + kLineLagNs);
  EXPECT_FALSE(detector.is_restart(now + kLineLagNs));
  detector.note_packet(Line::b, now + (kLineLagNs + 1));
  EXPECT_TRUE(detector.is_restart(now + (kLineLagNs + 1)));
  EXPECT_EQ(detector.first(), 7u);
}

TEST_F(RestartDetectorTest, FollowsNewerStampsOnly) {
  EXPECT_TRUE(follow(1, Line::a, 1));
  EXPECT_FALSE(follow(2, Line::a, 0));
  EXPECT_FALSE(follow(2, Line::a, -1));
}

TEST_F(RestartDetectorTest, FollowsAnyStampFromFarBack) {
  const LinePacket far{1, 1, Line::a, kPassed + -1, {}};
  EXPECT_FALSE(detector.follow(far, 2 + kSuspiciousJump));
  EXPECT_TRUE(detector.follow(far, 3 + kSuspiciousJump));
}

TEST_F(RestartDetectorTest, CountsAnewWhereThePacketsDoNotContinue) {
  show(2);
  show(2, 50);
  EXPECT_FALSE(is_restart());
  show(1, 52);
  EXPECT_TRUE(is_restart());
  EXPECT_EQ(detector.first(), 50u);
}

TEST_F(RestartDetectorTest, CountsAnewWhereALineGoesOnAsBefore) {
  show(3);
  detector.pass({1000, 1, Line::b, kPassed, {}});
  EXPECT_FALSE(is_restart());
  EXPECT_EQ(detector.first(), 1u);  // line A still shows it
}

TEST_F(RestartDetectorTest, CountsAnewOnceNewNumbersCount) {
  show(3);
  detector.begin_anew(kPassed + 10);
  EXPECT_FALSE(is_restart());
  EXPECT_FALSE(follow(4, Line::a, 10));
  EXPECT_TRUE(follow(4, Line::a, 11));
}

TEST_F(RestartDetectorTest, TakesTheStampOfASnapshotUnlessItIsOlder) {
  detector.pass_snapshot(kPassed + 10);
  EXPECT_FALSE(follow(1, Line::a, 10));
  detector.pass_snapshot(kPassed);
  EXPECT_FALSE(follow(1, Line::a, 10));
  EXPECT_TRUE(follow(1, Line::a, 11));
}

TEST_F(RestartDetectorTest, BelievesNothingWithoutAConfirmation) {
  RestartDetector never(0);
  for (std::uint32_t i = 1; i < 10; ++i) {
    never.follow({i, 1, Line::a, kPassed, {}}, kExpected);
    never.follow({i, 1, Line::b, kPassed, {}}, kExpected);
  }
  EXPECT_FALSE(never.is_restart(now));
}

TEST_F(RestartDetectorTest, TellsALateCopyFromWhatCannotBeOne) {
  struct Case {
    std::uint32_t sequence;
    std::int64_t later;
    std::uint64_t expected;
    bool backward;
  };
  for (const Case& c :
       {Case{1, kCopySkewNs, kExpected, false}, Case{1, kCopySkewNs + 1, kExpected, true},
        Case{1, 0, 2 + kSuspiciousJump, false}, Case{1, 0, 3 + kSuspiciousJump, true}}) {
    SCOPED_TRACE(testing::Message() << c.later << " ns later, expected " << c.expected);
    EXPECT_EQ(detector.is_backward({c.sequence, 1, Line::a, kPassed + c.later, {}}, c.expected),
              c.backward);
  }
}

TEST_F(RestartDetectorTest, HearsNothingInAnEmptyOrRecoveredPacket) {
  const std::uint64_t far = 3 + kSuspiciousJump;
  const LinePacket empty{1, 0, Line::a, kPassed + 2 * kCopySkewNs, {}};
  const LinePacket recovered{1, 1, Line::a, kPassed + 2 * kCopySkewNs, {}, true};
  for (const LinePacket& packet : {empty, recovered}) {
    EXPECT_FALSE(detector.follow(packet, far));
    EXPECT_FALSE(detector.is_backward(packet, far));
  }
}

}  // namespace
}  // namespace indexcast::feed
