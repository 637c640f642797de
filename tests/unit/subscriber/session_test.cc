// Callbacks of a session with two servers.
#include "proto/subscriber/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/model_server.h"

namespace indexcast::subscriber {
namespace {

using test::ModelMessage;
using test::ModelServer;
using testing::ElementsAre;

// Two servers whose messages arrive at once; questions too, unless answers are withheld.
class SessionTest : public testing::Test, public Wire {
 protected:
  SessionTest() {
    Settings settings;
    settings.servers.resize(2);
    settings.codes = {"A"};
    settings.heartbeat_timeout = Time{1'000};
    settings.return_after = Time{0};
    settings.behind_limit = Time{500};
    Callbacks callbacks;
    callbacks.on_snapshot = [this](const SnapshotEvent& event) {
      told_.push_back((event.quality.behind ? "behind " : "snapshot ") + value(event.level));
    };
    callbacks.on_level = [this](const v1::Level& level, const Quality& quality) {
      told_.push_back((quality.live ? "level " : "dead level ") + value(&level));
    };
    callbacks.on_liveness = [this](const Liveness& liveness) {
      states_.push_back(liveness.live ? "live" : liveness.any_alive ? "lost" : "all silent");
    };
    callbacks.on_status = [this](const v1::StatusChanged& status) {
      told_.push_back("status " + std::to_string(status.flags()));
    };
    callbacks.on_pending = [this](const v1::PendingPrice& pending) {
      told_.push_back("pending " + v1::Decision_Name(pending.decision()) + " " +
                      std::to_string(pending.price()));
    };
    callbacks.on_lost = [this](const Loss& loss) {
      told_.push_back("lost " + std::to_string(loss.from) + "-" + std::to_string(loss.to));
    };
    callbacks.on_switch = [this](const Switch& change) {
      told_.push_back("switch " + std::to_string(change.to));
    };
    session_.emplace(settings, callbacks, *this, now_);
  }

  static std::string value(const v1::Level* level) {
    return level == nullptr ? "none" : std::to_string(level->level());
  }
  // Delivers pending messages and advances the time.
  void pass(Time time = Time{10}) {
    now_ += time;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      for (; !servers_[i].published.empty(); servers_[i].published.pop_front()) {
        const ModelMessage& message = servers_[i].published.front();
        session_->on_published(i, message.topic, message.payload, now_);
      }
      while (!questions_.empty()) {
        const auto [server, request] = questions_.front();
        questions_.pop_front();
        session_->on_reply(server, servers_[server].answer(request), now_);
      }
    }
    session_->tick(now_);
  }
  void beat(std::initializer_list<std::size_t> servers, Time time) {
    for (const Time end = now_ + time; now_ < end;) {
      for (const std::size_t server : servers) servers_[server].heartbeat();
      pass(Time{100});
    }
  }
  std::vector<std::string> told() { return std::exchange(told_, {}); }
  std::vector<std::string> states() { return std::exchange(states_, {}); }

  bool ask(std::size_t server, std::string_view request) override {
    questions_.emplace_back(server, request);
    return true;
  }
  void follow(std::size_t, bool) override {}

