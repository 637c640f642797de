#include "feedhandlers/hkex/retransmission_client.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/unit/hkex/retransmission_server.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using test::answer;
using test::at;
using test::ClientPackets;
using test::logon_answer;
using test::packet;
using test::Wire;
using Requests = std::vector<RetransmissionRequest>;

struct Done {
  std::uint32_t channel;
  RequestId id;
  RetransmissionOutcome outcome;
  friend bool operator==(const Done&, const Done&) = default;
};

class Taker final : public RetransmissionSink {
 public:
  void on_retransmitted(std::uint32_t channel, const PacketHeader& header, Bytes, TimeNs) override {
    got.emplace_back(channel, header.sequence);
  }
  void on_request_done(std::uint32_t channel, RequestId id, RetransmissionOutcome outcome,
                       TimeNs) override {
    done.push_back({channel, id, outcome});
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> got;
  std::vector<Done> done;
};

class RetransmissionClientTest : public testing::Test {
 protected:
  static RetransmissionSettings make_settings() {
    RetransmissionSettings settings;
    settings.servers = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
    settings.username = "HKX01";
    settings.messages_per_request = 10;
    settings.requests_per_day = 5;
    return settings;
  }

  bool receive(const Wire& bytes) { return client.on_bytes(bytes, now, out); }
  bool receive(const PacketBuilder& each) { return client.on_bytes(each.bytes(), now, out); }
  bool pass(std::int64_t ns) {
    now = now + ns;
    return client.on_time(now, out);
  }
  void log_on() {
    client.on_connected(now, out);
    ASSERT_TRUE(receive(logon_answer(0)));
    ASSERT_EQ(client.state(), FeedState::live);
    out.clear();
  }
  Requests requests() { return ClientPackets(out).requests(); }
  std::uint64_t count(FeedCounter counter) const { return counters.get(counter); }

  const RetransmissionSettings settings = make_settings();
  feed::FeedCounters counters;
  Taker taker;
  RetransmissionClient client{settings, taker, counters};
  feed::Outbox out;
  TimeNs now = at(10, 0);
};

TEST_F(RetransmissionClientTest, LogsOnAndAsks) {
  const RequestId id = client.request(20, {5, 8}, now);
  client.on_connected(now, out);
  ClientPackets sent(out);
  ASSERT_EQ(sent.packets.size(), 1u);  // nothing is asked before the logon is answered
  const Bytes logon(sent.packets[0]);
  EXPECT_EQ(logon.size(), 32u);
  EXPECT_EQ(wire::packet::MsgCount.of(logon.data()), 1);
  EXPECT_EQ(wire::packet::SeqNum.of(logon.data()), 0u);
  EXPECT_EQ(wire::packet::SendTime.of(logon.data()), 0u);
  // NUL and not spaces (OMD-C 3.5.1).
  EXPECT_EQ(feed::text_at(logon.data() + 20, 12), std::string_view("HKX01\0\0\0\0\0\0\0", 12));
  EXPECT_EQ(client.state(), FeedState::connecting);
  EXPECT_TRUE(receive(logon_answer(0)));
  EXPECT_EQ(requests(), (Requests{{20, 5, 7}}));
  EXPECT_TRUE(receive(answer(20, 0, 5, 7)));
  EXPECT_TRUE(receive(packet(5, now, NominalPrice{1, 1}, NominalPrice{1, 2})));
  EXPECT_TRUE(taker.done.empty());
  EXPECT_TRUE(receive(packet(7, now, NominalPrice{1, 1})));
  EXPECT_EQ(taker.got, (decltype(taker.got){{20, 5}, {20, 7}}));
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, RetransmissionOutcome::complete}}));
  EXPECT_EQ(count(FeedCounter::retransmission_requests), 1u);
  EXPECT_EQ(count(FeedCounter::retransmission_refused), 0u);
  EXPECT_EQ(count(FeedCounter::session_messages), 2u);
}

