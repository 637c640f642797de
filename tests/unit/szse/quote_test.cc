// Shenzhen's best quotes (protocol notes 3.1): of securities whose index asks for them, in
// continuous trading, when they change.
#include <gtest/gtest.h>

#include <limits>

#include "feedhandlers/szse/normalizer.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;
using test::price_entry;
using test::snapshot_fields;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

EntryValue level(std::uint16_t type, std::uint16_t place, std::int64_t price) {
  EntryValue entry = price_entry(type, price);
  entry.md_price_level = place;
  entry.md_entry_size = 100;
  return entry;
}

struct Bench {
  explicit Bench(bool bid_ask = true)
      : universe(universe_of(feed::Venue::szse, {"000001.SZ"}, bid_ask)) {}

  FeedCounter take(std::string_view phase, const std::vector<EntryValue>& entries) {
    const auto bytes = test::snapshot(snapshot_fields(phase), entries);
    return normalizer.on_snapshot(bytes, TimeNs{77}, ++sequence);
  }
  FeedCounter book(std::string_view phase, std::int64_t bid, std::int64_t ask) {
    return take(
        phase,
        {level(kEntryBid, 2, bid - 10'000), level(kEntryBid, 1, bid), level(kEntryAsk, 1, ask),
         level(kEntryAsk, 2, ask + 10'000), price_entry(kEntryUpperLimit, 13'570'000),
         price_entry(kEntryLowerLimit, 11'110'000), price_entry(kEntryLast, 12'350'000)});
  }
  std::vector<MarketEvent> quotes() const { return log.of(EventKind::quote); }

  Settings settings;
  Universe universe;
  EventLog log;
  feed::FeedCounters counters;
  feed::VenueEvents events{feed::Venue::szse, 1, 60 * kNsPerSecond, log, counters};
  feed::SymbolTable symbols{make_symbols(settings, universe)};
  TradeDay day{0};
  Normalizer normalizer{settings, symbols, events, day, nullptr};
  std::uint64_t sequence = 0;
};

TEST(SzseQuote, TheFirstLevelsAreSaidBetweenLimitsAndPrice) {
  Bench bench;
  bench.book("T0", 12'340'000, 12'350'000);
  ASSERT_EQ(bench.quotes().size(), 1u);
  EXPECT_EQ(bench.quotes()[0].detail, static_cast<std::uint8_t>(QuoteKind::book));
  EXPECT_EQ(bench.quotes()[0].value[0], 12'340'000);
  EXPECT_EQ(bench.quotes()[0].value[1], 12'350'000);
  const auto& events = bench.log.events;
  ASSERT_GE(events.size(), 3u);
  EXPECT_EQ(events[events.size() - 3].kind, EventKind::limits);
  EXPECT_EQ(events[events.size() - 2].kind, EventKind::quote);
  EXPECT_EQ(events[events.size() - 1].kind, EventKind::price);
}

TEST(SzseQuote, AnAbsentLevelIsAnEmptySide) {
  Bench bench;
  bench.take("T0", {level(kEntryBid, 1, 13'570'000), price_entry(kEntryLast, 13'570'000)});
  ASSERT_EQ(bench.quotes().size(), 1u);
  EXPECT_EQ(bench.quotes()[0].value[0], 13'570'000);
  EXPECT_EQ(bench.quotes()[0].value[1], 0);
}

TEST(SzseQuote, WhatDidNotChangeIsNotSaidAgain) {
  Bench bench;
  bench.book("T0", 12'340'000, 12'350'000);
  bench.book("T0", 12'340'000, 12'350'000);
  EXPECT_EQ(bench.quotes().size(), 1u);
}

TEST(SzseQuote, OnlyContinuousTradingHasQuotes) {
  for (const std::string_view phase : {"S0", "O0", "B0", "C0", "H0", "V0", "E0", "A0", "T1", ""}) {
    Bench bench;
    bench.book(phase, 12'350'000, 12'350'000);
    EXPECT_TRUE(bench.quotes().empty()) << phase << ": there was none, and there is none";
    bench.book("T0", 12'340'000, 12'350'000);
    bench.book(phase, 12'350'000, 12'350'000);
    ASSERT_EQ(bench.quotes().size(), 2u) << phase;
    EXPECT_EQ(bench.quotes()[1].detail, static_cast<std::uint8_t>(QuoteKind::none)) << phase;
  }
}

TEST(SzseQuote, APriceThatIsNoneSaysNothing) {
  for (const std::int64_t price : {std::int64_t{-1}, kEntryPxOverflow, kMax}) {
    Bench bench;
    bench.take("T0", {level(kEntryBid, 1, price), level(kEntryAsk, 1, 12'350'000)});
    bench.take("T0", {level(kEntryBid, 1, 12'340'000), level(kEntryAsk, 1, price)});
    EXPECT_TRUE(bench.quotes().empty()) << price;
  }
}

TEST(SzseQuote, NobodyElsePaysForThem) {
  Bench bench(false);
  EXPECT_EQ(bench.book("T0", 12'340'000, 12'350'000), FeedCounter::applied);
  EXPECT_TRUE(bench.quotes().empty());
}

}  // namespace
}  // namespace indexcast::szse
