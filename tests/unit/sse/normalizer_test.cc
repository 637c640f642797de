// SSE phases and prices: METHODOLOGY 4 and protocol notes 5.3, case by case.
#include "feedhandlers/sse/normalizer.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;
using test::Message;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

// Built by hand from IS120-B (protocol notes 2.1, 2.4, 5.1): M102 of SecurityType 3, MD102, for
// 600031 at 15:08:15 on 2026-01-14, phase H1, close (5) 21.50000 and a last price (2) of 99.00000,
// which the stream does not have; volume 99,999,900.
constexpr std::string_view kAfterHours =
    "4d3130320047fa776b11751800000000000000090000009503030135251208fd41184d443130323630303033"
    "31202053414e595a47202000000000002283f00000000005f5e09c000000000000000c000000345d123a7c48"
    "3120202020202000043520000000000020ce7000000000000000000030200000000000000000000000000000"
    "9c40003120000000000000000000000000000000000032200000000000970fe0000000000000000000000000"
    "6f";

class SseNormalizer : public testing::Test {
 protected:
  FeedCounter snapshot(const SnapshotFields& fields, const std::vector<Entry>& entries,
                       std::uint64_t sending_time = 20260114095351220) {
    return deliver(test::snapshot(1, fields, entries, sending_time));
  }
  FeedCounter deliver(const Message& bytes) {
    return normalizer_.on_snapshot(decode_header(bytes), bytes, TimeNs{77});
  }
  FeedCounter status(std::string_view session_id, std::uint64_t sending_time) {
    const Message bytes = test::market_status(1, session_id, sending_time);
    return normalizer_.on_market_status(decode_header(bytes), bytes, TimeNs{77});
  }

  Universe universe_ = universe_of(feed::Venue::sse, {"600031.SH", "510050.SH"});
  EventLog log_;
  feed::FeedCounters counters_;
  feed::VenueEvents events_{feed::Venue::sse, universe_.instruments().size(), 60 * kNsPerSecond,
                            log_, counters_};
  feed::SymbolTable symbols_{universe_, feed::Venue::sse};
  Normalizer normalizer_{Settings{}, symbols_, events_};
};

struct LadderCase {
  std::string name;
  std::string_view phase;
  std::uint64_t pre_close;
  std::uint64_t last;
  std::uint64_t close;
  std::optional<PriceKind> kind;  // empty: no price
  std::int64_t price;             // 1e-6
};

class SseLadder : public SseNormalizer, public testing::WithParamInterface<LadderCase> {};

TEST_P(SseLadder, Takes) {
  const LadderCase& c = GetParam();
  SnapshotFields fields = test::snapshot_fields(c.phase);
  fields.pre_close_px = c.pre_close;
  snapshot(fields, {{kEntryBid, 1, 100, 0},
                    {kEntryAsk, 1, 100, 0},
                    {kEntryClose, c.close, 0, 0},
                    {kEntryLast, c.last, 0, 0}});
  const auto prices = log_.of(EventKind::price);
  ASSERT_EQ(prices.size(), c.kind ? 1u : 0u);
  if (!c.kind) return;
  EXPECT_EQ(static_cast<PriceKind>(prices[0].detail), *c.kind);
  EXPECT_EQ(prices[0].value[0], c.price);
}

using enum PriceKind;
INSTANTIATE_TEST_SUITE_P(
    Table, SseLadder,
    testing::Values(
        LadderCase{"BeforeOpen", "S", 1000000, 0, 0, previous_close, 10000000},
        LadderCase{"OpeningAuction", "C", 1000000, 0, 0, previous_close, 10000000},
        LadderCase{"AuctionMatched", "C", 1000000, 1010000, 0, last, 10100000},
        LadderCase{"NotYetTraded", "T", 1000000, 0, 0, previous_close, 10000000},
        LadderCase{"Trading", "T111", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"CloseEntryInSession", "T111", 1000000, 1020000, 990000, last, 10200000},
        LadderCase{"ClosingAuction", "U", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"Halted", "M", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"HaltedToClose", "N", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"SuspendedAllDay", "P", 1000000, 0, 0, previous_close, 10000000},
        LadderCase{"SuspendedAfterTrading", "P", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"Closed", "E", 1000000, 1020000, 1030000, close, 10300000},
        LadderCase{"ClosedBeforeTheClose", "E", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"ClosedUntraded", "E", 1000000, 0, 0, close, 10000000},
        LadderCase{"BetweenAuctionAndTrading", "D", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"Break", "B", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"VolatilityInterruption", "V", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"UnknownLetter", "X", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"Blank", "", 1000000, 1020000, 0, last, 10200000},
        LadderCase{"NothingAtAll", "T", 0, 0, 0, {}, 0},
        LadderCase{"LastOverflows", "T", 1000000, kPriceOverflow, 0, {}, 0},
        LadderCase{"LastBeyondOverflow", "T", 1000000, kMax, 0, {}, 0},
        LadderCase{"CloseOverflows", "E", 1000000, 1020000, kPriceOverflow, {}, 0},
        LadderCase{"PreCloseOverflows", "S", kPriceOverflow, 0, 0, {}, 0},
        LadderCase{"LargestPrice", "T", 1, kPriceOverflow - 1, 0, last, 99999999999980}),
    [](const auto& test_case) { return test_case.param.name; });

