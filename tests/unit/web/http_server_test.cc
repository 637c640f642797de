#include "server/web/http_server.h"

#include <gmock/gmock.h>

#include "tests/support/allocation_counter.h"
#include "tests/unit/web/http_server_fixture.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(HttpServerTest, listsIndices) {
  core_.publish(1, 10'123'456);
  settle();
  const json body = get_json("/v1/indices");
  EXPECT_EQ(body["epoch"], std::to_string(kStubEpoch));
  ASSERT_EQ(body["indices"].size(), 3u);
  EXPECT_EQ(body["indices"][0]["level"], nullptr);
  EXPECT_EQ(body["indices"][1]["code"], "995366");
  EXPECT_EQ(body["indices"][1]["provenance"], "the disclosed ten, rescaled");
  EXPECT_EQ(body["indices"][1]["return"], "price");
  EXPECT_EQ(body["indices"][1]["level"]["level"], "1012.3456");
  EXPECT_EQ(body["indices"][2]["name"], "Quote \" and \\");
}

TEST_F(HttpServerTest, listsWhatIsPending) {
  core_.publish(1, 10'123'456);
  settle();
  EXPECT_EQ(get_json("/v1/indices/995366")["pending"], json::array());
  PendingPrice pending;
  pending.header.detail2 = static_cast<std::uint8_t>(DecisionReason::far);
  pending.instrument = 0;
  pending.price = {999'000'000};
  core_.write_event(1, pending);
  core_.publish(1, 10'123'456);
  settle();
  for (const json& index :
       {get_json("/v1/indices")["indices"][1], get_json("/v1/indices/995366")}) {
    ASSERT_EQ(index["pending"].size(), 1u);
    EXPECT_EQ(index["pending"][0]["symbol"], "688041.SH");
    EXPECT_EQ(index["pending"][0]["price"], "999.000000");
    EXPECT_EQ(index["pending"][0]["reason"], "far");
    EXPECT_FALSE(index["pending"][0].contains("type"));
  }
  EXPECT_EQ(get_json("/v1/indices")["indices"][0]["pending"], json::array());
}

TEST_F(HttpServerTest, showsMembersAtTheLevel) {
  core_.apply_price(0, 153'000'000);
  core_.publish(core_.make_level(1, 10'079'272));
  core_.apply_price(0, 999'000'000);  // its level has not come yet
  settle();
  const json body = get_json("/v1/indices/995366");
  EXPECT_EQ(body["level"]["level"], "1007.9272");
  EXPECT_EQ(body["prices_certain"], true);
  ASSERT_EQ(body["members"].size(), 3u);
  const json& first = body["members"][0];
  EXPECT_EQ(first["symbol"], "688041.SH");
  EXPECT_EQ(first["price"], "153.000000");
  EXPECT_EQ(first["price_kind"], "last");
  // 153,000,000 of 228,870,440.768 CNY; the rise of 1.80 x 1,000,000 over D = 227,070.440768.
  EXPECT_EQ(first["weight_bp"], 6685);
  EXPECT_EQ(first["contribution"], "7.9271");
  EXPECT_EQ(body["members"][2]["price_kind"], "reference");
  EXPECT_EQ(body["members"][2]["weight_bp"], 1098);
  EXPECT_EQ(body["members"][2]["contribution"], "0.0000");
}

