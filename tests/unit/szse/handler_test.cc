// An SZSE gateway connection in virtual time: session, cut streams, hostile bytes.
#include "feedhandlers/szse/handler.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::FeedCounter;
using feed::Outbox;
using indexcast::test::EventLog;
using indexcast::test::outcomes;
using indexcast::test::universe_of;
using test::Message;

constexpr TimeNs kStart{1'750'383'000'000'000'000};

// A frame of any type with a right checksum, and a body that begins with `first`.
Message frame(std::uint32_t msg_type, std::size_t body_length, std::int64_t first = 0) {
  Message out(kHeaderSize + body_length + kTrailerSize);
  feed::store_be(out.data(), msg_type);
  feed::store_be(out.data() + 4, static_cast<std::uint32_t>(body_length));
  if (first != 0) feed::store_be(out.data() + kHeaderSize, first);
  const std::size_t end = out.size() - kTrailerSize;
  feed::store_be(out.data() + end, feed::byte_sum(feed::Bytes(out).first(end)));
  return out;
}

// Built by hand from S117 4.5.4.2 and 4.5.4.6 (protocol notes 2.2, 2.8), for 000001 at 15:08:15 on
// 2025-06-20: 303711 of stream 370 with entries at 99.000000, and 300611 of stream 061 with one at
// 88.000000, each with a volume of 9,999,999.00.
constexpr std::string_view kFixedPrice =
    "0004a25f000000690047f1d4ec9219180bc33337303030303030312020313032204130202020202020000000"
    "000001e2080000000000000007000000003b9ac99c00038d7ea4c680000000000230200000000005e69ec000"
    "00000000009c4031200000000005e69ec000000000000000000000000b";
constexpr std::string_view kBlock =
    "00049643000000570047f1d4ec9219180bb93036313030303030312020313032204130202020202020000000"
    "000001e2080000000000000001000000003b9ac99c00038d7ea4c6800000000001312000000000053ec60000"
    "000000002dc6c0000000bb";

class SzseHandler : public testing::Test {
 protected:
  std::uint64_t count(FeedCounter counter) { return handler_.counters().get(counter); }
  bool deliver(const Message& bytes, TimeNs now = kStart) {
    return handler_.on_bytes(bytes, now, out_);
  }
  void log_on() {
    handler_.on_connected(kStart, out_);
    ASSERT_TRUE(deliver(test::logon_answer()));
    out_.clear();
  }

  Universe universe_ = universe_of(feed::Venue::szse, {"000001.SZ"});
  feed::SymbolTable symbols_ = make_symbols(Settings{}, universe_);
  EventLog log_;
  Outbox out_;
  Handler handler_{Settings{}, symbols_, log_};
};

TEST_F(SzseHandler, LogsOn) {
  handler_.on_connected(kStart, out_);
  Logon logon;
  ASSERT_EQ(decode_logon(out_, logon), feed::DecodeError::none);
  EXPECT_EQ(feed::trim_padding(logon.default_appl_ver_id), "1.02");
  EXPECT_TRUE(deliver(test::logon_answer()));
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  handler_.on_disconnected(kStart);
  EXPECT_EQ(log_.states(0),
            (std::vector{FeedState::connecting, FeedState::recovering, FeedState::down}));
}

TEST_F(SzseHandler, EndsWhenTheLogonIsRefused) {
  handler_.on_connected(kStart, out_);
  out_.clear();
  Message refusal;
  encode_logout({5, "invalid user or password"}, refusal);
  EXPECT_FALSE(deliver(refusal));
  EXPECT_TRUE(out_.empty());
}

