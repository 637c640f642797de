// An SSE gateway connection in virtual time: session, sequence, cut streams, hostile bytes.
#include "feedhandlers/sse/handler.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using feed::Outbox;
using indexcast::test::EventLog;
using indexcast::test::outcomes;
using indexcast::test::universe_of;
using test::Message;

constexpr TimeNs kStart{1'768'352'400'000'000'000};

class SseHandler : public testing::Test {
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
  std::vector<FeedState> states() { return log_.states(0); }

  Universe universe_ = universe_of(feed::Venue::sse, {"600031.SH"});
  feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  EventLog log_;
  Outbox out_;
  Handler handler_{Settings{}, symbols_, log_};
};

TEST_F(SseHandler, LogsOn) {
  handler_.on_connected(kStart, out_);
  EXPECT_EQ(handler_.state(), FeedState::connecting);
  Logon logon;
  ASSERT_EQ(out_.size(), 102u);
  ASSERT_EQ(decode_logon(out_, logon), feed::DecodeError::none);
  EXPECT_EQ(logon.heart_bt_int, 3);
  EXPECT_EQ(decode_header(out_).msg_seq_num, 1u);
  EXPECT_TRUE(deliver(test::logon_answer()));
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  handler_.on_disconnected(kStart);
  EXPECT_EQ(states(), (std::vector{FeedState::connecting, FeedState::recovering, FeedState::down}));
  EXPECT_EQ(count(FeedCounter::malformed), 0u);
}

TEST_F(SseHandler, EndsWhenTheLogonIsRefused) {
  handler_.on_connected(kStart, out_);
  out_.clear();
  Message refusal;
  encode_logout({20260114091000000, 1}, {1001, "unknown CompID"}, refusal);
  EXPECT_FALSE(deliver(refusal));
  EXPECT_TRUE(out_.empty());
}

TEST_F(SseHandler, AnswersALogout) {
  log_on();
  Message leave;
  encode_logout({20260114150000000, 2}, {}, leave);
  EXPECT_FALSE(deliver(leave));
  EXPECT_EQ(decode_header(out_).msg_type, kMsgLogout);
  EXPECT_EQ(decode_header(out_).msg_seq_num, 2u);
}

TEST_F(SseHandler, SpeaksWhenIdleAndHearsWhenThePeerIsDead) {
  handler_.on_connected(kStart, out_);
  deliver(test::logon_answer(1, 5));  // the negotiated interval counts, not ours
  out_.clear();
  EXPECT_TRUE(handler_.on_time(kStart + (5 * kNsPerSecond - 1), out_));
  EXPECT_TRUE(out_.empty());
  EXPECT_TRUE(handler_.on_time(kStart + 5 * kNsPerSecond, out_));
  EXPECT_EQ(decode_header(out_).msg_type, kMsgHeartbeat);
  EXPECT_TRUE(handler_.on_time(kStart + 10 * kNsPerSecond, out_));
  EXPECT_FALSE(handler_.on_time(kStart + (10 * kNsPerSecond + 1), out_));
  deliver(test::heartbeat(2), kStart + (10 * kNsPerSecond + 1));
  EXPECT_TRUE(handler_.on_time(kStart + (10 * kNsPerSecond + 1), out_));
  EXPECT_EQ(count(FeedCounter::heartbeats), 1u);
}

TEST_F(SseHandler, WaitsForItsLogonNoLongerThanForAHeartbeat) {
  handler_.on_connected(kStart, out_);
  EXPECT_TRUE(handler_.on_time(kStart + 6 * kNsPerSecond, out_));
  EXPECT_FALSE(handler_.on_time(kStart + (6 * kNsPerSecond + 1), out_));
}

TEST_F(SseHandler, TakesNoPriceBeforeTheLogon) {
  handler_.on_connected(kStart, out_);
  deliver(test::trade(1));
  EXPECT_EQ(count(FeedCounter::rejected), 1u);
  EXPECT_TRUE(log_.of(EventKind::price).empty());
}