// OMD-C 4.3: a user has one session over all servers, and a server ends a dead one when the echo of
// its heartbeat (every 30 s) is missing for 5 s.
TEST_F(RetransmissionClientTest, WaitsForAnOldSessionToEndWhenItIsAlreadyConnected) {
  client.on_connected(now, out);
  EXPECT_FALSE(receive(logon_answer(100)));
  EXPECT_EQ(client.reconnect(),
            (feed::Reconnect{feed::Reconnect::To::next_gateway,
                             settings.heartbeat_ns + settings.response_timeout_ns}));
  client.on_disconnected(now);
  client.on_connected(now, out);
  EXPECT_FALSE(receive(logon_answer(5)));
  EXPECT_EQ(client.reconnect(), feed::Reconnect{});
}

// OMD-C 4.3, figure 6: 100 is a range that is too long, so it is split.
TEST_F(RetransmissionClientTest, SplitsARangeThatTheServerCallsTooLong) {
  const RequestId id = client.request(20, {5, 9}, now);
  log_on();
  EXPECT_TRUE(receive(answer(20, 100, 5, 8)));
  EXPECT_EQ(requests(), (Requests{{20, 5, 6}}));
  EXPECT_TRUE(receive(answer(20, 0, 5, 6)));
  EXPECT_TRUE(receive(packet(5, now, NominalPrice{}, NominalPrice{})));
  EXPECT_EQ(requests(), (Requests{{20, 7, 8}}));
  EXPECT_TRUE(receive(answer(20, 0, 7, 8)));
  EXPECT_TRUE(receive(packet(7, now, NominalPrice{}, NominalPrice{})));
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, RetransmissionOutcome::complete}}));
  EXPECT_EQ(count(FeedCounter::retransmission_refused), 0u);
}

TEST_F(RetransmissionClientTest, TakesItsAnswersCutAnywhere) {
  Wire all = logon_answer(0);
  for (const Wire& each : {answer(20, 0, 5, 7), test::wire_of(packet(5, now, NominalPrice{1, 1})),
                           test::wire_of(PacketBuilder(0, now)),
                           test::wire_of(packet(6, now, NominalPrice{1, 1}, NominalPrice{}))}) {
    all.insert(all.end(), each.begin(), each.end());
  }
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    SCOPED_TRACE(cut);
    Taker fresh;
    RetransmissionClient whole(settings, fresh, counters);
    const RequestId id = whole.request(20, {5, 8}, now);
    whole.on_connected(now, out);
    // The request is sent after the logon's answer, at the latest by the time that passes.
    const std::size_t logon = logon_answer(0).size();
    ASSERT_TRUE(whole.on_bytes(Bytes(all).first(std::min(cut, logon)), now, out));
    if (cut < logon) {
      ASSERT_TRUE(whole.on_bytes(Bytes(all).subspan(cut, logon - cut), now, out));
    }
    const std::size_t begin = std::max(cut, logon);
    ASSERT_TRUE(whole.on_bytes(Bytes(all).subspan(logon, begin - logon), now, out));
    ASSERT_TRUE(whole.on_bytes(Bytes(all).subspan(begin), now, out));
    EXPECT_EQ(fresh.done, (std::vector<Done>{{20, id, RetransmissionOutcome::complete}}));
    EXPECT_EQ(fresh.got.size(), 2u);
  }
}

TEST_F(RetransmissionClientTest, AsksPageByPage) {
  client.request(20, {1, 26}, now);
  log_on();
  pass(0);
  // log_on forgot the first page's bytes; the second follows when the first was served.
  receive(answer(20, 0, 1, 10));
  receive(packet(1, now, NominalPrice{}));
  EXPECT_TRUE(requests().empty());
  for (std::uint32_t i = 2; i <= 10; ++i) receive(packet(i, now, NominalPrice{}));
  EXPECT_EQ(requests(), (Requests{{20, 11, 20}}));
  receive(answer(20, 0, 11, 20));
  for (std::uint32_t i = 11; i <= 20; ++i) receive(packet(i, now, NominalPrice{}));
  EXPECT_EQ(requests(), (Requests{{20, 21, 25}}));
}

