// Every fault of a market that a plan can ask for, found again in the messages by the venues' own
// decoders.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/handler.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

using feed::hms;
using feed::Venue;
using test::make_settings;
using test::only;

constexpr std::uint32_t kSseCode = 600050;
constexpr std::uint32_t kSzseCode = 300017;
constexpr std::uint32_t kHkexCode = 700;

Fault fault_at(FaultKind kind, std::uint32_t security, std::int64_t begin_ms = hms(10, 0)) {
  Fault fault = make_fault(kind);
  fault.security = security;
  fault.begin_ms = begin_ms;
  return fault;
}

Settings with(Venue venue, Fault fault) {
  fault.venue = venue;
  Settings settings = only(venue);
  settings.empty_auctions = 0.0;
  settings.faults = {fault};
  return settings;
}

// Plays the day and says how often its one fault happened.
template <class Visit>
std::uint64_t play_day(const Settings& settings, Visit visit) {
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  for (ExchangeMessage message; day.next(message);) visit(message);
  return day.fault_counts()[0].happened;
}

// One image of the watched security, of whichever mainland venue. Prices in 1e-6.
struct Image {
  std::int64_t ms = 0;
  std::string phase;
  std::int64_t last = -1;  // -1: no entry
  std::int64_t volume = 0;
  std::int64_t levels = 0;
  std::int64_t upper = 0;
  std::int64_t lower = 0;
};

Image sse_image(const sse::Snapshot& snapshot) {
  Image image;
  image.phase = std::string(feed::trim_padding(snapshot.fields.trading_phase_code));
  image.volume = static_cast<std::int64_t>(snapshot.fields.total_volume_traded);
  for (const sse::Entry entry : snapshot.entries) {
    const auto price = static_cast<std::int64_t>(entry.md_entry_px) * 10;
    if (entry.md_entry_type == sse::kEntryLast) image.last = price;
    if (entry.md_entry_type == sse::kEntryBid && entry.md_entry_size > 0) ++image.levels;
  }
  return image;
}

Image szse_image(const szse::Snapshot& snapshot) {
  Image image;
  image.phase = std::string(feed::trim_padding(snapshot.fields.trading_phase_code));
  image.volume = snapshot.fields.total_volume_trade / 100;
  for (const szse::SnapshotEntry entry : snapshot.entries) {
    if (entry.md_entry_type == szse::kEntryLast) image.last = entry.md_entry_px;
    if (entry.md_entry_type == szse::kEntryUpperLimit) image.upper = entry.md_entry_px;
    if (entry.md_entry_type == szse::kEntryLowerLimit) image.lower = entry.md_entry_px;
    if (entry.md_entry_type == szse::kEntryBid) ++image.levels;
  }
  return image;
}

std::vector<Image> images_of(const Settings& settings, std::uint32_t code,
                             std::uint64_t* happened = nullptr) {
  std::vector<Image> images;
  const std::uint64_t times = play_day(settings, [&](const ExchangeMessage& message) {
    if (message.security != code || message.stream != 0) return;
    sse::Snapshot sse_snapshot;
    szse::Snapshot szse_snapshot;
    if (message.venue == Venue::sse &&
        sse::decode_snapshot(message.bytes, sse_snapshot) == feed::DecodeError::none) {
      images.push_back(sse_image(sse_snapshot));
    } else if (message.venue == Venue::szse &&
               szse::decode_snapshot(message.bytes, szse_snapshot) == feed::DecodeError::none) {
      images.push_back(szse_image(szse_snapshot));
    } else {
      return;
    }
    images.back().ms = china_time_of_day_ms(message.exchange_time);
  });
  if (happened != nullptr) *happened = times;
  return images;
}

// The phases in their order, each once in a row, by their first letter.
std::string letters(const std::vector<Image>& images) {
  std::string order;
  for (const Image& image : images) {
    if (order.empty() || order.back() != image.phase.front()) order += image.phase.front();
  }
  return order;
}

struct MainlandCase {
  const char* name;
  Venue venue;
  FaultKind kind;
  std::uint32_t security;
  std::int64_t amount;
  const char* letters;
};

class MainlandPhases : public testing::TestWithParam<MainlandCase> {};

