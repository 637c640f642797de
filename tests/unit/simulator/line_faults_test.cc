// What the lines of HKEX carry, in virtual time.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/hkex_services/hkex_lines.h"
#include "feedhandlers/simulator/hkex_services/hkex_raw_packet.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

constexpr std::uint32_t kChannel = 11;
constexpr std::int64_t kBeginMs = feed::hms(10, 0);
// Ten packets an exchange second.
constexpr std::int64_t kStepMs = 100;

struct Seen {
  std::uint32_t packet = 0;
  std::int64_t late_ms = 0;
  friend auto operator<=>(const Seen&, const Seen&) = default;
};

// A stream of numbered packets and what became of it on each line.
class BothLines {
 public:
  BothLines(const FaultPlan& plan, std::uint64_t seed, double loss_a = 0.0, double loss_b = 0.0)
      : settings_(settings(plan, seed, loss_a, loss_b)), book_(plan, seed) {}

  void play(std::uint32_t packets) {
    const TimeNs begin = china_time(settings_.trade_date, kBeginMs);
    LineDatagram out;
    for (std::uint32_t i = 1; i <= packets; ++i) {
      const TimeNs now = begin + i * kStepMs * kNsPerMs;
      faults_.push({now, feed::Venue::hkex, kChannel, 0, 0, 0, HkexRawPacket(i, 0).bytes()});
      sent_at_[i] = now;
      while (faults_.take(now, out)) see(out);
    }
    faults_.release(sent_at_[packets]);
    while (faults_.take(kNoDeadline, out)) see(out);
  }

  std::multiset<std::uint32_t> packets(std::size_t line) const {
    std::multiset<std::uint32_t> result;
    for (const Seen& seen : seen_[line]) result.insert(seen.packet);
    return result;
  }
  const std::vector<Seen>& seen(std::size_t line) const { return seen_[line]; }
  const FaultCounts& fault_counts() const { return book_.counts(); }

  TransportCounts counts;

 private:
  static Settings settings(const FaultPlan& plan, std::uint64_t seed, double loss_a,
                           double loss_b) {
    Settings settings = test::only(feed::Venue::hkex);
    settings.seed = seed;
    settings.loss_a = loss_a;
    settings.loss_b = loss_b;
    settings.faults = plan;
    return settings;
  }
  void see(const LineDatagram& copy) {
    const std::uint32_t packet = hkex::wire::packet::SeqNum.of(copy.bytes->data());
    seen_[copy.line].push_back({packet, (copy.time - sent_at_[packet]) / kNsPerMs});
  }

  Settings settings_;
  FaultBook book_;
  LineFaults faults_{settings_, book_, counts};
  std::map<std::uint32_t, TimeNs> sent_at_;
  std::array<std::vector<Seen>, kLineCount> seen_;
};

Fault fault(FaultKind kind, Lines line, double probability = 1.0) {
  Fault result = make_fault(kind);
  result.line = line;
  result.probability = probability;
  return result;
}

