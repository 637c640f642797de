// Tick channels in virtual time: order, holes, resend and its failures, and the states they show.
#include "feedhandlers/szse/tick_source.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "feedhandlers/szse/handler.h"
#include "feedhandlers/szse/resend_session.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::FeedCounter;
using feed::Outbox;
using indexcast::test::EventLog;
using indexcast::test::outcomes;
using indexcast::test::universe_of;
using test::Message;
using enum FeedState;

constexpr TimeNs kStart{1'750'383'000'000'000'000};
constexpr std::uint16_t kChannel = 2011;
constexpr std::uint32_t kEventChannel = kTickChannelBase + kChannel;

// Trade number `sequence`, at a price that tells it.
Message tick(std::int64_t sequence, std::string_view code = "000001", char exec_type = kExecTrade,
             std::int64_t time = 20250620093003120) {
  Message out;
  encode_trade({.channel_no = kChannel,
                .appl_seq_num = sequence,
                .md_stream_id = kStreamSpotTicks,
                .bid_appl_seq_num = 0,
                .offer_appl_seq_num = 0,
                .security_id = code,
                .security_id_source = kSourceSzse,
                .last_px = 100'000 + sequence,
                .last_qty = 10'000,
                .exec_type = exec_type,
                .transact_time = time},
               out);
  return out;
}

Message order(std::int64_t sequence) {
  Message out;
  encode_order({.channel_no = kChannel,
                .appl_seq_num = sequence,
                .md_stream_id = kStreamSpotTicks,
                .security_id = "000001",
                .security_id_source = kSourceSzse,
                .price = 1,
                .order_qty = 100,
                .side = '1',
                .transact_time = 20250620093003120,
                .ord_type = '2'},
               out);
  return out;
}

// A realtime session and a resend session, both in virtual time.
class SzseTicks : public testing::Test {
 protected:
  void SetUp() override { open({}); }

  void open(const Settings& changes) {
    settings_ = changes;
    settings_.ticks = true;
    settings_.resend_gateways = {{.address = {"127.0.0.1", 9130}}};
    if (settings_.tick_capacity == Settings{}.tick_capacity) settings_.tick_capacity = 64;
    log_.events.clear();
    handler_.emplace(settings_, symbols_, log_);
    resend_.emplace(settings_, *handler_->ticks(), handler_->counters());
    now_ = kStart;
    handler_->on_connected(now_, out_);
    realtime(test::logon_answer(30));
    resend_->on_connected(now_, asked_);
    resent(test::logon_answer(30));
    out_.clear();
    asked_.clear();
  }

  void realtime(const Message& bytes) { ASSERT_TRUE(handler_->on_bytes(bytes, now_, out_)); }
  void resent(const Message& bytes) { ASSERT_TRUE(resend_->on_bytes(bytes, now_, asked_)); }
  void pass(std::int64_t ns) {
    now_ = now_ + ns;
    handler_->on_time(now_, out_);
    resend_->on_time(now_, asked_);
  }
  // The request that went out, once.
  std::optional<Resend> request() {
    Resend found;
    const bool any = !asked_.empty() && decode_header(asked_).msg_type == kMsgResend &&
                     decode_resend(asked_, found) == feed::DecodeError::none;
    if (!any) return std::nullopt;
    sent_ = asked_;
    decode_resend(sent_, found);
    asked_.clear();
    return found;
  }
  void answer(const Resend& asked, std::uint8_t status) {
    Resend reply = asked;
    reply.resend_status = status;
    Message bytes;
    encode_resend(reply, bytes);
    resent(bytes);
  }
  std::uint64_t count(FeedCounter counter) { return handler_->counters().get(counter); }
  // ApplSeqNum of the prices, in order.
  std::vector<std::uint64_t> prices() const {
    std::vector<std::uint64_t> found;
    for (const MarketEvent& event : log_.of(EventKind::price)) {
      found.push_back(event.feed_sequence);
    }
    return found;
  }
  std::vector<FeedState> states() const { return log_.states(kEventChannel); }

  Universe universe_ = universe_of(feed::Venue::szse, {"000001.SZ", "300750.SZ"});
  feed::SymbolTable symbols_ = make_symbols(Settings{}, universe_);
  Settings settings_;
  EventLog log_;
  Outbox out_;
  Outbox asked_;
  Message sent_;
  std::optional<Handler> handler_;
  std::optional<ResendSession> resend_;
  TimeNs now_ = kStart;
};

