// Multicast: packets, fragments, compression, two lines, restarts and losses.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/szse/mddp_fixture.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FeedCounter;
using feed::Line;
using indexcast::test::EventLog;
using indexcast::test::universe_of;
using test::image;
using test::mark;
using test::Message;
using test::packets;
using test::Shape;
using SzseMulticast = test::MulticastFixture;
using enum FeedState;

constexpr TimeNs kStart = test::kMulticastStart;
constexpr std::uint16_t kChannel = test::kMulticastChannel;

TEST(SzseMddp, APacketIsItsFields) {
  const auto sent = packets(7, {image(1), image(2)}, {.lengths = true, .compressed = true});
  ASSERT_EQ(sent.size(), 1u);
  MddpPacket packet;
  ASSERT_EQ(decode_mddp(sent[0], packet), DecodeError::none);
  EXPECT_EQ(packet.header.channel, kChannel);
  EXPECT_EQ(packet.header.seq_num, 7);
  EXPECT_EQ(packet.header.msg_count, 2);
  EXPECT_TRUE(packet.header.compressed());
  Inflater inflater;
  const auto body = inflater.inflate(packet.body);
  ASSERT_TRUE(body);
  std::vector<Message> seen;
  EXPECT_EQ(for_each_message(packet.header, *body,
                             [&](Bytes m) { seen.emplace_back(m.begin(), m.end()); }),
            DecodeError::none);
  EXPECT_EQ(seen, (std::vector{image(1), image(2)}));
}

TEST(SzseMddp, NoPartOfAPacketDecodes) {
  const Message whole = packets(7, {image(1)})[0];
  for (std::size_t size = 0; size < whole.size(); ++size) {
    MddpPacket packet;
    EXPECT_NE(decode_mddp(Message(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)),
                          packet),
              DecodeError::none)
        << size;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Message damaged = whole;
    damaged[at] ^= std::byte{1};
    MddpPacket packet;
    EXPECT_NE(decode_mddp(damaged, packet), DecodeError::none) << at;
  }
}

TEST(SzseMddp, InflatesNoMoreThanItsBound) {
  Inflater inflater;
  const Message bomb(Inflater::kMaxBody + 1);
  EXPECT_FALSE(inflater.inflate(deflate_body(bomb)));
  const Message largest(Inflater::kMaxBody);
  ASSERT_TRUE(inflater.inflate(deflate_body(largest)));
  const Message compressed = deflate_body(largest);
  EXPECT_FALSE(inflater.inflate(Bytes(compressed).first(compressed.size() - 1)));
  EXPECT_FALSE(inflater.inflate({}));
}

using Numbers = std::vector<std::int64_t>;

TEST_F(SzseMulticast, EveryShapeGivesTheSameMessages) {
  std::int64_t sequence = 1;
  int number = 0;
  for (const bool lengths : {false, true}) {
    for (const bool compressed : {false, true}) {
      for (const std::size_t fragment : {std::size_t{0}, std::size_t{40}, std::size_t{100}}) {
        deliver(packets(sequence, {image(number, 50), image(number + 1)},
                        {lengths, compressed, fragment, 1}));
        sequence += 2;
        number += 2;
      }
    }
  }
  Numbers wanted;
  for (int i = 0; i < number; ++i) wanted.push_back(i);
  EXPECT_EQ(prices(), wanted);
  EXPECT_EQ(count(FeedCounter::malformed), 0u);
  EXPECT_EQ(count(FeedCounter::sequence_received), wanted.size());
}

TEST_F(SzseMulticast, TwoLinesGiveEachMessageOnce) {
  for (int i = 0; i < 10; ++i) {
    deliver(packets(i + 1, {image(i)}), Line::a);
    deliver(packets(i + 1, {image(i)}), Line::b);
  }
  EXPECT_EQ(prices().size(), 10u);
  EXPECT_EQ(count(FeedCounter::duplicate), 10u);
}

