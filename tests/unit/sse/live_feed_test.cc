// Gateways and fallback file together: real sockets, a real file, our own time.
#include "feedhandlers/sse/live_feed.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/loopback_gateway.h"
#include "tests/unit/sse/mktdt_text.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::LoopbackGateway;
using indexcast::test::universe_of;
using test::file_of;
using enum FeedState;

class SseLiveFeed : public testing::Test {
 protected:
  SseLiveFeed() {
    settings_.gateways = {{.address = gateway_.endpoint()}};
    settings_.trade_date = 20260114;
    settings_.fallback_file = path_;
    feed_ = std::make_unique<LiveFeed>(settings_, symbols_, log_, 1);
    feed_->watch(ready_);
  }
  ~SseLiveFeed() override { std::filesystem::remove(path_); }

  // As its thread does: looks what is ready, then gives the feed its turn.
  std::size_t poll() {
    ready_.wait(0);
    return feed_->poll(now_);
  }
  bool until(const std::function<bool()>& done) {
    for (int rounds = 0; rounds < 200; ++rounds) {
      poll();
      if (done()) return true;
      ready_.wait(5 * kNsPerMs);
    }
    return false;
  }
  void log_on() {
    ASSERT_TRUE(until([&] { return feed_->state() == connecting; }));
    gateway_.accept();
    gateway_.read(102);
    gateway_.send(test::logon_answer());
  }
  void write(const std::string& stamp, const std::string& last, const std::string& time) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        << file_of({{.last = last, .time = time}}, stamp);
  }
  void look() {
    now_ = now_ + settings_.fallback_poll_ns;
    while (poll() != 0) {
    }
  }

  LoopbackGateway gateway_;
  const std::string path_ = std::filesystem::temp_directory_path() /
                            ("live-mktdt00-" + std::to_string(::getpid()) + ".txt");
  Settings settings_;
  Universe universe_ = universe_of(feed::Venue::sse, {"600031.SH"});
  feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  EventLog log_;
  TimeNs now_{1'768'355'631'000'000'000};
  feed::ReadySet ready_;
  std::unique_ptr<LiveFeed> feed_;
};

TEST_F(SseLiveFeed, GoesToTheFileAndComesBack) {
  log_on();
  gateway_.send(test::trade(2));
  ASSERT_TRUE(until([&] { return !log_.of(EventKind::price).empty(); }));
  EXPECT_EQ(feed_->source(), Source::gateway);

  gateway_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  write("20260114-09:53:48.000", "22.000", "09:53:47.000");  // behind the gateway
  now_ = now_ + (settings_.fallback_after_ns - 1);
  poll();
  EXPECT_EQ(feed_->source(), Source::gateway);
  look();
  EXPECT_EQ(feed_->source(), Source::file);
  EXPECT_EQ(log_.of(EventKind::price).size(), 1u) << "a price went back in time";
  write("20260114-09:54:10.000", "22.510", "09:54:09.000");
  look();
  EXPECT_EQ(feed_->state(), live);
  EXPECT_EQ(log_.of(EventKind::price).back().value[0], 22'510'000);
  EXPECT_EQ(log_.of(EventKind::price).back().channel, kFileChannel);

  // The gateway is back with the image it had; its own first full round makes it the source.
  gateway_.accept();
  gateway_.read(102);
  gateway_.send(test::logon_answer());
  now_ = now_ + feed::ReconnectBackoff::kLongestNs;
  ASSERT_TRUE(until([&] { return log_.states(1).back() == recovering; }));
  EXPECT_EQ(feed_->source(), Source::file);
  gateway_.send(test::trade(2));
  ASSERT_TRUE(until([&] { return feed_->counters().get(FeedCounter::duplicate) >= 2; }));
  EXPECT_EQ(feed_->source(), Source::file) << "its image is older than the file's";
  EXPECT_EQ(log_.of(EventKind::price).back().value[0], 22'510'000);
  SnapshotFields newer = test::snapshot_fields();
  newer.last_update_time = 95410000;
  gateway_.send(test::snapshot(3, newer, {{kEntryLast, 2'252'000, 0, 0}}, 20260114095410000));
  ASSERT_TRUE(until([&] { return feed_->source() == Source::gateway; }));
  EXPECT_EQ(log_.of(EventKind::price).back().value[0], 22'520'000);
  EXPECT_EQ(log_.of(EventKind::feed_state).back().channel, kFileChannel);
  EXPECT_EQ(log_.of(EventKind::feed_state).back().value[kSuccessor], feed::kMainChannel);
  EXPECT_EQ(feed_->counters().get(FeedCounter::source_switches), 2u);
  EXPECT_EQ(feed_->state(), live);
  EXPECT_EQ(log_.states(kFileChannel), (std::vector{connecting, live, down}));
  EXPECT_EQ(log_.states(0).back(), live);
}

TEST_F(SseLiveFeed, ASilentSessionIsReplacedWhileTheMarketTrades) {
  log_on();
  gateway_.send(test::market_status(2, "T1", 20260114095351220));
  ASSERT_TRUE(until([&] { return feed_->state() == recovering; }));
  gateway_.send(test::heartbeat(3));
  const auto heard = [&](std::uint64_t n) {
    return until([&] { return feed_->counters().get(FeedCounter::heartbeats) == n; });
  };
  ASSERT_TRUE(heard(1));
  for (std::uint64_t s = 1; s <= 10; ++s) {
    EXPECT_EQ(feed_->source(), Source::gateway) << s;
    gateway_.send(test::heartbeat(3 + s));
    ASSERT_TRUE(heard(1 + s));
    now_ = now_ + kNsPerSecond;
    poll();
  }
  EXPECT_EQ(feed_->source(), Source::file);
  gateway_.send(test::trade(14));
  ASSERT_TRUE(until([&] { return feed_->source() == Source::gateway; }));
}

// Dashboards ask while the feed's thread polls; run this under a thread sanitizer.
TEST_F(SseLiveFeed, MayBeAskedFromAnyThread) {
  std::atomic<bool> done = false;
  std::thread asking([&] {
    while (!done.load()) {
      const bool sane = feed_->state() <= stale && feed_->gateway() == 0 &&
                        feed_->source() <= Source::file &&
                        feed_->counters().get(FeedCounter::disconnects) <= 3;
      EXPECT_TRUE(sane);
    }
  });
  for (int i = 0; i < 3; ++i) {
    log_on();
    EXPECT_TRUE(until([&] { return log_.states(1).back() == recovering; }));
    gateway_.send(test::trade(2));
    EXPECT_TRUE(until([&] { return feed_->state() == live; }));
    gateway_.leave();
    EXPECT_TRUE(until([&] { return feed_->state() == down; }));
    now_ = now_ + feed::ReconnectBackoff::kLongestNs;
  }
  done = true;
  asking.join();
}

TEST_F(SseLiveFeed, TakesItsLeave) {
  log_on();
  ASSERT_TRUE(until([&] { return feed_->state() == recovering; }));
  feed_.reset();
  EXPECT_EQ(decode_header(gateway_.read(288)).msg_type, kMsgLogout);
}

}  // namespace
}  // namespace indexcast::sse
