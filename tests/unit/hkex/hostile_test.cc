// Any bytes: decoded, rejected or counted, never a crash, and the counters add up.
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/hkex/random.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using test::kAlibaba;
using test::kTencent;
using test::Rig;

class Storm : public test::Random {
 public:
  using Random::Random;

  std::vector<std::byte> noise(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& b : bytes) b = static_cast<std::byte>((*this)());
    return bytes;
  }

  // A well-formed packet of plausible and wild messages.
  std::vector<std::byte> packet(std::uint32_t sequence, TimeNs sent) {
    constexpr std::uint16_t kTypes[] = {10, 11, 14, 20, 21, 40, 50, 53, 60, 62, 71, 999};
    std::vector<std::byte> bytes(wire::packet::kHeaderSize);
    const std::uint32_t count = up_to(6);
    for (std::uint32_t i = 0; i < count; ++i) {
      std::vector<std::byte> message = noise(4 + up_to(one_in(4) ? 220 : 60));
      wire::message::MsgSize.put(message.data(), static_cast<std::uint16_t>(message.size()));
      wire::message::MsgType.put(message.data(), one_in(200) ? 100 : kTypes[up_to(12)]);
      if (message.size() >= 8 && !one_in(3)) {
        wire::nominal_price::SecurityCode.put(message.data(), one_in(2) ? kTencent : kAlibaba);
      }
      bytes.insert(bytes.end(), message.begin(), message.end());
    }
    wire::packet::PktSize.put(bytes.data(), static_cast<std::uint16_t>(bytes.size()));
    wire::packet::MsgCount.put(bytes.data(), static_cast<std::uint8_t>(count));
    wire::packet::SeqNum.put(bytes.data(), sequence);
    wire::packet::SendTime.put(bytes.data(), static_cast<std::uint64_t>(sent.ns));
    return bytes;
  }
};

TEST(Hostile, SurvivesAHundredThousandDatagrams) {
  constexpr std::uint32_t kSeed = 20250402;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Storm storm(kSeed);
  Settings settings = test::one_channel();
  settings.reorder_capacity = 8;
  Rig rig(settings);
  std::uint64_t expected_outcomes = 0;
  std::uint32_t sequence = 1;
  for (int i = 0; i < 100'000; ++i) {
    rig.now = rig.now + storm.up_to(2'000'000);
    std::vector<std::byte> bytes;
    if (storm.one_in(5)) {
      bytes = storm.noise(storm.up_to(80));
    } else {
      if (storm.one_in(50)) sequence += storm.up_to(20);
      bytes = storm.packet(storm.one_in(200) ? storm.up_to(~0u) : sequence, rig.now);
      if (storm.one_in(20)) bytes.resize(storm.up_to(static_cast<std::uint32_t>(bytes.size())));
      if (storm.one_in(20) && !bytes.empty()) {
        bytes[storm.up_to(static_cast<std::uint32_t>(bytes.size()))] ^= std::byte{0x40};
      }
    }
    PacketHeader header;
    const bool intact = check_packet(bytes, header) == DecodeError::none;
    expected_outcomes += intact ? header.message_count : 1;
    if (intact) sequence += header.message_count;
    rig.handler.on_datagram(1, storm.one_in(2) ? feed::Line::a : feed::Line::b, bytes, rig.now);
    if (storm.one_in(10)) rig.handler.on_time(rig.now);
  }
  rig.now = rig.now + kNsPerDay;
  rig.handler.on_time(rig.now);
  EXPECT_EQ(test::outcomes(rig.handler.counters()), expected_outcomes);
  for (const MarketEvent& event : rig.log.of(EventKind::price)) {
    ASSERT_GT(event.value[0], 0);
    ASSERT_GE(event.value[1], 0);
    ASSERT_GE(event.value[2], 0);
  }
  EXPECT_GT(rig.count(FeedCounter::applied), 1000u);
  EXPECT_GT(rig.count(FeedCounter::malformed), 1000u);
  EXPECT_GT(rig.count(FeedCounter::rejected), 1000u);
  EXPECT_GT(rig.handler.suspicious_packets(), 10u);
}

}  // namespace
}  // namespace indexcast::hkex
