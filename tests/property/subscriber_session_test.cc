// A subscriber's session with model servers over many seeds. Whatever is lost, late or refused in
// between, the application receives the full stream or a report of what is missing. For any state
// of the servers, the session uses one that is ready and shows no value of a dead server as live.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <set>

#include "proto/subscriber/session.h"
#include "tests/support/model_server.h"
#include "tests/support/stream_witness.h"

namespace indexcast::subscriber {
namespace {

using test::ModelMessage;
using test::ModelServer;
using test::StreamWitness;

constexpr std::uint64_t kSeeds = 300;
constexpr std::uint64_t kFirstEpoch = 1'000;
constexpr int kSteps = 1'500;
constexpr Time kTimeout{300};
constexpr Time kReturnAfter{2'000};
constexpr Time kBetterAfter{400};
const std::vector<std::string> kCodes = {"A", "B/C", "D", "E"};

struct Faults {
  double lose = 0;           // a message of the stream, and those after it for a while
  double lose_question = 0;  // or its answer
  double restart = 0;        // of a server, at a step
  double silence = 0;        // of the server in use begins, at a step
  double skip = 0;
  double drain = 0;              // of a server begins or ends, at a step
  double unready = 0;            // likewise that it is not ready
  double unquotable = 0;         // likewise of an index at a server
  double pause = 0;              // of the application's own process, at a step
  double close = 0;              // of a server's connection, at a step
  std::size_t kept = 1'000'000;  // levels that a server replays
  std::size_t held_max = 1'000'000;
  Time hold{1'000'000};
  std::size_t servers = 1;
  bool all_codes = false;
};

// Two servers that have the same inputs, the second one a moment later and with other numbers; what
// they say waits in pipes of their own and arrives in its order, each pipe at its own pace.
class World : public Wire {
 public:
  World(std::uint64_t seed, const Faults& faults) : random_(seed), faults_(faults) {
    for (std::size_t i = 0; i < faults.servers; ++i) {
      servers_.emplace_back(kCodes, kFirstEpoch * (i + 1), faults.kept);
      // Unused levels make the sequences of the servers differ.
      for (const std::string& code : kCodes) servers_[i].skip(code, 1 + 7 * i);
      for (const std::string& code : kCodes) publish(i, {code, stamp_[code] = 1});
      servers_[i].published.clear();
    }
    Settings settings;
    settings.servers.resize(faults.servers);
    if (!faults.all_codes) settings.codes = kCodes;
    settings.held_max = faults.held_max;
    settings.hold_limit = faults.hold;
    settings.heartbeat_timeout = kTimeout;
    settings.return_after = kReturnAfter;
    settings.better_after = kBetterAfter;
    settings.unready_after = Time{0};
    settings.behind_limit = Time{1'000'000};
    settings.answer_timeout = Time{100};
    Callbacks callbacks = witness.callbacks();
    callbacks.on_switch = [this, of_witness = callbacks.on_switch](const Switch& change) {
      of_witness(change);
      expect_choice(change);
    };
    session_.emplace(settings, std::move(callbacks), *this, now_);
  }

  void run() {
    for (int i = 0; i < kSteps; ++i) step(true);
    faults_ = {.kept = faults_.kept, .servers = faults_.servers};
    silent_until_ = Time{0};
    for (ModelServer& server : servers_) {
      server.ready = true;
      server.draining = false;
      server.unquotable.clear();
    }
    // Every wait of the session's is over by then.
    for (int i = 0; i < 3'000; ++i) step(false);
  }

  void expect_complete() {
    ModelServer& server = servers_[session_->server()];
    for (const std::string& code : kCodes) {
      const StreamWitness::Index& index = witness.indices[code];
      if (server.newest(code) == 0) continue;  // it restarted and has nothing to begin with
      EXPECT_EQ(index.epoch, server.epoch()) << code;
      EXPECT_EQ(index.next, server.newest(code) + 1) << code;
      if (!index.ends_lost) {
        EXPECT_EQ(index.stamp, stamp_[code]) << code;
      }
      // None was told where the snapshot covered all, or another server had told it.
      if (server.epoch() == kFirstEpoch && index.record_epoch == kFirstEpoch) {
        EXPECT_EQ(index.record, server.records(code)) << code;
      }
    }
  }

  StreamWitness witness;
  const Counters& counters() const { return session_->counters(); }
  std::uint64_t pauses() const { return pauses_; }

 private:
  struct Input {
    std::string code;
    std::int64_t stamp;
  };
  // State of a server as the session can know it, from the heartbeats that reached it.
  struct Known {
    bool ready = false;
    bool draining = false;
    std::set<std::string> quotable = {};
    Time silent{0};  // counted silence: of a pause of the application only a part
    bool closed = false;
    bool unclear = false;  // a backlog at the end of the timeout: may be lost or not, within 10 ms
  };

  bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  int up_to(int most) { return std::uniform_int_distribution(0, most)(random_); }

  void publish(std::size_t server, const Input& input) {
    servers_[server].publish(input.code, input.stamp);
  }

  void step(bool inputs) {
    now_ += Time{10};
    if (inputs) feed();
    for (Known& known : known_) known.silent += Time{10};
    if (now_ > asleep_until_ + kTimeout && chance(faults_.pause)) pause();
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      if (i > 0 && !late_.empty() && (!inputs || chance(0.7))) {
        publish(i, late_.front());
        late_.pop_front();
      }
      if (now_.count() % 100 == 0) servers_[i].heartbeat();
      if (chance(faults_.restart)) restart(i);
      change_state(servers_[i]);
      if (now_ >= asleep_until_) carry(i);
    }
    session_->tick(now_);
    expect_nothing_live_of_a_dead_server();
  }

  void change_state(ModelServer& server) {
    if (chance(faults_.drain)) server.draining = !server.draining;
    if (chance(faults_.unready)) server.ready = !server.ready;
    for (const std::string& code : kCodes) {
      if (!chance(faults_.unquotable)) continue;
      if (server.unquotable.erase(code) == 0) server.unquotable.insert(code);
    }
  }

  // The application's process pauses while the servers continue. After it, ZeroMQ's thread must
  // first read the data that waited in the kernel.
  void pause() {
    ++pauses_;
    for (int steps = 20 + up_to(200); steps > 0; --steps) {
      now_ += Time{10};
      feed();
      for (ModelServer& server : servers_) {
        if (now_.count() % 100 == 0) server.heartbeat();
      }
    }
    // At most a quarter of the timeout counts of the pause, including this step's 10 ms.
    for (Known& known : known_) known.silent += kTimeout / 4 - Time{10};
    asleep_until_ = now_ + Time{50};
  }

  // The other server was ready and as good by the heartbeats that had arrived, and the required
  // time had passed.
  void expect_choice(const Switch& change) {
    const Known& from = known_[change.from];
    const Known& to = known_[change.to];
    EXPECT_TRUE(to.ready && !to.draining) << "to one that does not serve";
    EXPECT_LE(to.silent, kTimeout) << "to a dead one";
    const bool from_lost = change.reason == SwitchReason::heartbeat_timeout ||
                           change.reason == SwitchReason::connection_lost;
    if (from_lost) {
      // A heartbeat counts from the tick before it.
      EXPECT_TRUE(from.closed || from.unclear || from.silent >= kTimeout - Time{10})
          << "away from one that lives";
    } else {
      EXPECT_TRUE(std::ranges::includes(to.quotable, from.quotable)) << "to a worse one";
    }
    const bool of_choice = change.reason == SwitchReason::other_is_better ||
                           change.reason == SwitchReason::primary_returned;
    if (of_choice && witness.switches.size() > 1) {
      EXPECT_GE(now_ - switched_at_, kReturnAfter - Time{10}) << "to and fro";
    }
    switched_at_ = now_;
  }

  void expect_nothing_live_of_a_dead_server() {
    const std::size_t used = session_->server();
    const Known& known = known_[used];
    if (known.closed || known.silent >= kTimeout) {
      EXPECT_FALSE(session_->is_live()) << "silent for " << known.silent.count() << " ms";
    }
    for (const std::string& code : kCodes) {
      if (!session_->is_live(code)) continue;
      EXPECT_EQ(witness.indices[code].epoch / kFirstEpoch, used + 1)
          << code << " of another server";
    }
  }

  void note(std::size_t i, const ModelMessage& message) {
    if (message.topic != "heartbeat/") return;
    v1::Heartbeat heartbeat;
    heartbeat.ParseFromString(message.payload);
    Known& known = known_[i];
    known = {.ready = heartbeat.ready(), .draining = heartbeat.draining()};
    for (const v1::IndexSequence& index : heartbeat.indices()) {
      if (index.quotable()) known.quotable.insert(index.code());
    }
  }

  void feed() {
    const Input input{kCodes[static_cast<std::size_t>(up_to(3))], ++clock_};
    if (chance(faults_.skip))
      servers_[0].skip(input.code, 1 + static_cast<std::uint64_t>(up_to(3)));
    stamp_[input.code] = input.stamp;
    publish(0, input);
    if (servers_.size() > 1) late_.push_back(input);
    if (chance(0.02)) {
      for (ModelServer& server : servers_) server.publish_status(input.code, ++flags_);
    }
    if (chance(faults_.silence)) {
      silent_ = session_->server();
      silent_until_ = now_ + Time{200 + 10 * up_to(100)};
    }
  }

  // Its state is lost; the newest of each index comes from the feeds.
  void restart(std::size_t server) {
    servers_[server].restart(servers_[server].epoch() + 1);
    if (!chance(0.5)) return;
    for (const std::string& code : kCodes) {
      if (server == 0) publish(0, {code, stamp_[code] = ++clock_});
    }
  }

  void carry(std::size_t i) {
    std::deque<ModelMessage>& stream = servers_[i].published;
    const bool silent = i == silent_ && now_ < silent_until_;
    // Messages that the subscriber did not follow never arrive.
    for (int n = up_to(4); n >= 0 && !stream.empty(); --n) {
      const ModelMessage message = std::move(stream.front());
      stream.pop_front();
      if (chance(faults_.lose)) losing_ = up_to(12);
      const bool lost = silent || (losing_ > 0 && losing_-- > 0);
      const bool followed = i == followed_ || message.topic == "heartbeat/";
      if (lost || !followed) continue;
      note(i, message);
      session_->on_published(i, message.topic, message.payload, now_);
    }
    if (!stream.empty()) {
      session_->on_backlog(i);
      known_[i].unclear = known_[i].unclear || known_[i].silent >= kTimeout - Time{20};
      known_[i].silent = Time{0};
    } else if (chance(faults_.close)) {
      known_[i].closed = true;
      known_[i].quotable.clear();
      session_->on_disconnected(i, now_);
    }
    auto& questions = questions_[i];
    for (int n = up_to(3); n > 0 && !questions.empty(); --n) {
      const std::string answer = servers_[i].answer(questions.front());
      questions.pop_front();
      if (silent || chance(faults_.lose_question)) continue;
      answers_[i].push_back(answer);
    }
    for (int n = up_to(3); n > 0 && !answers_[i].empty(); --n) {
      const std::string answer = std::move(answers_[i].front());
      answers_[i].pop_front();
      session_->on_reply(i, answer, now_);
      if (chance(faults_.lose_question)) session_->on_reply(i, answer, now_);
    }
  }

  bool ask(std::size_t server, std::string_view request) override {
    if (chance(faults_.lose_question)) return false;
    questions_[server].emplace_back(request);
    return true;
  }
  void follow(std::size_t server, bool on) override {
    if (on) followed_ = server;
  }

  std::mt19937_64 random_;
  Faults faults_;
  Time now_{0};
  std::deque<ModelServer> servers_;
  std::deque<Input> late_;
  std::map<std::string, std::int64_t> stamp_;
  std::int64_t clock_ = 1;
  std::uint32_t flags_ = 0;
  int losing_ = 0;
  std::size_t silent_ = 0;
  std::size_t followed_ = 0;
  Time silent_until_{0};
  Time asleep_until_{0};
  Time switched_at_{0};
  std::uint64_t pauses_ = 0;
  std::array<Known, 2> known_;
  std::array<std::deque<std::string>, 2> questions_;
  std::array<std::deque<std::string>, 2> answers_;
  std::optional<Session> session_;
};

// `check` looks at the world after its end.
template <class Check>
void over_seeds(const Faults& faults, Check check) {
  for (std::uint64_t seed = 1; seed <= kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, faults);
    world.run();
    world.expect_complete();
    check(world);
  }
}

std::uint64_t sum_of(const std::map<LossReason, std::uint64_t>& lost) {
  std::uint64_t sum = 0;
  for (const auto& [why, count] : lost) sum += count;
  return sum;
}

TEST(SubscriberSession, hasTheFullStreamWhereTheServerStillHasIt) {
  std::uint64_t recovered = 0;
  over_seeds({.lose = 0.05, .lose_question = 0.2}, [&](const World& world) {
    EXPECT_EQ(sum_of(world.witness.lost), 0u);
    EXPECT_EQ(world.witness.records_lost, 0u);
    EXPECT_EQ(world.counters().malformed, 0u);
    recovered += world.counters().recovered;
  });
  EXPECT_GT(recovered, 1'000u) << "the losses happened";
}

TEST(SubscriberSession, findsEveryIndexOnItsOwn) {
  over_seeds({.lose = 0.05, .lose_question = 0.2, .all_codes = true},
             [&](const World& world) { EXPECT_EQ(sum_of(world.witness.lost), 0u); });
}

TEST(SubscriberSession, namesWhatTheServerHasNoMore) {
  std::map<LossReason, std::uint64_t> lost;
  over_seeds({.lose = 0.05, .lose_question = 0.2, .skip = 0.02, .kept = 8},
             [&](const World& world) {
               for (const auto& [why, count] : world.witness.lost) lost[why] += count;
             });
  EXPECT_GT(lost[LossReason::unavailable], 0u);
  EXPECT_GT(lost[LossReason::superseded], 0u);
}

TEST(SubscriberSession, namesWhatItGivesUp) {
  std::map<LossReason, std::uint64_t> lost;
  over_seeds({.lose = 0.1, .lose_question = 0.7, .held_max = 20, .hold = Time{400}},
             [&](const World& world) {
               for (const auto& [why, count] : world.witness.lost) lost[why] += count;
             });
  EXPECT_GT(lost[LossReason::timed_out], 0u);
  EXPECT_GT(lost[LossReason::overflow], 0u);
}

TEST(SubscriberSession, beginsAgainWithEachEpoch) {
  std::uint64_t begins = 0;
  over_seeds({.lose = 0.05, .lose_question = 0.2, .restart = 0.005}, [&](const World& world) {
    for (const auto& [code, index] : world.witness.indices) begins += index.begins;
  });
  EXPECT_GT(begins, 2 * kSeeds * kCodes.size());
}

TEST(SubscriberSession, goesToTheOtherServerAndNeverBackwards) {
  std::uint64_t switches = 0;
  std::uint64_t withheld = 0;
  over_seeds({.lose = 0.03, .lose_question = 0.1, .silence = 0.005, .servers = 2},
             [&](const World& world) {
               switches += world.witness.switches.size();
               withheld += world.counters().behind;
               EXPECT_EQ(world.witness.behind, 0u);
             });
  EXPECT_GT(switches, kSeeds);
  EXPECT_GT(withheld, 0u) << "the second server was behind";
}

TEST(SubscriberSession, usesAServerThatServesAndShowsNothingOfADeadOneAsLive) {
  std::map<SwitchReason, std::uint64_t> reasons;
  over_seeds({.silence = 0.003,
              .drain = 0.002,
              .unready = 0.003,
              .unquotable = 0.001,
              .pause = 0.002,
              .close = 0.001,
              .servers = 2},
             [&](const World& world) {
               for (const Switch& change : world.witness.switches) ++reasons[change.reason];
             });
  for (const SwitchReason reason :
       {SwitchReason::heartbeat_timeout, SwitchReason::connection_lost, SwitchReason::draining,
        SwitchReason::other_is_better, SwitchReason::primary_returned}) {
    EXPECT_GT(reasons[reason], 0u) << static_cast<int>(reason);
  }
}

TEST(SubscriberSession, takesNoPauseOfItsOwnForTheSilenceOfAServer) {
  std::uint64_t pauses = 0;
  over_seeds({.pause = 0.01, .servers = 2}, [&](const World& world) {
    EXPECT_EQ(world.witness.switches.size(), 0u);
    EXPECT_EQ(world.counters().heartbeat_timeouts, 0u);
    pauses += world.pauses();
  });
  EXPECT_GT(pauses, kSeeds);
}

}  // namespace
}  // namespace indexcast::subscriber
