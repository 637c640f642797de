#include "server/zmq/query_service.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

constexpr const char* kPeer = "192.0.2.1";
constexpr std::uint64_t kId = 77;

v1::Request replay_of(const std::string& code, std::uint64_t from, std::uint64_t to = 0,
                      std::uint64_t epoch = 0) {
  v1::Request request;
  v1::ReplayRequest& replay = *request.mutable_replay();
  replay.set_code(code);
  replay.set_from(from);
  replay.set_to(to);
  replay.set_epoch(epoch);
  return request;
}

v1::Request members_of(const std::string& code) {
  v1::Request request;
  request.mutable_members()->set_code(code);
  return request;
}

// What replays gather page by page.
struct Gathered {
  std::vector<std::uint64_t> sequences;
  std::uint64_t unavailable_before = 0;
};

class QueryServiceTest : public testing::Test {
 protected:
  explicit QueryServiceTest(std::size_t ring = 1 << 12,
                            std::vector<IndexDefinition> definitions = stub_definitions())
      : core_(ring, std::move(definitions)) {}

  static ZmqSettings settings() {
    ZmqSettings out;
    out.requests_per_s = 100;
    return out;
  }
  static ZmqSettings settings_with(std::vector<std::string> codes, std::vector<TopicKind> topics) {
    ZmqSettings out = settings();
    out.clients.push_back({.name = "desk",
                           .public_key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
                           .codes = std::move(codes),
                           .topics = std::move(topics)});
    return out;
  }

  void read_on() {
    while (service_.poll(1000) > 0) {
    }
  }
  v1::Reply parse(std::string_view bytes) {
    v1::Reply reply;
    EXPECT_TRUE(reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    EXPECT_EQ(reply.epoch(), kStubEpoch);
    return reply;
  }
  // Each request a second after the one before: rates are a test of their own.
  v1::Reply ask(v1::Request request, std::string_view peer = kPeer) {
    request.set_request_id(kId);
    now_ = now_ + kNsPerSecond;
    const v1::Reply reply = parse(service_.respond(peer, request.SerializeAsString(), now_));
    EXPECT_EQ(reply.request_id(), kId);
    return reply;
  }
  v1::SnapshotReply snapshot(const std::vector<std::string>& codes = {},
                             const std::string& after = "", std::string_view peer = kPeer) {
    v1::Request request;
    for (const std::string& code : codes) request.mutable_snapshot()->add_codes(code);
    request.mutable_snapshot()->set_after(after);
    return ask(request, peer).snapshot();
  }
  Gathered replay_all(const std::string& code, std::uint64_t from) {
    Gathered out;
    for (std::uint64_t at = from; at != 0;) {
      const v1::ReplayReply page = ask(replay_of(code, at)).replay();
      EXPECT_LE(page.levels_size(), 500);
      for (const v1::Level& level : page.levels()) out.sequences.push_back(level.index_sequence());
      out.unavailable_before = std::max(out.unavailable_before, page.unavailable_before());
      at = page.next();
    }
    return out;
  }

  CoreStub core_;
  QueryStats stats_;
  ZmqClients everybody_{settings()};
  QueryService service_{core_.view(), Clock(), everybody_, stats_};
  TimeNs now_{kNsPerSecond};
};

TEST_F(QueryServiceTest, ASnapshotHasEveryIndexInTheOrderOfCodes) {
  core_.publish(1, 10'123'456);
  core_.publish(1, 10'123'457);
  read_on();
  const v1::SnapshotReply reply = snapshot();
  ASSERT_EQ(reply.snapshots_size(), 3);
  EXPECT_EQ(reply.snapshots(0).code(), "995365");
  EXPECT_EQ(reply.snapshots(0).complete_to(), 0u);
  EXPECT_FALSE(reply.snapshots(0).has_level());
  EXPECT_EQ(reply.snapshots(1).code(), "995366");
  EXPECT_EQ(reply.snapshots(1).complete_to(), 2u);
  EXPECT_EQ(reply.snapshots(1).level().level(), 10'123'457);
  EXPECT_EQ(reply.snapshots(2).code(), "A/B");
  EXPECT_EQ(reply.next(), "");
}

TEST_F(QueryServiceTest, ASnapshotNamesUnknownCodes) {
  const v1::SnapshotReply reply = snapshot({"A/B", "000001", "995365", "A/B"});
  ASSERT_EQ(reply.snapshots_size(), 2);
  EXPECT_EQ(reply.snapshots(0).code(), "995365");
  EXPECT_EQ(reply.snapshots(1).code(), "A/B");
  ASSERT_EQ(reply.unknown_size(), 1);
  EXPECT_EQ(reply.unknown(0), "000001");
}

TEST_F(QueryServiceTest, AReplayHasTheRequestedLevels) {
  for (int i = 1; i <= 10; ++i) core_.publish(1, 1000 + i);
  read_on();
  const v1::ReplayReply reply = ask(replay_of("995366", 3, 5, kStubEpoch)).replay();
  ASSERT_EQ(reply.levels_size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reply.levels(i).index_sequence(), static_cast<std::uint64_t>(i + 3));
    EXPECT_EQ(reply.levels(i).level(), 1003 + i);
    EXPECT_EQ(reply.levels(i).stream_sequence(), static_cast<std::uint64_t>(i + 3));
    EXPECT_EQ(reply.levels(i).code(), "995366");
  }
  EXPECT_EQ(reply.complete_to(), 10u);
  EXPECT_EQ(reply.unavailable_before(), 0u);
  EXPECT_EQ(reply.next(), 0u);
}

