// The gateways' sessions against the project's own clients, in virtual time.
#include "feedhandlers/simulator/network/gateway_server_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/handler.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/handler.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

using feed::FeedCounter;
using feed::Venue;

constexpr TimeNs kStart{1'743'555'600'000'000'000};

class CollectingSink final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override { events.push_back(event); }
  std::vector<MarketEvent> events;
};

// A handler and a gateway joined by an ideal wire.
struct Pair {
  explicit Pair(Venue venue, const Settings& client = test::make_settings(),
                const Settings& gateway = test::make_settings())
      : universe(test::make_universe()), symbols(universe, venue) {
    if (venue == Venue::sse) {
      handler = std::make_unique<sse::Handler>(client.sse, symbols, sink);
      session = std::make_unique<GatewayServerSession>(
          make_sse_gateway(gateway.sse, gateway.sse.gateways[0]), kStart);
    } else {
      handler = std::make_unique<szse::Handler>(client.szse, symbols, sink);
      session = std::make_unique<GatewayServerSession>(
          make_szse_gateway(gateway.szse, gateway.szse.gateways[0]), kStart);
    }
  }

  void connect() {
    feed::Outbox asked;
    handler->on_connected(kStart, asked);
    client_open = session->on_bytes(asked, kStart, answer);
    client_open = handler->on_bytes(answer, kStart, reply) && client_open;
  }

  Universe universe;
  feed::SymbolTable symbols;
  CollectingSink sink;
  std::unique_ptr<feed::StreamHandler> handler;
  std::unique_ptr<GatewayServerSession> session;
  feed::Outbox answer, reply;
  bool client_open = false;
};

class GatewaySessionTest : public testing::TestWithParam<Venue> {};

// After the logon the client's image is not complete yet.
TEST_P(GatewaySessionTest, LogsOn) {
  Pair pair(GetParam());
  pair.connect();
  EXPECT_TRUE(pair.client_open);
  EXPECT_TRUE(pair.session->logged_on());
  EXPECT_EQ(pair.handler->state(), FeedState::recovering);
}

TEST_P(GatewaySessionTest, RefusesAnUnknownClient) {
  Settings stranger = test::make_settings();
  stranger.sse.gateways[0].sender_comp_id = "STRANGER";
  stranger.szse.gateways[0].password = "wrong";
  Pair pair(GetParam(), stranger);
  pair.connect();
  EXPECT_FALSE(pair.client_open);
  EXPECT_TRUE(pair.session->refused());
  EXPECT_EQ(pair.handler->state(), FeedState::connecting);
}

// In Shenzhen an unknown name gets no answer (GUIDE 5.6.3, notes 1.1), and a wrong password gets
// one.
TEST(SzseGateway, ClosesWithoutALogoutOnANameThatIsNotIts) {
  for (const bool target : {true, false}) {
    Settings stranger = test::make_settings();
    (target ? stranger.szse.gateways[0].target_comp_id : stranger.szse.gateways[0].sender_comp_id) =
        "mdgw2";
    Pair pair(Venue::szse, stranger);
    pair.connect();
    EXPECT_TRUE(pair.session->refused());
    EXPECT_TRUE(pair.answer.empty());
  }
  Settings forgetful = test::make_settings();
  forgetful.szse.gateways[0].password = "wrong";
  Pair pair(Venue::szse, forgetful);
  pair.connect();
  szse::Logout logout;
  ASSERT_EQ(szse::decode_logout(pair.answer, logout), feed::DecodeError::none);
  EXPECT_EQ(logout.session_status, 5);
}

TEST_P(GatewaySessionTest, RefusesAnotherVersion) {
  Settings old = test::make_settings();
  old.sse.appl_ver_id = "0.10";
  old.szse.default_appl_ver_id = "1.00";
  Pair pair(GetParam(), old);
  pair.connect();
  EXPECT_TRUE(pair.session->refused());
}

TEST_P(GatewaySessionTest, KeepsTheSessionAliveWithHeartbeats) {
  Pair pair(GetParam());
  pair.connect();
  for (int second = 1; second <= 60; ++second) {
    const TimeNs now = kStart + second * kNsPerSecond;
    feed::Outbox to_gateway, to_client, reply;
    ASSERT_TRUE(pair.handler->on_time(now, to_gateway)) << second;
    ASSERT_TRUE(pair.session->on_bytes(to_gateway, now, to_client)) << second;
    ASSERT_TRUE(pair.session->on_time(now, to_client)) << second;
    ASSERT_TRUE(pair.handler->on_bytes(to_client, now, reply)) << second;
  }
  EXPECT_EQ(pair.handler->counters().get(FeedCounter::heartbeats), 20u);
}

TEST_P(GatewaySessionTest, DropsASilentClient) {
  Pair pair(GetParam());
  pair.connect();
  feed::Outbox out;
  EXPECT_TRUE(pair.session->on_time(kStart + 6 * kNsPerSecond, out));
  EXPECT_FALSE(pair.session->on_time(kStart + 6 * kNsPerSecond + 1, out));
}

