// TcpFeed against real listeners on the loopback interface; time is ours, readiness is poll(2)'s.
#include "feedhandlers/session/tcp_feed.h"

#include <gtest/gtest.h>

#include <functional>

#include "feedhandlers/sse/handler.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/loopback_gateway.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::feed {
namespace {

using indexcast::test::EventLog;
using Gateway = indexcast::test::LoopbackGateway;
using indexcast::test::universe_of;

class TcpFeedTest : public testing::Test {
 protected:
  TcpFeedTest() { feed_.watch(ready_); }
  // As its thread does: looks what is ready, then gives the feed its turn.
  std::size_t poll() {
    ready_.wait(0);
    return feed_.poll(now_);
  }
  // Polls until `done`, waiting for its socket between; virtual time moves only by advance().
  bool until(const std::function<bool()>& done) {
    for (int rounds = 0; rounds < 200; ++rounds) {
      poll();
      if (done()) return true;
      if (!feed_.has_socket()) return false;
      ready_.wait(50 * kNsPerMs);
    }
    return false;
  }
  void advance(std::int64_t ns) { now_ = now_ + ns; }
  bool logged_on() const { return feed_.state() == FeedState::recovering; }
  bool live() const { return feed_.state() == FeedState::live; }

  Gateway first_;
  Gateway second_;
  Universe universe_ = universe_of(Venue::sse, {"600031.SH"});
  SymbolTable symbols_{universe_, Venue::sse};
  EventLog log_;
  TimeNs now_{1'768'352'400'000'000'000};
  ReadySet ready_;
  TcpFeed feed_{Venue::sse,
                {first_.endpoint(), second_.endpoint()},
                std::make_unique<sse::Handler>(sse::Settings{}, symbols_, log_),
                1};
};

TEST_F(TcpFeedTest, LogsOnReadsSplitFramesAndFailsOver) {
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  first_.accept();
  EXPECT_EQ(sse::decode_header(first_.read(102)).msg_type, sse::kMsgLogon);
  first_.send(sse::test::logon_answer());
  ASSERT_TRUE(until([&] { return logged_on(); }));

  const auto trade = sse::test::trade(2);
  first_.send(Bytes(trade).first(50));
  ASSERT_TRUE(until([&] { return feed_.counters().get(FeedCounter::bytes) >= 152; }));
  EXPECT_TRUE(log_.of(EventKind::price).empty());
  first_.send(Bytes(trade).subspan(50));
  ASSERT_TRUE(until([&] { return !log_.of(EventKind::price).empty(); }));

  first_.leave();
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::down; }));
  EXPECT_EQ(feed_.gateway(), 1u);
  poll();  // the wait is not over
  EXPECT_FALSE(feed_.has_socket());

  advance(ReconnectBackoff::kFirstNs);
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  second_.accept();
  second_.read(102);
  second_.send(sse::test::logon_answer());
  // Until its images have come round, what the first said may be old.
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::recovering; }));
  second_.send(sse::test::trade(2));
  ASSERT_TRUE(until([&] { return live(); }));
  EXPECT_EQ(feed_.counters().get(FeedCounter::connects), 2u);
  EXPECT_EQ(feed_.counters().get(FeedCounter::disconnects), 1u);
}

// The socket is empty, so the pause ends with the first poll. A shorter time is not a pause.
TEST_F(TcpFeedTest, APauseOfThisProcessIsToldBeforeAndAfterTheSocketIsRead) {
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  first_.accept();
  first_.read(102);
  first_.send(sse::test::logon_answer());
  first_.send(sse::test::trade(2));
  ASSERT_TRUE(until([&] { return live(); }));
  log_.events.clear();
  advance(kPauseNs);
  poll();
  EXPECT_TRUE(log_.events.empty());
  advance(kPauseNs + 1);
  poll();
  using enum FeedState;
  EXPECT_EQ(log_.states(0), (std::vector{recovering, live}));
  EXPECT_EQ(feed_.state(), live);
  log_.events.clear();
  first_.deliver(sse::test::trade(3, 2'250'000));
  advance(kPauseNs + 1);
  ASSERT_TRUE(until([&] { return !log_.of(EventKind::price).empty(); }));
  EXPECT_EQ(log_.states(0), (std::vector{recovering, live}));
  EXPECT_EQ(log_.events.back().kind, EventKind::feed_state) << "what waited was read before";
}

TEST_F(TcpFeedTest, LeavesASilentGateway) {
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  first_.accept();
  advance(7 * kNsPerSecond);  // beyond twice the heartbeat
  poll();
  EXPECT_EQ(feed_.state(), FeedState::down);
  EXPECT_EQ(feed_.gateway(), 1u);
}

