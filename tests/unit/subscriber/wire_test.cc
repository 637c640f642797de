// The library over real sockets against the real publisher and the real answers, through
// connections that are sliced, delayed and cut.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <random>
#include <string>

#include "indexcast/subscriber/subscriber.h"
#include "server/zmq/publisher.h"
#include "server/zmq/query_server.h"
#include "tests/support/core_stub.h"
#include "tests/support/stream_witness.h"
#include "tests/support/tcp_proxy.h"

namespace indexcast::subscriber {
namespace {

using server::CoreStub;
using test::ProxyFaults;
using test::StreamWitness;
using test::TcpProxy;
using namespace std::chrono_literals;

constexpr std::uint64_t kSeeds = 8;
constexpr int kSteps = 1'000;
constexpr std::chrono::seconds kLimit{60};  // ends a test that hangs

// One server: a core that the test fills, its publisher on the test's thread, its answers on their
// own, and a bad connection to each.
struct Site {
  explicit Site(std::uint64_t seed, std::size_t ring, std::uint64_t epoch)
      : core(ring),
        view(view_of(core, epoch)),
        publisher(socket, {}, view, clock),
        query(settings(), socket, view, clock),
        published(socket.endpoint(), seed),
        answers(query.endpoint(), seed + 1'000) {
    query.start();
  }

  static server::ZmqSettings settings() {
    server::ZmqSettings out;
    out.publish = "tcp://127.0.0.1:*";
    out.query = "tcp://127.0.0.1:*";
    out.requests_per_s = 1'000'000;
    return out;
  }
  static server::ServerView view_of(CoreStub& core, std::uint64_t epoch) {
    server::ServerView out = core.view();
    out.epoch = epoch;
    return out;
  }

  void publish(IndexId index, std::int64_t value) {
    LevelUpdate update = core.make_level(index, value);
    update.exchange_time = {value};
    core.publish(update);
    ++newest[index];
  }
  void run() {
    while (publisher.do_work({}) > 0) {
    }
  }
  void tick() {
    core.tick({kNsPerSecond});
    run();
  }
  void set(const ProxyFaults& faults) {
    published.set(faults);
    answers.set(faults);
  }
  Server address() const { return {published.endpoint(), answers.endpoint(), ""}; }

  CoreStub core;
  server::Clock clock;
  server::ZmqSocket socket{settings()};
  server::ServerView view;
  server::ZmqPublisher publisher;
  server::QueryServer query;
  TcpProxy published;
  TcpProxy answers;
  std::array<std::uint64_t, 3> newest{};
};

Settings settings_of(std::vector<Server> servers) {
  Settings settings;
  settings.servers = std::move(servers);
  settings.codes = {"995365", "995366", "A/B"};
  settings.hold_limit = 30s;
  settings.answer_timeout = 200ms;
  settings.heartbeat_timeout = 500ms;
  return settings;
}

bool complete(StreamWitness& witness, const Site& site) {
  const char* const codes[] = {"995365", "995366", "A/B"};
  for (std::size_t i = 0; i < 3; ++i) {
    const StreamWitness::Index& index = witness.indices[codes[i]];
    if (!index.begun || index.epoch != site.view.epoch || index.next != site.newest[i] + 1) {
      return false;
    }
  }
  return true;
}

// Heartbeats until the subscriber has everything of `site`; every one of `sites` beats.
bool settle(Subscriber& subscriber, StreamWitness& witness, std::vector<Site*> sites, Site& site) {
  const auto end = std::chrono::steady_clock::now() + kLimit;
  while (!complete(witness, site)) {
    if (std::chrono::steady_clock::now() > end) return false;
    for (Site* each : sites) each->tick();
    subscriber.poll(10ms);
  }
  return true;
}

// A stretch of the day with a bad connection, which the subscriber joins somewhere, then a good one
// until it has everything.
struct Stretch {
  Stretch(std::uint64_t seed, std::size_t ring, const ProxyFaults& faults)
      : random(seed), site(seed, ring, 7'000) {
    site.set(faults);
    const int join = static_cast<int>(random() % kSteps);
    for (int i = 0; i < kSteps; ++i) {
      if (i == join) subscriber.emplace(settings_of({site.address()}), witness.callbacks());
      for (std::uint64_t n = random() % 4; n > 0; --n) site.publish(draw_index(), ++value);
      site.run();
      if (i % 25 == 0) site.tick();
      if (subscriber) subscriber->poll(1ms);
    }
    site.set({});
    settled = settle(*subscriber, witness, {&site}, site);
  }
  IndexId draw_index() { return static_cast<IndexId>(random() % 3); }
  std::uint64_t cuts() const { return site.published.cuts() + site.answers.cuts(); }

  std::mt19937_64 random;
  Site site;
  StreamWitness witness;
  std::optional<Subscriber> subscriber;
  std::int64_t value = 0;
  bool settled = false;
};

TEST(SubscriberWire, endsWithTheFullStreamWhateverTheConnectionDoes) {
  std::uint64_t cuts = 0;
  std::uint64_t recovered = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stretch stretch(seed, 1 << 13, {.slice_max = 400, .delay_max_ms = 5, .cut = 0.05});
    ASSERT_TRUE(stretch.settled);
    EXPECT_TRUE(stretch.witness.lost.empty()) << "the server still had everything";
    EXPECT_EQ(stretch.subscriber->counters().malformed, 0u);
    for (const auto& [code, index] : stretch.witness.indices) EXPECT_EQ(index.begins, 1u);
    cuts += stretch.cuts();
    recovered += stretch.subscriber->counters().recovered;
  }
  EXPECT_GT(cuts, kSeeds);
  EXPECT_GT(recovered, kSeeds) << "of what was lost on the way";
}

TEST(SubscriberWire, namesWhatTheServerHasNoMore) {
  std::uint64_t unavailable = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stretch stretch(seed, 64, {.slice_max = 400, .delay_max_ms = 5, .cut = 0.05});
    ASSERT_TRUE(stretch.settled);
    unavailable += stretch.witness.lost[LossReason::unavailable];
  }
  EXPECT_GT(unavailable, 0u);
}