TEST_F(QueryServiceTest, AReplayHasPagesUpToTheNewestLevel) {
  for (int i = 1; i <= 1203; ++i) core_.publish(static_cast<IndexId>(i % 2), 1000 + i);
  read_on();
  const Gathered gathered = replay_all("995366", 1);
  ASSERT_EQ(gathered.sequences.size(), 602u);
  for (std::size_t i = 0; i < gathered.sequences.size(); ++i)
    ASSERT_EQ(gathered.sequences[i], i + 1);
  EXPECT_EQ(gathered.unavailable_before, 0u);
}

TEST_F(QueryServiceTest, AReplayBeyondTheNewestLevelIsEmpty) {
  core_.publish(1, 1000);
  read_on();
  const v1::ReplayReply reply = ask(replay_of("995366", 2, 9)).replay();
  EXPECT_EQ(reply.levels_size(), 0);
  EXPECT_EQ(reply.complete_to(), 1u);
  EXPECT_EQ(reply.unavailable_before(), 0u);
}

TEST_F(QueryServiceTest, MembersMatchTheNewestLevel) {
  core_.apply_price(0, 152'000'000);
  core_.publish(1, 10'050'000);
  core_.apply_price(0, 999'000'000);  // its level has not come yet
  read_on();
  const v1::MembersReply reply = ask(members_of("995366")).members();
  ASSERT_EQ(reply.members_size(), 3);
  EXPECT_EQ(reply.level().level(), 10'050'000);
  EXPECT_EQ(reply.definition().code(), "995366");
  EXPECT_EQ(reply.definition().member_count(), 3u);
  EXPECT_EQ(reply.members(0).symbol(), "688041.SH");
  EXPECT_EQ(reply.members(0).price(), 152'000'000);
  EXPECT_EQ(reply.members(0).price_kind(), v1::PRICE_KIND_LAST);
  EXPECT_EQ(reply.members(0).fx_rate(), 0);
  EXPECT_EQ(reply.members(1).price_kind(), v1::PRICE_KIND_REFERENCE);
  EXPECT_EQ(reply.members(2).currency(), "HKD");
  EXPECT_EQ(reply.members(2).fx_rate(), 92'310'000);
  EXPECT_TRUE(reply.members(0).price_certain());
}

TEST_F(QueryServiceTest, ReturnsTheDefinitionsInForce) {
  std::vector<IndexDefinition> changed = stub_definitions();
  changed[1].version = 9;
  const auto next = std::make_shared<const Universe>(std::move(changed), core_.universe);
  DefinitionChanged record;
  record.definition_set = core_.definition_sets.add(next, 0);
  v1::Request request;
  request.mutable_definitions()->add_codes("995366");
  EXPECT_EQ(ask(request).definitions().definitions(0).version(), 1u);
  core_.ring.write(Record::of(record));
  read_on();
  const v1::Definition definition = ask(request).definitions().definitions(0);
  EXPECT_EQ(definition.version(), 9u);
  EXPECT_EQ(definition.name(), "华证沪深港 AI 大模型");
  EXPECT_EQ(definition.member_count(), 3u);
}

