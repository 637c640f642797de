// Multicast rules that are easy to misread in the tables and samples of MDDP: marks, forms of
// fragments, encryption, restarts. Packets are written byte by byte, without our encoder.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/szse/mddp_fixture.h"

namespace indexcast::szse {
namespace {

using feed::FeedCounter;
using feed::Line;
using indexcast::test::EventLog;
using indexcast::test::universe_of;
using test::image;
using test::Message;
using test::packets;
using SzseMulticast = test::MulticastFixture;
using enum FeedState;

constexpr TimeNs kStart = test::kMulticastStart;
constexpr std::uint16_t kChannel = test::kMulticastChannel;
using Numbers = std::vector<std::int64_t>;

// A packet written byte by byte from MDDP 3.1 (notes 1.7), without our encoder: HeaderSize in
// words, then what stands behind the fixed header of 20 bytes, then the body and an Adler-32 of RFC
// 1950.
struct Raw {
  std::uint16_t channel = kChannel;
  std::int64_t seq_num = 1;
  std::uint16_t msg_count = 1;
  std::uint16_t flag = 0x2000;  // application
  std::uint8_t header_words = 5;
  std::uint8_t sender = 1;
  Message optional{};
  Message body{};

  Message bytes() const {
    Message out(20);
    out[0] = std::byte{0xff};
    out[1] = std::byte{1};
    out[2] = std::byte{header_words};
    out[3] = std::byte{sender};
    feed::store_be(out.data() + 4, std::uint16_t{1});
    feed::store_be(out.data() + 6, channel);
    feed::store_be(out.data() + 8, seq_num);
    feed::store_be(out.data() + 16, msg_count);
    feed::store_be(out.data() + 18, flag);
    out.insert(out.end(), optional.begin(), optional.end());
    out.insert(out.end(), body.begin(), body.end());
    std::uint32_t a = 1, b = 0;
    for (const std::byte value : out) {
      a = (a + static_cast<std::uint32_t>(value)) % 65'521;
      b = (b + a) % 65'521;
    }
    out.resize(out.size() + 4);
    feed::store_be(out.data() + out.size() - 4, b << 16 | a);
    return out;
  }
};

Message fragment_fields(std::uint16_t total, std::uint16_t number) {
  Message out(4);
  feed::store_be(out.data(), total);
  feed::store_be(out.data() + 2, number);
  return out;
}

// The two halves of image `number`.
std::array<Message, 2> halves(int number) {
  const Message whole = image(number);
  const auto middle = whole.begin() + 30;
  return {Message(whole.begin(), middle), Message(middle, whole.end())};
}

// MDDP 4, STD 6 (notes 1.7): marks are printed with Flag 0, so the packets with data say whether
// the stream is numbered by its application, or the channel does. A heartbeat whose SeqNum is above
// what came proves a lost tail.
TEST_F(SzseMulticast, AHeartbeatWithFlag0ProvesALostTail) {
  deliver(packets(1, {image(1)}));
  deliver({Raw{.seq_num = 3, .msg_count = 0, .flag = 0}.bytes()});
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u) << "the other line may still bring it";
  pass(settings_.multicast.reorder_wait_ns);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(handler_.state(), gap);
  EXPECT_EQ(count(FeedCounter::malformed), 0u);
}

TEST_F(SzseMulticast, TheOtherLineFillsATailThatAHeartbeatAnnounced) {
  deliver(packets(1, {image(1)}));
  deliver({Raw{.seq_num = 2, .msg_count = 0, .flag = 0}.bytes()}, Line::a);
  deliver(packets(2, {image(2)}), Line::b);
  pass(settings_.multicast.reorder_wait_ns);
  EXPECT_EQ(prices(), (Numbers{1, 2}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(handler_.state(), live);
}

// A mark before any packet with data does not open the stream.
TEST_F(SzseMulticast, AMarkDoesNotOpenAStream) {
  deliver({Raw{.channel = 2011, .seq_num = 7, .msg_count = 0, .flag = 0}.bytes()});
  deliver({Raw{.seq_num = 7, .msg_count = 0, .flag = 0}.bytes()});
  deliver(packets(1, {image(1)}));
  pass(settings_.multicast.reorder_wait_ns);
  EXPECT_EQ(prices(), Numbers{1});
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(count(FeedCounter::heartbeats), 2u);
}

// Tables of MDDP 3.1, STD table 3: bit 6 announces TotalFragments and FragmentNo, HeaderSize is 6.
TEST_F(SzseMulticast, FragmentsOfTheTablesAreRead) {
  const auto parts = halves(1);
  for (std::uint16_t i = 0; i < 2; ++i) {
    deliver({Raw{.flag = 0x2040,
                 .header_words = 6,
                 .optional = fragment_fields(2, static_cast<std::uint16_t>(i + 1)),
                 .body = parts[i]}
                 .bytes()});
  }
  EXPECT_EQ(prices(), Numbers{1});
  EXPECT_EQ(count(FeedCounter::fragments_table_form), 2u);
  EXPECT_EQ(count(FeedCounter::fragments_sample_form), 0u);
}

// Bit 6 with a HeaderSize that does not count the fields: the body begins behind them.
TEST_F(SzseMulticast, FragmentsThatHeaderSizeDoesNotCountAreRead) {
  const auto parts = halves(1);
  for (std::uint16_t i = 0; i < 2; ++i) {
    deliver({Raw{.flag = 0x2040,
                 .optional = fragment_fields(2, static_cast<std::uint16_t>(i + 1)),
                 .body = parts[i]}
                 .bytes()});
  }
  EXPECT_EQ(prices(), Numbers{1});
}

// Samples of MDDP 5.8, STD A.7: HeaderSize stays 5, bit 5 marks a fragment, a whole packet has 0/0.
TEST_F(SzseMulticast, FragmentsOfTheSamplesAreRead) {
  const auto parts = halves(1);
  for (std::uint16_t i = 0; i < 2; ++i) {
    deliver({Raw{.flag = 0x2020,
                 .optional = fragment_fields(2, static_cast<std::uint16_t>(i + 1)),
                 .body = parts[i]}
                 .bytes()});
  }
  deliver({Raw{.seq_num = 2, .optional = fragment_fields(0, 0), .body = image(2)}.bytes()});
  deliver({Raw{.seq_num = 3, .body = image(3)}.bytes()});
  EXPECT_EQ(prices(), (Numbers{1, 2, 3}));
  EXPECT_EQ(count(FeedCounter::fragments_sample_form), 3u);
  EXPECT_EQ(count(FeedCounter::malformed), 0u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
}

TEST_F(SzseMulticast, FragmentFieldsThatContradictEachOtherAreMalformed) {
  deliver({Raw{.flag = 0x2040, .header_words = 6, .optional = fragment_fields(2, 3)}.bytes()});
  deliver({Raw{.flag = 0x2020, .optional = fragment_fields(2, 0), .body = image(1)}.bytes()});
  EXPECT_EQ(count(FeedCounter::malformed), 2u);
}

// Bits 9-8 = 01 (STD A.8): without the token the packet is lost, its numbers are known, and it is
// not malformed.
TEST_F(SzseMulticast, EncryptedPacketsAreLostAndSaySo) {
  deliver(packets(1, {image(1)}));
  for (const std::int64_t number : {2, 3}) {
    Message body = image(static_cast<int>(number));
    for (std::byte& byte : body) byte ^= std::byte{0x77};
    deliver({Raw{.seq_num = number, .flag = 0x2100, .body = body}.bytes()});
  }
  EXPECT_EQ(count(FeedCounter::encrypted_packets), 2u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(count(FeedCounter::gaps), 1u);
  EXPECT_EQ(count(FeedCounter::malformed), 0u);
  EXPECT_EQ(handler_.state(), gap);
  feed::SessionNotice notice;
  ASSERT_TRUE(handler_.take_notice(notice));
  EXPECT_EQ(describe(feed::Venue::szse, notice),
            "szse multicast channel 1011: packets are encrypted and cannot be read; their messages "
            "count as lost");
  EXPECT_FALSE(handler_.take_notice(notice)) << "once";
  deliver(packets(4, {image(4)}));
  EXPECT_EQ(prices(), (Numbers{1, 4})) << "the stream goes on behind them";
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
}

// MDDP 5.5, STD A.4: SeqNum + threshold below the expected number under the same SenderId is a
// restart.
TEST_F(SzseMulticast, ARestartUnderTheSameSenderIdIsFollowedWithinSomeHundredMessages) {
  for (const Line line : {Line::a, Line::b}) deliver(packets(1'001, {image(1)}), line);
  // Both lines begin again, line B later.
  for (const int number : {1, 2, 3}) deliver(packets(number, {image(number + 1)}), Line::a);
  EXPECT_EQ(prices(), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(count(FeedCounter::restarts), 1u);
  deliver(packets(1'002, {image(2)}), Line::b);  // from before the restart
  for (const int number : {1, 2, 3, 4}) deliver(packets(number, {image(number + 1)}), Line::b);
  pass(settings_.multicast.reorder_wait_ns);
  EXPECT_EQ(prices(), (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(count(FeedCounter::restarts), 1u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
}

// A line that lags the other by more than the threshold has not restarted.
TEST_F(SzseMulticast, ASlowLineIsNotARestart) {
  for (int number = 1; number <= 400; ++number) deliver(packets(number, {image(number)}), Line::a);
  for (int number = 1; number <= 400; ++number) deliver(packets(number, {image(number)}), Line::b);
  deliver(packets(401, {image(401)}), Line::a);
  EXPECT_EQ(prices().size(), 401u);
  EXPECT_EQ(count(FeedCounter::restarts), 0u);
  EXPECT_EQ(count(FeedCounter::duplicate), 400u);
  EXPECT_EQ(handler_.state(), live);
}

// SenderId = index + (starts - 1) x senders (MDDP 4.1): each start of the day takes another id, and
// no start may find every place taken.
TEST_F(SzseMulticast, SendersThatBeginAgainAndAgainAreAllFollowed) {
  for (int start = 0; start < 100; ++start) {
    deliver(packets(1, {image(start)}, {.sender = static_cast<std::uint8_t>(start + 1)}));
  }
  EXPECT_EQ(prices().size(), 100u);
  EXPECT_EQ(count(FeedCounter::filtered), 0u);
}

// An unreadable body is a loss: prices may be outdated afterwards.
TEST_F(SzseMulticast, ABodyThatCannotBeReadIsAGap) {
  deliver(packets(1, {image(1)}));
  deliver({Raw{.seq_num = 2, .msg_count = 2, .body = image(2)}.bytes()});
  EXPECT_EQ(count(FeedCounter::malformed), 2u);
  EXPECT_EQ(handler_.state(), gap);
}

// Marks of a tick channel have Flag 0 too.
TEST(SzseMulticastTicks, AMarkWithFlag0ShowsLostTicks) {
  const Universe universe = universe_of(feed::Venue::szse, {"000001.SZ"});
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  Settings settings;
  settings.ticks = true;
  settings.tick_capacity = 64;
  EventLog log;
  MddpHandler handler(settings, symbols, log);
  // Opens the channel by its number alone.
  handler.on_datagram(
      1, Line::a, Raw{.channel = 2011, .seq_num = 3, .msg_count = 0, .flag = 0}.bytes(), kStart);
  handler.on_datagram(
      1, Line::a, Raw{.channel = 2011, .seq_num = 5, .msg_count = 0, .flag = 0}.bytes(), kStart);
  handler.on_time(kStart + settings.tick_wait_ns);
  EXPECT_EQ(handler.counters().get(FeedCounter::sequence_lost), 2u);
  // No security has traded on the channel, so none is left to be heard again.
  EXPECT_EQ(log.states(3011), (std::vector{live, gap, live}));
  // An encrypted packet of ticks is a gap in the channel.
  handler.on_datagram(
      1, Line::a,
      Raw{.channel = 2011, .seq_num = 6, .flag = 0x3100, .body = Message(40, std::byte{9})}.bytes(),
      kStart);
  handler.on_time(kStart + 2 * settings.tick_wait_ns);
  EXPECT_EQ(handler.counters().get(FeedCounter::sequence_lost), 3u);
  EXPECT_EQ(handler.counters().get(FeedCounter::malformed), 0u);
}

}  // namespace
}  // namespace indexcast::szse