TEST(LineFaults, WithoutFaultsBothLinesCarryEverythingAtOnce) {
  BothLines lines({}, 1);
  lines.play(1'000);
  for (std::size_t line = 0; line < kLineCount; ++line) {
    ASSERT_EQ(lines.seen(line).size(), 1'000u);
    for (std::uint32_t i = 0; i < 1'000; ++i) {
      ASSERT_EQ(lines.seen(line)[i], (Seen{i + 1, 0}));
    }
  }
}

TEST(LineFaults, PlainLossNeverTakesAPacketFromBothLines) {
  BothLines lines({fault(FaultKind::loss, Lines::a, 0.3), fault(FaultKind::loss, Lines::b, 0.3)}, 7,
                  0.05, 0.05);
  lines.play(20'000);
  const auto a = lines.packets(0);
  const auto b = lines.packets(1);
  std::set<std::uint32_t> both(a.begin(), a.end());
  both.insert(b.begin(), b.end());
  EXPECT_EQ(both.size(), 20'000u);
  EXPECT_EQ(lines.counts.packets_unseen, 0u);
  EXPECT_EQ(a.size() + lines.counts.packets_lost[0], 20'000u);
  EXPECT_EQ(b.size() + lines.counts.packets_lost[1], 20'000u);
  EXPECT_GT(lines.counts.packets_lost[0], 4'000u);
  EXPECT_GT(lines.counts.packets_lost[1], 3'000u);
  EXPECT_TRUE(lines.fault_counts().missing().empty());
}

TEST(LineFaults, SharesOfLossAreThoseThatWereAskedFor) {
  BothLines lines({}, 1, 0.05, 0.05);
  lines.play(100'000);
  EXPECT_NEAR(static_cast<double>(lines.counts.packets_lost[0]), 5'000, 500);
  EXPECT_NEAR(static_cast<double>(lines.counts.packets_lost[1]), 5'000, 500);
}

TEST(LineFaults, LossOnBothTakesTheSamePacketsFromBoth) {
  BothLines lines({fault(FaultKind::loss, Lines::both, 0.1)}, 3);
  lines.play(10'000);
  EXPECT_EQ(lines.packets(0), lines.packets(1));
  EXPECT_EQ(lines.packets(0).size() + lines.counts.packets_unseen, 10'000u);
  EXPECT_NEAR(static_cast<double>(lines.counts.packets_unseen), 1'000, 150);
  EXPECT_EQ(lines.fault_counts()[0].happened, lines.counts.packets_unseen);
}

TEST(LineFaults, BurstsAreAsLongAndAsManyAsAskedFor) {
  Fault burst = fault(FaultKind::burst_loss, Lines::both, 0.01);
  burst.amount = 7;
  burst.count = 3;
  BothLines lines({burst}, 5);
  lines.play(5'000);
  EXPECT_EQ(lines.fault_counts()[0].happened, 3u);
  const auto left = lines.packets(0);
  std::vector<std::uint32_t> lengths;
  std::uint32_t last = 0;
  for (const std::uint32_t packet : left) {
    if (packet != last + 1) lengths.push_back(packet - last - 1);
    last = packet;
  }
  EXPECT_EQ(lengths, (std::vector<std::uint32_t>{7, 7, 7}));
  EXPECT_EQ(lines.packets(1), left);
}

TEST(LineFaults, DuplicatesComeTwice) {
  Fault twice = fault(FaultKind::duplicate, Lines::b);
  twice.amount = 250;
  BothLines lines({twice}, 1);
  lines.play(100);
  EXPECT_EQ(lines.packets(0).size(), 100u);
  EXPECT_EQ(lines.packets(1).size(), 200u);
  EXPECT_EQ(lines.packets(1).count(50), 2u);
  EXPECT_EQ(lines.counts.packets_duplicated[1], 100u);
}

TEST(LineFaults, AReorderedPacketIsOvertakenByAsManyAsAskedFor) {
  Fault late = fault(FaultKind::reorder, Lines::a);
  late.amount = 3;
  late.count = 1;
  BothLines lines({late}, 1);
  lines.play(6);
  std::vector<std::uint32_t> order;
  for (const Seen& seen : lines.seen(0)) order.push_back(seen.packet);
  EXPECT_EQ(order, (std::vector<std::uint32_t>{2, 3, 4, 1, 5, 6}));
  EXPECT_EQ(lines.counts.packets_reordered[0], 1u);
}

TEST(LineFaults, PacketsThatNobodyOvertakesLeaveAtTheEndOfTheDay) {
  Fault late = fault(FaultKind::reorder, Lines::a);
  late.amount = 1'000;
  BothLines lines({late}, 1);
  lines.play(20);
  EXPECT_EQ(lines.packets(0).size(), 20u);
}

TEST(LineFaults, DelayIsInExchangeTimeAndLetsOthersOvertake) {
  Fault late = fault(FaultKind::delay, Lines::b);
  late.amount = 250;
  late.count = 1;
  BothLines lines({late}, 1);
  lines.play(5);
  EXPECT_EQ(lines.seen(1), (std::vector<Seen>{{2, 0}, {3, 0}, {1, 250}, {4, 0}, {5, 0}}));
}

TEST(LineFaults, SkewKeepsTheOrderAlsoWhenItEnds) {
  Fault late = fault(FaultKind::skew, Lines::b);
  late.amount = 250;
  late.end_ms = kBeginMs + 450;  // packets 1 to 4
  BothLines lines({late}, 1);
  lines.play(8);
  EXPECT_EQ(lines.seen(1),
            (std::vector<Seen>{
                {1, 250}, {2, 250}, {3, 250}, {4, 250}, {5, 150}, {6, 50}, {7, 0}, {8, 0}}));
  EXPECT_EQ(lines.seen(0).back(), (Seen{8, 0}));
}

TEST(LineFaults, SilenceIsTotalInItsTimeAndOnItsLine) {
  Fault quiet = fault(FaultKind::silence, Lines::a);
  quiet.begin_ms = kBeginMs + 1'000;
  quiet.end_ms = kBeginMs + 2'000;
  BothLines lines({quiet}, 1);
  lines.play(30);
  EXPECT_EQ(lines.packets(0).size(), 20u);
  EXPECT_EQ(lines.packets(0).count(10), 0u);
  EXPECT_EQ(lines.packets(0).count(19), 0u);
  EXPECT_EQ(lines.packets(0).count(20), 1u);
  EXPECT_EQ(lines.packets(1).size(), 30u);
  EXPECT_EQ(lines.counts.packets_silenced[0], 10u);
}

TEST(LineFaults, PlainLossSparesWhatTheOtherLinesSilenceLeaves) {
  BothLines lines({fault(FaultKind::silence, Lines::a), fault(FaultKind::loss, Lines::b, 0.5)}, 1,
                  0.5, 0.5);
  lines.play(1'000);
  EXPECT_EQ(lines.packets(0).size(), 0u);
  EXPECT_EQ(lines.packets(1).size(), 1'000u);
  EXPECT_EQ(lines.fault_counts().missing(), std::vector<std::size_t>{1});
}

TEST(LineFaults, AFaultOnAnotherChannelIsMissed) {
  Fault elsewhere = fault(FaultKind::loss, Lines::both);
  elsewhere.channel = 12;
  BothLines lines({elsewhere}, 1);
  lines.play(100);
  EXPECT_EQ(lines.packets(0).size(), 100u);
  EXPECT_EQ(lines.fault_counts().missing(), std::vector<std::size_t>{0});
}

// Every kind at once, on many seeds: the figures add up, and one seed is one day.
TEST(LineFaults, CountsAddUpAndOneSeedIsOneDay) {
  const FaultPlan plan{fault(FaultKind::loss, Lines::a, 0.1),
                       fault(FaultKind::loss, Lines::both, 0.01),
                       fault(FaultKind::burst_loss, Lines::b, 0.005),
                       fault(FaultKind::duplicate, Lines::both, 0.1),
                       fault(FaultKind::reorder, Lines::b, 0.1),
                       fault(FaultKind::delay, Lines::a, 0.1),
                       fault(FaultKind::skew, Lines::b)};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    BothLines lines(plan, seed, 0.02, 0.02);
    BothLines again(plan, seed, 0.02, 0.02);
    lines.play(3'000);
    again.play(3'000);
    for (std::size_t line = 0; line < kLineCount; ++line) {
      ASSERT_EQ(lines.seen(line).size(),
                3'000u - lines.counts.packets_lost[line] + lines.counts.packets_duplicated[line]);
      ASSERT_EQ(lines.seen(line), again.seen(line));
    }
  }
}

}  // namespace
}  // namespace indexcast::sim
