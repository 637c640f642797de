// The whole Shenzhen feed on real sockets of the loopback interface: gateways that leave, refuse
// and lose ticks, and multicast on both lines. Time is ours; readiness is poll(2)'s.
#include "feedhandlers/szse/live_feed.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "feedhandlers/szse/mddp_packet.h"
#include "feedhandlers/szse/session_status.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/loopback_gateway.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::LoopbackGateway;
using indexcast::test::universe_of;
using test::Message;
using enum FeedState;

constexpr std::size_t kLogonSize = kHeaderSize + logon::kBody + kTrailerSize;
constexpr std::size_t kLogoutSize = kHeaderSize + logout::kBody + kTrailerSize;
constexpr std::size_t kResendSize = kHeaderSize + resend::kBody + kTrailerSize;
constexpr std::uint16_t kTickChannel = 2011;
constexpr TimeNs kStart{1'750'383'000'000'000'000};

class SzseLiveFeed : public testing::Test {
 protected:
  void open() { feed_ = std::make_unique<LiveFeed>(settings_, symbols_, log_, 1); }

  // Polls until `done`, asleep in poll(2) between; time moves only by advance().
  bool until(const std::function<bool()>& done) {
    for (int rounds = 0; rounds < 500; ++rounds) {
      feed_->poll(now_);
      if (done()) return true;
      std::vector<pollfd> descriptors;
      feed_->append_descriptors(descriptors);
      ::poll(descriptors.data(), descriptors.size(), descriptors.empty() ? 0 : 50);
    }
    return false;
  }
  void advance(std::int64_t ns) { now_ = now_ + ns; }
  bool sockets_open() const {
    std::vector<pollfd> descriptors;
    feed_->append_descriptors(descriptors);
    return !descriptors.empty();
  }
  std::uint64_t count(FeedCounter counter) const { return feed_->counters().get(counter); }
  std::vector<std::int64_t> prices() const {
    std::vector<std::int64_t> found;
    for (const MarketEvent& event : log_.of(EventKind::price)) found.push_back(event.value[0]);
    return found;
  }

  Settings settings_;
  Universe universe_ = universe_of(feed::Venue::szse, {"000001.SZ"});
  feed::SymbolTable symbols_{universe_, feed::Venue::szse};
  EventLog log_;
  TimeNs now_ = kStart;
  std::unique_ptr<LiveFeed> feed_;
};

class SzseGateways : public SzseLiveFeed {
 protected:
  SzseGateways() {
    settings_.gateways = {first_.endpoint(), second_.endpoint()};
    open();
  }

  void accept(LoopbackGateway& gateway) {
    ASSERT_TRUE(until([&] { return feed_->state() == connecting; }));
    gateway.accept();
    ASSERT_EQ(decode_header(gateway.read(kLogonSize)).msg_type, kMsgLogon);
  }
  void log_on(LoopbackGateway& gateway, FeedState then) {
    accept(gateway);
    gateway.send(test::logon_answer());
    ASSERT_TRUE(until([&] { return feed_->state() == then; }));
  }

  LoopbackGateway first_;
  LoopbackGateway second_;
};

TEST_F(SzseGateways, FailsOverAndIsLiveWhenEverySecurityWasHeard) {
  log_on(first_, live);
  first_.send(test::trade(12'350'000));
  ASSERT_TRUE(until([&] { return prices().size() == 1; }));
  first_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(feed_->gateway(), 1u);
  advance(feed::ReconnectBackoff::kFirstNs);
  log_on(second_, recovering);
  second_.send(test::trade(12'360'000));
  ASSERT_TRUE(until([&] { return feed_->state() == live; }));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{12'350'000, 12'360'000}));
  EXPECT_EQ(log_.states(0), (std::vector{connecting, live, down, connecting, recovering, live}));
  EXPECT_EQ(count(FeedCounter::connects), 2u);
}

TEST_F(SzseGateways, AMessageCutByTheGatewaysEndIsCountedAndNotTaken) {
  log_on(first_, live);
  const Message trade = test::trade(12'350'000);
  first_.send(Bytes(trade).first(trade.size() - 1));
  first_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_TRUE(prices().empty());
}

TEST_F(SzseGateways, TakesItsLeave) {
  log_on(first_, live);
  feed_.reset();
  EXPECT_EQ(decode_header(first_.read(kLogoutSize)).msg_type, kMsgLogout);
}

