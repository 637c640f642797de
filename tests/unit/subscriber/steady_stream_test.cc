// What a session tells of grids and indicative values, which are not asked for again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/subscriber/session.h"
#include "tests/support/model_server.h"

namespace indexcast::subscriber {
namespace {

using test::ModelServer;
using testing::ElementsAre;

constexpr std::int64_t kMs = 1'000'000;

// Two servers with a grid of one second, and who follows nothing but grids and indicative values.
class SteadyStreamTest : public testing::Test, public Wire {
 protected:
  SteadyStreamTest() { begin({}); }

  void begin(Settings settings) {
    settings.servers.resize(2);
    settings.codes = {"A"};
    settings.levels = settings.records = false;
    settings.grid = settings.inav = true;
    settings.heartbeat_timeout = Time{1'000};
    settings.behind_limit = Time{500};
    Callbacks callbacks;
    callbacks.on_snapshot = [this](const SnapshotEvent& event) {
      tell(event.quality.behind ? "behind" : "snapshot", event.level ? event.level->level() : 0);
    };
    callbacks.on_level = [this](const v1::Level& level, const Quality&) {
      tell("level", level.level());
    };
    callbacks.on_grid = [this](const v1::Grid& grid, const Quality& quality) {
      EXPECT_EQ(quality.quotable, !quality.behind);
      tell(quality.behind ? "old grid" : "grid", grid.grid_instant() / kMs);
    };
    callbacks.on_inav = [this](const v1::Inav& inav, const Quality&) {
      const bool of_grid = inav.pace() == v1::INAV_PACE_GRID;
      tell(of_grid ? "inav grid" : "inav",
           of_grid ? inav.grid_instant() / kMs
                   : static_cast<std::int64_t>(inav.level().index_sequence()));
    };
    callbacks.on_lost = [this](const Loss& loss) { tell_lost(loss); };
    callbacks.on_switch = [this](const Switch&) { told_.push_back("switch"); };
    questions_.clear();
    session_.emplace(settings, callbacks, *this, now_);
  }

  void tell(const std::string& what, std::int64_t value) {
    told_.push_back(what + " " + std::to_string(value));
  }
  void tell_lost(const Loss& loss) {
    const bool sequences = loss.stream == Stream::inav || loss.stream == Stream::levels;
    const std::uint64_t unit = sequences ? 1 : kMs;
    told_.push_back((loss.reason == LossReason::superseded ? "left out " : "lost ") +
                    std::to_string(loss.from / unit) + "-" + std::to_string(loss.to / unit));
  }
  // What was said arrives, and what is asked is answered.
  void pass() {
    now_ += Time{100};
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      for (; !servers_[i].published.empty(); servers_[i].published.pop_front())
        session_->on_published(i, servers_[i].published.front().topic,
                               servers_[i].published.front().payload, now_);
    }
    for (; !questions_.empty(); questions_.pop_front()) {
      const auto& [server, request] = questions_.front();
      session_->on_reply(server, servers_[server].answer(request), now_);
    }
    session_->tick(now_);
  }
  void beat(std::size_t server, int times) {
    for (; times > 0; --times) {
      servers_[server].heartbeat();
      pass();
    }
  }
  std::vector<std::string> told() { return std::exchange(told_, {}); }

  bool ask(std::size_t server, std::string_view request) override {
    questions_.emplace_back(server, request);
    ++asked_;
    return true;
  }
  void follow(std::size_t, bool) override {}