TEST_F(RetransmissionClientTest, AsksForTheRestOfAShortAnswerUnlessItWasEmpty) {
  const RequestId id = client.request(20, {1, 9}, now);
  log_on();
  receive(answer(20, 0, 1, 3));
  for (std::uint32_t i = 1; i <= 3; ++i) receive(packet(i, now, NominalPrice{}));
  EXPECT_EQ(requests(), (Requests{{20, 4, 8}}));
  receive(answer(20, 0, 4, 4));
  receive(packet(2, now, NominalPrice{}, NominalPrice{}));  // what it gave before
  EXPECT_TRUE(taker.done.empty());
  EXPECT_TRUE(pass(settings.response_timeout_ns - 1));
  EXPECT_FALSE(pass(1));
  client.on_disconnected(now);
  log_on();
  pass(0);
  EXPECT_EQ(client.state(), FeedState::live);
  client.on_disconnected(now);
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, RetransmissionOutcome::failed}}));
}

struct Answer {
  std::uint8_t status;
  RetransmissionOutcome outcome;
};

class RefusedRequest : public RetransmissionClientTest,
                       public testing::WithParamInterface<Answer> {};

TEST_P(RefusedRequest, IsReported) {
  const RequestId id = client.request(20, {5, 8}, now);
  log_on();
  EXPECT_TRUE(receive(answer(20, GetParam().status, 5, 7)));
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, GetParam().outcome}}));
  EXPECT_EQ(count(FeedCounter::retransmission_refused), 1u);
  EXPECT_EQ(client.state(), FeedState::live);
}

INSTANTIATE_TEST_SUITE_P(Statuses, RefusedRequest,
                         testing::Values(Answer{1, RetransmissionOutcome::refused},
                                         Answer{2, RetransmissionOutcome::refused},
                                         Answer{101, RetransmissionOutcome::quota_reached}));

TEST_F(RetransmissionClientTest, AsksNoMoreOnADayWhoseQuotaIsReached) {
  client.request(20, {5, 8}, now);
  client.request(21, {5, 8}, now);
  log_on();
  receive(answer(20, 101, 5, 7));
  EXPECT_EQ(taker.done.size(), 2u);  // the waiting one has no chance either
  EXPECT_EQ(client.request(20, {5, 8}, now), kNoRequest);
  EXPECT_NE(client.request(20, {5, 8}, now + kNsPerDay), kNoRequest);
}

// OMD-C 4.3: the requests of a day are counted over all channels together.
TEST_F(RetransmissionClientTest, TheDaysRequestsAreThoseOfAllChannels) {
  log_on();
  for (std::uint32_t i = 0; i < settings.requests_per_day; ++i) {
    const auto channel = static_cast<std::uint16_t>(20 + i);
    ASSERT_NE(client.request(channel, {5, 6}, now), kNoRequest);
    pass(1);
    receive(answer(channel, 0, 5, 5));
    receive(packet(5, now, NominalPrice{}));
  }
  EXPECT_EQ(client.request(90, {5, 6}, now), kNoRequest);
}

TEST_F(RetransmissionClientTest, CountsItsOwnRequests) {
  log_on();
  for (std::uint32_t i = 0; i < settings.requests_per_day; ++i) {
    ASSERT_NE(client.request(20, {5, 6}, now), kNoRequest);
    pass(1);
    receive(answer(20, 0, 5, 5));
    receive(packet(5, now, NominalPrice{}));
  }
  EXPECT_EQ(client.requests_today(now), 5u);
  EXPECT_EQ(client.request(20, {5, 6}, now), kNoRequest);
  now = at(23, 59) + 60 * kNsPerSecond;
  EXPECT_EQ(client.requests_today(now), 0u);
  EXPECT_NE(client.request(20, {5, 6}, now), kNoRequest);
}

TEST_F(RetransmissionClientTest, SendsHeartbeatsBackAsTheyCame) {
  log_on();
  const Wire heartbeat = test::wire_of(PacketBuilder(77, at(10, 1)));
  EXPECT_TRUE(receive(heartbeat));
  EXPECT_EQ(out, heartbeat);
  EXPECT_EQ(count(FeedCounter::heartbeats), 1u);
}

TEST_F(RetransmissionClientTest, LeavesAServerThatIsSilent) {
  log_on();
  EXPECT_TRUE(pass(2 * settings.heartbeat_ns));
  EXPECT_FALSE(pass(1));
}

TEST_F(RetransmissionClientTest, LeavesAServerThatDoesNotAnswerTheLogon) {
  client.on_connected(now, out);
  EXPECT_TRUE(pass(settings.logon_timeout_ns - 1));
  EXPECT_FALSE(pass(1));
}

