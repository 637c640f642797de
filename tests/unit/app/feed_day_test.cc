// When a feed must be live: from a quarter of an hour before its market's first session until its
// market is over. Virtual time throughout.
#include "server/view/feed_day.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include "server/app/agents.h"
#include "server/app/event_log.h"
#include "server/view/enum_names.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;

constexpr Date kDay = 20261201;

TimeNs at(int hour, int minute, int second = 0) {
  return china_time(kDay, feed::hms(hour, minute, second));
}

feed::MarketDay mainland() {
  feed::MarketDay day;
  day.covered = true;
  day.timetable = {{{feed::hms(9, 15), feed::hms(9, 25)}, {feed::hms(9, 30), feed::hms(15, 0)}},
                   feed::hms(15, 0)};
  return day;
}

class FeedDayTest : public testing::Test {
 protected:
  FeedDayTest() : day_(feed::Venue::sse, feed_due_from(mainland(), kDay), core_) {}

  CoreCounters core_;
  FeedDay day_;
};

TEST_F(FeedDayTest, IsNotYetDueInTheMorningAndDueAQuarterOfAnHourBeforeTheFirstSession) {
  EXPECT_EQ(day_.update(at(6, 30)), FeedDuty::not_yet_due);
  EXPECT_EQ(day_.update(at(8, 59, 59)), FeedDuty::not_yet_due);
  EXPECT_EQ(day_.update(at(9, 0)), FeedDuty::due);
  EXPECT_EQ(day_.update(at(14, 0)), FeedDuty::due);
}

TEST_F(FeedDayTest, StaysDueWhileClosingPricesComeAndEndsWithTheMarket) {
  core_.enter_phase(0, MarketPhase::closing);
  EXPECT_EQ(day_.update(at(15, 1)), FeedDuty::due);
  core_.enter_phase(0, MarketPhase::closed);
  EXPECT_EQ(day_.update(at(15, 2)), FeedDuty::ended);
  EXPECT_EQ(day_.update(at(23, 59)), FeedDuty::ended);
  EXPECT_EQ(day_.duty(), FeedDuty::ended);
}

TEST_F(FeedDayTest, IsNotDueWhileItsMarketIsClosedToday) {
  core_.enter_phase(0, MarketPhase::shut_today);
  EXPECT_EQ(day_.update(at(10, 0)), FeedDuty::ended);
  core_.enter_phase(0, MarketPhase::trading);
  EXPECT_EQ(day_.update(at(10, 1)), FeedDuty::due);
}

TEST_F(FeedDayTest, EndsWithItsOwnMarketOnly) {
  core_.enter_phase(0, MarketPhase::closed);
  FeedDay hkex(feed::Venue::hkex, {}, core_);
  EXPECT_EQ(hkex.update(at(15, 30)), FeedDuty::due);
}

TEST_F(FeedDayTest, IsAlwaysDueWithoutATimetable) {
  FeedDay day(feed::Venue::sse, feed_due_from({}, kDay), core_);
  EXPECT_EQ(day.update(TimeNs{1}), FeedDuty::due);
}

TEST(ShownFeedState, ShowsTheDutyOfASilentFeedAndLiveOtherwise) {
  const auto word = [](FeedState state, FeedDuty duty) {
    return name_of(kShownFeedStateNames, shown_state(state, duty));
  };
  EXPECT_EQ(word(FeedState::stale, FeedDuty::ended), "ended");
  EXPECT_EQ(word(FeedState::down, FeedDuty::ended), "ended");
  EXPECT_EQ(word(FeedState::connecting, FeedDuty::not_yet_due), "not_yet_due");
  EXPECT_EQ(word(FeedState::live, FeedDuty::ended), "live");
  EXPECT_EQ(word(FeedState::live, FeedDuty::not_yet_due), "live");
  for (const FeedState state : {FeedState::down, FeedState::connecting, FeedState::live,
                                FeedState::gap, FeedState::recovering, FeedState::stale})
    EXPECT_EQ(word(state, FeedDuty::due), name_of(kFeedStateNames, state));
}

// Counts the calls of set_day_over.
class CountingFeed final : public FeedStub {
 public:
  using FeedStub::FeedStub;
  void set_day_over(bool over) override {
    over_ = over;
    ++calls;
  }
  bool over_ = false;
  int calls = 0;
};

TEST_F(FeedDayTest, TheAgentEndsTheDayOfItsFeedOnce) {
  CountingFeed feed(feed::Venue::sse);
  FeedAgent agent(feed, day_, nullptr);
  agent.do_work(at(14, 0));
  EXPECT_EQ(feed.calls, 0);
  core_.enter_phase(0, MarketPhase::closed);
  agent.do_work(at(15, 5));
  agent.do_work(at(15, 6));
  EXPECT_TRUE(feed.over_);
  EXPECT_EQ(feed.calls, 1);
}

// A feed whose gateway refuses each logon.
class RefusedFeed final : public FeedStub {
 public:
  using FeedStub::FeedStub;
  bool take_notice(feed::SessionNotice& out) override {
    if (!refused) return false;
    out = {};
    out.kind = feed::SessionNotice::Kind::refused;
    out.address = &address_;
    return std::exchange(refused, false);
  }
  bool refused = false;

 private:
  feed::Endpoint address_{"127.0.0.1", 9129};
};

// Log lines about a feed before and after the end of its market.
class EveningLogTest : public testing::Test {
 protected:
  EveningLogTest() : log_(core_.ring, core_.universe, feeds_), before_(spdlog::default_logger()) {
    auto feed = std::make_unique<RefusedFeed>(feed::Venue::sse);
    feed_ = feed.get();
    feeds_.push_back(std::move(feed));
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("evening", std::move(sink)));
  }
  ~EveningLogTest() override { spdlog::set_default_logger(before_); }

  void market_is(MarketPhase phase) {
    MarketChanged change;
    change.header.detail = static_cast<std::uint8_t>(phase);
    core_.ring.write(Record::of(change));
    log_.do_work({});
  }
  void feed_is(FeedState state) {
    FeedChanged change;
    change.header.detail = static_cast<std::uint8_t>(state);
    core_.ring.write(Record::of(change));
    log_.do_work({});
  }

  CoreStub core_;
  RefusedFeed* feed_ = nullptr;
  std::vector<std::unique_ptr<feed::Feed>> feeds_;
  EventLog log_;
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST_F(EveningLogTest, DoesNotLogReconnectionsAfterTheDay) {
  market_is(MarketPhase::trading);
  feed_is(FeedState::down);
  EXPECT_THAT(text_.str(), HasSubstr("feed sse is down"));
  feed_->refused = true;
  feed_is(FeedState::down);
  EXPECT_THAT(text_.str(), HasSubstr("127.0.0.1:9129"));
  market_is(MarketPhase::closed);
  text_.str("");
  for (int attempt = 0; attempt < 100; ++attempt) {
    feed_is(FeedState::connecting);
    feed_->refused = true;
    feed_is(FeedState::down);
  }
  EXPECT_EQ(text_.str(), "");
  market_is(MarketPhase::trading);  // it trades after all
  feed_is(FeedState::stale);
  EXPECT_THAT(text_.str(), HasSubstr("feed sse is stale"));
}

}  // namespace
}  // namespace indexcast::server
