// Shanghai's best quotes (protocol notes 2.4): of securities whose index asks for them, in
// continuous trading, when they change.
#include <gtest/gtest.h>

#include <limits>

#include "feedhandlers/sse/normalizer.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/sse/sse_messages.h"

namespace indexcast::sse {
namespace {

using feed::FeedCounter;
using indexcast::test::EventLog;
using indexcast::test::universe_of;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

struct Bench {
  explicit Bench(bool bid_ask = true)
      : universe(universe_of(feed::Venue::sse, {"600031.SH"}, bid_ask)) {}

  FeedCounter book(std::string_view phase, std::uint64_t bid, std::uint64_t ask) {
    const auto bytes = test::snapshot(++sequence, test::snapshot_fields(phase),
                                      {{kEntryLast, 2'249'000, 0, 0},
                                       {kEntryBid, bid, 100, 0},
                                       {kEntryBid, 2'247'000, 100, 1},
                                       {kEntryAsk, ask, 100, 0},
                                       {kEntryAsk, 2'251'000, 100, 1}},
                                      20260114095351220);
    return normalizer.on_snapshot(decode_header(bytes), bytes, TimeNs{77});
  }
  std::vector<MarketEvent> quotes() const { return log.of(EventKind::quote); }

  Universe universe;
  EventLog log;
  feed::FeedCounters counters;
  feed::VenueEvents events{feed::Venue::sse, 1, 60 * kNsPerSecond, log, counters};
  feed::SymbolTable symbols{universe, feed::Venue::sse};
  Normalizer normalizer{Settings{}, symbols, events};
  std::uint64_t sequence = 0;
};

TEST(SseQuote, TheFirstLevelsAreSaidBeforeThePriceOfTheirImage) {
  Bench bench;
  bench.book("T111", 2'248'000, 2'249'000);
  ASSERT_EQ(bench.quotes().size(), 1u);
  const MarketEvent quote = bench.quotes()[0];
  EXPECT_EQ(quote.detail, static_cast<std::uint8_t>(QuoteKind::book));
  EXPECT_EQ(quote.instrument, 0u);
  EXPECT_EQ(quote.value[0], 22'480'000);
  EXPECT_EQ(quote.value[1], 22'490'000);
  EXPECT_EQ(quote.channel, feed::kMainChannel);
  EXPECT_EQ(quote.exchange_time, china_time(20260114, 35'630'610));
  EXPECT_EQ(bench.log.events.back().kind, EventKind::price);
}

TEST(SseQuote, WhatDidNotChangeIsNotSaidAgain) {
  Bench bench;
  bench.book("T111", 2'248'000, 2'249'000);
  bench.book("T111", 2'248'000, 2'249'000);
  EXPECT_EQ(bench.quotes().size(), 1u);
  bench.book("T111", 2'248'000, 0);
  ASSERT_EQ(bench.quotes().size(), 2u) << "nobody sells";
  EXPECT_EQ(bench.quotes()[1].value[1], 0);
}

TEST(SseQuote, OnlyContinuousTradingHasQuotes) {
  for (const std::string_view phase : {"S", "C", "D", "B", "U", "M", "V", "N", "P", "E", "X", ""}) {
    Bench bench;
    bench.book(phase, 2'249'000, 2'249'000);
    EXPECT_TRUE(bench.quotes().empty()) << phase << ": there was none, and there is none";
    bench.book("T111", 2'248'000, 2'249'000);
    bench.book(phase, 2'249'000, 2'249'000);
    ASSERT_EQ(bench.quotes().size(), 2u) << phase;
    EXPECT_EQ(bench.quotes()[1].detail, static_cast<std::uint8_t>(QuoteKind::none)) << phase;
  }
}

TEST(SseQuote, APriceThatItsFieldCannotHoldSaysNothing) {
  for (const std::uint64_t price : {kPriceOverflow, kMax}) {
    Bench bench;
    bench.book("T111", price, 2'249'000);
    bench.book("T111", 2'248'000, price);
    EXPECT_TRUE(bench.quotes().empty());
  }
}

TEST(SseQuote, NobodyElsePaysForThem) {
  Bench bench(false);
  EXPECT_EQ(bench.book("T111", 2'248'000, 2'249'000), FeedCounter::applied);
  EXPECT_TRUE(bench.quotes().empty());
}

TEST(SseQuote, OnAnotherChannelTheSameIsSaidAgain) {
  Bench bench;
  const feed::BestQuote quote{QuoteKind::book, 22'480'000, 22'490'000};
  EXPECT_TRUE(bench.events.quote(0, quote, {}));
  EXPECT_FALSE(bench.events.quote(0, quote, {}));
  EXPECT_TRUE(bench.events.quote(0, quote, {.channel = kFileChannel}));
  EXPECT_EQ(bench.quotes()[1].channel, kFileChannel);
}

TEST(SseQuote, TheFilesFirstLevelsAreQuotesToo) {
  MktdtRecord record;
  record.kind = MktdtLineKind::share;
  record.numbers[kMktdtBestBid] = 22'480;
  record.numbers[kMktdtBestAsk] = 22'490;
  EXPECT_EQ(quote_of(record, 'T'), (feed::BestQuote{QuoteKind::book, 22'480'000, 22'490'000}));
  EXPECT_EQ(quote_of(record, 'C'), feed::BestQuote{});
  record.numbers[kMktdtBestBid] = kMktdtOverflow;
  EXPECT_EQ(quote_of(record, 'T'), std::nullopt);
  EXPECT_EQ(kMktdtShare[kMktdtBestBid].name, "BuyPrice1");
  EXPECT_EQ(kMktdtShare[kMktdtBestAsk].name, "SellPrice1");
}

}  // namespace
}  // namespace indexcast::sse
