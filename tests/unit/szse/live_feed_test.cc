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

#include "feedhandlers/szse/gateway_messages.h"
#include "feedhandlers/szse/mddp_packet.h"
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

// A text field of a logon, at its offset in the body (S117, notes 1.5).
std::string logon_text(const Message& logon, std::size_t offset, std::size_t width) {
  return std::string(feed::trim_padding(feed::text_at(logon.data() + 8 + offset, width)));
}
// Both names and the password.
std::string identity_of(const Message& logon) {
  return logon_text(logon, 0, 20) + " " + logon_text(logon, 20, 20) + " " +
         logon_text(logon, 44, 16);
}

class SzseLiveFeed : public testing::Test {
 protected:
  void open() {
    feed_ = std::make_unique<LiveFeed>(settings_, symbols_, log_, 1);
    feed_->watch(ready_);
  }

  // As its thread does: looks what is ready, then gives the feed its turn.
  std::size_t poll() {
    ready_.wait(0);
    return feed_->poll(now_);
  }
  // Polls until `done`, asleep in poll(2) between; time moves only by advance().
  bool until(const std::function<bool()>& done) {
    for (int rounds = 0; rounds < 500; ++rounds) {
      poll();
      if (done()) return true;
      ready_.wait(5 * kNsPerMs);
    }
    return false;
  }
  void advance(std::int64_t ns) { now_ = now_ + ns; }
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
  feed::ReadySet ready_;
  std::unique_ptr<LiveFeed> feed_;
};

class SzseGateways : public SzseLiveFeed {
 protected:
  SzseGateways() {
    settings_.gateways = {{.address = first_.endpoint(),
                           .sender_comp_id = "Realtime1",
                           .target_comp_id = "mdgw1",
                           .password = "first"},
                          {.address = second_.endpoint(),
                           .sender_comp_id = "Realtime2",
                           .target_comp_id = "mdgw2",
                           .password = "second"}};
    open();
  }

  void accept(LoopbackGateway& gateway) {
    ASSERT_TRUE(until([&] { return feed_->state() == connecting; }));
    gateway.accept();
    logon_ = gateway.read(kLogonSize);
    ASSERT_EQ(decode_header(logon_).msg_type, kMsgLogon);
  }
  std::string identity() const { return identity_of(logon_); }
  // The lines that the log gets.
  std::vector<std::string> notices() {
    std::vector<std::string> lines;
    for (feed::SessionNotice notice; feed_->take_notice(notice);) {
      lines.push_back(describe(feed::Venue::szse, notice));
    }
    return lines;
  }
  void log_on(LoopbackGateway& gateway, FeedState then) {
    accept(gateway);
    gateway.send(test::logon_answer());
    ASSERT_TRUE(until([&] { return feed_->state() == then; }));
  }

  LoopbackGateway first_;
  LoopbackGateway second_;
  Message logon_;
};

// GUIDE 5.1, 5.7 (notes 1.1): TargetCompID is the id of the gateway, and each gateway has its own.
TEST_F(SzseGateways, EachGatewayIsAskedByItsOwnNamesAndPassword) {
  log_on(first_, recovering);
  EXPECT_EQ(identity(), "Realtime1 mdgw1 first");
  first_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  advance(feed::ReconnectBackoff::kFirstNs);
  log_on(second_, recovering);
  EXPECT_EQ(identity(), "Realtime2 mdgw2 second");
  // The preferred gateway is asked first when the other one fails.
  second_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(feed_->gateway(), 0u);
  advance(feed::ReconnectBackoff::kFirstNs);
  log_on(first_, recovering);
  EXPECT_EQ(identity(), "Realtime1 mdgw1 first");
}