struct StatusCase {
  std::int32_t status;
  std::int64_t wait_ns;  // at least; 0: only the usual back-off
};

class SzseLogoutStatus : public SzseGateways, public testing::WithParamInterface<StatusCase> {};

// The next gateway is asked, never before the status allows it.
TEST_P(SzseLogoutStatus, OfARefusalSaysHowLongToWait) {
  const StatusCase& c = GetParam();
  accept(first_);
  Message refusal;
  encode_logout({c.status, "no"}, refusal);
  first_.send(refusal);
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(count(FeedCounter::logons_refused), 1u);
  EXPECT_EQ(feed_->gateway(), 1u);
  if (c.wait_ns != 0) {
    advance(c.wait_ns - 1);
    feed_->poll(now_);
    EXPECT_FALSE(sockets_open());
    advance(1);
  } else {
    advance(feed::ReconnectBackoff::kFirstNs);
  }
  log_on(second_, live);
}

INSTANTIATE_TEST_SUITE_P(Table, SzseLogoutStatus,
                         testing::Values(StatusCase{0, 0}, StatusCase{3, 60 * kNsPerSecond},
                                         StatusCase{4, 0}, StatusCase{5, 60 * kNsPerSecond},
                                         StatusCase{6, 60 * kNsPerSecond},
                                         StatusCase{7, 10 * kNsPerSecond},
                                         StatusCase{8, 60 * kNsPerSecond}, StatusCase{101, 0},
                                         StatusCase{102, 0}, StatusCase{-7, 0}),
                         [](const auto& test_case) {
                           const std::int32_t status = test_case.param.status;
                           return "S" + (status < 0 ? "Unknown" : std::to_string(status));
                         });

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

class SzseTickSessions : public SzseLiveFeed {
 protected:
  SzseTickSessions() {
    settings_.gateways = {realtime_.endpoint()};
    settings_.ticks = true;
    settings_.tick_capacity = 64;
    settings_.resend_gateways = {resend_.endpoint(), resend_again_.endpoint()};
    open();
    EXPECT_TRUE(until([&] { return count(FeedCounter::connects) == 2; }));
    answer(realtime_);
    answer(resend_);
    EXPECT_TRUE(until([&] { return feed_->state() == live && feed_->resend_state() == live; }));
  }
  static void answer(LoopbackGateway& gateway) {
    gateway.accept();
    gateway.read(kLogonSize);
    gateway.send(test::logon_answer(30));
  }
  // The 390094 that comes, answered with `sequences` and its end.
  static void serve(LoopbackGateway& gateway, const std::vector<std::int64_t>& sequences) {
    const Message request = gateway.read(kResendSize);
    Resend asked;
    ASSERT_EQ(decode_resend(request, asked), feed::DecodeError::none);
    EXPECT_EQ(asked.channel_no, kTickChannel);
    EXPECT_EQ(asked.appl_beg_seq_num, sequences.front());
    EXPECT_EQ(asked.appl_end_seq_num, sequences.back());
    for (const std::int64_t sequence : sequences) gateway.send(tick(sequence));
    asked.resend_status = kResendDone;
    Message done;
    encode_resend(asked, done);
    gateway.send(done);
  }
  void lose_two() {
    realtime_.send(tick(1));
    realtime_.send(tick(4));
    ASSERT_TRUE(until([&] { return prices().size() == 1; }));
    advance(settings_.tick_wait_ns);
    const auto asked = [&] { return log_.states(kTickChannelBase + kTickChannel).back(); };
    ASSERT_TRUE(until([&] { return asked() == recovering; }));
  }

  LoopbackGateway realtime_;
  LoopbackGateway resend_;
  LoopbackGateway resend_again_;
};

TEST_F(SzseTickSessions, LostTicksComeBackOnTheSecondSession) {
  lose_two();
  serve(resend_, {2, 3});
  ASSERT_TRUE(until([&] { return prices().size() == 4; }));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{10'000'100, 10'000'200, 10'000'300, 10'000'400}));
  EXPECT_EQ(count(FeedCounter::sequence_recovered), 2u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(log_.states(kTickChannelBase + kTickChannel), (std::vector{live, recovering, live}));
}