struct Refused {
  const char* name;
  v1::Request request;
  v1::RefusalReason reason;
};

std::vector<Refused> refused_requests() {
  v1::Request many;
  for (int i = 0; i < 501; ++i) many.mutable_snapshot()->add_codes("995365");
  v1::Request report;
  report.mutable_report()->set_subscriber("a\nb");
  v1::Request long_name;
  long_name.mutable_report()->set_subscriber(std::string(65, 'x'));
  return {{"a code of another day", replay_of("000001", 1), v1::REFUSAL_REASON_UNKNOWN_CODE},
          {"another epoch", replay_of("995366", 1, 0, 5), v1::REFUSAL_REASON_OTHER_EPOCH},
          {"from 0", replay_of("995366", 0), v1::REFUSAL_REASON_BAD_RANGE},
          {"backwards", replay_of("995366", 5, 4), v1::REFUSAL_REASON_BAD_RANGE},
          {"members without a level", members_of("995366"), v1::REFUSAL_REASON_NO_LEVEL},
          {"members of nothing", members_of(""), v1::REFUSAL_REASON_UNKNOWN_CODE},
          {"too many codes", many, v1::REFUSAL_REASON_TOO_MANY_CODES},
          {"a name that breaks the log", report, v1::REFUSAL_REASON_MALFORMED},
          {"a long name", long_name, v1::REFUSAL_REASON_MALFORMED}};
}

TEST_F(QueryServiceTest, CountsRefusedRequestsByReason) {
  for (const Refused& each : refused_requests()) {
    SCOPED_TRACE(each.name);
    Counter& counter = stats_.refusals[static_cast<std::size_t>(each.reason)];
    const std::uint64_t before = counter.get();
    const v1::Reply reply = ask(each.request);
    ASSERT_TRUE(reply.has_refusal());
    EXPECT_EQ(reply.refusal().reason(), each.reason);
    EXPECT_EQ(counter.get(), before + 1);
  }
}

TEST_F(QueryServiceTest, RefusesBytesThatAreNoRequest) {
  const std::string empty;
  const std::string noise = "\xff\xff\xff\xff";
  const std::string large(QueryService::kRequestBytesMax + 1, '\0');
  const auto reason = [&](std::optional<std::string_view> bytes) {
    now_ = now_ + kNsPerSecond;
    return parse(service_.respond(kPeer, bytes, now_)).refusal().reason();
  };
  EXPECT_EQ(reason(empty), v1::REFUSAL_REASON_MALFORMED);
  EXPECT_EQ(reason(noise), v1::REFUSAL_REASON_MALFORMED);
  EXPECT_EQ(reason(std::nullopt), v1::REFUSAL_REASON_MALFORMED) << "more frames than one";
  EXPECT_EQ(reason(large), v1::REFUSAL_REASON_TOO_LARGE);
  EXPECT_EQ(stats_.refusals[v1::REFUSAL_REASON_MALFORMED].get(), 3u);
}

TEST_F(QueryServiceTest, LimitsTheRateOfEachPeerSeparately) {
  const std::string request = members_of("x").SerializeAsString();
  const auto limited = [&](const char* peer, TimeNs now) {
    return parse(service_.respond(peer, request, now)).refusal().reason() ==
           v1::REFUSAL_REASON_RATE_LIMITED;
  };
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(limited("a", now_));
  EXPECT_TRUE(limited("a", now_));
  EXPECT_FALSE(limited("b", now_));
  const v1::Reply reply = parse(service_.respond("a", request, now_));
  ASSERT_GT(reply.refusal().retry_after_ms(), 0u);
  EXPECT_FALSE(limited("a", now_ + reply.refusal().retry_after_ms() * kNsPerMs));
}