// GUIDE 5.6.3 (notes 1.1): a wrong name gets no Logout, the gateway closes at once.
TEST_F(SzseGateways, AConnectionClosedInsteadOfAnAnswerIsReportedOnceWithItsLikelyCause) {
  for (int round = 0; round < 3; ++round) {
    accept(first_);
    first_.leave();
    ASSERT_TRUE(until([&] { return feed_->state() == down; }));
    advance(feed::ReconnectBackoff::kLongestNs);
    accept(second_);
    second_.leave();
    ASSERT_TRUE(until([&] { return feed_->state() == down; }));
    advance(feed::ReconnectBackoff::kLongestNs);
  }
  EXPECT_EQ(count(FeedCounter::logons_unanswered), 6u);
  EXPECT_EQ(count(FeedCounter::logons_refused), 0u);
  const std::vector<std::string> lines = notices();
  ASSERT_EQ(lines.size(), 2u) << "once for each gateway";
  EXPECT_EQ(lines[0].find("szse gateway " + to_string(first_.endpoint()) +
                          " closed the connection right after our logon, without a logout"),
            0u)
      << lines[0];
  for (const char* word : {"target_comp_id", "sender_comp_id", "password", "earlier session"}) {
    EXPECT_NE(lines[0].find(word), std::string::npos) << word;
  }
  EXPECT_EQ(lines[0].find("first"), std::string::npos) << "no password in a log";
}

// The names in the answer are not defined (notes 1.1): they are logged and not checked.
TEST_F(SzseGateways, AnyNamesInTheAnswerWillDo) {
  accept(first_);
  // Logon, 92 bytes: SenderCompID "who", TargetCompID "ever", HeartBtInt 3, no password, "1.02".
  Message answer(8 + 92 + 4, std::byte{' '});
  feed::store_be(answer.data(), std::uint32_t{1});
  feed::store_be(answer.data() + 4, std::uint32_t{92});
  const auto text = [&](std::size_t offset, std::string_view value) {
    for (const char c : value) answer[8 + offset++] = static_cast<std::byte>(c);
  };
  text(0, "who");
  text(20, "ever");
  feed::store_be(answer.data() + 8 + 40, std::int32_t{3});
  text(60, "1.02");
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 100; ++i) sum += static_cast<std::uint32_t>(answer[i]);
  feed::store_be(answer.data() + 100, sum % 256);
  first_.send(answer);
  ASSERT_TRUE(until([&] { return feed_->state() == recovering; }));
  EXPECT_EQ(notices(), std::vector<std::string>{
                           "szse gateway " + to_string(first_.endpoint()) +
                           " answered the logon: SenderCompID \"who\", TargetCompID \"ever\""});
}

// GUIDE 5.5 (notes 1.4): SessionStatus is 0 in a logout of ours that begins the exchange, 4 in an
// answer.
TEST_F(SzseGateways, OurLogoutSaysWhetherItBeginsOrAnswers) {
  const auto status = [](const Message& bytes) {
    return feed::load_be<std::int32_t>(bytes.data() + 8);
  };
  log_on(first_, recovering);
  Message leave;
  encode_logout({0, "moved"}, leave);
  first_.send(leave);
  EXPECT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(status(first_.read(kLogoutSize)), 4);
  EXPECT_EQ(notices().back(), "szse gateway " + to_string(first_.endpoint()) +
                                  " ended the session: status 0 (session active), text \"moved\"");
  advance(feed::ReconnectBackoff::kFirstNs);
  log_on(second_, recovering);
  feed_.reset();
  EXPECT_EQ(status(second_.read(kLogoutSize)), 0);
}

TEST_F(SzseGateways, FailsOverAndIsLiveWhenEverySecurityWasHeard) {
  log_on(first_, recovering);
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
  EXPECT_EQ(log_.states(0),
            (std::vector{connecting, recovering, live, down, connecting, recovering, live}));
  EXPECT_EQ(count(FeedCounter::connects), 2u);
}

TEST_F(SzseGateways, AMessageCutByTheGatewaysEndIsCountedAndNotTaken) {
  log_on(first_, recovering);
  const Message trade = test::trade(12'350'000);
  first_.send(Bytes(trade).first(trade.size() - 1));
  first_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
  EXPECT_TRUE(prices().empty());
}