TEST_F(SseHandler, CountsWhatASequenceLeavesOut) {
  log_on();
  deliver(test::trade(2));
  deliver(test::trade(5));
  deliver(test::trade(4));
  EXPECT_EQ(count(FeedCounter::applied), 2u);
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(count(FeedCounter::gaps), 1u);
  EXPECT_EQ(count(FeedCounter::sequence_received), 3u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
}

TEST_F(SseHandler, AnAbsurdSequenceDoesNotEndTheFeed) {
  log_on();
  deliver(test::trade(std::numeric_limits<std::uint64_t>::max()));
  deliver(test::trade(2));
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(count(FeedCounter::applied), 1u);
}

TEST_F(SseHandler, AWrongChecksumCostsThatMessageOnly) {
  log_on();
  Message damaged = test::trade(2);
  damaged[50] ^= std::byte{1};
  deliver(damaged);
  deliver(test::trade(3));
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(count(FeedCounter::applied), 1u);
}

TEST_F(SseHandler, UnknownTypesAreSkippedByTheirLength) {
  log_on();
  Message unknown = test::heartbeat(2);
  unknown[0] = std::byte{'P'};
  unknown.back() ^= std::byte{0};
  feed::store_be(unknown.data() + 24, feed::byte_sum(feed::Bytes(unknown).first(24)));
  deliver(unknown);
  deliver(test::trade(3));
  EXPECT_EQ(count(FeedCounter::filtered), 1u);
  EXPECT_EQ(count(FeedCounter::applied), 1u);
}

// A loss makes every price doubtful until its security was heard again.
TEST_F(SseHandler, ALossIsAGapUntilEverySecurityWasHeard) {
  log_on();
  deliver(test::trade(2));
  deliver(test::heartbeat(4));
  EXPECT_EQ(handler_.state(), FeedState::gap);
  deliver(test::market_status(5, "T1", 20260114095351220));
  EXPECT_EQ(handler_.state(), FeedState::gap);
  deliver(test::trade(6));
  EXPECT_EQ(handler_.state(), FeedState::live);
  using enum FeedState;
  EXPECT_EQ(log_.states(1), (std::vector{connecting, recovering, live, gap, live}));
  EXPECT_EQ(log_.states(0), log_.states(1));
}

TEST_F(SseHandler, TheStateIsSaidBeforeThePriceBehindALoss) {
  log_on();
  deliver(test::trade(2));
  log_.events.clear();
  deliver(test::trade(4, 2'250'000));
  ASSERT_GE(log_.events.size(), 3u);
  EXPECT_EQ(log_.events[0].kind, EventKind::feed_state);
  EXPECT_EQ(static_cast<FeedState>(log_.events[0].detail), FeedState::gap);
  EXPECT_EQ(log_.events[2].kind, EventKind::price);
  EXPECT_EQ(log_.events[2].channel, feed::kMainChannel);
}

TEST_F(SseHandler, DamageIsAGap) {
  log_on();
  deliver(test::trade(2));
  Message damaged = test::trade(3);
  damaged[50] ^= std::byte{1};
  deliver(damaged);
  EXPECT_EQ(handler_.state(), FeedState::gap);
}

TEST_F(SseHandler, ALaterSessionRecovers) {
  log_on();
  deliver(test::trade(2));
  handler_.on_disconnected(kStart);
  handler_.on_connected(kStart + kNsPerSecond, out_);
  deliver(test::logon_answer(), kStart + kNsPerSecond);
  EXPECT_EQ(handler_.state(), FeedState::recovering);
  deliver(test::trade(2), kStart + kNsPerSecond);
  handler_.on_time(kStart + kNsPerSecond, out_);
  EXPECT_EQ(handler_.state(), FeedState::live);
}

// A gateway that lives and has nothing to say.
TEST_F(SseHandler, SilenceIsStaleWhileTheMarketTrades) {
  log_on();
  deliver(test::market_status(2, "T1", 20260114095351220));
  deliver(test::trade(3));
  for (int s = 1; s <= 30; ++s) {
    deliver(test::heartbeat(static_cast<std::uint64_t>(s) + 3), kStart + s * kNsPerSecond);
    EXPECT_TRUE(handler_.on_time(kStart + s * kNsPerSecond, out_));
    EXPECT_EQ(handler_.state(), s < 30 ? FeedState::live : FeedState::stale) << s;
  }
  deliver(test::market_status(34, "E11", 20260114150000000), kStart + 31 * kNsPerSecond);
  EXPECT_EQ(handler_.state(), FeedState::recovering) << "the gateway may have missed the end";
  for (int s = 31; s <= 90; ++s) {
    deliver(test::heartbeat(static_cast<std::uint64_t>(s) + 4), kStart + s * kNsPerSecond);
    EXPECT_TRUE(handler_.on_time(kStart + s * kNsPerSecond, out_));
    EXPECT_EQ(handler_.state(), FeedState::recovering) << s;
  }
  deliver(test::trade(95), kStart + 91 * kNsPerSecond);
  EXPECT_EQ(handler_.state(), FeedState::live);
}

// M101 comes by the clock, whether anything is traded or not.
TEST_F(SseHandler, TheMarketsStatusIsNoMarketData) {
  log_on();
  for (int s = 0; s <= 30; ++s) {
    const auto stamp = 20260114095300000 + static_cast<std::uint64_t>(s) * 1000;
    deliver(test::market_status(static_cast<std::uint64_t>(s) + 2, "T1", stamp),
            kStart + s * kNsPerSecond);
    handler_.on_time(kStart + s * kNsPerSecond, out_);
    EXPECT_EQ(handler_.state(), s < 30 ? FeedState::recovering : FeedState::stale) << s;
  }
  deliver(test::trade(33), kStart + 31 * kNsPerSecond);
  EXPECT_EQ(states().back(), FeedState::live);
}

TEST_F(SseHandler, SnapshotsWhoseSendingTimeStandsAreStale) {
  log_on();
  deliver(test::market_status(2, "T1", 20260114095300000));
  for (int s = 1; s <= 31; ++s) {
    deliver(test::trade(static_cast<std::uint64_t>(s) + 2), kStart + s * kNsPerSecond);
    handler_.on_time(kStart + s * kNsPerSecond, out_);
    EXPECT_EQ(handler_.state(), s < 31 ? FeedState::live : FeedState::stale) << s;
  }
  deliver(test::snapshot(34, test::snapshot_fields(), {{kEntryLast, 2'249'000, 0, 0}},
                         20260114095352220),
          kStart + 32 * kNsPerSecond);
  EXPECT_EQ(states().back(), FeedState::live);
}

TEST_F(SseHandler, LunchIsNotStaleAndTheAfternoonHasItsOwnTime) {
  log_on();
  deliver(test::market_status(2, "T1", 20260114112959000));
  deliver(test::trade(3));
  std::uint64_t number = 4;
  const auto status = [&](std::uint64_t stamp, int s) {
    deliver(test::market_status(number++, "T1", stamp), kStart + s * kNsPerSecond);
    handler_.on_time(kStart + s * kNsPerSecond, out_);
  };
  for (int s = 3; s < 90; s += 3) status(20260114113000000, s);
  for (int s = 90; s < 120; s += 3) {
    status(20260114130000000, s);
    EXPECT_EQ(handler_.state(), FeedState::live) << s;
  }
  EXPECT_EQ(states().back(), FeedState::live);
  status(20260114130030000, 120);
  EXPECT_EQ(states().back(), FeedState::stale);
}

struct LogoutCase {
  std::uint32_t status;
  feed::Reconnect::To to;
  std::uint64_t severe;
};

class SseLogout : public SseHandler, public testing::WithParamInterface<LogoutCase> {};

TEST_P(SseLogout, SaysWhereToGo) {
  const LogoutCase& c = GetParam();
  log_on();
  Message leave;
  encode_logout({20260114150000000, 2}, {c.status, "bye"}, leave);
  EXPECT_FALSE(deliver(leave));
  EXPECT_EQ(handler_.reconnect(), (feed::Reconnect{c.to, 0}));
  EXPECT_EQ(count(FeedCounter::logouts_severe), c.severe);
  EXPECT_EQ(count(FeedCounter::logons_refused), 0u);
  handler_.on_disconnected(kStart);
  handler_.on_connected(kStart, out_);
  EXPECT_EQ(handler_.reconnect(), feed::Reconnect{});
  encode_logout({20260114150000000, 1}, {c.status, "no"}, leave = {});
  EXPECT_FALSE(deliver(leave));
  EXPECT_EQ(handler_.reconnect(), (feed::Reconnect{c.to, kNsPerSecond}));
  EXPECT_EQ(count(FeedCounter::logons_refused), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SseLogout,
    testing::Values(LogoutCase{0, feed::Reconnect::To::next_gateway, 0},
                    LogoutCase{1, feed::Reconnect::To::same_gateway, 0},
                    LogoutCase{999, feed::Reconnect::To::same_gateway, 0},
                    LogoutCase{1000, feed::Reconnect::To::next_gateway, 1},
                    LogoutCase{9999, feed::Reconnect::To::next_gateway, 1},
                    LogoutCase{10000, feed::Reconnect::To::next_gateway, 1},
                    LogoutCase{0xffffffff, feed::Reconnect::To::next_gateway, 1}),
    [](const auto& test_case) { return std::to_string(test_case.param.status); });

TEST_F(SseHandler, TakesItsLeaveWhenLoggedOn) {
  handler_.on_connected(kStart, out_);
  out_.clear();
  handler_.on_leaving(kStart, out_);
  EXPECT_TRUE(out_.empty());
  deliver(test::logon_answer());
  handler_.on_leaving(kStart, out_);
  EXPECT_EQ(decode_header(out_).msg_type, kMsgLogout);
}

// Every way to cut a stream in two, and byte by byte, gives the same events.
TEST(SseHandlerSplit, DecodesTheSameAtEverySplit) {
  Message stream = test::logon_answer(1);
  test::append(stream, test::market_status(2, "T1", 20260114095300000));
  test::append(stream, test::trade(3));
  test::append(stream, test::heartbeat(4));
  test::append(stream, test::trade(5, 2'250'000));
  const Universe universe = universe_of(feed::Venue::sse, {"600031.SH"});
  const feed::SymbolTable symbols(universe, feed::Venue::sse);
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
    EXPECT_EQ(handler.counters().get(FeedCounter::applied), 3u);
    EXPECT_EQ(outcomes(handler.counters()), 3u);
    return log.details<std::uint8_t>(EventKind::price).size() * 100 + log.events.size();
  };
  const auto whole = run(0, stream.size());
  EXPECT_EQ(whole,
            211u);  // two prices among connecting, recovering and live (twice each), phase, status,
                    // the channel's time
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    ASSERT_EQ(run(split, stream.size()), whole) << split;
  }
  EXPECT_EQ(run(0, 1), whole);
}