TEST_P(GatewaySessionTest, DropsAClientThatNeverLogsOn) {
  Pair pair(GetParam());
  feed::Outbox out;
  EXPECT_TRUE(pair.session->on_time(kStart + (5 * kNsPerSecond - 1), out));
  EXPECT_FALSE(pair.session->on_time(kStart + 5 * kNsPerSecond, out));
}

TEST_P(GatewaySessionTest, ReadsEveryMessageOfOneRead) {
  Pair pair(GetParam());
  feed::Outbox read, answer;
  pair.handler->on_connected(kStart, read);
  pair.connect();  // so that the client has heartbeats to send behind its logon
  const std::size_t logon = read.size();
  pair.handler->on_time(kStart + 3 * kNsPerSecond, read);
  const std::size_t heartbeat = read.size() - logon;
  pair.handler->on_time(kStart + 6 * kNsPerSecond, read);
  ASSERT_GT(heartbeat, 0u);
  ASSERT_EQ(read.size(), logon + 2 * heartbeat);
  Pair other(GetParam());
  EXPECT_TRUE(other.session->on_bytes(read, kStart, answer));
  EXPECT_TRUE(other.session->logged_on());
}

// From its logout on, and not from when the connection was made.
TEST_P(GatewaySessionTest, AwaitsTheAnswerToItsLogoutForFiveSeconds) {
  Pair pair(GetParam());
  pair.connect();
  const TimeNs later = kStart + kNsPerDay;
  feed::Outbox out;
  pair.session->log_out("end of day", later, out);
  EXPECT_TRUE(pair.session->on_time(later + (5 * kNsPerSecond - 1), out));
  EXPECT_FALSE(pair.session->on_time(later + 5 * kNsPerSecond, out));
}

TEST_P(GatewaySessionTest, LogoutEndsBothSides) {
  Pair pair(GetParam());
  pair.connect();
  feed::Outbox out, reply, rest;
  pair.session->log_out("end of day", kStart, out);
  EXPECT_FALSE(pair.handler->on_bytes(out, kStart, reply));
  EXPECT_FALSE(reply.empty()) << "a logout is answered";
  EXPECT_FALSE(pair.session->on_bytes(reply, kStart, rest));
}

TEST_P(GatewaySessionTest, ClosesOnBytesThatAreNoFrame) {
  Pair pair(GetParam());
  const std::vector<std::byte> noise(200, std::byte{0xee});
  feed::Outbox out;
  EXPECT_FALSE(pair.session->on_bytes(noise, kStart, out));
}

// The whole day through the session into the real handler: nothing malformed, nothing rejected but
// what has no price, and every security priced.
TEST_P(GatewaySessionTest, CarriesADay) {
  const Settings settings = test::only(GetParam());
  Pair pair(GetParam());
  pair.connect();
  SimulatedDay day(settings, pair.universe);
  ExchangeMessage message;
  while (day.next(message)) {
    feed::Outbox out, reply;
    pair.session->send(message.bytes, message.exchange_time, out);
    ASSERT_TRUE(pair.handler->on_bytes(out, message.exchange_time, reply));
  }
  const feed::FeedCounters& counters = pair.handler->counters();
  EXPECT_EQ(counters.get(FeedCounter::malformed), 0u);
  EXPECT_EQ(counters.get(FeedCounter::rejected), 0u);
  EXPECT_EQ(counters.get(FeedCounter::sequence_lost), 0u);
  std::map<InstrumentId, PriceKind> best;
  for (const MarketEvent& event : pair.sink.events) {
    if (event.kind != EventKind::price) continue;
    best[event.instrument] = std::max(best[event.instrument], static_cast<PriceKind>(event.detail));
  }
  EXPECT_EQ(best.size(), 3u);
  for (const auto& [instrument, kind] : best) EXPECT_EQ(kind, PriceKind::close) << instrument;
}

INSTANTIATE_TEST_SUITE_P(Mainland, GatewaySessionTest, testing::Values(Venue::sse, Venue::szse),
                         [](const auto& tested) {
                           return std::string(feed::name_of(tested.param));
                         });

TEST(SseGateway, NumbersMessagesPerSession) {
  const Settings settings = test::only(Venue::sse);
  Pair pair(Venue::sse);
  pair.connect();
  SimulatedDay day(settings, pair.universe);
  ExchangeMessage message;
  for (std::uint64_t expected = 2; expected < 20 && day.next(message); ++expected) {
    feed::Outbox out;
    pair.session->send(message.bytes, kStart, out);
    EXPECT_TRUE(sse::checksum_ok(out));
    EXPECT_EQ(sse::decode_header(out).msg_seq_num, expected);
  }
}

}  // namespace
}  // namespace indexcast::sim