TEST_F(SseNormalizer, APriceCarriesItsOrigin) {
  EXPECT_EQ(snapshot(test::snapshot_fields(), {{kEntryLast, 2'249'000, 0, 0}}),
            FeedCounter::applied);
  const auto prices = log_.of(EventKind::price);
  ASSERT_EQ(prices.size(), 1u);
  EXPECT_EQ(prices[0].instrument, 0u);
  EXPECT_EQ(prices[0].market, 0);
  EXPECT_EQ(prices[0].feed, 0);
  EXPECT_EQ(prices[0].value[0], 22'490'000);
  EXPECT_EQ(prices[0].value[1], 13'525'780);
  EXPECT_EQ(prices[0].value[2], 3'058'652'620'000);
  EXPECT_EQ(prices[0].exchange_time, china_time(20260114, 35'630'610));
  EXPECT_EQ(prices[0].receive_time, TimeNs{77});
  EXPECT_EQ(prices[0].feed_sequence, 1u);
}

TEST_F(SseNormalizer, OverflowedTotalsAreNotKnown) {
  SnapshotFields fields = test::snapshot_fields();
  fields.total_volume_traded = kMax;
  fields.total_value_traded = kValueOverflow;
  snapshot(fields, {{kEntryLast, 2'249'000, 0, 0}});
  EXPECT_EQ(log_.of(EventKind::price)[0].value[1], 0);
  EXPECT_EQ(log_.of(EventKind::price)[0].value[2], 0);
}

TEST_F(SseNormalizer, StatusIsSaidOnceAndWhenItChanges) {
  for (const std::string_view phase : {"T", "T", "M", "M", "T", "E", "P"}) {
    snapshot(test::snapshot_fields(phase), {{kEntryLast, 2'249'000, 0, 0}});
  }
  using enum InstrumentStatus;
  EXPECT_EQ(log_.details<InstrumentStatus>(EventKind::instrument_status),
            (std::vector{trading, halted, trading, suspended}));
}

TEST_F(SseNormalizer, OtherSecuritiesAndStreamsAreFiltered) {
  SnapshotFields other = test::snapshot_fields();
  other.security_id = "600000";
  EXPECT_EQ(snapshot(other, {{kEntryLast, 1, 0, 0}}), FeedCounter::filtered);
  for (const std::string_view stream :
       {"MD001", "MD003", "MD102", "MDE01", "MD201", "MD210", "XX999"}) {
    SnapshotFields fields = test::snapshot_fields();
    fields.md_stream_id = stream;
    EXPECT_EQ(snapshot(fields, {{kEntryLast, 1, 0, 0}}), FeedCounter::filtered) << stream;
  }
  SnapshotFields bond = test::snapshot_fields();
  bond.security_type = 12;
  EXPECT_EQ(snapshot(bond, {{kEntryLast, 1, 0, 0}}), FeedCounter::filtered);
  EXPECT_TRUE(log_.events.empty());
}