TEST_F(HttpServerTest, showsFeedsAndStatus) {
  core_.hkex.set_state(FeedState::gap);
  core_.hkex.own_counters().add(feed::FeedCounter::gaps, 2);
  other_.tick_to_publish.record(1000);
  MarketEvent recovering;
  recovering.kind = EventKind::feed_state;
  recovering.detail = static_cast<std::uint8_t>(FeedState::recovering);
  recovering.channel = 20;
  recovering.receive_time = TimeNs{77};
  core_.hkex_channels.note(recovering);
  const json feeds = get_json("/v1/feeds");
  EXPECT_EQ(feeds["feeds"][0]["channels"], json::array());
  EXPECT_EQ(feeds["feeds"][1]["channels"],
            json::parse(R"([{"channel": 20, "state": "recovering", "since": "77", "lag_ms": 0}])"));
  EXPECT_EQ(feeds["feeds"][1]["feed"], "hkex");
  EXPECT_EQ(feeds["feeds"][1]["state"], "gap");
  EXPECT_EQ(feeds["feeds"][1]["counters"]["gaps"], 2);
  EXPECT_EQ(feeds["feeds"][0]["ring_capacity"], 8);
  const json status = get_json("/v1/status");
  EXPECT_EQ(status["publishers"][0]["publisher"], "zeromq");
  EXPECT_EQ(status["publishers"][0]["tick_to_publish"]["p50_ns"], 1000);
  EXPECT_EQ(status["publishers"][1]["publisher"], "websocket");
  EXPECT_EQ(status["clients"]["websockets"], 0);
}

TEST_F(HttpServerTest, isReadyWhenFeedsLiveAndIndicesHaveLevels) {
  EXPECT_EQ(get("/healthz").result_int(), 200u);
  auto response = get("/readyz");
  EXPECT_EQ(response.result_int(), 503u);
  EXPECT_THAT(response.body(), HasSubstr("index 995365 has no level"));
  for (IndexId index = 0; index < 3; ++index) core_.publish(index, 10);
  settle();
  EXPECT_EQ(get("/readyz").result_int(), 200u);
  core_.sse.set_state(FeedState::stale);
  response = get("/readyz");
  EXPECT_EQ(response.result_int(), 503u);
  EXPECT_THAT(response.body(), HasSubstr("feed sse is stale"));
}

// OMD-C 1.4, End: from about 18:30 every channel is silent, heartbeats included.
TEST_F(HttpServerTest, staysReadyForADayThatHasClosedAndShowsItsFeedsAsEnded) {
  for (IndexId index = 0; index < 3; ++index) core_.publish(index, 10);
  settle();
  core_.sse.set_state(FeedState::down);
  core_.hkex.set_state(FeedState::stale);
  core_.counters.enter_phase(0, MarketPhase::closed);
  core_.sse_day.update({});
  auto response = get("/readyz");
  EXPECT_EQ(response.result_int(), 503u) << "Hong Kong has not closed";
  EXPECT_THAT(response.body(), HasSubstr("feed hkex is stale"));
  EXPECT_THAT(response.body(), Not(HasSubstr("feed sse")));
  core_.counters.enter_phase(2, MarketPhase::closed);
  core_.hkex_day.update({});
  EXPECT_EQ(get("/readyz").result_int(), 200u);
  const json feeds = get_json("/v1/feeds");
  EXPECT_EQ(feeds["feeds"][0]["state"], "ended");
  EXPECT_EQ(feeds["feeds"][1]["state"], "ended");
}

TEST_F(HttpServerTest, pagesMembersAsTheIndexShowsThem) {
  core_.apply_price(0, 153'000'000);
  core_.publish(core_.make_level(1, 10'079'272));
  settle();
  const json whole = get_json("/v1/indices/995366");
  const json first = get_json("/v1/indices/995366/members?limit=2");
  EXPECT_EQ(first["index_sequence"], 1);
  EXPECT_EQ(first["members"][0], whole["members"][0]);
  EXPECT_EQ(first["next"], "002261.SZ");
  const json last = get_json("/v1/indices/995366/members?limit=2&after=002261.SZ");
  ASSERT_EQ(last["members"].size(), 1u);
  EXPECT_EQ(last["members"][0], whole["members"][2]);
  EXPECT_EQ(last["next"], nullptr);
  EXPECT_EQ(get_json("/v1/indices/A%2FB/members")["code"], "A/B");
  EXPECT_EQ(get("/v1/indices/995366/members?after=nobody").result_int(), 400u);
}