TEST_F(TcpFeedTest, AnswersALogoutBeforeItCloses) {
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  first_.accept();
  first_.read(102);
  first_.send(sse::test::logon_answer());
  ASSERT_TRUE(until([&] { return logged_on(); }));
  std::vector<std::byte> leave;
  sse::encode_logout({20260114150000000, 2}, {}, leave);
  first_.send(leave);
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::down; }));
  EXPECT_EQ(sse::decode_header(first_.read(288)).msg_type, sse::kMsgLogout);
}

// An ordinary end is mended where it happened, a severe one elsewhere.
TEST_F(TcpFeedTest, ReturnsToAGatewayThatEndedOrdinarily) {
  std::size_t expected = 0;
  for (const auto& [status, next] :
       std::vector<std::pair<std::uint32_t, std::size_t>>{{5, 0}, {2000, 1}, {7, 1}, {0, 0}}) {
    Gateway& gateway = expected == 0 ? first_ : second_;
    advance(ReconnectBackoff::kLongestNs);
    ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; })) << status;
    gateway.accept();
    gateway.read(102);
    gateway.send(sse::test::logon_answer());
    ASSERT_TRUE(until([&] { return logged_on(); }));
    std::vector<std::byte> leave;
    sse::encode_logout({20260114150000000, 2}, {status, "leave"}, leave);
    gateway.send(leave);
    ASSERT_TRUE(until([&] { return feed_.state() == FeedState::down; }));
    gateway.leave();
    EXPECT_EQ(feed_.gateway(), next) << status;
    expected = next;
  }
}

TEST_F(TcpFeedTest, AGatewayThatRefusedALogonIsNotAskedAgainAtOnce) {
  std::vector<std::byte> refusal;
  sse::encode_logout({20260114091000000, 1}, {7, "unknown CompID"}, refusal);
  // Neither gateway ever had a session; the second one does not have to wait for the first.
  for (Gateway* gateway : {&first_, &second_}) {
    ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
    gateway->accept();
    gateway->read(102);
    gateway->send(refusal);
    ASSERT_TRUE(until([&] { return feed_.state() == FeedState::down; }));
    if (gateway == &first_) advance(ReconnectBackoff::kFirstNs);
  }
  EXPECT_EQ(feed_.gateway(), 0u);
  advance(kNsPerSecond - ReconnectBackoff::kFirstNs - 1);
  poll();
  EXPECT_FALSE(feed_.has_socket());
  advance(1);
  EXPECT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
}

TEST(TcpFeedAddress, AGatewayThatRefusesIsPassed) {
  Endpoint closed;
  {
    const Gateway gone;
    closed = gone.endpoint();
  }
  Gateway open;
  EventLog log;
  const Universe universe = universe_of(Venue::sse, {"600031.SH"});
  const SymbolTable symbols(universe, Venue::sse);
  ReadySet ready;
  TcpFeed feed(Venue::sse, {{"not an address", 1}, closed, open.endpoint()},
               std::make_unique<sse::Handler>(sse::Settings{}, symbols, log), 1);
  feed.watch(ready);
  TimeNs now{1'768'352'400'000'000'000};
  for (int i = 0; i < 100; ++i) {
    feed.poll(now);
    if (feed.state() == FeedState::connecting) break;
    if (feed.has_socket()) ready.wait(kNsPerSecond);
    if (!feed.has_socket()) now = now + ReconnectBackoff::kLongestNs;
  }
  EXPECT_EQ(feed.state(), FeedState::connecting);
  EXPECT_EQ(feed.gateway(), 2u);
}

TEST(ReconnectBackoff, StaysWithinItsBoundsAndBeginsAgain) {
  ReconnectBackoff backoff(7);
  std::int64_t bound = ReconnectBackoff::kFirstNs;
  for (int i = 0; i < 12; ++i) {
    const std::int64_t wait = backoff.next_ns();
    EXPECT_GE(wait, bound / 2);
    EXPECT_LE(wait, bound);
    bound = std::min(bound * 2, ReconnectBackoff::kLongestNs);
  }
  backoff.succeeded();
  EXPECT_LE(backoff.next_ns(), ReconnectBackoff::kFirstNs);
}

TEST(ReconnectBackoff, TriesOnceAMinuteAfterTheMarketsDay) {
  ReconnectBackoff backoff(7);
  backoff.set_day_over(true);
  std::int64_t night = 0;
  int attempts = 0;
  for (; night < 8 * 3600 * kNsPerSecond; ++attempts) {
    night += backoff.next_ns();
    backoff.succeeded();  // the gateway accepts the connection and ends the session
  }
  EXPECT_LT(attempts, 8 * 60 * 2 + 20);
  backoff.set_day_over(false);
  EXPECT_LE(backoff.next_ns(), ReconnectBackoff::kLongestNs) << "the market trades after all";
}

TEST(ReconnectBackoff, DiffersBetweenClients) {
  EXPECT_NE(ReconnectBackoff(1).next_ns(), ReconnectBackoff(2).next_ns());
}

}  // namespace
}  // namespace indexcast::feed
