#include "feedhandlers/sequencing/reset_tracker.h"

#include <gtest/gtest.h>

namespace indexcast::feed {
namespace {

constexpr TimeNs kSent{kNsPerDay};
constexpr TimeNs kNow{2 * kNsPerDay};
constexpr std::uint64_t kOld = 1001;  // expected when the reset came
constexpr std::uint64_t kNew = 5;     // expected since

LinePacket packet(std::uint32_t sequence, TimeNs sent, Line line = Line::b) {
  return {sequence, 1, line, sent, {}};
}

// A reset that line A brought.
ResetTracker reset_on_a() {
  ResetTracker reset;
  reset.take(Line::a, kSent, kNow, kOld);
  return reset;
}

TEST(ResetTracker, KnowsNoneBeforeTheFirst) {
  ResetTracker reset;
  EXPECT_FALSE(reset.knows(Line::a, kSent, kNow));
  EXPECT_FALSE(reset.outdates(packet(1000, kSent + -1), kNew, kNow));
  // At the start of a clock too, where no instant is long ago.
  EXPECT_FALSE(reset.knows(Line::a, TimeNs{-1}, TimeNs{}));
  EXPECT_FALSE(reset.outdates(packet(1000, TimeNs{-1}), kNew, TimeNs{}));
}

TEST(ResetTracker, KnowsTheOtherLinesCopyByItsStampHoweverLateItComes) {
  struct Case {
    std::int64_t later;
    bool known;
  };
  for (const auto& [later, known] :
       {Case{-kCopySkewNs - 1, false}, Case{-kCopySkewNs, true}, Case{0, true},
        Case{kCopySkewNs, true}, Case{kCopySkewNs + 1, false}}) {
    SCOPED_TRACE(later);
    EXPECT_EQ(reset_on_a().knows(Line::b, kSent + later, kNow + 2 * kLineLagNs), known);
  }
}

TEST(ResetTracker, KnowsTheSameLinesCopyByTheSameStampOnly) {
  EXPECT_TRUE(reset_on_a().knows(Line::a, kSent, kNow));
  EXPECT_FALSE(reset_on_a().knows(Line::a, kSent + 1, kNow));
}

TEST(ResetTracker, TakesOneCopyOfEachLine) {
  ResetTracker reset = reset_on_a();
  EXPECT_TRUE(reset.knows(Line::b, kSent + 1, kNow));
  EXPECT_FALSE(reset.knows(Line::b, kSent + 2, kNow));
}

TEST(ResetTracker, KnowsAnOlderOneAsLongAsTheOtherLineMayLag) {
  const TimeNs older = kSent + -2 * kCopySkewNs;
  EXPECT_TRUE(reset_on_a().knows(Line::b, older, kNow + kLineLagNs));
  EXPECT_FALSE(reset_on_a().knows(Line::b, older, kNow + (kLineLagNs + 1)));
}

TEST(ResetTracker, ForgetsTheOneBefore) {
  ResetTracker reset = reset_on_a();
  reset.take(Line::b, kSent + kNsPerDay, kNow + kNsPerDay, 77);
  EXPECT_FALSE(reset.outdates(packet(kOld, kSent + kNsPerDay), kNew, kNow + kNsPerDay));
  EXPECT_TRUE(reset.outdates(packet(kOld, kSent), kNew, kNow + kNsPerDay));
  EXPECT_TRUE(reset.knows(Line::a, kSent + (kNsPerDay + 1), kNow + kNsPerDay));
}

TEST(ResetTracker, OutdatesWhatWasSentBeforeIt) {
  EXPECT_TRUE(reset_on_a().outdates(packet(1000, kSent + -1, Line::a), kNew, kNow));
  EXPECT_TRUE(reset_on_a().outdates(packet(4, kSent + -1), kNew, kNow));
  EXPECT_FALSE(reset_on_a().outdates(packet(1000, kSent + 1), kNew, kNow));
}

TEST(ResetTracker, TellsAnEqualStampByTheNearerNumbering) {
  EXPECT_TRUE(reset_on_a().outdates(packet(1001, kSent), kNew, kNow));
  EXPECT_FALSE(reset_on_a().outdates(packet(5, kSent), kNew, kNow));
  // Behind the middle between 5 and 1001, and on it.
  EXPECT_TRUE(reset_on_a().outdates(packet(504, kSent), kNew, kNow));
  EXPECT_FALSE(reset_on_a().outdates(packet(503, kSent), kNew, kNow));
}

TEST(ResetTracker, OutdatesNothingAtItsOwnStampOnALineThatBroughtIt) {
  EXPECT_FALSE(reset_on_a().outdates(packet(1001, kSent, Line::a), kNew, kNow));
  ResetTracker reset = reset_on_a();
  ASSERT_TRUE(reset.knows(Line::b, kSent, kNow));
  EXPECT_FALSE(reset.outdates(packet(1001, kSent, Line::b), kNew, kNow));
}

TEST(ResetTracker, OutdatesAsLongAsTheOtherLineMayLag) {
  const LinePacket old = packet(1000, kSent + -1);
  EXPECT_TRUE(reset_on_a().outdates(old, kNew, kNow + kLineLagNs));
  EXPECT_FALSE(reset_on_a().outdates(old, kNew, kNow + (kLineLagNs + 1)));
}

TEST(ResetTracker, OutdatesNothingThatWasAskedFor) {
  LinePacket recovered = packet(1000, kSent + -1);
  recovered.recovered = true;
  EXPECT_FALSE(reset_on_a().outdates(recovered, kNew, kNow));
}

}  // namespace
}  // namespace indexcast::feed