TEST_F(SzseMulticast, TheOtherLineFillsAHole) {
  deliver(packets(1, {image(1)}), Line::a);
  deliver(packets(3, {image(3)}), Line::a);
  EXPECT_EQ(prices(), Numbers{1});
  deliver(packets(2, {image(2)}), Line::b);
  EXPECT_EQ(prices(), (Numbers{1, 2, 3}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(log_.states(0), (std::vector{recovering, live}));
}

TEST_F(SzseMulticast, AHoleThatStaysIsAGapUntilEverySecurityWasHeard) {
  deliver(packets(1, {image(1)}));
  deliver(packets(4, {image(4)}));
  pass(settings_.multicast.reorder_wait_ns - 1);
  EXPECT_EQ(prices(), Numbers{1});
  pass(1);
  EXPECT_EQ(prices(), (Numbers{1, 4}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
  // The one security was heard after the loss, so the feed is whole again at once.
  EXPECT_EQ(log_.states(1), (std::vector{recovering, live, gap, live}));
}

TEST_F(SzseMulticast, AGapIsSaidBeforeThePriceThatFollowsIt) {
  deliver(packets(1, {image(1)}));
  deliver(packets(4, {image(4)}));
  log_.events.clear();
  pass(settings_.multicast.reorder_wait_ns);
  const auto is_gap = [](const MarketEvent& event) {
    return event.kind == EventKind::feed_state && event.detail == static_cast<std::uint8_t>(gap);
  };
  const auto said = std::ranges::find_if(log_.events, is_gap);
  const auto price = std::ranges::find(log_.events, EventKind::price, &MarketEvent::kind);
  ASSERT_NE(price, log_.events.end());
  EXPECT_LT(said, price);
}

TEST_F(SzseMulticast, FragmentsOfBothLinesCompleteEachOther) {
  const auto sent = packets(1, {image(1, 50)}, {.fragment_bytes = 200});
  ASSERT_GE(sent.size(), 3u);
  for (std::size_t i = 0; i < sent.size(); ++i) deliver({sent[i]}, i % 2 == 0 ? Line::a : Line::b);
  EXPECT_EQ(prices(), Numbers{1});
}

TEST_F(SzseMulticast, FragmentsThatStayAloneAreDropped) {
  deliver(packets(1, {image(1)}));
  deliver({packets(2, {image(2, 50)}, {.fragment_bytes = 200})[0]});
  pass(settings_.multicast.fragment_wait_ns);
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  deliver(packets(3, {image(3)}));
  pass(settings_.multicast.reorder_wait_ns);
  EXPECT_EQ(prices(), (Numbers{1, 3}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 1u);
}

TEST_F(SzseMulticast, ANewSenderBeginsItsNumbersAgain) {
  deliver(packets(1'000, {image(1)}, {.sender = 1}));
  deliver(packets(1, {image(2)}, {.sender = 3}));
  deliver(packets(2, {image(3)}, {.sender = 3}));
  EXPECT_EQ(prices(), (Numbers{1, 2, 3}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
}

TEST_F(SzseMulticast, ASenderThatGoesFarBackHasBegunAgain) {
  deliver(packets(900'000, {image(1)}));
  deliver(packets(1, {image(2)}));
  EXPECT_EQ(prices(), (Numbers{1, 2}));
}

// Senders that number for themselves: the later copy of an image changes nothing.
TEST_F(SzseMulticast, AnImageOfAnotherSenderDoesNotTurnAPriceBack) {
  deliver(packets(10, {image(1)}, {.sender = 1}), Line::a);
  deliver(packets(11, {image(2)}, {.sender = 1}), Line::a);
  deliver(packets(500, {image(1)}, {.sender = 2}), Line::b);
  EXPECT_EQ(prices(), (Numbers{1, 2}));
  EXPECT_EQ(count(FeedCounter::duplicate), 1u);
}

TEST_F(SzseMulticast, HeartbeatsKeepItLiveAndSilenceMakesItStale) {
  deliver(packets(1, {image(1)}));
  EXPECT_EQ(handler_.state(), live);
  pass(settings_.multicast.silence_ns - 1);
  EXPECT_EQ(handler_.state(), live);
  deliver({mark(0, 0, 0, 0)});
  pass(settings_.multicast.silence_ns);
  EXPECT_EQ(handler_.state(), stale);
  deliver({mark(0, 0, 0, 0)});
  EXPECT_EQ(handler_.state(), recovering) << "no security was heard since";
  EXPECT_EQ(count(FeedCounter::heartbeats), 2u);
}

TEST_F(SzseMulticast, HeartbeatsAloneAreStaleWhileTheMarketTrades) {
  deliver(packets(1, {image(1)}));  // in phase T, which the one sentinel makes the market's
  for (int s = 1; s <= 30; ++s) {
    pass(kNsPerSecond);
    deliver({mark(0, 0, 0, 0)});
    ASSERT_EQ(handler_.state(), s < 30 ? live : stale) << s;
  }
  deliver(packets(2, {image(2)}));
  EXPECT_EQ(log_.states(0), (std::vector{recovering, live, stale, recovering, live}));
}

TEST_F(SzseMulticast, ImagesOfOneOrigTimeAreStale) {
  for (int s = 0; s <= 30; ++s) {
    deliver(packets(s + 1, {image(1)}));
    pass(kNsPerSecond);
    ASSERT_EQ(handler_.state(), s < 29 ? live : stale) << s;
  }
}

TEST_F(SzseMulticast, ABodyThatDoesNotFitItsCountIsMalformed) {
  MddpPacket packet;  // points into `sent`
  const std::vector<Message> sent = packets(1, {image(1), image(2)});
  ASSERT_EQ(decode_mddp(sent[0], packet), DecodeError::none);
  for (const std::uint16_t messages : {std::uint16_t{1}, std::uint16_t{3}}) {
    MddpHeader header = packet.header;
    header.msg_count = messages;
    header.seq_num = 10 * messages;
    Message bytes;
    encode_mddp(header, packet.body, bytes);
    deliver({bytes});
  }
  pass(kNsPerSecond);
  EXPECT_TRUE(prices().empty());
  EXPECT_EQ(count(FeedCounter::malformed), 4u);
}

// The packet's own checksum holds, that of the body before it was encoded does not.
TEST_F(SzseMulticast, ABodyThatIsNotWhatWasEncodedIsMalformed) {
  const auto sent = packets(1, {image(1), image(2)}, {.compressed = true});
  MddpPacket packet;
  ASSERT_EQ(decode_mddp(sent[0], packet), DecodeError::none);
  MddpHeader header = packet.header;
  ASSERT_TRUE(header.encode_checksum);
  header.encode_checksum = *header.encode_checksum + 1;
  Message bytes;
  encode_mddp(header, packet.body, bytes);
  deliver({bytes});
  EXPECT_TRUE(prices().empty());
  EXPECT_EQ(count(FeedCounter::malformed), 2u);
}

// A only = B only = A and B with any loss in which each packet survives on one line.
TEST(SzseMulticastProperty, OneLineOrTheOtherOrBothIsTheSame) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const Universe universe = universe_of(feed::Venue::szse, {"000001.SZ"});
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  std::vector<Message> all;
  std::int64_t sequence = 1;
  for (int i = 0; i < 400; ++i) {
    const Shape shape{random() % 2 == 0, random() % 2 == 0, random() % 3 == 0 ? 150u : 0u, 1};
    for (Message& p : packets(sequence, {image(2 * i, 40), image(2 * i + 1)}, shape)) {
      all.push_back(std::move(p));
    }
    sequence += 2;
  }
  // Bit 0: on line A; bit 1: on line B.
  const auto run = [&](auto&& lines_of) {
    EventLog log;
    MddpHandler handler({}, symbols, log);
    TimeNs now = kStart;
    for (const Message& packet : all) {
      const unsigned lines = lines_of();
      now = now + kNsPerMs;
      if ((lines & 1) != 0) handler.on_datagram(1, Line::a, packet, now);
      if ((lines & 2) != 0) handler.on_datagram(1, Line::b, packet, now);
      handler.on_time(now);
    }
    EXPECT_EQ(handler.counters().get(FeedCounter::sequence_lost), 0u);
    EXPECT_EQ(handler.counters().get(FeedCounter::malformed), 0u);
    std::vector<std::int64_t> prices;
    for (const MarketEvent& event : log.of(EventKind::price)) prices.push_back(event.value[0]);
    return prices;
  };
  const auto a = run([] { return 1u; });
  EXPECT_EQ(a.size(), 800u);
  EXPECT_EQ(run([] { return 2u; }), a);
  EXPECT_EQ(run([&] { return static_cast<unsigned>(random() % 3 + 1); }), a);
}

TEST(SzseMulticastTicks, TicksAreTakenByTheirOwnNumbers) {
  const Universe universe = universe_of(feed::Venue::szse, {"000001.SZ"});
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  Settings settings;
  settings.ticks = true;
  settings.tick_capacity = 64;
  EventLog log;
  MddpHandler handler(settings, symbols, log);
  const auto send = [&](std::int64_t sequence) {
    Message tick;
    encode_trade({.channel_no = 2011,
                  .appl_seq_num = sequence,
                  .md_stream_id = kStreamSpotTicks,
                  .bid_appl_seq_num = 0,
                  .offer_appl_seq_num = 0,
                  .security_id = "000001",
                  .security_id_source = kSourceSzse,
                  .last_px = 100'000,
                  .last_qty = 100,
                  .exec_type = kExecTrade,
                  .transact_time = 20250620093003120},
                 tick);
    tick.resize(tick.size() - kTrailerSize);
    Message packet;
    encode_mddp({.sender_id = 1,
                 .channel = 2011,
                 .seq_num = sequence,
                 .msg_count = 1,
                 .flag = mddp::kFlagApplication | mddp::kFlagResendBySeqNum},
                tick, packet);
    handler.on_datagram(1, Line::a, packet, kStart);
    handler.on_datagram(1, Line::b, packet, kStart);
  };
  for (const std::int64_t sequence : {1, 3, 2}) send(sequence);
  std::vector<std::uint64_t> seen;
  for (const MarketEvent& e : log.of(EventKind::price)) seen.push_back(e.feed_sequence);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(handler.counters().get(FeedCounter::duplicate), 3u);
  // The stream's own heartbeat shows the missing ticks; without a resend gateway they are lost.
  handler.on_datagram(1, Line::a, mark(2011, 5, 0, 0), kStart);
  handler.on_time(kStart + settings.tick_wait_ns);
  EXPECT_EQ(handler.counters().get(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(log.states(3011), (std::vector{live, gap}));
}

}  // namespace
}  // namespace indexcast::szse