// Protocol notes 5.3: MD102 never changes the price, and its volume is separate from MD002's.
TEST_F(SseNormalizer, AfterHoursTradingMovesNoPriceAndNoVolume) {
  const auto md002 = [](std::string_view phase, std::uint32_t time, std::uint64_t volume) {
    SnapshotFields fields = test::snapshot_fields(phase);
    fields.last_update_time = time;
    fields.total_volume_traded = volume;
    return fields;
  };
  ASSERT_EQ(
      snapshot(md002("U111", 145900000, 1'000), {{kEntryLast, 2'249'000, 0, 0}}, 20260114145900000),
      FeedCounter::applied);
  const std::size_t before = log_.events.size();
  const auto bytes = indexcast::test::from_hex(kAfterHours);
  ASSERT_TRUE(checksum_ok(bytes));
  EXPECT_EQ(deliver(bytes), FeedCounter::filtered);
  EXPECT_EQ(log_.events.size(), before);
  EXPECT_EQ(
      snapshot(md002("E110", 151000000, 1'100),
               {{kEntryLast, 2'249'000, 0, 0}, {kEntryClose, 2'250'000, 0, 0}}, 20260114151000000),
      FeedCounter::applied);
  const auto prices = log_.of(EventKind::price);
  ASSERT_EQ(prices.size(), 2u);
  EXPECT_EQ(prices[1].value[0], 22'500'000);
  EXPECT_EQ(prices[1].value[1], 1'100);
}

TEST_F(SseNormalizer, AFundIsPriced) {
  SnapshotFields fields = test::snapshot_fields();
  fields.md_stream_id = kStreamFunds;
  fields.security_id = "510050";
  EXPECT_EQ(snapshot(fields, {{kEntryLast, 300'000, 0, 0}}), FeedCounter::applied);
  EXPECT_EQ(log_.of(EventKind::price)[0].instrument, 1u);
}

TEST_F(SseNormalizer, TestTradingIsRejectedInProduction) {
  SnapshotFields fields = test::snapshot_fields();
  fields.trad_ses_mode = 1;
  EXPECT_EQ(snapshot(fields, {{kEntryLast, 1, 0, 0}}), FeedCounter::rejected);
  const Message bytes = test::market_status(1, "T111", 20260114100000000, 1, 2);
  EXPECT_EQ(normalizer_.on_market_status(decode_header(bytes), bytes, {}), FeedCounter::rejected);
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(SseNormalizer, AnImpossibleTimeIsMalformed) {
  for (const auto& [date, time] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {20260114, 240000000}, {20260114, 96000000}, {20261301, 95350610}, {0, 95350610}}) {
    SnapshotFields fields = test::snapshot_fields();
    fields.trade_date = date;
    fields.last_update_time = time;
    EXPECT_EQ(snapshot(fields, {{kEntryLast, 1, 0, 0}}), FeedCounter::malformed) << time;
  }
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(SseNormalizer, AnUnstampedImageHasTheTimeOfItsMessage) {
  SnapshotFields fields = test::snapshot_fields("S");
  fields.last_update_time = 0;
  EXPECT_EQ(snapshot(fields, {}), FeedCounter::applied);
  EXPECT_EQ(log_.of(EventKind::price)[0].exchange_time, china_time(20260114, 35'631'220));
}

TEST_F(SseNormalizer, ALaggingGatewayDoesNotTurnAPriceBack) {
  SnapshotFields fields = test::snapshot_fields();
  EXPECT_EQ(snapshot(fields, {{kEntryLast, 2'249'000, 0, 0}}), FeedCounter::applied);
  fields.last_update_time -= 3'000;
  EXPECT_EQ(snapshot(fields, {{kEntryLast, 2'240'000, 0, 0}}), FeedCounter::duplicate);
  fields.last_update_time = 90000000;  // a gateway that got stuck
  EXPECT_EQ(snapshot(fields, {{kEntryLast, 2'240'000, 0, 0}}), FeedCounter::duplicate);
  EXPECT_EQ(log_.of(EventKind::price).size(), 1u);
}

TEST_F(SseNormalizer, AVenueInTestMayRunItsDayAgain) {
  Settings settings;
  settings.production_only = false;
  Normalizer normalizer(settings, symbols_, events_);
  SnapshotFields fields = test::snapshot_fields();
  fields.trad_ses_mode = kTradSesModeSimulation;
  const auto take = [&](std::uint32_t time) {
    fields.last_update_time = time;
    const Message bytes = test::snapshot(1, fields, {{kEntryLast, 2'249'000, 0, 0}});
    return normalizer.on_snapshot(decode_header(bytes), bytes, {});
  };
  EXPECT_EQ(take(95350610), FeedCounter::applied);
  EXPECT_EQ(take(95347610), FeedCounter::duplicate);
  EXPECT_EQ(take(90000000), FeedCounter::applied);
}

struct DayCase {
  std::string name;
  Date given;
  std::uint32_t date;
  std::uint32_t time;
  std::uint64_t sent;
  FeedCounter outcome;
};

class SseDay : public SseNormalizer, public testing::WithParamInterface<DayCase> {};

TEST_P(SseDay, Takes) {
  const DayCase& c = GetParam();
  Settings settings;
  settings.trade_date = c.given;
  Normalizer normalizer(settings, symbols_, events_);
  if (c.given == 0) {
    const Message today = test::trade(1);
    normalizer.on_snapshot(decode_header(today), today, {});
    log_.events.clear();
  }
  SnapshotFields fields = test::snapshot_fields();
  fields.trade_date = c.date;
  fields.last_update_time = c.time;
  const Message bytes = test::snapshot(2, fields, {{kEntryLast, 2'249'000, 0, 0}}, c.sent);
  EXPECT_EQ(normalizer.on_snapshot(decode_header(bytes), bytes, {}), c.outcome);
  EXPECT_EQ(log_.of(EventKind::price).size(), c.outcome == FeedCounter::applied ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SseDay,
    testing::Values(
        DayCase{"Today", 20260114, 20260114, 95350610, 20260114095351220, FeedCounter::applied},
        DayCase{"Yesterday", 20260114, 20260113, 150000000, 20260114085351220,
                FeedCounter::rejected},
        DayCase{"YesterdayUnstamped", 20260114, 20260113, 0, 20260113085351220,
                FeedCounter::rejected},
        DayCase{"Tomorrow", 20260114, 20260115, 95350610, 20260115095351220, FeedCounter::rejected},
        DayCase{"AheadOfItsMessage", 20260114, 20260114, 95451221, 20260114095351220,
                FeedCounter::rejected},
        DayCase{"LatestSeen", 0, 20260114, 95350610, 20260114095351220, FeedCounter::applied},
        DayCase{"BeforeTheLatestSeen", 0, 20260113, 145350610, 20260114095351220,
                FeedCounter::rejected},
        DayCase{"ALaterDayBegins", 0, 20260115, 91500000, 20260115091500000, FeedCounter::applied}),
    [](const auto& test_case) { return test_case.param.name; });

TEST_F(SseNormalizer, AStatusOfAnotherDayMovesNothing) {
  Settings settings;
  settings.trade_date = 20260114;
  Normalizer normalizer(settings, symbols_, events_);
  const Message bytes = test::market_status(1, "E11", 20260113150000000);
  EXPECT_EQ(normalizer.on_market_status(decode_header(bytes), bytes, {}), FeedCounter::rejected);
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(SseNormalizer, TheMarketFollowsItsStatusAndTimetable) {
  EXPECT_EQ(status("S", 20260114090000000), FeedCounter::applied);
  EXPECT_EQ(status("S", 20260114090003000), FeedCounter::duplicate);
  EXPECT_EQ(status("T0", 20260114091500000), FeedCounter::duplicate);
  EXPECT_EQ(status("T1", 20260114092500000), FeedCounter::applied);
  EXPECT_EQ(status("T1", 20260114093000000), FeedCounter::applied);
  EXPECT_EQ(status("T1", 20260114113000000), FeedCounter::applied);
  EXPECT_EQ(status("T1", 20260114130000000), FeedCounter::applied);
  EXPECT_EQ(status("E11", 20260114150000000), FeedCounter::applied);
  using enum MarketPhase;
  EXPECT_EQ(log_.details<MarketPhase>(EventKind::market_phase),
            (std::vector{pre_open, scheduled, trading, scheduled, trading, closing}));
}

// M101 may be late at the borders of lunch; any snapshot's time moves the market (METHODOLOGY 5).
TEST_F(SseNormalizer, TimeOnAnySnapshotMovesTheMarket) {
  status("T1", 20260114112900000);
  SnapshotFields other = test::snapshot_fields();
  other.security_id = "600000";
  EXPECT_EQ(snapshot(other, {}, 20260114112959999), FeedCounter::filtered);
  EXPECT_EQ(snapshot(other, {}, 20260114113000000), FeedCounter::applied);
  EXPECT_EQ(log_.of(EventKind::market_phase).back().exchange_time,
            china_time(20260114, feed::hms(11, 30)));
  EXPECT_EQ(snapshot(other, {}, 20260114130000001), FeedCounter::applied);
  using enum MarketPhase;
  EXPECT_EQ(log_.details<MarketPhase>(EventKind::market_phase),
            (std::vector{trading, scheduled, trading}));
}

TEST_F(SseNormalizer, OtherProductsAndUnknownStatesMoveNothing) {
  const Message bonds = test::market_status(1, "E111", 20260114100000000, 12);
  EXPECT_EQ(normalizer_.on_market_status(decode_header(bonds), bonds, {}), FeedCounter::filtered);
  EXPECT_EQ(status("X", 20260114100000000), FeedCounter::rejected);
  EXPECT_EQ(status("T1", 99999999999999999), FeedCounter::malformed);
  EXPECT_TRUE(log_.events.empty());
}

TEST(SseMarketClock, IsSilentBeforeTheFirstStatus) {
  const MarketClock clock(feed::kMainlandBreaks);
  EXPECT_FALSE(clock.phase_at(100000000));
}

}  // namespace
}  // namespace indexcast::sse
