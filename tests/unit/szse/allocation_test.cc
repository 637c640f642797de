// The data plane allocates nothing once the handlers stand: snapshots, ticks with holes that the
// second session fills, and multicast in every shape.
#include <gtest/gtest.h>

#include "feedhandlers/szse/handler.h"
#include "feedhandlers/szse/mddp_handler.h"
#include "feedhandlers/szse/resend_session.h"
#include "tests/support/allocation_counter.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::FeedCounter;
using indexcast::test::allocations;
using indexcast::test::universe_of;
using test::Message;

constexpr TimeNs kStart{1'750'383'000'000'000'000};
constexpr std::uint16_t kTickChannel = 2011;
constexpr int kRounds = 500;

class CountingSink final : public feed::EventSink {
 public:
  void push(const MarketEvent&) override { ++events; }
  std::uint64_t events = 0;
};

Message tick(std::int64_t sequence) {
  Message out;
  encode_trade({.channel_no = kTickChannel,
                .appl_seq_num = sequence,
                .md_stream_id = kStreamSpotTicks,
                .security_id = "000001",
                .security_id_source = kSourceSzse,
                .last_px = 100'000 + sequence,
                .last_qty = 10'000,
                .transact_time = 20250620093003120},
               out);
  return out;
}

// Snapshot `number`, with limits that change and phases that come and go.
Message image(int number) {
  constexpr std::string_view kPhases[] = {"T0", "V0", "H0", "T1"};
  const auto fields =
      test::snapshot_fields(kPhases[number % 4], "000001", 20250620093003000 + number);
  return test::snapshot(fields, {test::price_entry(kEntryLast, 10'000'000 + number),
                                 test::price_entry(kEntryUpperLimit, 13'000'000 + number % 3),
                                 test::price_entry(kEntryLowerLimit, 9'000'000)});
}

struct Surroundings {
  Universe universe = universe_of(feed::Venue::szse, {"000001.SZ"});
  feed::SymbolTable symbols{universe, feed::Venue::szse};
  CountingSink sink;
  // As the owner of a socket has them after the first messages.
  feed::Outbox out;
  feed::Outbox asked;
};

Settings with_ticks() {
  Settings settings;
  settings.ticks = true;
  settings.tick_capacity = 64;
  settings.resend_gateways = {{.address = {"127.0.0.1", 1}}};
  return settings;
}

// The first tick opens the channel; then each round loses two of four, and every other round the
// second session brings them.
TEST(SzseAllocation, HappensOnlyWhenTheSessionsAreBuilt) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  Surroundings around;
  around.out.reserve(4096);
  around.asked.reserve(4096);
  const Settings settings = with_ticks();
  Handler handler(settings, around.symbols, around.sink);
  ResendSession resend(settings, *handler.ticks(), handler.counters());
  TimeNs now = kStart;
  // Input is prepared before the counting begins.
  Message damaged = image(1);
  damaged[40] ^= std::byte{1};
  const Message logon = test::logon_answer(30);
  std::vector<Message> images;
  std::vector<Message> ticks;
  std::vector<Message> ends;
  for (int round = 0; round < kRounds; ++round) {
    images.push_back(image(round));
    for (int i = 1; i <= 4; ++i) ticks.push_back(tick(4 * round + i));
    Resend end;
    end.channel_no = kTickChannel;
    end.appl_beg_seq_num = 4 * round + 2;
    end.appl_end_seq_num = 4 * round + 3;
    end.resend_status = round % 2 == 0 ? kResendDone : kResendUnavailable;
    encode_resend(end, ends.emplace_back());
  }

  const std::uint64_t before = allocations();
  handler.on_connected(now, around.out);
  handler.on_bytes(logon, now, around.out);
  resend.on_connected(now, around.asked);
  resend.on_bytes(logon, now, around.asked);
  for (std::size_t round = 0; round < kRounds; ++round) {
    now = now + 100 * kNsPerMs;
    around.out.clear();
    around.asked.clear();
    const Bytes snapshot = images[round];
    handler.on_bytes(snapshot.first(30), now, around.out);
    handler.on_bytes(snapshot.subspan(30), now, around.out);
    handler.on_bytes(damaged, now, around.out);
    handler.on_bytes(ticks[4 * round], now, around.out);
    handler.on_bytes(ticks[4 * round + 3], now, around.out);
    now = now + settings.tick_wait_ns;
    handler.on_time(now, around.out);
    resend.on_time(now, around.asked);
    if (round % 2 == 0) resend.on_bytes(ticks[4 * round + 1], now, around.asked);
    if (round % 2 == 0) resend.on_bytes(ticks[4 * round + 2], now, around.asked);
    resend.on_bytes(ends[round], now, around.asked);
  }
  handler.on_disconnected(now);
  resend.on_disconnected(now);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_GT(around.sink.events, 2u * kRounds);
  EXPECT_EQ(handler.counters().get(FeedCounter::sequence_recovered), std::uint64_t{kRounds});
  EXPECT_EQ(handler.counters().get(FeedCounter::sequence_lost), std::uint64_t{kRounds});
  EXPECT_EQ(handler.counters().get(FeedCounter::malformed), std::uint64_t{kRounds});
}