TEST_F(SzseTickSessions, TheOtherResendGatewayServesWhenTheFirstLeft) {
  lose_two();
  resend_.leave();
  ASSERT_TRUE(until([&] { return feed_->resend_state() == down; }));
  advance(feed::ReconnectBackoff::kFirstNs);
  ASSERT_TRUE(until([&] { return count(FeedCounter::connects) == 3; }));
  answer(resend_again_);
  ASSERT_TRUE(until([&] { return feed_->resend_state() == live; }));
  feed_->poll(now_);
  serve(resend_again_, {2, 3});
  ASSERT_TRUE(until([&] { return prices().size() == 4; }));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(feed_->state(), live) << "the realtime session has nothing to do with it";
}

// Addresses of the lines: this host's, or a group.
class SzseMulticastFeed : public SzseLiveFeed, public testing::WithParamInterface<std::string> {
 protected:
  SzseMulticastFeed() {
    const feed::Endpoint any{GetParam(), 0};
    settings_.transport = Transport::multicast;
    settings_.multicast.channels = {{1, any, any}};
    settings_.multicast.receive_buffer_bytes = 1 << 18;
    open();
    in_addr interface {};
    interface.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(sender_, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
  }
  ~SzseMulticastFeed() override { ::close(sender_); }

  // Snapshot `number` as a packet of its own.
  static Message packet(int number) {
    const auto fields = test::snapshot_fields("T0", "000001", 20250620093003000 + number);
    Message message = test::snapshot(fields, {test::price_entry(kEntryLast, 10'000'000 + number)});
    message.resize(message.size() - kTrailerSize);
    const std::vector<Bytes> views{message};
    Message body;
    encode_mddp_body(views, false, body);
    Message out;
    encode_mddp({.sender_id = 1, .channel = 1011, .seq_num = number, .msg_count = 1}, body, out);
    return out;
  }
  void send(std::size_t line, Bytes bytes) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(feed_->local_port(line));
    inet_pton(AF_INET, GetParam().c_str(), &to.sin_addr);
    ASSERT_EQ(::sendto(sender_, bytes.data(), bytes.size(), 0,
                       reinterpret_cast<const sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(bytes.size()));
  }

  const int sender_ = ::socket(AF_INET, SOCK_DGRAM, 0);
};

TEST_P(SzseMulticastFeed, EitherLineFillsWhatTheOtherLost) {
  for (const int number : {1, 2, 4}) send(0, packet(number));
  for (const int number : {2, 3, 4, 5}) send(1, packet(number));
  ASSERT_TRUE(until([&] { return prices().size() == 5; }));
  EXPECT_EQ(prices(), (std::vector<std::int64_t>{10'000'001, 10'000'002, 10'000'003, 10'000'004,
                                                 10'000'005}));
  EXPECT_EQ(count(FeedCounter::duplicate), 2u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(feed_->state(), live);
  EXPECT_EQ(feed_->gateway(), 0u);
  EXPECT_EQ(feed_->resend_state(), down);
}

TEST_P(SzseMulticastFeed, WhatBothLostIsAGapAndDamageIsNotTaken) {
  send(0, packet(1));
  ASSERT_TRUE(until([&] { return prices().size() == 1; }));
  Message damaged = packet(2);
  damaged[damaged.size() - 10] ^= std::byte{1};
  send(0, damaged);
  ASSERT_TRUE(until([&] { return count(FeedCounter::malformed) == 1; }));
  send(1, packet(3));
  ASSERT_TRUE(until([&] { return count(FeedCounter::packets) == 3; }));
  EXPECT_EQ(prices().size(), 1u) << "it may still come on the other line";
  advance(settings_.multicast.reorder_wait_ns);
  ASSERT_TRUE(until([&] { return prices().size() == 2; }));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 1u);
  ASSERT_TRUE(until([&] { return feed_->state() == live; })) << "the security was heard since";
  EXPECT_EQ(log_.states(0), (std::vector{live, gap, live}));
}

TEST_P(SzseMulticastFeed, SilenceOfBothLinesMakesItStale) {
  send(1, packet(1));
  ASSERT_TRUE(until([&] { return feed_->state() == live; }));
  advance(settings_.multicast.silence_ns);
  feed_->poll(now_);
  EXPECT_EQ(feed_->state(), stale);
  send(0, packet(2));
  ASSERT_TRUE(until([&] { return feed_->state() == live; }));
}

INSTANTIATE_TEST_SUITE_P(Addresses, SzseMulticastFeed, testing::Values("127.0.0.1", "239.255.77.1"),
                         [](const auto& test_case) {
                           return test_case.param.starts_with("127") ? "Unicast" : "Group";
                         });

}  // namespace
}  // namespace indexcast::szse
