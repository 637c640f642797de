// TcpFeed against real listeners on the loopback interface; time is ours, readiness is poll(2)'s.
#include "feedhandlers/common/tcp_feed.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>

#include "feedhandlers/sse/handler.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::feed {
namespace {

using indexcast::test::EventLog;
using indexcast::test::universe_of;

// The exchange's side, blocking, on a port of the system's choice.
class Gateway {
 public:
  Gateway() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 4);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Gateway() {
    leave();
    ::close(listener_);
  }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  void accept() { peer_ = ::accept(listener_, nullptr, nullptr); }
  void leave() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
  }
  void send(Bytes bytes) { ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  std::vector<std::byte> read(std::size_t size) {
    std::vector<std::byte> bytes(size);
    ::recv(peer_, bytes.data(), size, MSG_WAITALL);
    return bytes;
  }

 private:
  int listener_;
  int peer_ = -1;
  std::uint16_t port_ = 0;
};

class TcpFeedTest : public testing::Test {
 protected:
  // Polls until `done`, asleep in poll(2) between; virtual time moves only by advance().
  bool until(const std::function<bool()>& done) {
    for (int rounds = 0; rounds < 200; ++rounds) {
      feed_.poll(now_);
      if (done()) return true;
      std::vector<pollfd> descriptors;
      feed_.append_descriptors(descriptors);
      if (descriptors.empty()) return false;
      ::poll(descriptors.data(), descriptors.size(), 50);
    }
    return false;
  }
  void advance(std::int64_t ns) { now_ = now_ + ns; }
  bool live() const { return feed_.state() == FeedState::live; }

  Gateway first_;
  Gateway second_;
  Universe universe_ = universe_of(Venue::sse, {"600031.SH"});
  SymbolTable symbols_{universe_, Venue::sse};
  EventLog log_;
  TimeNs now_{1'768'352'400'000'000'000};
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
  ASSERT_TRUE(until([&] { return live(); }));

  const auto trade = sse::test::trade(2);
  first_.send(Bytes(trade).first(50));
  ASSERT_TRUE(until([&] { return feed_.counters().get(FeedCounter::bytes) >= 152; }));
  EXPECT_TRUE(log_.of(EventKind::price).empty());
  first_.send(Bytes(trade).subspan(50));
  ASSERT_TRUE(until([&] { return !log_.of(EventKind::price).empty(); }));

  first_.leave();
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::down; }));
  EXPECT_EQ(feed_.gateway(), 1u);
  feed_.poll(now_);  // the wait is not over
  std::vector<pollfd> descriptors;
  feed_.append_descriptors(descriptors);
  EXPECT_TRUE(descriptors.empty());

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

TEST_F(TcpFeedTest, LeavesASilentGateway) {
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  first_.accept();
  advance(7 * kNsPerSecond);  // beyond twice the heartbeat
  feed_.poll(now_);
  EXPECT_EQ(feed_.state(), FeedState::down);
  EXPECT_EQ(feed_.gateway(), 1u);
}

TEST_F(TcpFeedTest, AnswersALogoutBeforeItCloses) {
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::connecting; }));
  first_.accept();
  first_.read(102);
  first_.send(sse::test::logon_answer());
  ASSERT_TRUE(until([&] { return live(); }));
  std::vector<std::byte> leave;
  sse::encode_logout({20260114150000000, 2}, {}, leave);
  first_.send(leave);
  ASSERT_TRUE(until([&] { return feed_.state() == FeedState::down; }));
  EXPECT_EQ(sse::decode_header(first_.read(288)).msg_type, sse::kMsgLogout);
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
  TcpFeed feed(Venue::sse, {{"not an address", 1}, closed, open.endpoint()},
               std::make_unique<sse::Handler>(sse::Settings{}, symbols, log), 1);
  TimeNs now{1'768'352'400'000'000'000};
  for (int i = 0; i < 100; ++i) {
    feed.poll(now);
    if (feed.state() == FeedState::connecting) break;
    std::vector<pollfd> descriptors;
    feed.append_descriptors(descriptors);
    ::poll(descriptors.data(), descriptors.size(), descriptors.empty() ? 0 : 1000);
    if (descriptors.empty()) now = now + ReconnectBackoff::kLongestNs;
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

TEST(ReconnectBackoff, DiffersBetweenClients) {
  EXPECT_NE(ReconnectBackoff(1).next_ns(), ReconnectBackoff(2).next_ns());
}

}  // namespace
}  // namespace indexcast::feed
