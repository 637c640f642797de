// The sender's MDDP packets, through the project's own receiver and beside a second Adler-32.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/simulator/network/mddp_sender.h"
#include "feedhandlers/szse/mddp_packet.h"
#include "feedhandlers/transport/bytes.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

constexpr TimeNs kNow{1'743'555'600'000'000'000};

// RFC 1950's definition, literally.
std::uint32_t adler(feed::Bytes bytes) {
  std::uint32_t a = 1, b = 0;
  for (const std::byte value : bytes) {
    a = (a + static_cast<std::uint32_t>(value)) % 65'521;
    b = (b + a) % 65'521;
  }
  return b << 16 | a;
}

ExchangeMessage message_of(std::uint32_t channel, std::size_t body, std::int64_t tick = 0,
                           TimeNs time = kNow) {
  ExchangeMessage message;
  message.exchange_time = time;
  message.venue = feed::Venue::szse;
  message.channel = channel;
  message.tick = tick;
  message.bytes.resize(12 + body);
  for (std::size_t i = 0; i < body; ++i) message.bytes[8 + i] = static_cast<std::byte>(i * 7 % 251);
  feed::store_be(message.bytes.data(), std::uint32_t{300'111});
  feed::store_be(message.bytes.data() + 4, static_cast<std::uint32_t>(body));
  return message;
}

// Puts fragments together, expands, and gives back the messages of all packets by channel.
struct Receiver {
  void on_packet(const MddpDatagram& sent) {
    ASSERT_EQ(adler(feed::Bytes(sent.bytes).first(sent.bytes.size() - 4)),
              feed::load_be<std::uint32_t>(sent.bytes.data() + sent.bytes.size() - 4));
    szse::MddpPacket packet;
    ASSERT_EQ(szse::decode_mddp(sent.bytes, packet), feed::DecodeError::none);
    const szse::MddpHeader& header = packet.header;
    ASSERT_LE(sent.bytes.size(), 1'472u);
    if (header.msg_count == 0) return ++heartbeats[header.channel], void();
    fragments += header.fragmented();
    parts.insert(parts.end(), packet.body.begin(), packet.body.end());
    if (header.fragment_no < header.total_fragments) return;
    std::vector<std::byte> body = std::exchange(parts, {});
    if (header.compressed()) {
      ++compressed;
      const auto expanded = inflater.inflate(body);
      ASSERT_TRUE(expanded);
      const std::vector<std::byte> whole(expanded->begin(), expanded->end());
      body = whole;
      ASSERT_EQ(header.encode_checksum, adler(body));
    }
    std::int64_t& next = expected[header.channel];
    if (next != 0) {
      ASSERT_EQ(header.seq_num, next) << "channel " << header.channel;
    }
    next = header.seq_num + header.msg_count;
    const auto error = szse::for_each_message(header, body, [&](feed::Bytes one) {
      messages[header.channel].emplace_back(one.begin(), one.end());
    });
    ASSERT_EQ(error, feed::DecodeError::none);
  }

  szse::Inflater inflater;
  std::vector<std::byte> parts;
  std::map<std::uint32_t, std::vector<std::vector<std::byte>>> messages;
  std::map<std::uint32_t, std::int64_t> expected;
  std::map<std::uint32_t, int> heartbeats;
  int fragments = 0, compressed = 0;
};

TEST(MddpPackets, OneMessageTravelsWithoutItsChecksum) {
  MddpPackets packets;
  packets.push(message_of(1011, 65));
  packets.flush(kNow);
  const auto sent = packets.take();
  ASSERT_EQ(sent.size(), 2u) << "the message and the source's first heartbeat";
  EXPECT_EQ(sent[0].bytes.size(), 20 + 8 + 65 + 4u);
  EXPECT_EQ(static_cast<int>(sent[0].bytes[0]), 0xff);
  EXPECT_EQ(static_cast<int>(sent[0].bytes[2]), 5) << "words of four bytes";
  EXPECT_EQ(feed::load_be<std::uint16_t>(sent[0].bytes.data() + 18), 1u << 13);
  EXPECT_EQ(sent[1].bytes.size(), 24u);
}

TEST(MddpPackets, TicksKeepTheirOwnNumbers) {
  MddpPackets packets;
  packets.push(message_of(2011, 66, 501));
  packets.flush(kNow);
  const auto sent = packets.take();
  EXPECT_EQ(feed::load_be<std::int64_t>(sent[0].bytes.data() + 8), 501);
  EXPECT_EQ(feed::load_be<std::uint16_t>(sent[0].bytes.data() + 18), 1u << 13 | 1u << 12);
  const auto& heartbeat = sent.back();
  EXPECT_EQ(heartbeat.channel, 2011u);
  EXPECT_EQ(feed::load_be<std::int64_t>(heartbeat.bytes.data() + 8), 501) << "the last one sent";
}

TEST(MddpPackets, AFinishedChannelEndsItsStreamOnce) {
  MddpPackets packets;
  packets.push(message_of(2011, 66, 7));
  ExchangeMessage last = message_of(2011, 12);
  feed::store_be(last.bytes.data(), std::uint32_t{390'095});
  feed::store_be(last.bytes.data() + 18, std::uint16_t{1});
  packets.push(last);
  packets.push(last);
  const auto sent = packets.take();
  ASSERT_EQ(sent.size(), 2u) << "the tick and the end";
  EXPECT_EQ(feed::load_be<std::uint16_t>(sent[1].bytes.data() + 16), 0xffff);
  EXPECT_EQ(feed::load_be<std::int64_t>(sent[1].bytes.data() + 8), 7);
}

// MDDP 4 (notes 1.7): marks have Flag 0.
TEST(MddpPackets, MarksHaveFlag0) {
  MddpPackets packets;
  packets.push(message_of(2011, 66, 7));
  ExchangeMessage last = message_of(2011, 12);
  feed::store_be(last.bytes.data(), std::uint32_t{390'095});
  feed::store_be(last.bytes.data() + 18, std::uint16_t{0});
  packets.push(last);
  packets.flush(kNow);
  feed::store_be(last.bytes.data() + 18, std::uint16_t{1});
  packets.push(last);
  int marks = 0;
  for (const MddpDatagram& packet : packets.take()) {
    const auto count = feed::load_be<std::uint16_t>(packet.bytes.data() + 16);
    if (count != 0 && count != 0xffff) continue;
    ++marks;
    EXPECT_EQ(feed::load_be<std::uint16_t>(packet.bytes.data() + 18), 0u);
    EXPECT_EQ(packet.bytes.size(), 24u);
  }
  EXPECT_EQ(marks, 3) << "of the source, of the stream, and its end";
}

// MDDP 5.8: HeaderSize 5 though the fields follow, bit 5 for a fragment, 0/0 for a whole packet.
TEST(MddpPackets, TheSampleFormHasFieldsThatHeaderSizeDoesNotCount) {
  MddpPackets packets;
  packets.choose_form([](std::uint32_t) { return MddpPackets::Form{.sample = true}; });
  packets.push(message_of(1010, 3'000));  // compressed into one packet
  packets.push(message_of(1011, 65));
  packets.push(message_of(1012, 3'000));
  packets.flush(kNow);
  const auto sent = packets.take();
  ASSERT_GE(sent.size(), 5u);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::byte* at = sent[i].bytes.data();
    EXPECT_EQ(static_cast<int>(at[2]), 5);
    EXPECT_EQ(feed::load_be<std::uint16_t>(at + 18) & 0x60, i < 2 ? 0 : 0x20);
    EXPECT_EQ(feed::load_be<std::uint16_t>(at + 22), i < 2 ? 0 : 1);
  }
  EXPECT_EQ(feed::load_be<std::uint32_t>(sent[1].bytes.data() + 24), 300'111u);
}

TEST(MddpPackets, ARestartBeginsTheNumbersAgain) {
  MddpPackets packets;
  const auto next = [&] {
    packets.push(message_of(1011, 65));
    packets.flush({});
    const auto sent = packets.take();
    return std::pair(static_cast<int>(sent[0].bytes[3]),
                     feed::load_be<std::int64_t>(sent[0].bytes.data() + 8));
  };
  EXPECT_EQ(next(), std::pair(1, std::int64_t{1}));
  EXPECT_EQ(next(), std::pair(1, std::int64_t{2}));
  packets.restart(true);
  EXPECT_EQ(next(), std::pair(2, std::int64_t{1}));
  packets.restart(false);
  EXPECT_EQ(next(), std::pair(2, std::int64_t{1}));
}

TEST(MddpPackets, LongBodiesAreCutAndComeTogetherAgain) {
  MddpPackets packets;
  Receiver receiver;
  std::vector<ExchangeMessage> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(message_of(1011, 3'000, 0, kNow + i * kNsPerMs));
    // Bytes that zlib cannot shorten to one packet.
    std::uint32_t state = 12'345u + static_cast<std::uint32_t>(i);
    for (std::size_t at = 8; at < all.back().bytes.size() - 4; ++at) {
      state = state * 1'664'525u + 1'013'904'223u;
      all.back().bytes[at] = static_cast<std::byte>(state >> 24);
    }
    packets.push(all.back());
  }
  packets.flush(kNow);
  for (const MddpDatagram& packet : packets.take()) receiver.on_packet(packet);
  ASSERT_EQ(receiver.messages[1011].size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const feed::Bytes whole(all[i].bytes);
    const feed::Bytes body = whole.first(whole.size() - 4);
    EXPECT_TRUE(std::equal(body.begin(), body.end(), receiver.messages[1011][i].begin()));
  }
  EXPECT_GT(receiver.fragments, 30);
  EXPECT_GT(receiver.compressed, 1);
}

TEST(MddpPackets, CarriesADayOfMarketDataWithoutADifference) {
  Settings settings = test::only(feed::Venue::szse);
  settings.szse.ticks = true;
  settings.begin_ms = feed::hms(9, 59);
  settings.end_ms = feed::hms(10, 10);
  settings.ticks_per_second = 2.0;
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  MddpPackets packets;
  Receiver receiver;
  std::map<std::uint32_t, std::vector<std::vector<std::byte>>> sent;
  for (ExchangeMessage message; day.next(message);) {
    packets.flush(message.exchange_time);
    packets.push(message);
    if (feed::load_be<std::uint32_t>(message.bytes.data()) == 390'095) continue;
    sent[message.channel].emplace_back(message.bytes.begin(), message.bytes.end() - 4);
  }
  packets.flush({});
  for (const MddpDatagram& packet : packets.take()) receiver.on_packet(packet);
  EXPECT_EQ(receiver.messages, sent);
  EXPECT_GT(receiver.messages.size(), 6u);
  EXPECT_GT(receiver.heartbeats[0], 100);
}

}  // namespace
}  // namespace indexcast::sim