TEST_F(QueryServiceTest, KeepsTheNewestReportOfASubscriber) {
  v1::Request request;
  v1::Report& report = *request.mutable_report();
  report.set_subscriber("一号");
  report.set_missed(3);
  EXPECT_TRUE(ask(request).has_report());
  report.set_missed(4);
  ask(request);
  const std::vector<SubscriberReport> stored = stats_.reports.all();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].peer, kPeer);
  EXPECT_EQ(stored[0].missed, 4u);
}

TEST_F(QueryServiceTest, KeepsAtMostTheLimitOfReports) {
  v1::Request request;
  for (std::size_t i = 0; i <= ReportTable::kReportsMax; ++i) {
    request.mutable_report()->set_subscriber("s" + std::to_string(i));
    ask(request);
  }
  EXPECT_EQ(stats_.reports.all().size(), ReportTable::kReportsMax);
  for (const SubscriberReport& stored : stats_.reports.all()) EXPECT_NE(stored.subscriber, "s0");
}

TEST_F(QueryServiceTest, AnswersWithTheEpochOfTheNewDay) {
  core_.publish(1, 1000);
  read_on();
  CoreStub next;
  ServerView view = next.view();
  view.epoch = kStubEpoch + 1;
  service_.switch_day(view, Clock());
  const std::string request = replay_of("995366", 1, 0, kStubEpoch).SerializeAsString();
  v1::Reply reply;
  reply.ParseFromString(std::string(service_.respond(kPeer, request, now_)));
  EXPECT_EQ(reply.epoch(), kStubEpoch + 1);
  EXPECT_EQ(reply.refusal().reason(), v1::REFUSAL_REASON_OTHER_EPOCH);
}

class EntitledServiceTest : public QueryServiceTest {
 protected:
  void serve(std::vector<std::string> codes, std::vector<TopicKind> topics) {
    clients_ = std::make_unique<ZmqClients>(settings_with(std::move(codes), std::move(topics)));
    service_ = QueryService(core_.view(), Clock(), *clients_, stats_);
    core_.publish(0, 1000);
    core_.publish(1, 1000);
    read_on();
  }
  std::unique_ptr<ZmqClients> clients_;
};

TEST_F(EntitledServiceTest, AClientSeesItsCodesOnly) {
  serve({"995366"}, all_topic_kinds());
  const v1::SnapshotReply all = snapshot({}, "", "desk");
  ASSERT_EQ(all.snapshots_size(), 1);
  EXPECT_EQ(all.snapshots(0).code(), "995366");
  EXPECT_EQ(snapshot({"995365"}, "", "desk").unknown_size(), 1);
  EXPECT_EQ(ask(replay_of("995365", 1), "desk").refusal().reason(),
            v1::REFUSAL_REASON_UNKNOWN_CODE);
  EXPECT_EQ(ask(members_of("995365"), "desk").refusal().reason(), v1::REFUSAL_REASON_UNKNOWN_CODE);
  EXPECT_EQ(ask(replay_of("995366", 1), "desk").replay().levels_size(), 1);
}

TEST_F(EntitledServiceTest, AClientGetsLevelsOfItsKindsOnly) {
  serve({"*"}, {TopicKind::grid});
  EXPECT_EQ(snapshot({}, "", "desk").snapshots_size(), 3);
  EXPECT_EQ(ask(replay_of("995366", 1), "desk").refusal().reason(), v1::REFUSAL_REASON_NOT_ALLOWED);
  serve({"*"}, {TopicKind::status});
  EXPECT_EQ(ask(members_of("995366"), "desk").refusal().reason(), v1::REFUSAL_REASON_NOT_ALLOWED);
}

TEST_F(EntitledServiceTest, AnUnlistedClientSeesNothing) {
  serve({"*"}, all_topic_kinds());
  v1::Request request;
  request.mutable_snapshot();
  EXPECT_EQ(ask(request, "stranger").refusal().reason(), v1::REFUSAL_REASON_NOT_ALLOWED);
  EXPECT_EQ(ask(members_of("995366"), "stranger").refusal().reason(),
            v1::REFUSAL_REASON_UNKNOWN_CODE);
}

// A ring of 16 records.
class SmallRingTest : public QueryServiceTest {
 protected:
  SmallRingTest() : QueryServiceTest(16) {}
};