TEST_F(HttpServerTest, pagesTheLevelsOfTheDay) {
  for (int i = 1; i <= 5; ++i) core_.publish(1, i * 10);
  settle();
  const json page = get_json("/v1/indices/995366/history?after=1&to=4&limit=2");
  ASSERT_EQ(page["levels"].size(), 2u);
  EXPECT_EQ(page["levels"][0]["index_sequence"], 2);
  EXPECT_EQ(page["levels"][0]["level"], "0.0020");
  EXPECT_EQ(page["next"], 3);
  EXPECT_EQ(page["unavailable_before"], 0);
  const json rest = get_json("/v1/indices/995366/history?after=3&to=4");
  EXPECT_EQ(rest["levels"].size(), 1u);
  EXPECT_EQ(rest["next"], nullptr);
  EXPECT_EQ(get_json("/v1/indices/995365/history")["levels"], json::array());
  EXPECT_EQ(get("/v1/indices/995366/history?epoch=7").result_int(), 409u);
}

struct PathCase {
  const char* path;
  const char* content_type;
  const char* contains;
};

TEST_F(HttpServerTest, servesThePageAndTheMetrics) {
  const PathCase cases[] = {
      {"/", "text/html", "<title>"},
      {"/?x=1", "text/html", "<title>"},
      {"/dashboard.css", "text/css", "{"},
      {"/access.js", "text/javascript", "Bearer"},
      {"/connection.js", "text/javascript", "heartbeat"},
      {"/dashboard.js", "text/javascript", "level"},
      {"/metrics", "text/plain", "indexcast_client_accepted_total"},
  };
  for (const PathCase& c : cases) {
    const auto response = get(c.path);
    EXPECT_EQ(response.result_int(), 200u) << c.path;
    EXPECT_THAT(std::string(response[http::field::content_type]), HasSubstr(c.content_type));
    EXPECT_THAT(response.body(), HasSubstr(c.contains));
  }
}

TEST_F(HttpServerTest, answersFaultsAsProblems) {
  auto response = get("/nothing");
  EXPECT_EQ(response.result_int(), 404u);
  EXPECT_EQ(response[http::field::content_type], "application/problem+json");
  EXPECT_EQ(json::parse(response.body())["status"], 404);
  EXPECT_EQ(get("/v1/indices/000000").result_int(), 404u);
  EXPECT_EQ(get("/v1/stream").result_int(), 426u);
  response = request(http::verb::post, "/v1/indices", "{}");
  EXPECT_EQ(response.result_int(), 405u);
  EXPECT_EQ(response[http::field::allow], "GET, HEAD, OPTIONS");
  response = request(http::verb::head, "/healthz");
  EXPECT_EQ(response.result_int(), 200u);
  EXPECT_EQ(response.body(), "");
  EXPECT_THAT(send_raw("no request at all\r\n\r\n"), HasSubstr("400 Bad Request"));
  EXPECT_THAT(send_raw("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n"),
              HasSubstr("413 "));
  EXPECT_THAT(send_raw("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), HasSubstr("413 "));
}

TEST_F(HttpServerTest, snapshotAndUpdatesMeetWithoutGapOrDuplicate) {
  core_.publish(1, 10);
  core_.publish(1, 20);
  settle();
  StreamReader reader(server_.port());
  EXPECT_EQ(reader.protocol(), "indexcast.v1.json");
  // Levels are written while the subscription is on its way.
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 3; i <= 2000 && !stop; ++i) {
      core_.publish(1, i * 10);
      std::this_thread::yield();
    }
  });
  reader.send(R"({"op":"subscribe","codes":["995366"]})");
  std::uint64_t sequence = reader.read_type("snapshot")["index_sequence"];
  while (sequence < 2000) {
    const json level = reader.read_type("level");
    ASSERT_EQ(level["index_sequence"], sequence + 1);
    ++sequence;
  }
  stop = true;
  writer.join();
  EXPECT_EQ(server_.clients().conflated.get(), 0u);
}