TEST_P(MainlandPhases, ShowTheFaultAndTheWayBack) {
  const MainlandCase& tested = GetParam();
  Fault fault = fault_at(tested.kind, tested.security);
  fault.amount = tested.amount;
  std::uint64_t happened = 0;
  const auto images = images_of(with(tested.venue, fault), tested.security, &happened);
  EXPECT_EQ(letters(images), tested.letters);
  EXPECT_EQ(happened, 1u);
}

constexpr std::int64_t kTenMinutes = 600'000;
constexpr std::int64_t kToTheClose = 8 * 3'600'000;
INSTANTIATE_TEST_SUITE_P(
    Table, MainlandPhases,
    testing::Values(
        MainlandCase{"sse_halt", Venue::sse, FaultKind::halt, kSseCode, kTenMinutes, "SCTMTUE"},
        MainlandCase{"sse_halt_to_close", Venue::sse, FaultKind::halt, kSseCode, kToTheClose,
                     "SCTNE"},
        MainlandCase{"sse_interruption", Venue::sse, FaultKind::volatility_interruption, kSseCode,
                     kTenMinutes, "SCTMTUE"},
        MainlandCase{"sse_suspended", Venue::sse, FaultKind::suspended_all_day, kSseCode, 0, "P"},
        MainlandCase{"szse_halt", Venue::szse, FaultKind::halt, kSzseCode, kTenMinutes,
                     "SOBTHTBTCE"},
        MainlandCase{"szse_interruption", Venue::szse, FaultKind::volatility_interruption,
                     kSzseCode, kTenMinutes, "SOBTVTBTCE"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(MarketFaults, AnInterruptionCollectsOrdersAndTradesWhenItEnds) {
  Fault fault = fault_at(FaultKind::volatility_interruption, kSzseCode);
  fault.amount = kTenMinutes;
  const auto images = images_of(with(Venue::szse, fault), kSzseCode);
  std::set<std::int64_t> volumes;
  std::size_t books = 0;
  std::int64_t after = 0;
  for (const Image& image : images) {
    if (image.phase.front() == 'V') volumes.insert(image.volume);
    books += image.phase.front() == 'V' && image.levels > 0;
    if (after == 0 && !volumes.empty() && image.phase.front() == 'T') after = image.volume;
  }
  ASSERT_EQ(volumes.size(), 1u) << "nothing trades while orders are collected";
  EXPECT_GT(books, 10u);
  EXPECT_GT(after, *volumes.begin()) << "its match is a trade";
}

class MainlandVenues : public testing::TestWithParam<std::pair<Venue, std::uint32_t>> {};

TEST_P(MainlandVenues, CancelledTradeTakesVolumeBack) {
  const auto [venue, code] = GetParam();
  std::uint64_t happened = 0;
  const auto images =
      images_of(with(venue, fault_at(FaultKind::cancelled_trade, code)), code, &happened);
  std::size_t falls = 0;
  for (std::size_t i = 1; i < images.size(); ++i) {
    if (images[i].volume >= images[i - 1].volume) continue;
    ++falls;
    EXPECT_GE(images[i].ms, hms(10, 0));
  }
  EXPECT_EQ(falls, 1u);
  EXPECT_EQ(happened, 1u);
}

TEST_P(MainlandVenues, ZeroPriceComesAfterTradingAndGoesAgain) {
  const auto [venue, code] = GetParam();
  const auto images = images_of(with(venue, fault_at(FaultKind::zero_price, code)), code);
  std::size_t zeros = 0;
  bool traded = false;
  for (const Image& image : images) {
    zeros += traded && image.last == 0;
    traded = traded || image.last > 0;
  }
  EXPECT_EQ(zeros, 1u);
  EXPECT_GT(images.back().last, 0);
}

TEST_P(MainlandVenues, AuctionWithoutAMatchLeavesNoPrice) {
  const auto [venue, code] = GetParam();
  Fault fault = fault_at(FaultKind::no_match_auction, code, hms(9, 0));
  fault.end_ms = hms(9, 29);
  fault.count = 1;
  const auto images = images_of(with(venue, fault), code);
  for (const Image& image : images) {
    if (image.ms < hms(9, 30)) {
      ASSERT_LE(image.last, 0) << image.ms;
    }
  }
  EXPECT_GT(images.back().last, 0);
}

INSTANTIATE_TEST_SUITE_P(Both, MainlandVenues,
                         testing::Values(std::pair{Venue::sse, kSseCode},
                                         std::pair{Venue::szse, kSzseCode}),
                         [](const auto& tested) {
                           return std::string(feed::name_of(tested.param.first));
                         });

TEST(MarketFaults, FirstDayHasSentinelLimitsAndOpensFarFromTheIssuePrice) {
  const auto images =
      images_of(with(Venue::szse, fault_at(FaultKind::first_listing_day, kSzseCode, 0)), kSzseCode);
  ASSERT_FALSE(images.empty());
  for (const Image& image : images) {
    ASSERT_EQ(image.upper, 999'999'999'999'900);
    ASSERT_EQ(image.lower, 10'000);
  }
  EXPECT_GT(images.back().last, 12'340'000 * 125 / 100) << "beyond any ordinary limit";
}

// The day's limits through the handler, every member's once: of the one that has its first day they
// say that it has none.
TEST(MarketFaults, AFirstDaysSentinelsNeverBecomeLimits) {
  struct Limits final : feed::EventSink {
    void push(const MarketEvent& event) override {
      if (event.kind != EventKind::limits) return;
      ++of[event.instrument];
      if (static_cast<LimitsKind>(event.detail) == LimitsKind::unlimited) {
        ++unlimited[event.instrument];
        EXPECT_EQ(event.value[0], 0);
        EXPECT_EQ(event.value[1], 0);
      } else {
        EXPECT_LT(event.value[0], event.value[1]);
      }
    }
    std::map<InstrumentId, int> of;
    std::map<InstrumentId, int> unlimited;
  } limits;
  const Universe universe = test::make_universe();
  const feed::SymbolTable symbols(universe, Venue::szse);
  szse::Handler handler({}, symbols, limits);
  const Fault fault = fault_at(FaultKind::first_listing_day, kSzseCode, 0);
  EXPECT_GT(play_day(with(Venue::szse, fault),
                     [&](const ExchangeMessage& message) {
                       handler.on_captured(message.bytes, message.exchange_time, false);
                     }),
            0u);
  const InstrumentId first_day = symbols.find(kSzseCode)->instrument;
  EXPECT_EQ(limits.of, (std::map<InstrumentId, int>{{symbols.find(2261)->instrument, 1},
                                                    {first_day, 1},
                                                    {symbols.find(300738)->instrument, 1}}));
  EXPECT_EQ(limits.unlimited, (std::map<InstrumentId, int>{{first_day, 1}}));
}

// Sub-sessions, messages by type and 60s of one Hong Kong day.
struct HongKong {
  std::vector<int> sessions;
  std::vector<std::int64_t> session_ms;
  std::vector<hkex::VcmTrigger> triggers;
  std::vector<hkex::Statistics> statistics;  // of kHkexCode
  std::vector<hkex::TradeTicker> cancelled;
  std::map<std::uint16_t, int> types;
  std::size_t packets = 0;
  std::uint64_t happened = 0;
};

HongKong play_hong_kong(Fault fault) {
  HongKong seen;
  seen.happened = play_day(with(Venue::hkex, fault), [&](const ExchangeMessage& packet) {
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
    ++seen.packets;
    hkex::for_each_message(packet.bytes, header, [&](const hkex::MessageView& message) {
      ++seen.types[message.type];
      hkex::TradingSessionStatus session;
      hkex::VcmTrigger trigger;
      hkex::Statistics statistics;
      hkex::TradeTicker ticker;
      if (message.type == hkex::wire::trading_session_status::kType &&
          hkex::decode(message.bytes, session) == feed::DecodeError::none) {
        seen.sessions.push_back(session.trading_session_sub_id);
        seen.session_ms.push_back(china_time_of_day_ms(packet.exchange_time));
      } else if (message.type == hkex::wire::vcm_trigger::kType &&
                 hkex::decode(message.bytes, trigger) == feed::DecodeError::none) {
        seen.triggers.push_back(trigger);
      } else if (message.type == hkex::wire::statistics::kType &&
                 hkex::decode(message.bytes, statistics) == feed::DecodeError::none &&
                 statistics.security_code == kHkexCode) {
        seen.statistics.push_back(statistics);
      } else if (message.type == hkex::wire::trade_ticker::kType &&
                 hkex::decode(message.bytes, ticker) == feed::DecodeError::none &&
                 ticker.trd_cancel_flag == 'Y') {
        seen.cancelled.push_back(ticker);
      }
    });
  });
  return seen;
}

TEST(MarketFaults, HongKongCoolsOffBetweenTwoPrices) {
  const HongKong seen = play_hong_kong(fault_at(FaultKind::volatility_interruption, kHkexCode));
  ASSERT_EQ(seen.triggers.size(), 1u);
  const hkex::VcmTrigger& trigger = seen.triggers.front();
  EXPECT_EQ(trigger.security_code, kHkexCode);
  EXPECT_EQ(trigger.cooling_off_end_time - trigger.cooling_off_start_time, 300'000'000'000u);
  EXPECT_LT(trigger.vcm_lower_price, trigger.vcm_reference_price);
  EXPECT_GT(trigger.vcm_upper_price, trigger.vcm_reference_price);
  EXPECT_EQ(seen.happened, 1u);
}

TEST(MarketFaults, HongKongCancelsATickerAndRestatesItsTotals) {
  const HongKong seen = play_hong_kong(fault_at(FaultKind::cancelled_trade, kHkexCode));
  ASSERT_EQ(seen.cancelled.size(), 1u);
  EXPECT_EQ(seen.cancelled.front().security_code, kHkexCode);
  EXPECT_EQ(seen.cancelled.front().aggregate_quantity, 0u);
  std::size_t falls = 0;
  for (std::size_t i = 1; i < seen.statistics.size(); ++i) {
    falls += seen.statistics[i].shares_traded < seen.statistics[i - 1].shares_traded;
  }
  EXPECT_EQ(falls, 1u);
}

TEST(MarketFaults, HongKongSendsAZeroPriceOnce) {
  const HongKong seen = play_hong_kong(fault_at(FaultKind::zero_price, kHkexCode));
  std::size_t zeros = 0;
  for (const hkex::Statistics& statistics : seen.statistics) zeros += statistics.last_price == 0;
  EXPECT_EQ(zeros, 1u);
}

TEST(MarketFaults, HalfDayClosesByTenPastTwelve) {
  const HongKong seen = play_hong_kong(make_fault(FaultKind::hk_half_day));
  EXPECT_EQ(seen.happened, 1u);
  const std::vector<int> tail(seen.sessions.end() - 7, seen.sessions.end());
  EXPECT_EQ(tail, (std::vector<int>{105, 5, 106, 107, 4, 103, 0}));
  const std::size_t auction = seen.sessions.size() - 7;
  EXPECT_EQ(seen.session_ms[auction], hms(12, 0));
  EXPECT_LT(seen.session_ms[auction + 4], hms(12, 10));
  EXPECT_EQ(seen.types.at(hkex::wire::closing_price::kType), 4);
}

TEST(MarketFaults, ASilentDayHasHeartbeatsAlone) {
  Fault fault = make_fault(FaultKind::market_closed);
  fault.amount = 1;
  const HongKong seen = play_hong_kong(fault);
  EXPECT_TRUE(seen.types.empty());
  EXPECT_GT(seen.packets, 10'000u);
  EXPECT_EQ(seen.happened, 1u);
}

TEST(MarketFaults, AnAbsentMarketLeavesTheOthersAlone) {
  Settings settings = make_settings();
  Fault fault = make_fault(FaultKind::market_closed);
  fault.venue = Venue::szse;
  settings.faults = {fault};
  std::map<Venue, int> messages;
  EXPECT_EQ(play_day(settings, [&](const ExchangeMessage& m) { ++messages[m.venue]; }), 1u);
  EXPECT_FALSE(messages.contains(Venue::szse));
  EXPECT_GT(messages[Venue::sse], 1'000);
  EXPECT_GT(messages[Venue::hkex], 1'000);
}

TEST(MarketFaults, AFaultThatCannotHappenIsCountedAsMissing) {
  const Settings settings = with(Venue::sse, fault_at(FaultKind::halt, 999'998));
  EXPECT_EQ(play_day(settings, [](const ExchangeMessage&) {}), 0u);
}

TEST(MarketFaults, SamePlanAndSeedGiveTheSameBytes) {
  Settings settings = make_settings();
  for (const FaultKind kind : {FaultKind::halt, FaultKind::cancelled_trade, FaultKind::zero_price,
                               FaultKind::volatility_interruption, FaultKind::suspended_all_day}) {
    Fault fault = make_fault(kind);
    fault.begin_ms = hms(10, 0);
    fault.end_ms = hms(11, 0);
    settings.faults.push_back(fault);
  }
  const auto bytes = [&] {
    std::vector<std::byte> all;
    play_day(settings, [&](const ExchangeMessage& message) {
      all.insert(all.end(), message.bytes.begin(), message.bytes.end());
    });
    return all;
  };
  EXPECT_EQ(bytes(), bytes());
}

Fault between(FaultKind kind, std::int64_t begin_ms, std::int64_t end_ms) {
  Fault fault = make_fault(kind);
  fault.begin_ms = begin_ms;
  fault.end_ms = end_ms;
  return fault;
}

TEST(MarketFaults, HongKongSaysNothingButItsHeartbeatsAndLosesNoNumber) {
  std::map<std::uint32_t, std::uint32_t> expected;  // by channel
  int heartbeats = 0;
  const Fault fault = between(FaultKind::heartbeats_only, hms(10, 0), hms(10, 1));
  const auto happened = play_day(with(Venue::hkex, fault), [&](const ExchangeMessage& message) {
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(message.bytes, header), feed::DecodeError::none);
    std::uint32_t& next = expected[message.channel];
    const std::uint32_t number = header.sequence + (header.message_count == 0 ? 1u : 0u);
    EXPECT_TRUE(header.has_sequence_reset || next == 0 || number == next) << next;
    next = header.has_sequence_reset ? 2 : number + header.message_count;
    const std::int64_t ms = china_time_of_day_ms(message.exchange_time);
    if (ms < fault.begin_ms || ms >= fault.end_ms) return;
    EXPECT_EQ(header.message_count, 0);
    ++heartbeats;
  });
  EXPECT_GT(happened, 0u);
  EXPECT_GT(heartbeats, 20);
}

TEST(MarketFaults, TheMainlandsMarketDataStaysAway) {
  for (const Venue venue : {Venue::sse, Venue::szse}) {
    const Fault fault = between(FaultKind::heartbeats_only, hms(10, 0), hms(10, 1));
    int before = 0;
    int during = 0;
    const auto happened = play_day(with(venue, fault), [&](const ExchangeMessage& message) {
      const std::int64_t ms = china_time_of_day_ms(message.exchange_time);
      before += ms < fault.begin_ms;
      const bool heartbeat = venue == Venue::szse && szse::decode_header(message.bytes).msg_type ==
                                                         szse::kMsgChannelHeartbeat;
      during += !heartbeat && ms >= fault.begin_ms && ms < fault.end_ms;
    });
    EXPECT_GT(happened, 0u);
    EXPECT_GT(before, 0);
    EXPECT_EQ(during, 0);
  }
}

TEST(MarketFaults, AFrozenClockStampsEverythingAsItsBeginning) {
  const Fault fault = between(FaultKind::frozen_clock, hms(10, 0), hms(10, 1));
  std::set<std::int64_t> stamps;
  const auto within = [&](const ExchangeMessage& message) {
    const std::int64_t ms = china_time_of_day_ms(message.exchange_time);
    return ms >= fault.begin_ms && ms < fault.end_ms;
  };
  play_day(with(Venue::hkex, fault), [&](const ExchangeMessage& message) {
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(message.bytes, header), feed::DecodeError::none);
    if (within(message)) stamps.insert(china_time_of_day_ms(header.send_time));
  });
  EXPECT_EQ(stamps, (std::set{fault.begin_ms}));
  stamps.clear();
  play_day(with(Venue::sse, fault), [&](const ExchangeMessage& message) {
    if (!within(message)) return;
    const auto stamp = sse::decode_header(message.bytes).sending_time;
    stamps.insert(static_cast<std::int64_t>(stamp % feed::kTimeDigits));
  });
  EXPECT_EQ(stamps, (std::set<std::int64_t>{100'000'000}));
}

// The counts by subject add up to those by type, and name every security.
TEST(MarketFaults, CountsBySecurityAddUpToThoseByType) {
  const Universe universe = test::make_universe();
  SimulatedDay day(make_settings(), universe);
  for (ExchangeMessage message; day.next(message);) {
  }
  MessageCounts sums;
  std::set<std::uint32_t> securities;
  for (const auto& [subject, count] : day.subjects()) {
    sums[{subject.venue, subject.type}] += count;
    securities.insert(subject.security);
  }
  EXPECT_EQ(sums, day.counts());
  for (const std::uint32_t code : {kSseCode, kSzseCode, kHkexCode}) {
    EXPECT_TRUE(securities.contains(code)) << code;
  }
}

}  // namespace
}  // namespace indexcast::sim
