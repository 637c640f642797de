#include "feedhandlers/sequencing/line_arbiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/hkex/random.h"

namespace indexcast::feed {
namespace {

using Numbers = std::vector<std::uint32_t>;

constexpr std::int64_t kWait = 20 * kNsPerMs;

class LineArbiterTest : public testing::Test {
 protected:
  auto sink() {
    return [this](const LinePacket& packet, std::uint32_t skip) {
      for (std::uint32_t i = skip; i < packet.count; ++i) delivered.push_back(packet.sequence + i);
    };
  }

  void receive(std::uint32_t sequence, std::uint32_t count, Line line = Line::a) {
    arbiter.on_packet({sequence, count, line, sent, {}}, now, sink());
  }
  void pass_time(std::int64_t ns) {
    now = now + ns;
    arbiter.on_time(now, sink());
  }
  bool reset(Line line, std::uint32_t next = 1) {
    return arbiter.on_reset(line, sent, next, now, sink());
  }
  // Opens the channel: 1 .. 9 are delivered and forgotten.
  void open_at_10() {
    receive(1, 9);
    delivered.clear();
    counters_before_ = count(FeedCounter::sequence_received);
  }
  std::uint64_t count(FeedCounter counter) const { return counters.get(counter); }
  std::uint64_t received() const {
    return count(FeedCounter::sequence_received) - counters_before_;
  }

  FeedCounters counters;
  LineArbiter arbiter{{4, kWait}, counters};
  TimeNs now{kNsPerDay};
  TimeNs sent{kNsPerDay};
  Numbers delivered;