TEST_F(HttpServerTest, subscribesBeforeTheFirstLevel) {
  StreamReader reader(server_.port(), /*protocol=*/"");
  EXPECT_EQ(reader.protocol(), "");
  reader.send(R"({"op":"subscribe","codes":["995365","A/B"],"mode":"tick"})");
  json snapshot = reader.read_type("snapshot");
  EXPECT_EQ(snapshot["code"], "995365");
  EXPECT_EQ(snapshot["index_sequence"], 0);
  EXPECT_EQ(reader.read_type("snapshot")["code"], "A/B");
  core_.publish(0, 12'345'678);
  const json level = reader.read_type("level");
  EXPECT_EQ(level["index_sequence"], 1);
  EXPECT_EQ(level["level"], "1234.5678");
}

TEST_F(HttpServerTest, unsubscribesAndAnswersPing) {
  StreamReader reader(server_.port());
  reader.send(R"({"op":"subscribe","codes":["995365"]})");
  reader.read_type("snapshot");
  reader.send(R"({"op":"unsubscribe","codes":["995365","995366"]})");
  EXPECT_EQ(reader.read_type("unsubscribed")["codes"], json::array({"995365"}));
  core_.publish(0, 10);
  settle();
  reader.send(R"({"op":"ping"})");
  reader.read_type("pong");
}