TEST_F(SzseTicks, ATradeIsAPriceOfItsChannel) {
  realtime(tick(1));
  realtime(tick(2));
  const auto events = log_.of(EventKind::price);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].channel, kEventChannel);
  EXPECT_EQ(static_cast<PriceKind>(events[1].detail), PriceKind::last);
  EXPECT_EQ(events[1].value[0], 10'000'200);
  EXPECT_EQ(events[1].value[1], 200);
  EXPECT_EQ(events[1].value[2], 20'000'300);
  EXPECT_EQ(events[1].exchange_time, china_time(20250620, 34'203'120));
  EXPECT_EQ(states(), std::vector{live});
}

TEST_F(SzseTicks, OrdersCancelsAndOthersOnlyCount) {
  realtime(order(1));
  realtime(tick(2, "000001", kExecCancel));
  realtime(tick(3, "000002"));
  realtime(tick(4));
  EXPECT_EQ(prices(), std::vector<std::uint64_t>{4});
  EXPECT_EQ(count(FeedCounter::filtered), 3u);
  EXPECT_EQ(count(FeedCounter::applied), 1u);
  EXPECT_EQ(count(FeedCounter::sequence_received), 4u);
}

TEST_F(SzseTicks, AHoleIsAskedForAndFilled) {
  realtime(tick(1));
  realtime(tick(5));
  realtime(tick(6));
  EXPECT_EQ(prices(), std::vector<std::uint64_t>{1});
  pass(settings_.tick_wait_ns);
  const auto asked = request();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->channel_no, kChannel);
  EXPECT_EQ(asked->appl_beg_seq_num, 2);
  EXPECT_EQ(asked->appl_end_seq_num, 4);
  EXPECT_EQ(asked->resend_type, kResendTicks);
  EXPECT_EQ(states(), (std::vector{live, recovering}));
  for (const std::int64_t sequence : {2, 3, 4}) resent(tick(sequence));
  answer(*asked, kResendDone);
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(states(), (std::vector{live, recovering, live}));
  EXPECT_EQ(count(FeedCounter::sequence_received), 3u);
  EXPECT_EQ(count(FeedCounter::sequence_recovered), 3u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(count(FeedCounter::applied), 6u);
}

TEST_F(SzseTicks, WhatComesLateByItselfIsNotAskedFor) {
  realtime(tick(1));
  realtime(tick(3));
  pass(settings_.tick_wait_ns - 1);
  realtime(tick(2));
  pass(kNsPerSecond);
  EXPECT_FALSE(request());
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(states(), std::vector{live});
}

TEST_F(SzseTicks, BothSessionsGiveEachTickOnce) {
  realtime(tick(1));
  resent(tick(1));
  resent(tick(2));
  realtime(tick(2));
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(count(FeedCounter::duplicate), 2u);
}

TEST_F(SzseTicks, TheChannelsHeartbeatShowsWhatIsMissingAtTheEnd) {
  realtime(tick(1));
  Message heartbeat;
  encode_channel_heartbeat({kChannel, 3, 0}, heartbeat);
  realtime(heartbeat);
  pass(settings_.tick_wait_ns);
  const auto asked = request();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->appl_beg_seq_num, 2);
  EXPECT_EQ(asked->appl_end_seq_num, 3);
}

TEST_F(SzseTicks, LongHolesAreAskedForInPieces) {
  Settings settings;
  settings.resend_range = 10;
  open(settings);
  realtime(tick(1));
  realtime(tick(25));
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (int round = 0; round < 5; ++round) {
    pass(settings_.tick_wait_ns);
    const auto asked = request();
    if (!asked) break;
    ranges.emplace_back(asked->appl_beg_seq_num, asked->appl_end_seq_num);
    for (auto s = asked->appl_beg_seq_num; s <= asked->appl_end_seq_num; ++s) resent(tick(s));
    answer(*asked, kResendDone);
  }
  using Range = std::pair<std::int64_t, std::int64_t>;
  EXPECT_EQ(ranges, (std::vector<Range>{{2, 11}, {12, 21}, {22, 24}}));
  EXPECT_EQ(prices().size(), 25u);
  EXPECT_EQ(states(), (std::vector{live, recovering, live}));
}

struct RefusalCase {
  std::string name;
  std::uint8_t status;
  int requests;  // until the ticks are given up
};
class SzseResendStatus : public SzseTicks, public testing::WithParamInterface<RefusalCase> {};