TEST_F(SseHandler, ACutFrameIsMalformedAtTheEnd) {
  log_on();
  Message bytes = test::trade(2);
  bytes.resize(bytes.size() - 1);
  deliver(bytes);
  handler_.on_disconnected(kStart);
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(outcomes(handler_.counters()), 1u);
}

TEST_F(SseHandler, FindsTheNextMessageBehindGarbage) {
  log_on();
  Message stream(100, std::byte{'M'});
  test::append(stream, test::trade(2));
  test::append(stream, test::trade(3));
  deliver(stream);
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_EQ(count(FeedCounter::applied), 2u);
}

// A capture may begin anywhere in a message.
TEST(SseHandlerCapture, BeginsAtTheNextWholeMessage) {
  Message stream = test::trade(7);
  const std::size_t one = stream.size();
  test::append(stream, test::trade(8));
  const Universe universe = universe_of(feed::Venue::sse, {"600031.SH"});
  const feed::SymbolTable symbols(universe, feed::Venue::sse);
  for (std::size_t start = 0; start < one; ++start) {
    EventLog log;
    Handler handler({}, symbols, log);
    handler.on_captured(feed::Bytes(stream).subspan(start), kStart, false);
    EXPECT_EQ(log.of(EventKind::price).size(), start == 0 ? 2u : 1u) << start;
    EXPECT_EQ(handler.counters().get(FeedCounter::malformed), start == 0 ? 0u : 1u) << start;
    EXPECT_EQ(handler.state(), FeedState::live);
  }
}