TEST_F(HttpServerTest, beatsOnEveryTimer) {
  StreamReader reader(server_.port());
  reader.send(R"({"op":"ping"})");
  reader.read_type("pong");
  core_.publish(0, 10);
  core_.tick({7'000'000'000});
  const json heartbeat = reader.read_type("heartbeat");
  EXPECT_EQ(heartbeat["instant"], "7000000000");
  EXPECT_EQ(heartbeat["indices"][0]["index_sequence"], 1);
}

TEST_F(HttpServerTest, aHeartbeatIsReadyWhenReadyzIs) {
  StreamReader reader(server_.port());
  reader.send(R"({"op":"ping"})");
  reader.read_type("pong");
  std::int64_t seconds = 0;
  const auto agree_on = [&](bool ready, const std::string& why) {
    settle();
    core_.tick({++seconds * kNsPerSecond});
    EXPECT_EQ(reader.read_type("heartbeat")["ready"], ready) << why;
    EXPECT_EQ(get("/readyz").result_int(), ready ? 200u : 503u) << why;
  };
  agree_on(false, "no level");
  for (IndexId index = 0; index < 3; ++index) core_.publish(index, 10);
  agree_on(true, "levels and live feeds");
  core_.hkex.set_state(FeedState::gap);
  agree_on(false, "a feed in a gap");
  core_.hkex.set_state(FeedState::live);
  agree_on(true, "live again");
  core_.service.drain(monotonic_now());
  agree_on(false, "drained");
}

TEST_F(HttpServerTest, conflatesOnRequestAndSaysSo) {
  StreamReader reader(server_.port());
  reader.send(R"({"op":"subscribe","codes":["995365"],"mode":"conflated","interval_ms":20})");
  reader.read_type("snapshot");
  for (int i = 1; i <= 500; ++i) core_.publish(0, i * 10);
  std::uint64_t covered = 0;
  while (covered < 500) {
    json message = reader.read();
    if (message["type"] == "skipped") {
      EXPECT_EQ(message["from"], covered + 1);
      covered = message["to"];
      message = reader.read();
    }
    ASSERT_EQ(message["type"], "level");
    ASSERT_EQ(message["index_sequence"], ++covered);
  }
  EXPECT_GT(server_.clients().skipped.get(), 400u);
  EXPECT_EQ(server_.clients().conflated.get(), 0u);
}

struct CommandCase {
  const char* text;
  const char* reason;
};

TEST_F(HttpServerTest, answersBadCommandsAndGoesOn) {
  const CommandCase cases[] = {
      {"", "not a JSON object"},
      {"{", "not a JSON object"},
      {"[1]", "not a JSON object"},
      {"{\"op\":7}", "op: authenticate, subscribe, unsubscribe, replay or ping"},
      {"{\"op\":\"shutdown\"}", "op: authenticate, subscribe, unsubscribe, replay or ping"},
      {"{\"op\":\"subscribe\"}", "codes: an array of index codes is needed"},
      {"{\"op\":\"subscribe\",\"codes\":[]}", "codes: an array of index codes is needed"},
      {"{\"op\":\"subscribe\",\"codes\":[1]}", "codes: every code is a string"},
      {"{\"op\":\"subscribe\",\"codes\":[\"x\\u0000\"]}", "unknown code: x"},
      {R"({"op":"subscribe","codes":["995365"],"mode":"all"})", "mode: tick, grid or conflated"},
      {R"({"op":"subscribe","codes":["995365"],"mode":"grid","interval_ms":1500})",
       "interval_ms: a multiple of the grid's 1000 ms"},
      {R"({"op":"subscribe","codes":["995365"],"mode":"conflated","interval_ms":9})",
       "interval_ms: an integer from 10 to 60000"},
      {R"({"op":"subscribe","codes":["995365"],"mode":"conflated","interval_ms":1e300})",
       "interval_ms: an integer from 10 to 60000"},
      {R"({"op":"subscribe","codes":["995365"],"mode":"conflated","interval_ms":18446744073709551615})",
       "interval_ms: an integer from 10 to 60000"},
  };
  StreamReader reader(server_.port());
  for (const CommandCase& c : cases) {
    reader.send(c.text);
    EXPECT_THAT(reader.read_type("error")["reason"], HasSubstr(c.reason)) << c.text;
  }
  reader.send(std::string(60'000, '['));
  reader.read_type("error");
  reader.send(R"({"op":"ping"})");
  reader.read_type("pong");
  EXPECT_EQ(server_.clients().bad_commands.get(), std::size(cases) + 1);
}

TEST_F(HttpServerTest, closesOnOversizedAndBinary) {
  StreamReader large(server_.port());
  large.send(std::string(70'000, ' '));
  EXPECT_EQ(large.read_to_close(), websocket::close_code::too_big);
  StreamReader binary(server_.port());
  binary.send_binary("{}");
  EXPECT_EQ(binary.read_to_close(), websocket::close_code::unknown_data);
}

TEST_F(HttpServerTest, refusesAnUnknownSubprotocol) {
  EXPECT_THROW(StreamReader(server_.port(), "indexcast.v9"), boost::system::system_error);
  StreamReader reader(server_.port(), "other, indexcast.v1.json");
  EXPECT_EQ(reader.protocol(), "indexcast.v1.json");
}

TEST_F(HttpServerTest, saysGoodbyeWhenItStops) {
  StreamReader reader(server_.port());
  reader.send(R"({"op":"ping"})");
  reader.read_type("pong");
  std::thread stopper([this] { server_.stop(); });
  EXPECT_EQ(reader.read_to_close(), websocket::close_code::going_away);
  stopper.join();
  EXPECT_EQ(server_.clients().connections.get(), 0u);
}

class DrainedHttpServerTest : public HttpServerTest {
 protected:
  DrainedHttpServerTest() : HttpServerTest(impatient()) {}
  static HttpSettings impatient() {
    HttpSettings settings = local();
    settings.drain_grace_s = settings.drain_spread_s = 0;
    return settings;
  }
};

TEST_F(DrainedHttpServerTest, sendsStreamsAwayAndAnswersOn) {
  for (IndexId index = 0; index < 3; ++index) core_.publish(index, 10);
  settle();
  StreamReader reader(server_.port());
  reader.send(R"({"op":"ping"})");
  reader.read_type("pong");
  core_.service.drain(monotonic_now());
  EXPECT_EQ(reader.read_to_close(), websocket::close_code::going_away);
  EXPECT_THAT(get("/readyz").body(), HasSubstr("\"draining\""));
  EXPECT_THROW(StreamReader(server_.port()), boost::system::system_error);
  EXPECT_EQ(get("/v1/indices").result_int(), 200u);
  core_.service.resume();
  EXPECT_EQ(get("/readyz").result_int(), 200u);
  StreamReader again(server_.port());
  // The handshake is answered before the stream is registered; a pong shows that it is registered.
  again.send(R"({"op":"ping"})");
  again.read_type("pong");
  core_.publish(0, 20);
  core_.tick({7'000'000'000});
  EXPECT_EQ(again.read_type("heartbeat")["draining"], false);
}

class SmallHttpServerTest : public HttpServerTest {
 protected:
  SmallHttpServerTest() : HttpServerTest(small()) {}
  static HttpSettings small() {
    HttpSettings settings = local();
    settings.client_queue = 16;
    settings.client_stall_ms = 200;
    settings.max_clients = 2;
    return settings;
  }
};

// A client that stops reading is conflated, and another one does not notice.
TEST_F(SmallHttpServerTest, conflatesASlowClientAndClosesItWhenStuck) {
  StreamReader slow(server_.port(), "", /*receive_buffer=*/4096);
  StreamReader quick(server_.port());
  for (StreamReader* reader : {&slow, &quick}) {
    reader->send(R"({"op":"subscribe","codes":["995365"]})");
    reader->read_type("snapshot");
  }
  std::uint64_t sequence = 0;
  while (server_.clients().closed_slow.get() == 0) {
    core_.publish(0, 10);
    const json message = quick.read();
    ASSERT_EQ(message["type"], "level");
    ASSERT_EQ(message["index_sequence"], ++sequence);
  }
  EXPECT_GE(server_.clients().conflated.get(), 1u);
  EXPECT_EQ(slow.read_to_close(), websocket::close_code::try_again_later);
}

TEST_F(SmallHttpServerTest, turnsAwayMoreThanItsClients) {
  StreamReader first(server_.port());
  StreamReader second(server_.port());
  EXPECT_EQ(get("/healthz").result_int(), 503u);
  EXPECT_EQ(server_.clients().refused.get(), 1u);
}

class LappedHttpServerTest : public HttpServerTest {
 protected:
  LappedHttpServerTest() : HttpServerTest(local(), /*ring=*/16) {}
};

TEST_F(LappedHttpServerTest, tellsClientsWhatTheServerItselfMissed) {
  StreamReader reader(server_.port());
  reader.send(R"({"op":"subscribe","codes":["995365"]})");
  std::uint64_t covered = reader.read_type("snapshot")["index_sequence"];
  for (int i = 1; i <= 5000; ++i) core_.publish(0, i * 10);
  while (covered < 5000) {
    json message = reader.read();
    if (message["type"] == "skipped") {
      ASSERT_EQ(message["from"], covered + 1);
      covered = message["to"];
      message = reader.read();
    }
    ASSERT_EQ(message["index_sequence"], ++covered);
  }
}

TEST_F(HttpServerTest, ALackOfMemoryEndsOneSessionAlone) {
  INDEXCAST_NEED_ALLOCATION_COUNTER();
  core_.publish(1, 10'000'000);
  settle();
  StreamReader other(server_.port());
  other.send(R"({"op":"subscribe","codes":["995366"],"mode":"tick"})");
  other.read_type("snapshot");
  StreamReader victim(server_.port());
  const std::string long_command = R"({"op":")" + std::string(30'000, 'x') + R"("})";
  test::fail_allocations_from(20'000);
  victim.send(long_command);
  EXPECT_EQ(victim.read_to_close(), -1) << "the connection is closed without a word";
  test::fail_allocations_from(0);
  EXPECT_EQ(server_.clients().failed.get(), 1u);
  core_.publish(1, 10'000'001);
  EXPECT_EQ(other.read_type("level")["level"], "1000.0001");
}

}  // namespace
}  // namespace indexcast::server