TEST(SubscriberWire, goesToTheBackupWhenThePrimaryFallsSilent) {
  Site primary(1, 1 << 12, 7'000);
  Site backup(2, 1 << 12, 9'000);
  StreamWitness witness;
  Subscriber subscriber(settings_of({primary.address(), backup.address()}), witness.callbacks());
  std::int64_t value = 0;
  backup.publish(0, ++value);  // so that the numbers differ
  const auto publish = [&] {
    for (int i = 0; i < 30; ++i) {
      const IndexId index = static_cast<IndexId>(i % 3);
      primary.publish(index, ++value);
      backup.publish(index, value);
    }
  };
  publish();
  ASSERT_TRUE(settle(subscriber, witness, {&primary, &backup}, primary));
  primary.set({.stall = true});
  publish();
  ASSERT_TRUE(settle(subscriber, witness, {&primary, &backup}, backup));
  publish();
  ASSERT_TRUE(settle(subscriber, witness, {&primary, &backup}, backup));
  ASSERT_EQ(witness.switches.size(), 1u);
  EXPECT_EQ(witness.switches[0].to, 1u);
  EXPECT_EQ(witness.switches[0].reason, SwitchReason::heartbeat_timeout);
  EXPECT_EQ(subscriber.counters().heartbeat_timeouts, 1u);
  EXPECT_TRUE(witness.lost.empty());
  EXPECT_TRUE(subscriber.is_live("995365"));
}

// Two servers with working connections. The timeout is far beyond the test's limit, so that only a
// closed connection can cause a loss.
class ClosedConnectionTest : public testing::Test {
 protected:
  static Server direct(const Site& site) {
    return {site.socket.endpoint(), site.query.endpoint(), ""};
  }
  void subscribe(std::vector<Server> servers) {
    Settings settings = settings_of(std::move(servers));
    settings.heartbeat_timeout = 10min;
    settings.unready_after = 200ms;  // the backup has no live feed, so it is a last resort
    subscriber_.emplace(settings, witness_.callbacks());
  }

  std::optional<Site> primary_{std::in_place, 1, 1 << 12, 7'000};
  Site backup_{2, 1 << 12, 9'000};
  StreamWitness witness_;
  std::optional<Subscriber> subscriber_;
};

TEST_F(ClosedConnectionTest, isNoticedAtOnce) {
  primary_->publish(0, 1);
  backup_.publish(0, 1);
  subscribe({direct(*primary_), direct(backup_)});
  ASSERT_TRUE(settle(*subscriber_, witness_, {&*primary_, &backup_}, *primary_));
  primary_.reset();
  ASSERT_TRUE(settle(*subscriber_, witness_, {&backup_}, backup_));
  ASSERT_EQ(witness_.switches.size(), 1u);
  EXPECT_EQ(witness_.switches[0].reason, SwitchReason::connection_lost);
  EXPECT_EQ(subscriber_->counters().connections_lost, 1u);
  EXPECT_EQ(subscriber_->counters().heartbeat_timeouts, 0u);
}

TEST_F(ClosedConnectionTest, isNoticedAtOnceWhereTheFirstOneIsRefused) {
  const Server gone = direct(*primary_);
  primary_.reset();
  backup_.publish(0, 1);
  subscribe({gone, direct(backup_)});
  ASSERT_TRUE(settle(*subscriber_, witness_, {&backup_}, backup_));
  ASSERT_EQ(witness_.switches.size(), 1u);
  EXPECT_EQ(witness_.switches[0].reason, SwitchReason::connection_lost);
}

TEST(SubscriberWire, showsNothingAsLiveWhereNoServerIsHeard) {
  Site primary(1, 1 << 12, 7'000);
  Site backup(2, 1 << 12, 9'000);
  StreamWitness witness;
  Callbacks callbacks = witness.callbacks();
  std::optional<Liveness> liveness;
  callbacks.on_liveness = [&](const Liveness& now) { liveness = now; };
  Subscriber subscriber(settings_of({primary.address(), backup.address()}), callbacks);
  primary.publish(0, 1);
  ASSERT_TRUE(settle(subscriber, witness, {&primary, &backup}, primary));
  EXPECT_TRUE(subscriber.is_live("995365"));
  EXPECT_TRUE(liveness && liveness->live && liveness->any_alive);
  for (Site* site : {&primary, &backup}) site->set({.stall = true});
  const auto end = std::chrono::steady_clock::now() + kLimit;
  while (liveness->any_alive && std::chrono::steady_clock::now() < end) {
    for (Site* site : {&primary, &backup}) site->tick();
    subscriber.poll(10ms);
  }
  EXPECT_FALSE(liveness->live || liveness->any_alive);
  EXPECT_FALSE(subscriber.is_live() || subscriber.is_live("995365"));
}

}  // namespace
}  // namespace indexcast::subscriber
