// The library with a server that asks for keys, over real sockets: grids and indicative values of a
// fund, and what a key does not allow.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "indexcast/subscriber/subscriber.h"
#include "server/zmq/publisher.h"
#include "server/zmq/query_server.h"
#include "tests/support/core_stub.h"
#include "tests/support/curve_keys.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::subscriber {
namespace {

using server::TopicKind;
using test::CurveKeys;
using namespace std::chrono_literals;

constexpr IndexId kIndex = 1;               // 995366
constexpr IndexId kFund = 3;                // 159099
constexpr std::chrono::seconds kLimit{60};  // ends a test that hangs

// Callbacks that one application received.
struct Told {
  int snapshots = 0;
  int levels = 0;
  int records = 0;
  int grids = 0;
  int ticks = 0;
  int inav_grids = 0;
  int connections = 0;
  std::vector<std::string> problems;
  std::uint64_t lost = 0;
};

class SubscriberAccessTest : public testing::Test {
 protected:
  SubscriberAccessTest() { query_.start(); }

  server::ZmqSettings settings() {
    server::ZmqSettings out;
    out.publish = "tcp://127.0.0.1:*";
    out.query = "tcp://127.0.0.1:*";
    out.linger_ms = 0;
    out.curve.secret_key = folder_.write("server.key", server_keys_.secret_key());
    out.clients = {client("all", all_, server::all_topic_kinds()),
                   client("steady", steady_, {TopicKind::grid})};
    return out;
  }
  static server::ZmqClientSettings client(const std::string& name, const CurveKeys& keys,
                                          std::vector<TopicKind> topics) {
    return {
        .name = name, .public_key = keys.public_key(), .codes = {"*"}, .topics = std::move(topics)};
  }

  Settings with(const CurveKeys& keys) const {
    Settings out;
    out.servers = {{socket_.endpoint(), query_.endpoint(), server_keys_.public_key()}};
    out.codes = {"995366", "159099"};
    out.public_key = keys.public_key();
    out.secret_key = keys.secret_key();
    out.grid = out.inav = true;
    return out;
  }
  static Callbacks telling(Told& told) {
    Callbacks out;
    out.on_snapshot = [&told](const SnapshotEvent&) { ++told.snapshots; };
    out.on_level = [&told](const v1::Level&, const Quality&) { ++told.levels; };
    out.on_definition = [&told](const v1::DefinitionChanged&) { ++told.records; };
    out.on_grid = [&told](const v1::Grid& grid, const Quality&) {
      EXPECT_EQ(grid.pace_ms(), 1'000u);
      ++told.grids;
    };
    out.on_inav = [&told](const v1::Inav& inav, const Quality&) {
      EXPECT_EQ(inav.level().code(), "159099");
      EXPECT_EQ(inav.creation_unit(), 100'000u);
      const bool of_grid = inav.pace() == v1::INAV_PACE_GRID;
      EXPECT_EQ(inav.pace_ms(), of_grid ? 15'000u : 0u);
      ++(of_grid ? told.inav_grids : told.ticks);
    };
    out.on_lost = [&told](const Loss& loss) { told.lost += loss.to - loss.from + 1; };
    out.on_connection = [&told](const Connection& connection) {
      if (connection.alive) ++told.connections;
    };
    out.on_problem = [&told](const std::string& what) { told.problems.push_back(what); };
    return out;
  }

  // One second of the day.
  void turn() {
    socket_.process_events();
    core_.publish(kIndex, ++value_);
    core_.publish(kFund, value_);
    core_.tick({++second_ * kNsPerSecond});
    while (publisher_.do_work(clock_.now()) > 0) {
    }
  }
  template <class Done>
  bool run(std::vector<Subscriber*> subscribers, Done done) {
    const auto end = std::chrono::steady_clock::now() + kLimit;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      turn();
      for (Subscriber* each : subscribers) each->poll(2ms);
    }
    return true;
  }

  server::TemporaryFolder folder_;
  CurveKeys server_keys_;
  CurveKeys all_;
  CurveKeys steady_;
  server::Clock clock_;
  server::CoreStub core_{1 << 16, server::stub_definitions_and_fund()};
  server::ServerView view_ = core_.view();
  server::ZmqSocket socket_{settings()};
  server::ZmqPublisher publisher_{socket_, {}, view_, clock_};
  server::QueryServer query_{settings(), socket_, view_, clock_};
  std::int64_t value_ = 10'000'000;
  std::int64_t second_ = 0;
};

TEST_F(SubscriberAccessTest, aKeyBringsLevelsGridsAndIndicativeValues) {
  Told told;
  Subscriber subscriber(with(all_), telling(told));
  ASSERT_TRUE(run({&subscriber}, [&told] {
    return told.levels > 50 && told.grids > 50 && told.ticks > 50 && told.inav_grids > 2;
  }));
  EXPECT_EQ(told.snapshots, 2);
  EXPECT_EQ(told.lost, 0u);
  EXPECT_TRUE(told.problems.empty()) << told.problems[0];
}

TEST_F(SubscriberAccessTest, aKeyForGridsIsEnoughForWhoWantsNothingElse) {
  Told told;
  Settings settings = with(steady_);
  settings.levels = settings.records = settings.inav = false;
  Subscriber subscriber(settings, telling(told));
  ASSERT_TRUE(run({&subscriber}, [&told] { return told.grids > 50 && told.snapshots == 2; }));
  EXPECT_EQ(told.levels, 0);
  EXPECT_TRUE(told.problems.empty()) << told.problems[0];
}

TEST_F(SubscriberAccessTest, whatAKeyDoesNotAllowIsSaid) {
  Told told;
  Settings settings = with(steady_);
  settings.hold_limit = 100ms;
  Subscriber subscriber(settings, telling(told));
  ASSERT_TRUE(run({&subscriber}, [&told] { return told.grids > 50 && !told.problems.empty(); }));
  EXPECT_EQ(told.levels, 0);
  EXPECT_NE(told.problems[0].find("NOT_ALLOWED"), std::string::npos) << told.problems[0];
}

TEST_F(SubscriberAccessTest, aKeyThatIsNotListedBringsNothing) {
  CurveKeys unlisted;
  Told told;
  Told stranger;
  Subscriber subscriber(with(all_), telling(told));
  Subscriber other(with(unlisted), telling(stranger));
  ASSERT_TRUE(run({&subscriber, &other}, [&told] { return told.grids > 200; }));
  EXPECT_EQ(stranger.connections, 0);
  EXPECT_EQ(stranger.snapshots + stranger.levels + stranger.grids, 0);
}

TEST_F(SubscriberAccessTest, aKeyThatIsNoneIsRefusedAtOnce) {
  Settings settings = with(all_);
  settings.public_key = std::string(40, ' ');
  EXPECT_THROW(Subscriber(settings, {}), std::runtime_error);
}

}  // namespace
}  // namespace indexcast::subscriber