 private:
  std::uint64_t counters_before_ = 0;
};

// Found by the handler's fuzzer.
TEST_F(LineArbiterTest, WhatIsHeldAtNumberZeroIsNoHoleOnceAHeartbeatOpensTheChannel) {
  receive(0, 3);
  receive(1, 0);
  EXPECT_EQ(delivered, (Numbers{1, 2}));
  EXPECT_EQ(arbiter.held(), 0u);
  EXPECT_EQ(arbiter.expected(), 3u);
}

// OMD-C 2.2.1 counts the reset as number 1, OMD-C 3.4.2 expects number 1 after it.
TEST_F(LineArbiterTest, TakesEitherReadingOfTheFirstNumberAfterAReset) {
  for (const std::uint32_t first : {1u, 2u}) {
    SCOPED_TRACE(first);
    sent = sent + kNsPerSecond * 10;
    now = now + kNsPerSecond * 10;
    ASSERT_TRUE(reset(Line::a));
    delivered.clear();
    receive(first, 0);       // a heartbeat of the same reading
    receive(2, 0, Line::b);  // and of the other one
    EXPECT_EQ(arbiter.expected(), 1u);
    receive(first, 1);
    receive(first + 1, 1);
    pass_time(kWait);
    EXPECT_EQ(delivered, (Numbers{first, first + 1}));
  }
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(count(FeedCounter::sequence_received), 4u);
  EXPECT_EQ(arbiter.gaps(), 0u);
}

TEST_F(LineArbiterTest, WaitsForTheOtherLineToBringNumberOneAfterAReset) {
  reset(Line::a);
  receive(2, 1, Line::a);
  EXPECT_TRUE(delivered.empty());
  receive(1, 1, Line::b);
  EXPECT_EQ(delivered, (Numbers{1, 2}));
}

TEST_F(LineArbiterTest, LosesWhatIsMissingBehindTheNumberOfAReset) {
  reset(Line::a);
  receive(4, 1);
  pass_time(kWait);
  EXPECT_EQ(delivered, (Numbers{4}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);  // 2 and 3: number 1 is the reset's
  EXPECT_EQ(arbiter.gaps(), 1u);
}

TEST_F(LineArbiterTest, HandsOnWhatComesInOrderOnce) {
  open_at_10();
  receive(10, 2, Line::a);
  receive(10, 2, Line::b);
  receive(12, 1, Line::b);
  receive(12, 1, Line::a);
  EXPECT_EQ(delivered, (Numbers{10, 11, 12}));
  EXPECT_EQ(received(), 3u);
  EXPECT_EQ(count(FeedCounter::duplicate), 3u);
}

TEST_F(LineArbiterTest, TakesTheUnseenPartOfAnOverlap) {
  open_at_10();
  receive(10, 3, Line::a);
  receive(9, 6, Line::b);
  EXPECT_EQ(delivered, (Numbers{10, 11, 12, 13, 14}));
  EXPECT_EQ(count(FeedCounter::duplicate), 4u);
}

TEST_F(LineArbiterTest, HoldsWhatIsEarlyUntilTheOtherLineFillsTheHole) {
  open_at_10();
  receive(12, 1, Line::a);
  receive(11, 1, Line::a);
  receive(11, 1, Line::b);
  EXPECT_TRUE(delivered.empty());
  receive(10, 1, Line::b);
  EXPECT_EQ(delivered, (Numbers{10, 11, 12}));
  EXPECT_EQ(count(FeedCounter::duplicate), 1u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(arbiter.held(), 0u);
}

TEST_F(LineArbiterTest, HandsOnTheLongerOfTwoHeldPackets) {
  open_at_10();
  receive(11, 1, Line::a);
  receive(11, 3, Line::b);
  receive(10, 1, Line::a);
  EXPECT_EQ(delivered, (Numbers{10, 11, 12, 13}));
  EXPECT_EQ(count(FeedCounter::duplicate), 1u);
}

TEST_F(LineArbiterTest, GivesUpAHoleWhenItsTimeHasPassed) {
  open_at_10();
  receive(13, 1);
  pass_time(kWait - 1);
  EXPECT_TRUE(delivered.empty());
  pass_time(1);
  EXPECT_EQ(delivered, (Numbers{13}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 3u);
  EXPECT_EQ(arbiter.gaps(), 1u);
  receive(11, 1, Line::b);  // too late
  EXPECT_EQ(delivered, (Numbers{13}));
  EXPECT_EQ(count(FeedCounter::duplicate), 1u);
}

TEST_F(LineArbiterTest, TakesTheMissingPacketEvenWhenItComesWithTheDeadline) {
  open_at_10();
  receive(11, 1);
  now = now + kWait;
  receive(10, 1, Line::b);
  EXPECT_EQ(delivered, (Numbers{10, 11}));
  EXPECT_EQ(arbiter.gaps(), 0u);
}

TEST_F(LineArbiterTest, CountsEveryHoleOfOneWait) {
  open_at_10();
  receive(14, 1);
  receive(12, 1);
  pass_time(kWait);
  EXPECT_EQ(delivered, (Numbers{12, 14}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 3u);
  EXPECT_EQ(arbiter.gaps(), 2u);
}

TEST_F(LineArbiterTest, CountsTheWaitFromWhenTheHoleWasFirstSeen) {
  open_at_10();
  receive(13, 1);
  pass_time(kWait / 2);
  receive(12, 1);
  pass_time(kWait / 2);
  EXPECT_EQ(delivered, (Numbers{12, 13}));
}

TEST_F(LineArbiterTest, GivesUpAHoleWhenItCanHoldNoMore) {
  open_at_10();
  for (const std::uint32_t sequence : {11u, 12u, 13u, 14u}) receive(sequence, 1);
  EXPECT_TRUE(delivered.empty());
  receive(15, 1);
  EXPECT_EQ(delivered, (Numbers{11, 12, 13, 14, 15}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 1u);
}

TEST_F(LineArbiterTest, OpensInTheMiddleOfADayAtTheLowestNumberOfTheFirstWait) {
  receive(502, 1, Line::a);
  receive(500, 2, Line::b);
  EXPECT_TRUE(delivered.empty());
  pass_time(kWait);
  EXPECT_EQ(delivered, (Numbers{500, 501, 502}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(arbiter.gaps(), 0u);
}

TEST_F(LineArbiterTest, FollowsNoSinglePacketFromNowhere) {
  open_at_10();
  receive(4'000'000'000, 5);
  receive(10, 1);
  pass_time(10 * kWait);
  receive(11, 1);
  EXPECT_EQ(delivered, (Numbers{10, 11}));
  EXPECT_EQ(count(FeedCounter::rejected), 5u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(arbiter.suspicious(), 1u);
}

TEST_F(LineArbiterTest, FollowsAFarJumpThatContinues) {
  open_at_10();
  receive(1'000'000, 2, Line::a);
  receive(1'000'000, 2, Line::b);
  receive(1'000'002, 1, Line::a);
  receive(1'000'002, 1, Line::b);
  EXPECT_EQ(delivered, (Numbers{1'000'002}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 1'000'002u - 10u);
  EXPECT_EQ(count(FeedCounter::rejected), 4u);
}

// Found by the fuzzer: the held packets reached past the one that confirmed the jump, and the
// channel went back to it.
TEST_F(LineArbiterTest, AConfirmedFarJumpDoesNotGoBackBehindWhatWasHeld) {
  open_at_10();
  receive(50'011, 1);  // too far to be believed alone
  receive(50'010, 5);  // just near enough to be held
  receive(50'012, 2);  // continues the first
  EXPECT_EQ(delivered, (Numbers{50'010, 50'011, 50'012, 50'013, 50'014}));
  EXPECT_EQ(arbiter.expected(), 50'015u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 50'000u);
  EXPECT_EQ(count(FeedCounter::duplicate), 2u);
}

TEST_F(LineArbiterTest, FollowsNoJumpBack) {
  receive(1, 200);
  for (std::uint32_t next = 201; next < 100'000; next += 200) receive(next, 200);
  delivered.clear();
  receive(1, 3);
  receive(4, 3);
  EXPECT_TRUE(delivered.empty());
  EXPECT_EQ(arbiter.suspicious(), 2u);
  EXPECT_EQ(count(FeedCounter::rejected), 6u);
}

TEST_F(LineArbiterTest, CountsNumbersUpToTheLastOfThirtyTwoBits) {
  receive(0xffff'fffe, 2);
  pass_time(kWait);
  EXPECT_EQ(delivered, (Numbers{0xffff'fffe, 0xffff'ffff}));
  EXPECT_EQ(arbiter.expected(), 0x1'0000'0000u);
}

TEST_F(LineArbiterTest, ResetsOncePerLine) {
  open_at_10();
  receive(10, 5);
  EXPECT_TRUE(reset(Line::a));
  sent = sent + 1;
  receive(1, 2, Line::a);
  sent = sent + -1;
  EXPECT_FALSE(reset(Line::b));
  EXPECT_EQ(arbiter.expected(), 3u);
  sent = sent + 2 * kNsPerSecond;
  EXPECT_TRUE(reset(Line::b));
  EXPECT_EQ(arbiter.expected(), 1u);
}

TEST_F(LineArbiterTest, KnowsTheSlowerLinesPacketsFromBeforeAReset) {
  receive(1, 1000, Line::a);
  EXPECT_TRUE(reset(Line::a));
  delivered.clear();
  receive(1001, 1, Line::b);  // the same millisecond as the reset
  sent = sent + -kNsPerMs;
  receive(990, 5, Line::b);
  receive(1001, 1, Line::a);  // overtaken by the reset on its own line
  sent = sent + 2 * kNsPerMs;
  receive(1, 2, Line::a);
  pass_time(10 * kWait);
  EXPECT_EQ(delivered, (Numbers{1, 2}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
}

TEST_F(LineArbiterTest, HandsOnWhatItHeldBeforeItResets) {
  open_at_10();
  receive(12, 1);
  EXPECT_TRUE(reset(Line::a));
  EXPECT_EQ(delivered, (Numbers{12}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(arbiter.expected(), 1u);
}

TEST_F(LineArbiterTest, BelievesAnOlderResetOnceTheStragglersAreOver) {
  open_at_10();
  EXPECT_TRUE(reset(Line::a));
  sent = sent + -2 * kNsPerSecond;
  EXPECT_FALSE(reset(Line::a));
  now = now + kLineLagNs + 1;
  EXPECT_TRUE(reset(Line::a));
}

TEST_F(LineArbiterTest, TakesAnEmptyPacketForTheNextNumber) {
  open_at_10();
  receive(12, 0);
  EXPECT_EQ(arbiter.held(), 1u);
  pass_time(kWait);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(arbiter.expected(), 12u);
}

// Held packets belong to the old numbering and are delivered first; the start of the new numbering
// must be kept meanwhile.
TEST_F(LineArbiterTest, LosesTheNumbersBeforeARestartWasBelievedWhileItHeldPackets) {
  LineArbiter held{{.capacity = 4, .wait_ns = kWait, .recovery_capacity = 4}, counters};
  const auto take = [&](std::uint32_t sequence) {
    held.on_packet({sequence, 1, Line::b, sent, {}}, now, sink());
  };
  for (std::uint32_t i = 1; i <= 9; ++i) take(i);
  take(11);
  now = now + (kLineLagNs + 1);  // line A says nothing
  sent = sent + kLineLagNs;
  for (std::uint32_t i = 1; i <= 3; ++i) take(i);
  EXPECT_EQ(held.restarts(), 1u);
  EXPECT_EQ(delivered.back(), 3u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 3u);  // 10 of the old numbers, 1 and 2 of the new
}

TEST_F(LineArbiterTest, KeepsTheBytesOfWhatItHolds) {
  open_at_10();
  std::vector<std::byte> bytes(40, std::byte{7});
  std::vector<std::byte> got;
  const auto keep = [&](const LinePacket& packet, std::uint32_t) {
    got.assign(packet.bytes.begin(), packet.bytes.end());
  };
  arbiter.on_packet({11, 1, Line::a, sent, bytes}, now, keep);
  std::fill(bytes.begin(), bytes.end(), std::byte{9});
  arbiter.on_packet({10, 1, Line::b, sent, {}}, now, keep);
  EXPECT_EQ(got, std::vector<std::byte>(40, std::byte{7}));
}

// Two lines cut the same numbers into packets of their own; what one loses the other has.
TEST(LineArbiterProperty, MakesOneStreamOfTwoPacketisations) {
  constexpr std::uint32_t kMessages = 2000;
  struct Arrival {
    std::int64_t at;
    LinePacket packet;
  };
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    hkex::test::Random random(seed);
    std::vector<Arrival> arrivals;
    std::uint64_t sent_messages = 0;
    // In each stretch of 50 numbers one line may lose whatever it likes, the other is whole.
    for (std::uint32_t begin = 1; begin <= kMessages; begin += 50) {
      const std::uint32_t whole = random.up_to(2);
      for (std::uint32_t line = 0; line < 2; ++line) {
        for (std::uint32_t next = begin; next < begin + 50;) {
          const std::uint32_t count = std::min(1 + random.up_to(8), begin + 50 - next);
          const std::int64_t at = next * 200'000 + random.up_to(15'000'000);
          if (line == whole || random.up_to(3) == 0) {
            arrivals.push_back({at, {next, count, static_cast<Line>(line), TimeNs{1}, {}}});
            sent_messages += count;
          }
          next += count;
        }
      }
    }
    std::stable_sort(arrivals.begin(), arrivals.end(),
                     [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
    FeedCounters counters;
    LineArbiter arbiter({256, kWait}, counters);
    Numbers delivered;
    const auto sink = [&delivered](const LinePacket& packet, std::uint32_t skip) {
      for (std::uint32_t i = skip; i < packet.count; ++i) delivered.push_back(packet.sequence + i);
    };
    for (const Arrival& arrival : arrivals) {
      arbiter.on_packet(arrival.packet, TimeNs{arrival.at}, sink);
    }
    Numbers expected(kMessages);
    for (std::uint32_t i = 0; i < kMessages; ++i) expected[i] = i + 1;
    ASSERT_EQ(delivered, expected);
    EXPECT_EQ(counters.get(FeedCounter::sequence_received), kMessages);
    EXPECT_EQ(counters.get(FeedCounter::duplicate), sent_messages - kMessages);
  }
}

}  // namespace
}  // namespace indexcast::feed