  Time now_{0};
  std::deque<ModelServer> servers_{{{"A"}, 10, 100}, {{"A"}, 20, 100}};
  std::deque<std::pair<std::size_t, std::string>> questions_;
  std::vector<std::string> told_;
  std::vector<std::string> states_;
  std::optional<Session> session_;
};

TEST_F(SessionTest, beginsWithTheSnapshot) {
  servers_[0].publish("A", 100);
  servers_[0].published.clear();
  pass();
  servers_[0].publish("A", 101);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 100", "level 101"));
}

TEST_F(SessionTest, isToldThatAnIndexHasNoLevelYet) {
  pass();
  servers_[0].publish("A", 100);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot none", "level 100"));
}

TEST_F(SessionTest, waitsForABackupThatIsBehind) {
  servers_[0].publish("A", 100);
  servers_[0].publish("A", 105);
  beat({0, 1}, Time{300});
  servers_[1].publish("A", 100);
  beat({1}, Time{1'100});
  EXPECT_THAT(told(), ElementsAre("snapshot 105", "switch 1"));
  servers_[1].publish("A", 104);
  pass();
  EXPECT_THAT(told(), ElementsAre()) << "older than what the application has";
  servers_[1].publish("A", 105);
  servers_[1].publish("A", 106);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 105", "level 106"));
  EXPECT_EQ(session_->counters().behind, 2u);
}

TEST_F(SessionTest, believesABackupThatStaysBehindAndSaysSo) {
  servers_[0].publish("A", 105);
  beat({0, 1}, Time{300});
  servers_[1].publish("A", 100);
  beat({1}, Time{1'700});
  servers_[1].publish("A", 101);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 105", "switch 1", "behind 100", "level 101"));
}

TEST_F(SessionTest, leavesAServerThatRestartsInMidDay) {
  servers_[0].publish("A", 100);
  servers_[1].publish("A", 100);
  beat({0, 1}, Time{300});
  servers_[0].restart(11);
  servers_[0].publish("A", 100);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 100", "switch 1", "snapshot 100"));
  EXPECT_EQ(session_->server(), 1u);
}

TEST_F(SessionTest, namesWhatWasMissingAtTheSwitch) {
  servers_[0].publish("A", 100);
  servers_[1].publish("A", 103);
  beat({0, 1}, Time{300});
  servers_[0].publish("A", 101);
  servers_[0].published.clear();
  servers_[0].publish("A", 102);
  session_->on_published(0, servers_[0].published[0].topic, servers_[0].published[0].payload, now_);
  servers_[0].published.clear();
  questions_.clear();
  told();
  for (int i = 0; i < 11; ++i) {
    servers_[1].heartbeat();
    for (const auto& message : servers_[1].published)
      session_->on_published(1, message.topic, message.payload, now_);
    servers_[1].published.clear();
    now_ += Time{100};
    session_->tick(now_);
    std::erase_if(questions_, [](const auto& each) { return each.first == 0; });
  }
  pass();
  EXPECT_THAT(told(), ElementsAre("lost 2-2", "dead level 102", "switch 1", "snapshot 103"));
}

TEST_F(SessionTest, isNotToldARecordTwice) {
  servers_[0].publish("A", 100);
  servers_[1].publish("A", 100);
  beat({0, 1}, Time{300});
  servers_[0].publish_status("A", 4);
  pass();
  beat({1}, Time{1'100});
  servers_[1].publish_status("A", 4);
  servers_[1].publish_status("A", 0);
  pass();
  EXPECT_THAT(told(),
              ElementsAre("snapshot 100", "status 4", "switch 1", "snapshot 100", "status 0"));
}

TEST_F(SessionTest, isToldWhatWasPendingBeforeItCame) {
  servers_[0].publish("A", 100);
  servers_[0].publish_pending("A", v1::DECISION_PENDING, 188);
  servers_[0].published.clear();
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 100", "pending DECISION_PENDING 188"));
  servers_[0].publish_pending("A", v1::DECISION_REFUSED, 188);
  pass();
  EXPECT_THAT(told(), ElementsAre("pending DECISION_REFUSED 188"));
}

TEST_F(SessionTest, isToldWhatIsPendingOnceByEitherServer) {
  servers_[0].publish("A", 100);
  servers_[1].publish("A", 100);
  beat({0, 1}, Time{300});
  servers_[0].publish_pending("A", v1::DECISION_PENDING, 188);
  servers_[0].publish_pending("A", v1::DECISION_ACCEPTED, 188);
  pass();
  beat({1}, Time{1'100});
  servers_[1].publish_pending("A", v1::DECISION_PENDING, 188);
  servers_[1].publish_pending("A", v1::DECISION_ACCEPTED, 188);
  servers_[1].publish_pending("A", v1::DECISION_PENDING, 190);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 100", "pending DECISION_PENDING 188",
                                  "pending DECISION_ACCEPTED 188", "switch 1", "snapshot 100",
                                  "pending DECISION_PENDING 190"));
}

TEST_F(SessionTest, leavesWhatIsLeftOfAnEpochThatIsOver) {
  servers_[0].publish("A", 100);
  beat({0}, Time{300});
  servers_[0].publish("A", 101);
  const ModelMessage late = servers_[0].published.front();
  servers_[0].published.clear();
  servers_[0].restart(11);
  servers_[0].publish("A", 102);
  beat({0}, Time{300});
  session_->on_published(0, late.topic, late.payload, now_);
  EXPECT_THAT(told(), ElementsAre("snapshot 100", "snapshot 102"));
  EXPECT_EQ(session_->counters().old_epoch, 1u);
}

TEST_F(SessionTest, letsTheStreamAndNoAnswerBeginAnEpoch) {
  servers_[0].publish("A", 100);
  const ModelMessage level = servers_[0].published.front();
  session_->on_published(0, level.topic, level.payload, now_);
  servers_[0].published.clear();
  servers_[0].restart(11);
  pass();
  EXPECT_THAT(told(), ElementsAre()) << "the stream may have more of the epoch before";
  servers_[0].publish("A", 102);
  beat({0}, Time{300});
  EXPECT_THAT(told(), ElementsAre("snapshot 102"));
}

TEST_F(SessionTest, showsNothingAsLiveFromAServerThatIsSilent) {
  EXPECT_FALSE(session_->is_live("A")) << "before the snapshot";
  servers_[0].publish("A", 100);
  beat({0}, Time{300});
  EXPECT_TRUE(session_->is_live("A"));
  EXPECT_THAT(states(), ElementsAre("live"));
  servers_[0].publish("A", 101);
  for (int i = 0; i < 11; ++i) pass(Time{100});
  EXPECT_FALSE(session_->is_live("A"));
  EXPECT_FALSE(session_->is_live());
  EXPECT_THAT(states(), ElementsAre("all silent"));
  servers_[0].publish("A", 102);
  pass();
  EXPECT_THAT(told(), ElementsAre("snapshot 100", "level 101", "dead level 102"));
  beat({0}, Time{100});
  EXPECT_TRUE(session_->is_live("A"));
  EXPECT_THAT(states(), ElementsAre("live"));
}

TEST_F(SessionTest, isToldThatNoServerWasEverHeard) {
  for (int i = 0; i < 11; ++i) pass(Time{100});
  EXPECT_FALSE(session_->is_live());
  EXPECT_THAT(states(), ElementsAre("all silent"));
}

TEST_F(SessionTest, isLiveAfterASwitchOnceTheSnapshotIsThere) {
  servers_[0].publish("A", 105);
  servers_[1].publish("A", 100);
  beat({0, 1}, Time{300});
  states();
  session_->on_disconnected(0, now_);
  EXPECT_EQ(session_->server(), 1u) << "at once";
  EXPECT_THAT(states(), ElementsAre("lost", "live"));
  pass();
  EXPECT_TRUE(session_->is_live());
  EXPECT_FALSE(session_->is_live("A")) << "the backup is behind what was handed over";
  servers_[1].publish("A", 106);
  pass();
  EXPECT_TRUE(session_->is_live("A"));
  EXPECT_THAT(told(), ElementsAre("snapshot 105", "switch 1", "snapshot 106"));
  EXPECT_EQ(session_->counters().connections_lost, 1u);
  EXPECT_EQ(session_->counters().heartbeat_timeouts, 0u);
}

TEST_F(SessionTest, doesNotTakeItsOwnPauseForSilence) {
  servers_[0].publish("A", 100);
  beat({0, 1}, Time{300});
  states();
  // The process was paused for a minute, and ZeroMQ's thread with it: the sockets are still empty.
  now_ += Time{60'000};
  for (int i = 0; i < 7; ++i) pass(Time{100});
  beat({0, 1}, Time{300});
  EXPECT_EQ(session_->counters().heartbeat_timeouts, 0u);
  EXPECT_EQ(session_->server(), 0u);
  EXPECT_THAT(states(), ElementsAre());
  // A server that died meanwhile sends nothing more.
  now_ += Time{60'000};
  beat({1}, Time{1'000});
  EXPECT_EQ(session_->server(), 1u);
}

TEST_F(SessionTest, judgesAServerOnceItsSocketWasReadEmpty) {
  servers_[0].publish("A", 100);
  beat({0, 1}, Time{300});
  // The socket holds levels, and heartbeats after them.
  for (int i = 0; i < 50; ++i) {
    session_->on_backlog(0);
    beat({1}, Time{100});
  }
  EXPECT_EQ(session_->server(), 0u);
  beat({1}, Time{1'100});
  EXPECT_EQ(session_->server(), 1u) << "a timeout after the last that waited";
}

TEST_F(SessionTest, aShortHeartbeatKeepsAServerAlive) {
  servers_[0].publish("A", 100);
  beat({0, 1}, Time{300});
  for (int i = 0; i < 20; ++i) {
    servers_[0].short_heartbeat();
    pass(Time{250});
  }
  EXPECT_EQ(session_->server(), 0u);
  EXPECT_TRUE(session_->is_live("A"));
}

TEST_F(SessionTest, choosesTheBackupOnlyWhenItIsReadyAndItsIndexAsGood) {
  for (ModelServer& server : servers_) server.publish("A", 100);
  servers_[0].draining = true;
  servers_[1].ready = false;
  beat({0, 1}, Time{500});
  EXPECT_EQ(session_->server(), 0u);
  servers_[1].ready = true;
  servers_[1].unquotable = {"A"};
  beat({0, 1}, Time{500});
  EXPECT_EQ(session_->server(), 0u);
  servers_[1].unquotable.clear();
  beat({0, 1}, Time{200});
  EXPECT_EQ(session_->server(), 1u);
}

TEST_F(SessionTest, takesAServerThatDoesNotReportToBeGood) {
  for (ModelServer& server : servers_) server.publish("A", 100);
  for (ModelServer& server : servers_) server.reports = false;
  beat({0, 1}, Time{300});
  servers_[0].draining = true;
  beat({0, 1}, Time{200});
  EXPECT_EQ(session_->server(), 1u);
}

TEST(SubscriberSettings, areAllCheckedAtOnce) {
  Settings settings;
  settings.servers = {{"tcp://a:1", "", "key"}};
  settings.name = std::string(65, 'x');
  settings.hold_limit = Time{0};
  settings.heartbeat_timeout = Time{199};
  EXPECT_EQ(faults(settings).size(), 6u);
  settings = {};
  settings.servers = {{"tcp://a:1", "tcp://a:2", ""}};
  EXPECT_TRUE(faults(settings).empty());
}

}  // namespace
}  // namespace indexcast::subscriber