  Time now_{0};
  std::deque<ModelServer> servers_{{{"A"}, 10, 100}, {{"A"}, 20, 100}};
  std::deque<std::pair<std::size_t, std::string>> questions_;
  int asked_ = 0;
  std::vector<std::string> told_;
  std::optional<Session> session_;
};

TEST_F(SteadyStreamTest, handsOverInstantsAndNamesThoseThatDidNotCome) {
  servers_[0].publish("A", 100);
  servers_[0].publish_grid("A", 5'000, 1'000);
  servers_[0].publish_grid("A", 6'000, 1'000);
  servers_[0].publish_grid("A", 9'000, 1'000);
  pass();
  EXPECT_THAT(told(),
              ElementsAre("grid 5000", "grid 6000", "lost 7000-8000", "grid 9000", "snapshot 100"));
  EXPECT_EQ(session_->counters().grids, 3u);
}

TEST_F(SteadyStreamTest, followsNoLevelsAndAsksForNone) {
  servers_[0].publish("A", 100);
  beat(0, 2);
  servers_[0].publish("A", 101);
  servers_[0].publish_status("A", 1);
  servers_[0].published.clear();
  asked_ = 0;
  beat(0, 20);
  EXPECT_THAT(told(), ElementsAre("snapshot 100"));
  EXPECT_EQ(asked_, 0) << "heartbeats name levels and records that it does not follow";
}

TEST_F(SteadyStreamTest, tellsWhatTheServerLeavesOutFromWhatWasLost) {
  servers_[0].publish("A", 100);
  servers_[0].publish_grid("A", 1'000, 1'000);
  servers_[0].leave_out("A", v1::STREAM_KIND_GRID, 3'000 * kMs, 4'000 * kMs);
  servers_[0].publish_grid("A", 5'000, 1'000);
  servers_[0].publish_inav_grid("A", 15'000, 15'000);
  servers_[0].leave_out("A", v1::STREAM_KIND_INAV, 30'000 * kMs, 30'000 * kMs);
  servers_[0].publish_inav_grid("A", 45'000, 15'000);
  pass();
  EXPECT_THAT(told(), ElementsAre("grid 1000", "lost 2000-2000", "left out 3000-4000", "grid 5000",
                                  "inav grid 15000", "left out 30000-30000", "inav grid 45000",
                                  "snapshot 100"));
}

TEST_F(SteadyStreamTest, namesTicksOfAFundThatDidNotCome) {
  for (std::int64_t stamp = 100; stamp < 103; ++stamp) {
    servers_[0].publish("A", stamp);
    if (stamp != 101) servers_[0].publish_inav("A");
  }
  servers_[0].publish("A", 103);
  servers_[0].publish_inav_grid("A", 15'000, 15'000);
  pass();
  EXPECT_THAT(told(), ElementsAre("inav 1", "lost 2-2", "inav 3", "lost 4-4", "inav grid 15000",
                                  "snapshot 103"));
  EXPECT_EQ(session_->counters().inavs, 3u);
}

TEST_F(SteadyStreamTest, handsNoInstantOverTwiceAtASwitch) {
  servers_[0].publish("A", 100);
  servers_[1].publish("A", 100);
  servers_[0].publish_grid("A", 1'000, 1'000);
  servers_[1].heartbeat();
  beat(0, 1);
  beat(1, 11);
  servers_[1].publish_grid("A", 1'000, 1'000);
  servers_[1].publish_grid("A", 3'000, 1'000);
  pass();
  EXPECT_THAT(told(), ElementsAre("grid 1000", "snapshot 100", "switch", "snapshot 100",
                                  "lost 2000-2000", "grid 3000"));
  EXPECT_EQ(session_->counters().duplicates, 1u);
}

TEST_F(SteadyStreamTest, saysThatABackupIsBehindUntilItIsNot) {
  servers_[0].publish("A", 105);
  servers_[1].publish("A", 100);
  servers_[0].publish_grid("A", 1'000, 1'000);
  servers_[1].heartbeat();
  beat(0, 1);
  beat(1, 11);
  servers_[1].publish_grid("A", 2'000, 1'000);
  pass();
  servers_[1].publish("A", 106);
  servers_[1].publish_grid("A", 3'000, 1'000);
  pass();
  EXPECT_THAT(told(), ElementsAre("grid 1000", "snapshot 105", "switch", "old grid 2000",
                                  "snapshot 106", "grid 3000"));
}

TEST_F(SteadyStreamTest, aPaceThatIsNotToldNamesNothing) {
  servers_[0].publish("A", 100);
  servers_[0].publish_inav_grid("A", 15'000, 0);
  servers_[0].publish_inav_grid("A", 60'000, 0);
  pass();
  EXPECT_THAT(told(), ElementsAre("inav grid 15000", "inav grid 60000", "snapshot 100"));
}

TEST_F(SteadyStreamTest, anotherEpochNumbersTicksAnew) {
  servers_[0].publish("A", 100);
  servers_[0].publish("A", 101);
  servers_[0].publish_inav("A");
  pass();
  told();
  servers_[0].restart(11);
  servers_[0].publish("A", 102);
  servers_[0].publish_inav("A");
  servers_[0].publish("A", 103);
  servers_[0].publish_inav("A");
  pass();
  EXPECT_THAT(told(), ElementsAre("inav 1", "inav 2", "snapshot 103"));
}

}  // namespace
}  // namespace indexcast::subscriber