TEST_F(SmallRingTest, AReplayNamesLevelsThatAreGone) {
  for (int i = 1; i <= 40; ++i) {
    core_.publish(1, 1000 + i);
    read_on();
  }
  const Gathered gathered = replay_all("995366", 1);
  EXPECT_EQ(gathered.unavailable_before, 25u);
  ASSERT_EQ(gathered.sequences.size(), 16u);
  EXPECT_EQ(gathered.sequences.front(), 25u);
}

TEST_F(SmallRingTest, KeepsTheNewestLevelAfterItLeftTheRing) {
  core_.publish(1, 1001);
  core_.publish(1, 1002);
  read_on();
  for (int i = 1; i <= 40; ++i) {
    core_.publish(0, 1000 + i);
    read_on();
  }
  const v1::ReplayReply reply = ask(replay_of("995366", 1)).replay();
  ASSERT_EQ(reply.levels_size(), 1);
  EXPECT_EQ(reply.levels(0).level(), 1002);
  EXPECT_EQ(reply.unavailable_before(), 2u);
}

TEST_F(SmallRingTest, ResumesFromTheTableAfterBeingLapped) {
  for (int i = 1; i <= 40; ++i) core_.publish(1, 1000 + i);
  read_on();
  EXPECT_EQ(stats_.lapped.get(), 1u);
  EXPECT_EQ(replay_all("995366", 1).sequences, std::vector<std::uint64_t>{40});
  core_.publish(1, 2000);
  read_on();
  EXPECT_EQ(replay_all("995366", 1).sequences, std::vector<std::uint64_t>{41})
      << "the place of 40 is not known";
}

TEST_F(SmallRingTest, ALevelOverwrittenDuringAReplayIsUnavailable) {
  for (int i = 1; i <= 10; ++i) core_.publish(1, 1000 + i);
  read_on();
  for (int i = 1; i <= 10; ++i) core_.publish(0, 1000 + i);  // over the first four
  const v1::ReplayReply reply = ask(replay_of("995366", 1)).replay();
  EXPECT_EQ(reply.unavailable_before(), 5u);
  ASSERT_EQ(reply.levels_size(), 6);
  EXPECT_EQ(reply.levels(0).index_sequence(), 5u);
}

// The writer goes round while pages are read: what comes is right, in order and without a hole.
TEST_F(SmallRingTest, NeverReturnsAnotherLevelForAnOverwrittenOne) {
  std::thread writer([this] {
    for (int i = 1; i <= 200'000; ++i) core_.publish(1, 1000 + i);
  });
  for (int i = 0; i < 2000; ++i) {
    service_.poll(1000);
    const v1::ReplayReply reply = ask(replay_of("995366", 1)).replay();
    for (int k = 0; k < reply.levels_size(); ++k) {
      const v1::Level& level = reply.levels(k);
      ASSERT_EQ(level.level(), 1000 + static_cast<std::int64_t>(level.index_sequence()));
      ASSERT_EQ(level.index_sequence(), reply.levels(0).index_sequence() + std::uint64_t(k));
    }
  }
  writer.join();
}

TEST(QueryServicePages, HaveAtMost500Codes) {
  std::vector<IndexDefinition> definitions;
  for (int i = 0; i < 1201; ++i) {
    definitions.push_back(stub_definitions()[0]);
    definitions.back().code = std::to_string(100'000 + i);
  }
  CoreStub core(64, std::move(definitions));
  QueryStats stats;
  const ZmqClients everybody{ZmqSettings{}};
  QueryService service(core.view(), Clock(), everybody, stats);
  std::vector<std::string> codes;
  v1::Request request;
  do {
    request.mutable_snapshot();
    v1::Reply reply;
    reply.ParseFromString(
        std::string(service.respond(kPeer, request.SerializeAsString(), TimeNs{1})));
    ASSERT_LE(reply.snapshot().snapshots_size(), 500);
    for (const v1::Snapshot& one : reply.snapshot().snapshots()) codes.push_back(one.code());
    request.mutable_snapshot()->set_after(reply.snapshot().next());
  } while (!request.snapshot().after().empty());
  EXPECT_EQ(codes.size(), 1201u);
  EXPECT_TRUE(std::ranges::is_sorted(codes));
}

}  // namespace
}  // namespace indexcast::server
