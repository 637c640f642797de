// SZSE phases and prices: METHODOLOGY 4 and protocol notes 4.2, case by case.
#include "feedhandlers/szse/normalizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;
using test::Message;
using test::price_entry;
using test::snapshot_fields;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

// A normalizer with what it needs; `sentinels` empty: the members.
struct Bench {
  explicit Bench(const std::vector<std::uint32_t>& sentinels = {}) {
    settings.sentinels = sentinels;
    symbols.emplace(make_symbols(settings, universe));
    normalizer.emplace(settings, *symbols, events, day, nullptr);
  }

  FeedCounter take(const SnapshotCommon& fields, const std::vector<EntryValue>& entries) {
    const Message bytes = test::snapshot(fields, entries);
    return normalizer->on_snapshot(bytes, TimeNs{77}, ++sequence);
  }
  // Security `code` is in `phase` at HHMMSSsss.
  FeedCounter phase(std::string_view code, std::string_view phase, std::int64_t time) {
    return take(snapshot_fields(phase, code, 20250620'000000000 + time),
                {price_entry(kEntryLast, 10'000'000)});
  }
  std::vector<MarketPhase> phases() const {
    return log.details<MarketPhase>(EventKind::market_phase);
  }

  Settings settings;
  Universe universe = universe_of(feed::Venue::szse, {"000001.SZ", "300750.SZ"});
  EventLog log;
  feed::FeedCounters counters;
  feed::VenueEvents events{feed::Venue::szse, 2, 60 * kNsPerSecond, log, counters};
  std::optional<feed::SymbolTable> symbols;
  TradeDay day{0};
  std::optional<Normalizer> normalizer;
  std::uint64_t sequence = 0;
};

struct LadderCase {
  std::string name;
  std::string_view phase;
  std::int64_t prev_close;           // 1e-4
  std::optional<std::int64_t> last;  // 1e-6
  std::optional<PriceKind> kind;     // empty: no price
  std::int64_t price;                // 1e-6
};

class SzseLadder : public testing::TestWithParam<LadderCase> {};

TEST_P(SzseLadder, Takes) {
  const LadderCase& c = GetParam();
  SnapshotCommon fields = snapshot_fields(c.phase);
  fields.prev_close_px = c.prev_close;
  std::vector<EntryValue> entries{{kEntryBid, 1, 100, 1, 0, {}}, {kEntryAsk, 1, 100, 1, 0, {}}};
  if (c.last) entries.push_back(price_entry(kEntryLast, *c.last));
  Bench bench;
  bench.take(fields, entries);
  const auto prices = bench.log.of(EventKind::price);
  ASSERT_EQ(prices.size(), c.kind ? 1u : 0u);
  if (!c.kind) return;
  EXPECT_EQ(static_cast<PriceKind>(prices[0].detail), *c.kind);
  EXPECT_EQ(prices[0].value[0], c.price);
}

using enum PriceKind;
INSTANTIATE_TEST_SUITE_P(
    Table, SzseLadder,
    testing::Values(
        LadderCase{"BeforeOpen", "S0", 100000, {}, previous_close, 10000000},
        LadderCase{"OpeningAuction", "O0", 100000, {}, previous_close, 10000000},
        LadderCase{"AuctionMatched", "B0", 100000, 10100000, last, 10100000},
        LadderCase{"Trading", "T0", 100000, 10200000, last, 10200000},
        LadderCase{"NotYetTraded", "T0", 100000, {}, previous_close, 10000000},
        LadderCase{"ZeroIsAbsent", "T0", 100000, 0, previous_close, 10000000},
        LadderCase{"Lunch", "B0", 100000, 10200000, last, 10200000},
        LadderCase{"ClosingAuction", "C0", 100000, 10200000, last, 10200000},
        LadderCase{"Halted", "H0", 100000, 10200000, last, 10200000},
        LadderCase{"VolatilityInterruption", "V0", 100000, 10200000, last, 10200000},
        LadderCase{"SuspendedAllDay", "T1", 100000, {}, previous_close, 10000000},
        LadderCase{"Closed", "E0", 100000, 10300000, close, 10300000},
        LadderCase{"ClosedUntraded", "E1", 100000, {}, close, 10000000},
        LadderCase{"UnknownLetter", "A0", 100000, 10200000, last, 10200000},
        LadderCase{"Blank", "", 100000, 10200000, last, 10200000},
        LadderCase{"Negative", "T0", 100000, -1, {}, 0},
        LadderCase{"MostNegative", "T0", 100000, kMin, {}, 0},
        LadderCase{"Overflow", "T0", 100000, kEntryPxOverflow, {}, 0},
        LadderCase{"BeyondOverflow", "T0", 100000, kMax, {}, 0},
        LadderCase{"PrevCloseOverflow", "O0", kPriceOverflow, {}, {}, 0},
        LadderCase{"PrevCloseHostile", "O0", kMax, {}, {}, 0},
        LadderCase{"PrevCloseNegative", "O0", -100000, {}, {}, 0},
        LadderCase{
            "LargestPrevClose", "O0", kPriceOverflow - 1, {}, previous_close, 999999999999800}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(SzseNormalizer, APriceCarriesItsOrigin) {
  Bench bench;
  EXPECT_EQ(bench.take(snapshot_fields(), {price_entry(kEntryLast, 12'350'000)}),
            FeedCounter::applied);
  const auto prices = bench.log.of(EventKind::price);
  ASSERT_EQ(prices.size(), 1u);
  EXPECT_EQ(prices[0].instrument, 0u);
  EXPECT_EQ(prices[0].market, 1);
  EXPECT_EQ(prices[0].feed, 1);
  EXPECT_EQ(prices[0].value[1], 123'400);
  EXPECT_EQ(prices[0].value[2], 15'227'560'000);
  EXPECT_EQ(prices[0].exchange_time, china_time(20250620, 34'203'000));
  EXPECT_EQ(prices[0].receive_time, TimeNs{77});
  EXPECT_EQ(prices[0].feed_sequence, 1u);
}

TEST(SzseNormalizer, StatusIsSaidOnceAndWhenItChanges) {
  Bench bench;
  for (const std::string_view phase : {"O0", "T0", "V0", "H0", "T0", "T1", "E0"}) {
    bench.take(snapshot_fields(phase), {});
  }
  using enum InstrumentStatus;
  EXPECT_EQ(bench.log.details<InstrumentStatus>(EventKind::instrument_status),
            (std::vector{trading, halted, trading, suspended, trading}));
}

struct LimitsCase {
  std::string name;
  std::optional<std::int64_t> upper;  // as xe and xf have them, 1e-6
  std::optional<std::int64_t> lower;
  std::optional<feed::PriceLimits> expected;  // empty: nothing is said
};

class SzseLimits : public testing::TestWithParam<LimitsCase> {};

TEST_P(SzseLimits, AreSaidWhenTheyAreReal) {
  const LimitsCase& c = GetParam();
  std::vector<EntryValue> entries{price_entry(kEntryLast, 12'350'000)};
  if (c.upper) entries.push_back(price_entry(kEntryUpperLimit, *c.upper));
  if (c.lower) entries.push_back(price_entry(kEntryLowerLimit, *c.lower));
  Bench bench;
  EXPECT_EQ(bench.take(snapshot_fields(), entries), FeedCounter::applied);
  const auto limits = bench.log.of(EventKind::limits);
  ASSERT_EQ(limits.size(), c.expected ? 1u : 0u);
  if (!c.expected) return;
  EXPECT_EQ(limits[0].instrument, 0u);
  EXPECT_EQ(limits[0].value[0], c.expected->lower);
  EXPECT_EQ(limits[0].value[1], c.expected->upper);
  EXPECT_EQ(limits[0].detail == static_cast<std::uint8_t>(LimitsKind::unlimited),
            c.expected->unlimited);
  EXPECT_EQ(limits[0].exchange_time, china_time(20250620, 34'203'000));
}

INSTANTIATE_TEST_SUITE_P(
    Table, SzseLimits,
    testing::Values(
        LimitsCase{"Both", 13'570'000, 11'110'000, feed::PriceLimits{11'110'000, 13'570'000}},
        LimitsCase{"FirstListingDay", kEntryPxOverflow, 10'000, feed::PriceLimits{0, 0, true}},
        LimitsCase{"NoneWhereNegativesArePossible", kEntryPxOverflow, -kEntryPxOverflow,
                   feed::PriceLimits{0, 0, true}},
        LimitsCase{"Absent", {}, {}, {}},
        LimitsCase{"UpperAlone", 13'570'000, {}, feed::PriceLimits{0, 13'570'000}},
        LimitsCase{"LowerAlone", {}, 11'110'000, feed::PriceLimits{11'110'000, 0}},
        LimitsCase{"LowerIsOneTick", 13'570'000, 10'000, feed::PriceLimits{0, 13'570'000}},
        LimitsCase{"LowerIsTwoTicks", 60'000, 20'000, feed::PriceLimits{20'000, 60'000}},
        LimitsCase{"UpperIsNone", kEntryPxOverflow, 11'110'000, feed::PriceLimits{11'110'000, 0}},
        LimitsCase{"JustBelowNone", kEntryPxOverflow - 1, 10'000,
                   feed::PriceLimits{0, kEntryPxOverflow - 1}},
        LimitsCase{"Hostile", kMax, kMax, {}}, LimitsCase{"HostileBelow", kMin, kMin, {}}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(SzseNormalizer, LimitsAreSaidWhenTheyChangeAndBeforeThePrice) {
  Bench bench;
  const auto take = [&](std::int64_t upper, std::int64_t lower) {
    bench.take(snapshot_fields(),
               {price_entry(kEntryLast, 12'350'000), price_entry(kEntryUpperLimit, upper),
                price_entry(kEntryLowerLimit, lower)});
  };
  take(13'570'000, 11'110'000);
  take(13'570'000, 11'110'000);
  // A snapshot that names none leaves them.
  bench.take(snapshot_fields(), {price_entry(kEntryLast, 12'350'000)});
  take(13'580'000, 11'110'000);
  take(kEntryPxOverflow, 10'000);
  std::vector<std::int64_t> uppers;
  for (const MarketEvent& event : bench.log.of(EventKind::limits)) uppers.push_back(event.value[1]);
  EXPECT_EQ(uppers, (std::vector<std::int64_t>{13'570'000, 13'580'000, 0}));
  const auto first = [&](EventKind kind) {
    return std::ranges::find(bench.log.events, kind, &MarketEvent::kind);
  };
  EXPECT_LT(first(EventKind::limits), first(EventKind::price));
}

TEST(SzseNormalizer, ASentinelThatIsNoMemberSaysNoLimits) {
  Bench bench({2});
  bench.take(snapshot_fields("T0", "000002"), {price_entry(kEntryUpperLimit, 13'570'000),
                                               price_entry(kEntryLowerLimit, 11'110'000)});
  EXPECT_TRUE(bench.log.of(EventKind::limits).empty());
}

TEST(SzseNormalizer, OtherSecuritiesAndStreamsAreFiltered) {
  Bench bench;
  EXPECT_EQ(bench.phase("000002", "T0", 93003000), FeedCounter::filtered);
  SnapshotCommon option = snapshot_fields();
  option.md_stream_id = "040";
  EXPECT_EQ(bench.take(option, {price_entry(kEntryLast, 1)}), FeedCounter::filtered);
  EXPECT_TRUE(bench.log.events.empty());
}

TEST(SzseNormalizer, AnImpossibleTimeIsMalformed) {
  Bench bench;
  for (const std::int64_t time :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{20250620246000000},
        std::int64_t{20251320093000000}, kMax, kMin}) {
    EXPECT_EQ(bench.take(snapshot_fields("T0", "000001", time), {}), FeedCounter::malformed);
  }
  EXPECT_TRUE(bench.log.events.empty());
}

TEST(SzseNormalizer, ALaggingGatewayDoesNotTurnAPriceBack) {
  Bench bench;
  EXPECT_EQ(bench.phase("000001", "T0", 93006000), FeedCounter::applied);
  EXPECT_EQ(bench.phase("000001", "T0", 93003000), FeedCounter::duplicate);
  EXPECT_EQ(bench.phase("000001", "T0", 93006000), FeedCounter::applied);
}

TEST(SzseMarket, MovesWhenEverySentinelHas) {
  Bench bench;
  bench.phase("000001", "O0", 91500000);
  EXPECT_TRUE(bench.phases().empty());
  bench.phase("300750", "O0", 91503000);
  bench.phase("000001", "B0", 92500000);
  bench.phase("300750", "B0", 92503000);
  bench.phase("000001", "T0", 93000000);
  bench.phase("300750", "T0", 93000000);
  bench.phase("000001", "B0", 113000000);
  bench.phase("300750", "B0", 113000000);
  bench.phase("300750", "T0", 130000000);
  bench.phase("000001", "T0", 130000000);
  bench.phase("300750", "C0", 145700000);
  bench.phase("000001", "C0", 145700000);
  bench.phase("300750", "E0", 150000000);
  bench.phase("000001", "E0", 150003000);
  using enum MarketPhase;
  EXPECT_EQ(bench.phases(),
            (std::vector{pre_open, scheduled, trading, scheduled, trading, closing}));
  EXPECT_EQ(bench.log.of(EventKind::market_phase).back().exchange_time,
            china_time(20250620, 54'003'000));
}

TEST(SzseMarket, DoesNotWaitForTheHaltedAndTheSuspended) {
  Bench bench;
  bench.phase("300750", "T1", 93000000);
  bench.phase("000001", "T0", 93000000);
  bench.phase("000001", "B0", 113000000);
  using enum MarketPhase;
  EXPECT_EQ(bench.phases(), (std::vector{trading, scheduled}));
}

TEST(SzseMarket, WaitsAMinuteForTheUnheard) {
  Bench bench;
  bench.phase("000001", "T0", 93000000);
  bench.phase("000001", "T0", 93059999);
  EXPECT_TRUE(bench.phases().empty());
  // Anybody's message carries the time.
  EXPECT_EQ(bench.phase("000002", "T0", 93100000), FeedCounter::applied);
  EXPECT_EQ(bench.phases(), (std::vector{MarketPhase::trading}));
  EXPECT_EQ(bench.phase("000002", "T0", 93103000), FeedCounter::filtered);
}

TEST(SzseMarket, ANewDayBeginsWithNobodyHeard) {
  Bench bench;
  bench.phase("000001", "E0", 150000000);
  bench.phase("300750", "E0", 150000000);
  // One message of another day is not believed yet.
  bench.take(snapshot_fields("S0", "000001", 20250623084957000), {});
  bench.take(snapshot_fields("S0", "000001", 20250623085000000), {});
  bench.take(snapshot_fields("S0", "000001", 20250623085100000), {});
  using enum MarketPhase;
  EXPECT_EQ(bench.phases(), (std::vector{closing, pre_open}));
}

TEST(SzseTradeDay, FollowsALaterDayOnlyWhenItIsHeardTwiceInARow) {
  const auto at = [](Date date) { return china_time(date, 34'200'000); };
  TradeDay day(0);
  EXPECT_TRUE(day.contains(at(20250620)));
  EXPECT_TRUE(day.contains(at(20250620)));
  // Two damaged stamps with a good one between them are no new day.
  EXPECT_FALSE(day.contains(at(20250623)));
  EXPECT_TRUE(day.contains(at(20250620)));
  EXPECT_FALSE(day.contains(at(20250623)));
  EXPECT_TRUE(day.contains(at(20250623)));
  EXPECT_FALSE(day.contains(at(20250620)));
}

TEST(SzseMarket, FollowsTheConfiguredSentinels) {
  Bench bench({2});
  EXPECT_EQ(bench.phase("000001", "T0", 93000000), FeedCounter::applied);
  EXPECT_TRUE(bench.phases().empty());
  EXPECT_EQ(bench.phase("000002", "T0", 93000000), FeedCounter::applied);
  EXPECT_EQ(bench.phases(), (std::vector{MarketPhase::trading}));
  EXPECT_EQ(bench.phase("000002", "T0", 93003000), FeedCounter::filtered);
  EXPECT_EQ(bench.log.of(EventKind::price).size(), 1u);
}

TEST(SzseMarket, ChannelStatisticsCarryTimeToo) {
  Bench bench;
  bench.phase("000001", "T0", 93000000);
  Message bytes;
  encode_channel_statistics(20250620093100000, 1011,
                            std::vector<StreamStatistics>{{"010", 2800, "T"}}, bytes);
  EXPECT_EQ(bench.normalizer->on_channel_statistics(bytes, {}, 2), FeedCounter::applied);
  EXPECT_EQ(bench.phases(), (std::vector{MarketPhase::trading}));
}

struct AllClosedCase {
  std::string name;
  std::string_view stream;
  std::string_view phase;
  bool index;   // 309011 instead of 390090
  bool closes;  // the market, though a sentinel still says C
};

class SzseAllClosed : public testing::TestWithParam<AllClosedCase> {};

// 15:00:03, one sentinel closed and one that speaks last at 14:57.
TEST_P(SzseAllClosed, EndsTheMarketAtOnce) {
  const AllClosedCase& c = GetParam();
  Bench bench;
  for (const std::string_view code : {"000001", "300750"}) bench.phase(code, "C0", 145700000);
  bench.phase("000001", "E0", 150000000);
  ASSERT_EQ(bench.phases(), std::vector{MarketPhase::trading});
  Message bytes;
  FeedCounter outcome{};
  if (c.index) {
    SnapshotCommon fields = snapshot_fields(c.phase, "399001", 20250620150003000);
    fields.md_stream_id = c.stream;
    encode_index_snapshot(kMsgIndexSnapshot, fields, {}, bytes);
    outcome = bench.normalizer->on_index_snapshot(bytes, {}, 9);
  } else {
    encode_channel_statistics(20250620150003000, 1011,
                              std::vector<StreamStatistics>{{c.stream, 2800, c.phase}}, bytes);
    outcome = bench.normalizer->on_channel_statistics(bytes, {}, 9);
  }
  EXPECT_EQ(outcome, c.closes ? FeedCounter::applied : FeedCounter::filtered);
  EXPECT_EQ(bench.phases().back() == MarketPhase::closing, c.closes);
}

INSTANTIATE_TEST_SUITE_P(Table, SzseAllClosed,
                         testing::Values(AllClosedCase{"Statistics", "010", "E", false, true},
                                         AllClosedCase{"SomeStillOpen", "010", "T", false, false},
                                         AllClosedCase{"Bonds", "020", "E", false, false},
                                         AllClosedCase{"OwnIndices", "900", "E", true, true},
                                         AllClosedCase{"IndicesTrade", "900", "T", true, false},
                                         AllClosedCase{"CniIndices", "920", "E", true, false}),
                         [](const auto& test_case) { return test_case.param.name; });

struct PhaseCase {
  std::string_view code;
  std::optional<MarketPhase> market;  // empty: the market does not follow
  std::optional<InstrumentStatus> status;
};

class SzsePhase : public testing::TestWithParam<PhaseCase> {};

// Every state of notes 3.2 and 3.3, both as said by one sentinel alone.
TEST_P(SzsePhase, MovesTheMarketAndTheSecurity) {
  const PhaseCase& c = GetParam();
  Bench bench({1});
  bench.phase("000001", c.code, 100000000);
  EXPECT_EQ(bench.phases(), c.market ? std::vector{*c.market} : std::vector<MarketPhase>{});
  EXPECT_EQ(bench.log.details<InstrumentStatus>(EventKind::instrument_status),
            c.status ? std::vector{*c.status} : std::vector<InstrumentStatus>{});
}

using Status = InstrumentStatus;
using Phase = MarketPhase;
// Where no sentinel trades, the halted and the suspended speak for the market.
INSTANTIATE_TEST_SUITE_P(Table, SzsePhase,
                         testing::Values(PhaseCase{"S0", Phase::pre_open, Status::trading},
                                         PhaseCase{"O0", Phase::pre_open, Status::trading},
                                         PhaseCase{"T0", Phase::trading, Status::trading},
                                         PhaseCase{"B0", Phase::scheduled, Status::trading},
                                         PhaseCase{"C0", Phase::trading, Status::trading},
                                         PhaseCase{"E0", Phase::closing, Status::trading},
                                         PhaseCase{"H0", Phase::trading, Status::halted},
                                         PhaseCase{"V0", Phase::trading, Status::halted},
                                         PhaseCase{"A0", {}, {}},
                                         PhaseCase{"S1", Phase::pre_open, Status::suspended},
                                         PhaseCase{"O1", Phase::pre_open, Status::suspended},
                                         PhaseCase{"T1", Phase::trading, Status::suspended},
                                         PhaseCase{"B1", Phase::scheduled, Status::suspended},
                                         PhaseCase{"C1", Phase::trading, Status::suspended},
                                         PhaseCase{"E1", Phase::closing, Status::suspended},
                                         PhaseCase{"H1", Phase::trading, Status::suspended},
                                         PhaseCase{"V1", Phase::trading, Status::suspended},
                                         PhaseCase{"A1", {}, Status::suspended},
                                         PhaseCase{"Z0", {}, {}},
                                         PhaseCase{"Z1", {}, Status::suspended},
                                         PhaseCase{"T ", Phase::trading, Status::trading}),
                         [](const auto& test_case) {
                           std::string name(test_case.param.code);
                           if (name.back() == ' ') name.back() = 'x';
                           return name;
                         });

}  // namespace
}  // namespace indexcast::szse