// Protocol notes 4.2 and 6: after-hours trading changes nothing. Its volume is kept apart from the
// session's; otherwise a smaller volume of the session that follows would be rejected.
TEST_F(SzseHandler, AfterHoursTradingMovesNoPriceAndNoVolume) {
  log_on();
  const auto stream_010 = [](std::string_view phase, std::int64_t orig_time, std::int64_t volume,
                             std::int64_t last) {
    SnapshotCommon fields = test::snapshot_fields(phase, "000001", orig_time);
    fields.total_volume_trade = volume;
    return test::snapshot(fields, {test::price_entry(kEntryLast, last)});
  };
  ASSERT_TRUE(deliver(stream_010("C0", 20250620145900000, 100'000, 12'340'000)));
  const std::size_t before = log_.events.size();
  for (const std::string_view hex : {kFixedPrice, kBlock}) {
    const auto bytes = indexcast::test::from_hex(hex);
    ASSERT_TRUE(checksum_ok(bytes));
    ASSERT_TRUE(deliver(bytes));
  }
  EXPECT_EQ(count(FeedCounter::filtered), 2u);
  EXPECT_EQ(log_.events.size(), before);
  ASSERT_TRUE(deliver(stream_010("E0", 20250620151000000, 110'000, 12'350'000)));
  const auto prices = log_.of(EventKind::price);
  ASSERT_EQ(prices.size(), 2u);
  EXPECT_EQ(prices[1].value[0], 12'350'000);
  EXPECT_EQ(prices[1].value[1], 1'100);
}

TEST_F(SzseHandler, AnswersALogout) {
  log_on();
  Message leave;
  encode_logout({4, ""}, leave);
  EXPECT_FALSE(deliver(leave));
  EXPECT_EQ(decode_header(out_).msg_type, kMsgLogout);
}

TEST_F(SzseHandler, SpeaksWhenIdleAndHearsWhenThePeerIsDead) {
  log_on();
  EXPECT_TRUE(handler_.on_time(kStart + (3 * kNsPerSecond - 1), out_));
  EXPECT_TRUE(out_.empty());
  EXPECT_TRUE(handler_.on_time(kStart + 3 * kNsPerSecond, out_));
  EXPECT_EQ(out_, test::heartbeat());
  EXPECT_TRUE(handler_.on_time(kStart + 6 * kNsPerSecond, out_));
  EXPECT_FALSE(handler_.on_time(kStart + (6 * kNsPerSecond + 1), out_));
}

TEST_F(SzseHandler, TakesNoPriceBeforeTheLogon) {
  handler_.on_connected(kStart, out_);
  deliver(test::trade());
  EXPECT_EQ(count(FeedCounter::rejected), 1u);
  EXPECT_TRUE(log_.of(EventKind::price).empty());
}

TEST_F(SzseHandler, OtherTypesAreSkippedByTheirLength) {
  log_on();
  for (const std::uint32_t type : {300192u, 309011u, 390013u, 306311u}) deliver(frame(type, 100));
  deliver(test::trade());
  EXPECT_EQ(count(FeedCounter::filtered), 4u);
  EXPECT_EQ(count(FeedCounter::applied), 1u);
}

// A bulletin's file may be larger than anything that is kept.
TEST_F(SzseHandler, PassesOverABulletinInPieces) {
  log_on();
  Message stream = frame(kMsgBulletin, 1'000'000);
  test::append(stream, test::trade());
  for (feed::Bytes rest(stream); !rest.empty();) {
    const std::size_t taken = std::min<std::size_t>(1460, rest.size());
    ASSERT_TRUE(handler_.on_bytes(rest.first(taken), kStart, out_));
    rest = rest.subspan(taken);
  }
  EXPECT_EQ(count(FeedCounter::filtered), 1u);
  EXPECT_EQ(count(FeedCounter::applied), 1u);
  EXPECT_EQ(outcomes(handler_.counters()), 2u);
}

TEST_F(SzseHandler, ChannelHeartbeatsAreCountedBeside) {
  log_on();
  Message bytes;
  encode_channel_heartbeat({2011, 9999, 0}, bytes);
  deliver(bytes);
  EXPECT_EQ(count(FeedCounter::heartbeats), 1u);
  EXPECT_EQ(outcomes(handler_.counters()), 0u);
}

// Every way to cut a stream in two, and byte by byte, gives the same events.
class SzseStaleness : public SzseHandler {
 protected:
  // Trading has begun: the one sentinel says so.
  void SetUp() override {
    log_on();
    deliver(test::trade());
  }
  void at(int s, const Message& message) {
    deliver(message, kStart + s * kNsPerSecond);
    handler_.on_time(kStart + s * kNsPerSecond, out_);
  }
};

// A status keeps its time and sends it, whether anything is traded or not.
TEST_F(SzseStaleness, HeartbeatsAndStatusesAreNoMarketData) {
  for (int s = 1; s <= 30; ++s) {
    at(s, test::heartbeat());
    for (const std::uint32_t type : {kMsgMarketStatus, kMsgSecurityStatus, kMsgChannelStatistics})
      at(s, frame(type, 41, 20250620093003000 + s * 1000));
    EXPECT_EQ(handler_.state(), s < 30 ? FeedState::live : FeedState::stale) << s;
  }
  // Before it is filtered.
  at(31, test::snapshot(test::snapshot_fields("T0", "000002", 20250620093034000), {}));
  EXPECT_EQ(handler_.state(), FeedState::recovering) << "ours was not heard since the silence";
  at(32, test::snapshot(test::snapshot_fields("T0", "000001", 20250620093034000),
                        {test::price_entry(kEntryLast, 12'350'000)}));
  EXPECT_EQ(handler_.state(), FeedState::live);
}

// By the specification: GUIDE 4.10 repeats every 300111 within 60 s (notes 1.6).
TEST_F(SzseStaleness, AfterANewConnectionAFullPeriodOfTradingMakesUnheardSecuritiesCurrent) {
  handler_.on_disconnected(kStart);
  log_on();
  for (int s = 0; s < 60; s += 3) {
    at(s, test::snapshot(test::snapshot_fields("T0", "000002", 20250620093100000 + s * 1'000), {}));
    EXPECT_EQ(handler_.state(), FeedState::recovering) << s;
  }
  EXPECT_EQ(handler_.counters().unheard(), 1u);
  at(60, test::snapshot(test::snapshot_fields("T0", "000002", 20250620093200000), {}));
  EXPECT_EQ(handler_.state(), FeedState::live);
  EXPECT_EQ(handler_.counters().unheard(), 0u);
}

// The gateway after a failover lags: its image is older than the current price.
TEST_F(SzseStaleness, AnImageThatIsOlderThanTheOneBeforeIsNotHeard) {
  const auto later = test::snapshot_fields("T0", "000001", 20250620093010000);
  at(1, test::snapshot(later, {test::price_entry(kEntryLast, 12'360'000)}));
  handler_.on_disconnected(kStart);
  log_on();
  at(2, test::snapshot(test::snapshot_fields("T0", "000001", 20250620093007000),
                       {test::price_entry(kEntryLast, 12'340'000)}));
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  at(3, test::snapshot(later, {test::price_entry(kEntryLast, 12'360'000)}));
  EXPECT_EQ(handler_.state(), FeedState::live);
}

TEST_F(SzseStaleness, SnapshotsWhoseOrigTimeStandsAreStale) {
  for (int s = 1; s <= 30; ++s) {
    at(s, test::trade());
    EXPECT_EQ(handler_.state(), s < 30 ? FeedState::live : FeedState::stale) << s;
  }
  const auto later = test::snapshot_fields("T0", "000001", 20250620093004000);
  at(31, test::snapshot(later, {test::price_entry(kEntryLast, 12'350'000)}));
  EXPECT_EQ(log_.states(0).back(), FeedState::live);
}

TEST_F(SzseStaleness, LunchIsNotStale) {
  const auto lunch = test::snapshot_fields("B0", "000001", 20250620113000000);
  at(1, test::snapshot(lunch, {test::price_entry(kEntryLast, 12'350'000)}));
  for (int s = 2; s < 120; ++s) {
    at(s, test::heartbeat());
    ASSERT_EQ(handler_.state(), FeedState::live) << s;
  }
}

TEST(SzseHandlerSplit, DecodesTheSameAtEverySplit) {
  Message stream = test::logon_answer();
  test::append(stream, test::trade());
  test::append(stream, test::heartbeat());
  test::append(stream, test::trade(12'360'000));
  const Universe universe = universe_of(feed::Venue::szse, {"000001.SZ"});
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  const auto run = [&](std::size_t first, std::size_t step) {
    EventLog log;
    Outbox out;
    Handler handler({}, symbols, log);
    handler.on_connected(kStart, out);
    feed::Bytes rest(stream);
    handler.on_bytes(rest.first(first), kStart, out);
    for (rest = rest.subspan(first); !rest.empty();) {
      const std::size_t taken = std::min(step, rest.size());
      EXPECT_TRUE(handler.on_bytes(rest.first(taken), kStart, out));
      rest = rest.subspan(taken);
    }
    EXPECT_EQ(outcomes(handler.counters()), 2u);
    std::vector<std::int64_t> prices;
    for (const MarketEvent& event : log.of(EventKind::price)) prices.push_back(event.value[0]);
    return prices;
  };
  const std::vector<std::int64_t> whole{12'350'000, 12'360'000};
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    ASSERT_EQ(run(split, stream.size()), whole) << split;
  }
  EXPECT_EQ(run(0, 1), whole);
}

TEST_F(SzseHandler, FindsTheNextMessageBehindGarbage) {
  log_on();
  Message stream(100, std::byte{0xee});
  test::append(stream, test::trade());
  test::append(stream, test::trade());
  deliver(stream);
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(count(FeedCounter::applied), 2u);
}

// A capture may begin anywhere in a message.
TEST(SzseHandlerCapture, BeginsAtTheNextWholeMessage) {
  Message stream = test::trade();
  const std::size_t one = stream.size();
  for (int i = 0; i < 200; ++i) test::append(stream, test::trade());
  const Universe universe = universe_of(feed::Venue::szse, {"000001.SZ"});
  const feed::SymbolTable symbols(universe, feed::Venue::szse);
  for (std::size_t start = 0; start < one; ++start) {
    EventLog log;
    Handler handler({}, symbols, log);
    handler.on_captured(feed::Bytes(stream).subspan(start), kStart, false);
    EXPECT_EQ(log.of(EventKind::price).size(), start == 0 ? 201u : 200u) << start;
    EXPECT_EQ(handler.counters().get(FeedCounter::malformed), start == 0 ? 0u : 1u) << start;
  }
}

// 10^5 messages with damage: nothing crashes, and every one is counted exactly once. A damaged time
// or volume makes every later image of the day look older, so each hundred has a handler of its
// own.
TEST_F(SzseHandler, EveryDamagedMessageIsCountedOnce) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::uint64_t kMessages = 100'000;
  constexpr std::uint64_t kOfAHandler = 100;
  std::uint64_t applied = 0;
  std::uint64_t malformed = 0;
  std::optional<Handler> handler;
  for (std::uint64_t i = 0; i < kMessages; ++i) {
    if (i % kOfAHandler == 0) {
      handler.emplace(Settings{}, symbols_, log_);
      handler->on_connected(kStart, out_);
      handler->on_bytes(test::logon_answer(), kStart, out_);
    }
    Message bytes = test::trade();
    for (std::uint64_t flips = random() % 4; flips != 0; --flips) {
      bytes[kHeaderSize + random() % (bytes.size() - kHeaderSize)] =
          static_cast<std::byte>(random());
    }
    if (random() % 4 != 0) {
      const std::size_t end = bytes.size() - kTrailerSize;
      feed::store_be(bytes.data() + end, feed::byte_sum(feed::Bytes(bytes).first(end)));
    }
    ASSERT_TRUE(handler->on_bytes(bytes, kStart, out_));
    if ((i + 1) % kOfAHandler != 0) continue;
    EXPECT_EQ(outcomes(handler->counters()), kOfAHandler);
    applied += handler->counters().get(FeedCounter::applied);
    malformed += handler->counters().get(FeedCounter::malformed);
  }
  EXPECT_GT(applied, kMessages / 50);
  EXPECT_GT(malformed, kMessages / 20);
}

TEST_F(SzseHandler, RandomBytesNeverCrash) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  log_on();
  Message bytes(4096);
  for (int i = 0; i < 500; ++i) {
    for (std::byte& b : bytes) b = static_cast<std::byte>(random() % 4 == 0 ? random() : 0);
    deliver(bytes);
  }
  // An incomplete message left by them is at most one plausible message long.
  bytes.assign(64 * 1024 + 16, std::byte{0xff});
  deliver(bytes);
  deliver(test::trade());
  deliver(test::trade());
  EXPECT_GE(count(FeedCounter::applied), 1u);
}

}  // namespace
}  // namespace indexcast::szse