TEST_F(SzseGateways, TakesItsLeave) {
  log_on(first_, recovering);
  feed_.reset();
  EXPECT_EQ(decode_header(first_.read(kLogoutSize)).msg_type, kMsgLogout);
}

struct StatusCase {
  std::int32_t status;
  std::int64_t wait_ns;  // at least; 0: only the usual back-off
};

class SzseLogoutStatus : public SzseGateways, public testing::WithParamInterface<StatusCase> {};

// The other gateway has its own password and is tried at once. The one that refused is not tried
// again before its status allows it.
TEST_P(SzseLogoutStatus, OfARefusalSaysHowLongToWait) {
  const StatusCase& c = GetParam();
  accept(first_);
  Message refusal;
  encode_logout({c.status, "no"}, refusal);
  first_.send(refusal);
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(count(FeedCounter::logons_refused), 1u);
  EXPECT_EQ(feed_->gateway(), 1u);
  const TimeNs refused = now_;
  advance(feed::ReconnectBackoff::kFirstNs);
  log_on(second_, recovering);
  second_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  if (c.wait_ns == 0) {
    EXPECT_EQ(feed_->gateway(), 0u);
    return;
  }
  // The second gateway again, although it was lost: the first one still has to wait.
  EXPECT_EQ(feed_->gateway(), 1u);
  now_ = refused + c.wait_ns;
  accept(second_);
  second_.leave();
  ASSERT_TRUE(until([&] { return feed_->state() == down; }));
  EXPECT_EQ(feed_->gateway(), 0u);
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
    settings_.gateways = {{.address = realtime_.endpoint(), .target_comp_id = "mdgw1"}};
    settings_.ticks = true;
    settings_.tick_capacity = 64;
    settings_.resend_gateways = {{.address = resend_.endpoint(),
                                  .sender_comp_id = "Resend1",
                                  .target_comp_id = "mdgw3",
                                  .password = "third"},
                                 {.address = resend_again_.endpoint(),
                                  .sender_comp_id = "Resend2",
                                  .target_comp_id = "mdgw4",
                                  .password = "fourth"}};
    open();
    EXPECT_TRUE(until([&] { return count(FeedCounter::connects) == 2; }));
    answer(realtime_);
    EXPECT_EQ(identity_of(answer(resend_)), "Resend1 mdgw3 third");
    EXPECT_TRUE(
        until([&] { return feed_->state() == recovering && feed_->resend_state() == live; }));
  }
  // Returns the logon that came.
  static Message answer(LoopbackGateway& gateway) {
    gateway.accept();
    Message logon = gateway.read(kLogonSize);
    gateway.send(test::logon_answer(30));
    return logon;
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
  poll();
  serve(resend_again_, {2, 3});
  ASSERT_TRUE(until([&] { return prices().size() == 4; }));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(feed_->state(), recovering) << "the realtime session has nothing to do with it";
}

// Addresses of the lines: this host's, or a group.
class SzseMulticastFeed : public SzseLiveFeed, public testing::WithParamInterface<std::string> {
 protected:
  SzseMulticastFeed() {
    const feed::Endpoint any{GetParam(), 0};
    settings_.transport = FeedTransport::multicast;
    settings_.multicast.channels = {{1, any, any}};
    settings_.multicast.receive_buffer_bytes = 1 << 18;
    // A slow poll would otherwise receive later than `now_`, and the waits would end later.
    settings_.multicast.clocks = [] { return feed::ClockReading{}; };
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
  EXPECT_EQ(log_.states(0), (std::vector{recovering, live, gap, live}));
}

TEST_P(SzseMulticastFeed, SilenceOfBothLinesMakesItStale) {
  send(1, packet(1));
  ASSERT_TRUE(until([&] { return feed_->state() == live; }));
  advance(settings_.multicast.silence_ns);
  poll();
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