// The security with a tick behind the gap is heard at once, the other one with its next tick.
TEST_P(SzseResendStatus, EndsInAGapUntilEachSecurityOfTheChannelWasHeard) {
  realtime(tick(1, "300750"));
  realtime(tick(4));
  int requests = 0;
  for (int round = 0; round < 10; ++round) {
    pass(settings_.tick_wait_ns);
    const auto asked = request();
    if (!asked) break;
    ++requests;
    answer(*asked, GetParam().status);
  }
  EXPECT_EQ(requests, GetParam().requests);
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(count(FeedCounter::gaps), 1u);
  EXPECT_EQ(states(), (std::vector{live, recovering, gap}));
  const MarketEvent last = log_.of(EventKind::feed_state).back();
  EXPECT_EQ(last.channel, kEventChannel);
  EXPECT_EQ(last.value[kBySecurity], 1);
  realtime(tick(5));
  EXPECT_EQ(states().back(), gap);
  realtime(tick(6, "300750"));
  EXPECT_EQ(states(), (std::vector{live, recovering, gap, live}));
}

// By the specification: GUIDE 4.10 repeats every snapshot within 60 s (notes 1.6), so a trade that
// was lost shows there.
TEST_F(SzseTicks, AFullPeriodOfSnapshotsEndsAGap) {
  realtime(tick(1));
  realtime(tick(66));
  ASSERT_EQ(states(), (std::vector{live, gap, live})) << "behind the hole it was heard";
  for (const std::string_view code : {"000001", "300750"})  // the market trades
    realtime(test::snapshot(test::snapshot_fields("T0", code),
                            {test::price_entry(kEntryLast, 12'350'000)}));
  realtime(tick(67, "300750"));
  for (std::int64_t s = 140; s <= 204; ++s) realtime(tick(s));
  ASSERT_EQ(states().back(), gap) << "300750 may have traded in the hole";
  for (int s = 0; s <= 60; s += 3) {
    EXPECT_EQ(states().back(), gap) << s;
    const std::int64_t time = 20250620093100000 + s / 60 * 100'000 + s % 60 * 1'000;
    realtime(test::snapshot(test::snapshot_fields("T0", "000002", time), {}));
    pass(1);
  }
  EXPECT_EQ(states().back(), live);
}

INSTANTIATE_TEST_SUITE_P(Table, SzseResendStatus,
                         testing::Values(RefusalCase{"DoneWithNothing", kResendDone, 3},
                                         RefusalCase{"PartlyWithNothing", kResendPartlyDone, 3},
                                         RefusalCase{"NoPermission", kResendNoPermission, 1},
                                         RefusalCase{"Unavailable", kResendUnavailable, 1},
                                         RefusalCase{"Unknown", 9, 3}),
                         [](const auto& test_case) { return test_case.param.name; });

TEST_F(SzseTicks, APartialAnswerIsFollowedByARequestForTheRest) {
  realtime(tick(1));
  realtime(tick(5));
  pass(settings_.tick_wait_ns);
  auto asked = request();
  ASSERT_TRUE(asked);
  resent(tick(2));
  answer(*asked, kResendPartlyDone);
  pass(0);
  asked = request();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->appl_beg_seq_num, 3);
  for (const std::int64_t s : {3, 4}) resent(tick(s));
  answer(*asked, kResendDone);
  EXPECT_EQ(prices().size(), 5u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
}