// Two messages as one packet, compressed or not; `pieces` of it.
std::vector<Message> packets(std::int64_t sequence, bool compressed, std::size_t pieces) {
  Message messages[] = {image(static_cast<int>(sequence)), image(static_cast<int>(sequence) + 1)};
  std::vector<Bytes> views;
  for (const Message& message : messages) {
    views.push_back(Bytes(message).first(message.size() - kTrailerSize));
  }
  Message body;
  encode_mddp_body(views, false, body);
  if (compressed) body = deflate_body(body);
  const auto flag =
      static_cast<std::uint16_t>(mddp::kFlagApplication | (compressed ? mddp::kFlagZlib : 0) |
                                 (pieces > 1 ? mddp::kFlagFragment : 0));
  std::vector<Message> out;
  const std::size_t size = (body.size() + pieces - 1) / pieces;
  for (std::size_t i = 0; i < pieces; ++i) {
    encode_mddp({.sender_id = 1,
                 .channel = 1011,
                 .seq_num = sequence,
                 .msg_count = 2,
                 .flag = flag,
                 .total_fragments = static_cast<std::uint16_t>(pieces),
                 .fragment_no = static_cast<std::uint16_t>(i + 1)},
                Bytes(body).subspan(i * size, std::min(size, body.size() - i * size)),
                out.emplace_back());
  }
  return out;
}

TEST(SzseAllocation, HappensOnlyWhenTheMulticastHandlerIsBuilt) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  Surroundings around;
  const Settings settings;
  MddpHandler handler(settings, around.symbols, around.sink);
  std::vector<std::vector<Message>> sent;
  for (int round = 0; round < kRounds; ++round) {
    sent.push_back(packets(1 + 2 * round, round % 2 == 0, round % 3 == 0 ? 3 : 1));
  }
  TimeNs now = kStart;
  const auto deliver = [&](std::size_t round, feed::Line line) {
    for (const Message& packet : sent[round]) handler.on_datagram(1, line, packet, now);
  };

  const std::uint64_t before = allocations();
  for (std::size_t round = 0; round + 1 < kRounds; round += 2) {
    // The second before the first, which is lost on line A and, every fifth time, on B too.
    deliver(round + 1, feed::Line::a);
    if (round % 10 != 0) deliver(round, feed::Line::b);
    deliver(round + 1, feed::Line::b);
    now = now + settings.multicast.reorder_wait_ns;
    handler.on_time(now);
  }
  now = now + settings.multicast.silence_ns;
  handler.on_time(now);
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_GT(around.sink.events, std::uint64_t{kRounds});
  EXPECT_GT(handler.counters().get(FeedCounter::gaps), 10u);
  EXPECT_GT(handler.counters().get(FeedCounter::duplicate), std::uint64_t{kRounds} / 2);
}

}  // namespace
}  // namespace indexcast::szse