TEST(SseHandlerCapture, AMissingSegmentCostsOneMalformed) {
  const Universe universe = universe_of(feed::Venue::sse, {"600031.SH"});
  const feed::SymbolTable symbols(universe, feed::Venue::sse);
  const Message a = test::trade(2);
  Message b = test::trade(3);
  test::append(b, test::trade(4));
  EventLog log;
  Handler handler({}, symbols, log);
  handler.on_captured(feed::Bytes(a).first(60), kStart, false);
  handler.on_captured(feed::Bytes(b).subspan(30), kStart, true);
  EXPECT_EQ(handler.counters().get(FeedCounter::malformed), 1u);
  EXPECT_EQ(handler.counters().get(FeedCounter::applied), 1u);
}

// 10^5 messages with damage: nothing crashes, and every one is counted exactly once. A damaged
// volume makes every later image of the day look older, so each thousand has a handler of its own.
TEST_F(SseHandler, EveryDamagedMessageIsCountedOnce) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::uint64_t kMessages = 100'000;
  constexpr std::uint64_t kOfAHandler = 1000;
  std::uint64_t applied = 0;
  std::uint64_t malformed = 0;
  std::optional<Handler> handler;
  for (std::uint64_t i = 0; i < kMessages; ++i) {
    if (i % kOfAHandler == 0) {
      handler.emplace(Settings{}, symbols_, log_);
      handler->on_connected(kStart, out_);
      handler->on_bytes(test::logon_answer(), kStart, out_);
    }
    // A millisecond apart: an image of a damaged time overtakes only those up to it.
    SnapshotFields fields = test::snapshot_fields();
    fields.last_update_time = static_cast<std::uint32_t>(95300000 + i / 60000 * 100000 + i % 60000);
    Message bytes = test::snapshot(i % kOfAHandler + 2, fields, {{kEntryLast, 2'249'000, 0, 0}},
                                   20260114000000000 + fields.last_update_time);
    // Damage behind the header leaves the frame's end where it is; the checksum may be made good.
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
  // A damaged time of up to five seconds ahead makes what follows look old for as long.
  EXPECT_GT(applied, kMessages / 50);
  EXPECT_GT(malformed, kMessages / 20);
}

TEST_F(SseHandler, RandomBytesNeverCrash) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  log_on();
  Message bytes(4096);
  for (int i = 0; i < 500; ++i) {
    for (std::byte& b : bytes) b = static_cast<std::byte>(random() % 3 == 0 ? random() : '0');
    deliver(bytes);
  }
  // An incomplete message left by them is at most one message long.
  bytes.assign(kMaxMessageSize, std::byte{0});
  deliver(bytes);
  deliver(test::trade(2));
  deliver(test::trade(3));
  EXPECT_GE(count(FeedCounter::applied), 1u);
}

}  // namespace
}  // namespace indexcast::sse