TEST_F(SzseTicks, ARequestWithoutAnswerIsRepeatedAndThenGivenUp) {
  realtime(tick(1));
  realtime(tick(3));
  int requests = 0;
  pass(settings_.tick_wait_ns);
  for (int round = 0; round < 6; ++round) {
    requests += request() ? 1 : 0;
    pass(settings_.resend_timeout_ns);
  }
  EXPECT_EQ(requests, TickSource::kMaxAttempts);
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(SzseTicks, AnAnswerThatIsStillComingIsWaitedFor) {
  realtime(tick(1));
  realtime(tick(5));
  pass(settings_.tick_wait_ns);
  ASSERT_TRUE(request());
  for (const std::int64_t s : {2, 3, 4}) {
    pass(settings_.resend_timeout_ns - 1);
    resent(tick(s));
  }
  EXPECT_FALSE(request());
  EXPECT_EQ(prices().size(), 5u);
}

TEST_F(SzseTicks, ABusinessRejectEndsTheRequest) {
  realtime(tick(1));
  realtime(tick(3));
  pass(settings_.tick_wait_ns);
  ASSERT_TRUE(request());
  Message reject;
  encode_business_reject({0, kMsgResend, "", 1, "no"}, reject);
  resent(reject);
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(states(), (std::vector{live, recovering, gap, live}));
}

TEST_F(SzseTicks, WithoutASecondSessionTheHoleIsLostAfterItsTime) {
  resend_->on_disconnected(now_);
  realtime(tick(1));
  realtime(tick(3));
  pass(settings_.tick_wait_ns);
  EXPECT_EQ(states(), (std::vector{live, recovering}));
  pass(settings_.resend_timeout_ns);
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(states(), (std::vector{live, recovering, gap, live}));
}

TEST_F(SzseTicks, AFullWindowGivesTheOldestHoleUp) {
  realtime(tick(1));
  for (std::int64_t s = 3; s <= 66; ++s) realtime(tick(s));
  EXPECT_EQ(count(FeedCounter::sequence_lost), 1u);
  EXPECT_EQ(prices().size(), 65u);
  EXPECT_EQ(states(), (std::vector{live, gap, live}));
}

TEST_F(SzseTicks, OneDamagedNumberDoesNotMoveTheChannel) {
  realtime(tick(1));
  realtime(tick(9'000'000'000'000));
  realtime(tick(2));
  realtime(tick(-4));
  realtime(tick(0));
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(count(FeedCounter::rejected), 3u);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
}

TEST_F(SzseTicks, AReconnectionAsksForWhatWasMissed) {
  realtime(tick(1));
  handler_->on_disconnected(now_);
  handler_->on_connected(now_, out_);
  realtime(test::logon_answer(30));
  EXPECT_EQ(states(), (std::vector{live, down, recovering}));
  realtime(tick(4));
  pass(settings_.tick_wait_ns);
  const auto asked = request();
  ASSERT_TRUE(asked);
  for (const std::int64_t s : {2, 3}) resent(tick(s));
  answer(*asked, kResendDone);
  EXPECT_EQ(prices().size(), 4u);
  EXPECT_EQ(states().back(), live);
}

TEST_F(SzseTicks, ASilentChannelIsStaleUntilItEnds) {
  realtime(tick(1));
  pass(settings_.tick_silence_ns);
  EXPECT_EQ(states(), (std::vector{live, stale}));
  Message end;
  encode_channel_heartbeat({kChannel, 1, 1}, end);
  realtime(end);
  pass(settings_.tick_silence_ns + 1);
  EXPECT_EQ(states(), (std::vector{live, stale, live}));
}

TEST_F(SzseTicks, ASnapshotBehindTheTradesIsNoPrice) {
  realtime(tick(1));
  auto fields = test::snapshot_fields();  // of 09:30:03.000
  realtime(test::snapshot(fields, {test::price_entry(kEntryLast, 9'990'000)}));
  EXPECT_EQ(log_.of(EventKind::price).size(), 1u);
  EXPECT_EQ(log_.of(EventKind::instrument_status).size(), 1u);  // it still says this
  fields.orig_time = 20250620093006000;
  realtime(test::snapshot(fields, {test::price_entry(kEntryLast, 9'990'000)}));
  EXPECT_EQ(log_.of(EventKind::price).back().value[0], 9'990'000);
  // A trade before the snapshot is in it; a later one adds to its volume.
  realtime(tick(2));
  realtime(tick(3, "000001", kExecTrade, 20250620093007000));
  EXPECT_EQ(prices().back(), 3u);
  EXPECT_EQ(log_.of(EventKind::price).back().value[1], 123'400 + 100);
}

TEST_F(SzseTicks, ANewDayBeginsWithOneAgain) {
  realtime(tick(5'000));
  realtime(tick(1, "000001", kExecTrade, 20250623093003120));
  realtime(tick(1, "000001", kExecTrade, 20250623093003120));
  realtime(tick(2, "000001", kExecTrade, 20250623093003120));
  EXPECT_EQ(prices(), (std::vector<std::uint64_t>{5'000, 1, 2}));
  realtime(tick(5'001));  // of the day before
  EXPECT_EQ(prices().size(), 3u);
}

// Any loss on the first session, repaired by the second: the same trades in the same order.
TEST_F(SzseTicks, WhateverIsLostIsRepaired) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::int64_t kTicks = 3'000;
  realtime(tick(1));
  for (std::int64_t s = 2; s <= kTicks; ++s) {
    if (random() % 10 != 0) realtime(tick(s));
    if (random() % 4 == 0) pass(settings_.tick_wait_ns);
    if (const auto asked = request()) {
      for (auto k = asked->appl_beg_seq_num; k <= asked->appl_end_seq_num; ++k) resent(tick(k));
      answer(*asked, kResendDone);
    }
  }
  std::vector<std::uint64_t> wanted(prices().size());
  std::iota(wanted.begin(), wanted.end(), 1);
  EXPECT_EQ(prices(), wanted);
  EXPECT_EQ(count(FeedCounter::sequence_lost), 0u);
  EXPECT_GT(wanted.size(), static_cast<std::size_t>(kTicks - 64));
  EXPECT_EQ(count(FeedCounter::applied) + count(FeedCounter::duplicate),
            outcomes(handler_->counters()));
}

}  // namespace
}  // namespace indexcast::szse
