// What a channel emits does not depend on which line delivered: A alone, B alone, and both with any
// loss that leaves each packet on one of them, reordered within the window, give the same events.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tests/unit/hkex/random.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using feed::Line;
using test::at;
using test::kAlibaba;
using test::kStranger;
using test::kTencent;
using test::Random;
using test::Rig;
using test::traded;

constexpr std::uint32_t kSeeds = 150;
constexpr std::size_t kPackets = 400;
constexpr std::int64_t kSpacingNs = 500'000;
// Less than reorder_wait_ns, so that nothing is given up.
constexpr std::uint32_t kJitterNs = 18'000'000;

struct Arrival {
  TimeNs at;
  Line line;
  std::size_t packet;
};

void add_message(PacketBuilder& builder, Random& random) {
  const std::uint32_t codes[] = {kTencent, kAlibaba, kStranger};
  const std::uint32_t code = codes[random() % 3];
  const auto price = static_cast<std::int32_t>(random() % 500'000) - 1000;
  switch (random() % 6) {
    case 0:
      builder.add(SecurityStatus{code, static_cast<std::uint8_t>(random() % 5)});
      break;
    case 1:
      builder.add(NominalPrice{code, price});
      break;
    case 2:
      builder.add(ClosingPrice{code, price, 1});
      break;
    default:
      builder.add(traded(code, price, random()));
      break;
  }
}

// A morning that runs over noon, so that the break is part of what is compared.
std::vector<PacketBuilder> make_packets(Random& random) {
  std::vector<PacketBuilder> packets;
  std::uint32_t sequence = random() % 2 == 0 ? 1 : random();
  for (std::size_t i = 0; i < kPackets; ++i) {
    const TimeNs sent =
        at(12, 0) + (static_cast<std::int64_t>(i) - std::int64_t{kPackets} / 2) * kSpacingNs;
    PacketBuilder& packet = packets.emplace_back(sequence, sent);
    if (i == 0) packet.add(TradingSessionStatus{"MAIN", 3, 2, '0', 0, 0});
    for (std::uint32_t n = 1 + random() % 4; n > 0; --n) add_message(packet, random);
    sequence = packet.next_sequence();
  }
  return packets;
}

Arrival arrival(std::size_t packet, Line line, std::int64_t delay) {
  return {at(12, 0) + static_cast<std::int64_t>(packet) * kSpacingNs + delay, line, packet};
}

std::vector<Arrival> one_line(Line line) {
  std::vector<Arrival> arrivals;
  for (std::size_t i = 0; i < kPackets; ++i) arrivals.push_back(arrival(i, line, 0));
  return arrivals;
}

// Each packet on A, on B or on both, each copy late by its own amount.
std::vector<Arrival> two_lines(Random& random) {
  std::vector<Arrival> arrivals;
  for (std::size_t i = 0; i < kPackets; ++i) {
    const std::uint32_t survivors = 1 + random() % 3;
    if (survivors & 1) arrivals.push_back(arrival(i, Line::a, random() % kJitterNs));
    if (survivors & 2) arrivals.push_back(arrival(i, Line::b, random() % kJitterNs));
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

struct Result {
  std::vector<MarketEvent> events;
  std::uint64_t received = 0;
  std::uint64_t lost = 0;
};

Result run(const std::vector<PacketBuilder>& packets, const std::vector<Arrival>& arrivals) {
  Settings settings = test::one_channel();
  Rig rig(settings);
  for (const Arrival& each : arrivals) {
    rig.handler.on_datagram(1, each.line, packets[each.packet].bytes(), each.at);
    rig.handler.on_time(each.at);
  }
  rig.handler.on_time(arrivals.back().at + settings.reorder_wait_ns);
  // When a channel's time is told depends on when packets arrive.
  std::erase_if(rig.log.events,
                [](const MarketEvent& event) { return event.kind == EventKind::channel_time; });
  for (MarketEvent& event : rig.log.events) event.receive_time = {};
  return {rig.log.events, rig.count(feed::FeedCounter::sequence_received),
          rig.count(feed::FeedCounter::sequence_lost)};
}

// Index of the first difference, or -1.
std::ptrdiff_t first_difference(const std::vector<MarketEvent>& a,
                                const std::vector<MarketEvent>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i >= a.size() || i >= b.size()) return static_cast<std::ptrdiff_t>(i);
    if (std::memcmp(&a[i], &b[i], sizeof a[i]) != 0) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

TEST(Lines, GiveTheSameEventsWhicheverDelivers) {
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const auto packets = make_packets(random);
    const Result a = run(packets, one_line(Line::a));
    const Result b = run(packets, one_line(Line::b));
    const Result both = run(packets, two_lines(random));
    ASSERT_EQ(a.lost + b.lost + both.lost, 0u);
    ASSERT_EQ(first_difference(a.events, b.events), -1);
    ASSERT_EQ(first_difference(a.events, both.events), -1);
    ASSERT_EQ(a.received, both.received);
    ASSERT_GT(a.events.size(), kPackets / 2);
  }
}

TEST(Lines, AgreeAcrossASequenceResetWhenOneLags) {
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    auto packets = make_packets(random);
    const std::size_t reset_at = 100 + random() % 100;
    packets[reset_at] = test::packet(
        7, at(12, 0) + (static_cast<std::int64_t>(reset_at) - 200) * kSpacingNs, SequenceReset{1});
    std::uint32_t sequence = 1;
    for (std::size_t i = reset_at + 1; i < kPackets; ++i) {
      packets[i] =
          test::packet(sequence, at(12, 0) + (static_cast<std::int64_t>(i) - 200) * kSpacingNs,
                       traded(kTencent, static_cast<std::int32_t>(1 + random() % 1000)));
      ++sequence;
    }
    std::vector<Arrival> both = one_line(Line::a);
    const std::int64_t lag = random() % kJitterNs;
    for (std::size_t i = 0; i < kPackets; ++i) both.push_back(arrival(i, Line::b, lag));
    std::stable_sort(both.begin(), both.end(),
                     [](const Arrival& x, const Arrival& y) { return x.at < y.at; });
    const Result alone = run(packets, one_line(Line::a));
    const Result paired = run(packets, both);
    ASSERT_EQ(alone.lost + paired.lost, 0u);
    ASSERT_EQ(first_difference(alone.events, paired.events), -1);
  }
}

}  // namespace
}  // namespace indexcast::hkex