TEST_F(RetransmissionClientTest, LeavesAServerThatRefusesTheLogon) {
  for (const std::uint8_t status : {std::uint8_t{5}, std::uint8_t{100}}) {
    client.on_connected(now, out);
    EXPECT_FALSE(receive(logon_answer(status)));
    client.on_disconnected(now);
    EXPECT_EQ(client.state(), FeedState::down);
  }
  EXPECT_EQ(count(FeedCounter::logons_refused), 2u);
}

TEST_F(RetransmissionClientTest, AsksTheOtherServerForWhatTheFirstDidNotFinish) {
  const RequestId id = client.request(20, {5, 9}, now);
  log_on();
  receive(answer(20, 0, 5, 8));
  receive(packet(5, now, NominalPrice{}, NominalPrice{}));
  client.on_disconnected(now);
  EXPECT_TRUE(taker.done.empty());
  client.on_connected(now, out);
  out.clear();
  receive(logon_answer(0));
  EXPECT_EQ(requests(), (Requests{{20, 7, 8}}));
  client.on_disconnected(now);
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, RetransmissionOutcome::failed}}));
  EXPECT_EQ(count(FeedCounter::disconnects), 2u);
}

TEST_F(RetransmissionClientTest, HandsOnNothingOfACancelledRequest) {
  const RequestId first = client.request(20, {5, 7}, now);
  const RequestId second = client.request(21, {1, 2}, now);
  const RequestId third = client.request(22, {1, 2}, now);
  log_on();
  client.cancel(first);
  client.cancel(second);
  receive(answer(20, 0, 5, 6));
  receive(packet(5, now, NominalPrice{}, NominalPrice{}));
  EXPECT_TRUE(taker.got.empty());
  EXPECT_TRUE(taker.done.empty());
  EXPECT_EQ(count(FeedCounter::duplicate), 2u);
  EXPECT_EQ(requests(), (Requests{{22, 1, 1}}));
  receive(answer(22, 0, 1, 1));
  receive(packet(1, now, NominalPrice{}));
  EXPECT_EQ(taker.done, (std::vector<Done>{{22, third, RetransmissionOutcome::complete}}));
}

TEST_F(RetransmissionClientTest, EndsASessionWhoseBytesMakeNoSense) {
  log_on();
  Wire bytes = test::wire_of(packet(5, now, NominalPrice{}));
  bytes[16] = std::byte{200};  // the message is longer than its packet
  EXPECT_FALSE(receive(bytes));
  client.on_disconnected(now);
  log_on();
  EXPECT_FALSE(receive(Wire(40, std::byte{0})));
  EXPECT_EQ(count(FeedCounter::malformed), 2u);
}

TEST_F(RetransmissionClientTest, CountsAPacketThatTheEndCutShort) {
  log_on();
  const Wire bytes = test::wire_of(packet(5, now, NominalPrice{}));
  receive(Wire(bytes.begin(), bytes.begin() + 20));
  client.on_disconnected(now);
  EXPECT_EQ(count(FeedCounter::malformed), 1u);
}

TEST_F(RetransmissionClientTest, HandsOnWhatACaptureHolds) {
  const RequestId id = client.request(20, {5, 8}, now);
  const Wire data = test::wire_of(packet(5, now, NominalPrice{}, NominalPrice{}, NominalPrice{}));
  client.on_captured(data, now, true);  // of an answer that the capture does not have
  EXPECT_TRUE(taker.got.empty());
  EXPECT_EQ(count(FeedCounter::duplicate), 3u);
  client.on_captured(answer(20, 0, 5, 7), now, false);
  client.on_captured(Wire(data.begin() + 3, data.end()), now, true);  // its beginning is missing
  client.on_captured(data, now, false);
  EXPECT_EQ(taker.got, (decltype(taker.got){{20, 5}}));
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, RetransmissionOutcome::complete}}));
  EXPECT_TRUE(client.on_time(now + kNsPerDay, out));
}

TEST_F(RetransmissionClientTest, TellsOfARefusalInACapture) {
  const RequestId id = client.request(20, {5, 8}, now);
  client.on_captured(answer(20, 2, 5, 7), now, false);
  EXPECT_EQ(taker.done, (std::vector<Done>{{20, id, RetransmissionOutcome::refused}}));
}

}  // namespace
}  // namespace indexcast::hkex
