// The data plane allocates nothing once the handler stands, whatever the gateway sends.
#include <gtest/gtest.h>

#include "feedhandlers/sse/handler.h"
#include "tests/support/allocation_counter.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using indexcast::test::allocations;
using indexcast::test::universe_of;
using test::Message;

constexpr TimeNs kStart{1'768'355'631'000'000'000};
constexpr std::uint64_t kRounds = 500;

class CountingSink final : public feed::EventSink {
 public:
  void push(const MarketEvent&) override { ++events; }
  std::uint64_t events = 0;
};

// One session: status, images in every phase, heartbeats, a damaged message and a jump of the
// numbers now and then. Numbers begin with 2, behind the logon's answer.
Message session() {
  constexpr std::string_view kPhases[] = {"S111", "C111", "T111", "M111", "P111", "U111", "E111"};
  constexpr std::string_view kSessions[] = {"C100", "T100", "B100", "U100"};
  Message stream;
  std::uint64_t sequence = 2;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    test::append(stream, test::market_status(sequence++, kSessions[round % 4], 20260114095351220));
    auto fields = test::snapshot_fields(kPhases[round % 7]);
    test::append(stream, test::snapshot(sequence++, fields,
                                        {{kEntryLast, 2'249'000 + round, 0, 0},
                                         {kEntryClose, round % 7 == 6 ? 2'250'000u : 0u, 0, 0}}));
    fields.security_id = "600999";
    test::append(stream, test::snapshot(sequence++, fields, {}));
    test::append(stream, test::heartbeat(sequence++));
    if (round % 10 == 3) sequence += 2;
    Message damaged = test::trade(sequence++);
    damaged[60] ^= std::byte{1};
    if (round % 10 == 7) test::append(stream, damaged);
  }
  return stream;
}

TEST(SseAllocation, HappensOnlyWhenTheHandlerIsBuilt) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  const Universe universe = universe_of(feed::Venue::sse, {"600031.SH"});
  const feed::SymbolTable symbols(universe, feed::Venue::sse);
  CountingSink sink;
  Handler handler({}, symbols, sink);
  feed::Outbox out;
  out.reserve(4096);  // as the owner of a socket has it after the first messages
  const Message logon = test::logon_answer();
  const Message stream = session();
  TimeNs now = kStart;

  const std::uint64_t before = allocations();
  for (int sessions = 0; sessions < 3; ++sessions) {
    handler.on_connected(now, out);
    handler.on_bytes(logon, now, out);
    std::size_t piece = 1;
    for (feed::Bytes rest = stream; !rest.empty(); piece = piece % 997 + 1) {
      const feed::Bytes next = rest.first(std::min(piece, rest.size()));
      ASSERT_TRUE(handler.on_bytes(next, now, out));
      rest = rest.subspan(next.size());
      now = now + kNsPerMs;
      handler.on_time(now, out);
      out.clear();
    }
    handler.on_disconnected(now);
  }
  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_GT(sink.events, kRounds);
  EXPECT_GT(handler.counters().get(FeedCounter::gaps), 10u);
  EXPECT_EQ(handler.counters().get(FeedCounter::malformed), 3 * kRounds / 10);
}

}  // namespace
}  // namespace indexcast::sse
