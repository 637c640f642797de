// A simulated day, read with the decoders that the server uses.
#include "feedhandlers/simulator/day/simulated_day.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/price_rules.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

using test::make_settings;
using test::make_universe;
using test::only;

std::uint64_t fingerprint(const Settings& settings) {
  const Universe universe = make_universe();
  SimulatedDay day(settings, universe);
  ExchangeMessage message;
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325u;  // FNV-1a
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100'0000'01b3u; };
  while (day.next(message)) {
    mix(static_cast<std::uint64_t>(message.exchange_time.ns));
    mix(message.channel);
    for (const std::byte b : message.bytes) mix(static_cast<std::uint64_t>(b));
  }
  return hash;
}

template <class Visit>
void for_each(const Settings& settings, Visit visit) {
  const Universe universe = make_universe();
  SimulatedDay day(settings, universe);
  ExchangeMessage message;
  while (day.next(message)) visit(message);
}

template <class Visit>
void for_each_sse_snapshot(const Settings& settings, Visit visit) {
  for_each(only(feed::Venue::sse, settings), [&](const ExchangeMessage& message) {
    ASSERT_TRUE(sse::checksum_ok(message.bytes));
    if (sse::decode_header(message.bytes).msg_type != sse::kMsgSnapshot) return;
    sse::Snapshot snapshot;
    ASSERT_EQ(sse::decode_snapshot(message.bytes, snapshot), feed::DecodeError::none);
    if (snapshot.fields.md_stream_id == sse::kStreamShares) visit(snapshot);
  });
}

template <class Visit>
void for_each_szse_snapshot(const Settings& settings, Visit visit) {
  for_each(only(feed::Venue::szse, settings), [&](const ExchangeMessage& message) {
    ASSERT_TRUE(szse::checksum_ok(message.bytes));
    if (szse::decode_header(message.bytes).msg_type != szse::kMsgSnapshot) return;
    szse::Snapshot snapshot;
    ASSERT_EQ(szse::decode_snapshot(message.bytes, snapshot), feed::DecodeError::none);
    visit(snapshot);
  });
}

// visit(packet header, message view, channel)
template <class Visit>
void for_each_hkex_message(const Settings& settings, Visit visit) {
  for_each(only(feed::Venue::hkex, settings), [&](const ExchangeMessage& packet) {
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
    hkex::for_each_message(packet.bytes, header, [&](const hkex::MessageView& message) {
      visit(packet, header, message);
    });
  });
}

std::map<std::uint32_t, PriceRules> rules_of_universe() {
  std::map<std::uint32_t, PriceRules> rules;
  const Universe universe = make_universe();
  for (const Instrument& instrument : universe.instruments()) {
    const std::uint32_t code = *feed::parse_code(instrument.symbol);
    rules.emplace(code, rules_for(make_settings(), static_cast<feed::Venue>(instrument.market),
                                  code, instrument.reference_price.raw));
  }
  return rules;
}

// Whether a mainland message is the image of a share of the universe.
bool is_share(const ExchangeMessage& message) {
  static const auto kRules = rules_of_universe();
  return message.security != 0 && message.stream == 0 && kRules.contains(message.security);
}

std::uint32_t code_of(std::string_view text) { return *feed::parse_code(text); }

TEST(SimulatedDay, SameSeedGivesTheSameBytes) {
  EXPECT_EQ(fingerprint(make_settings()), fingerprint(make_settings()));
}

TEST(SimulatedDay, AnotherSeedGivesAnotherDay) {
  Settings other = make_settings();
  other.seed = 2;
  EXPECT_NE(fingerprint(make_settings()), fingerprint(other));
}

TEST(SimulatedDay, MessagesComeInOrderOfExchangeTime) {
  TimeNs last{};
  std::map<feed::Venue, int> venues;
  for_each(make_settings(), [&](const ExchangeMessage& message) {
    ASSERT_LE(last, message.exchange_time);
    last = message.exchange_time;
    ++venues[message.venue];
  });
  EXPECT_EQ(venues.size(), feed::kVenueCount);
}

TEST(SimulatedDay, ShanghaiPricesAreOnTickAndInsideLimits) {
  const auto rules = rules_of_universe();
  std::size_t seen = 0;
  for_each_sse_snapshot(make_settings(), [&](const sse::Snapshot& snapshot) {
    const PriceRules& rule = rules.at(code_of(snapshot.fields.security_id));
    for (const sse::Entry entry : snapshot.entries) {
      const auto price = static_cast<std::int64_t>(entry.md_entry_px) * 10;
      if (price == 0) continue;
      ASSERT_TRUE(rule.on_tick(price) && rule.inside(price)) << price;
      ++seen;
    }
  });
  EXPECT_GT(seen, 10'000u);
}

TEST(SimulatedDay, ShenzhenPricesAreOnTickAndInsideLimits) {
  const auto rules = rules_of_universe();
  std::size_t seen = 0;
  for_each_szse_snapshot(make_settings(), [&](const szse::Snapshot& snapshot) {
    const PriceRules& rule = rules.at(code_of(snapshot.fields.security_id));
    for (const szse::SnapshotEntry entry : snapshot.entries) {
      const std::uint16_t type = entry.md_entry_type;
      const bool difference =
          type == szse::entry_type('x', '1') || type == szse::entry_type('x', '2');
      if (difference || entry.md_entry_px == 0) continue;
      ASSERT_TRUE(rule.on_tick(entry.md_entry_px) && rule.inside(entry.md_entry_px))
          << entry.md_entry_px;
      ++seen;
    }
  });
  EXPECT_GT(seen, 10'000u);
}

TEST(SimulatedDay, HongKongPricesAreOnTickAndInsideTheFence) {
  const auto rules = rules_of_universe();
  std::size_t seen = 0;
  for_each_hkex_message(make_settings(), [&](const auto&, const auto&, const auto& message) {
    if (message.type != hkex::wire::statistics::kType) return;
    hkex::Statistics statistics;
    ASSERT_EQ(hkex::decode(message.bytes, statistics), feed::DecodeError::none);
    const PriceRules& rule = rules.at(statistics.security_code);
    for (const std::int32_t price :
         {statistics.last_price, statistics.high_price, statistics.low_price}) {
      ASSERT_TRUE(rule.on_tick(price * 1'000LL) && rule.inside(price * 1'000LL)) << price;
    }
    ASSERT_LE(statistics.low_price, statistics.last_price);
    ASSERT_LE(statistics.last_price, statistics.high_price);
    ++seen;
  });
  EXPECT_GT(seen, 1'000u);
}

TEST(SimulatedDay, EveryPriceMoves) {
  std::map<std::uint32_t, std::map<std::uint64_t, int>> prices;
  for_each_sse_snapshot(make_settings(), [&](const sse::Snapshot& snapshot) {
    for (const sse::Entry entry : snapshot.entries) {
      if (entry.md_entry_type == sse::kEntryLast && entry.md_entry_px != 0)
        ++prices[code_of(snapshot.fields.security_id)][entry.md_entry_px];
    }
  });
  ASSERT_EQ(prices.size(), 3u);
  for (const auto& [code, seen] : prices) EXPECT_GE(seen.size(), 3u) << code;
}

TEST(SimulatedDay, CumulativeVolumeNeverFalls) {
  std::map<std::uint32_t, std::int64_t> volume;
  for_each_szse_snapshot(make_settings(), [&](const szse::Snapshot& snapshot) {
    std::int64_t& before = volume[code_of(snapshot.fields.security_id)];
    ASSERT_GE(snapshot.fields.total_volume_trade, before);
    before = snapshot.fields.total_volume_trade;
  });
  for (const auto& [code, total] : volume) EXPECT_GT(total, 0) << code;
}

// The first letters of the phase codes, without repetitions.
void append_phase(std::string& phases, std::string_view code) {
  if (phases.empty() || phases.back() != code.front()) phases += code.front();
}

TEST(SimulatedDay, ShanghaiPhasesComeInOrder) {
  std::map<std::uint32_t, std::string> phases;
  for_each_sse_snapshot(make_settings(), [&](const sse::Snapshot& snapshot) {
    append_phase(phases[code_of(snapshot.fields.security_id)], snapshot.fields.trading_phase_code);
  });
  for (const auto& [code, order] : phases) EXPECT_EQ(order, "SCTUE") << code;
}

TEST(SimulatedDay, ShenzhenPhasesComeInOrder) {
  std::map<std::uint32_t, std::string> phases;
  for_each_szse_snapshot(make_settings(), [&](const szse::Snapshot& snapshot) {
    append_phase(phases[code_of(snapshot.fields.security_id)], snapshot.fields.trading_phase_code);
  });
  for (const auto& [code, order] : phases) EXPECT_EQ(order, "SOBTBTCE") << code;
}

TEST(SimulatedDay, HongKongSessionsComeInOrder) {
  std::vector<int> sessions;
  for_each_hkex_message(make_settings(), [&](const auto&, const auto&, const auto& message) {
    if (message.type != hkex::wire::trading_session_status::kType) return;
    hkex::TradingSessionStatus status;
    ASSERT_EQ(hkex::decode(message.bytes, status), feed::DecodeError::none);
    const int session = status.trading_session_sub_id;
    if (sessions.empty() || sessions.back() != session) sessions.push_back(session);
  });
  EXPECT_EQ(sessions,
            (std::vector<int>{100, 1, 101, 108, 2, 7, 3, 7, 3, 105, 5, 106, 107, 4, 103, 0}));
}

TEST(SimulatedDay, OpeningAuctionNeverHasALastPrice) {
  std::size_t books = 0;
  for_each_sse_snapshot(make_settings(), [&](const sse::Snapshot& snapshot) {
    if (snapshot.fields.trading_phase_code.substr(0, 4) != "C111") return;
    std::map<std::pair<std::uint16_t, int>, sse::Entry> entries;
    for (const sse::Entry entry : snapshot.entries) {
      entries[{entry.md_entry_type, entry.md_entry_position_no}] = entry;
    }
    ASSERT_EQ((entries[{sse::kEntryLast, 0}].md_entry_px), 0u);
    const sse::Entry bid = entries[{sse::kEntryBid, 0}];
    const sse::Entry ask = entries[{sse::kEntryAsk, 0}];
    ASSERT_EQ(bid.md_entry_px, ask.md_entry_px);
    ASSERT_EQ(bid.md_entry_size, ask.md_entry_size);
    ASSERT_EQ((entries[{sse::kEntryBid, 1}].md_entry_px), 0u);
    ASSERT_EQ((entries[{sse::kEntryAsk, 1}].md_entry_px), 0u);
    books += bid.md_entry_px > 0;
  });
  EXPECT_GT(books, 100u);
  for_each_szse_snapshot(make_settings(), [&](const szse::Snapshot& snapshot) {
    if (snapshot.fields.trading_phase_code.front() != 'O') return;
    for (const szse::SnapshotEntry entry : snapshot.entries) {
      ASSERT_NE(entry.md_entry_type, szse::kEntryLast);
    }
  });
}

TEST(SimulatedDay, ShanghaiClosesWithEntry5) {
  std::map<std::uint32_t, std::uint64_t> last, close;
  for_each_sse_snapshot(make_settings(), [&](const sse::Snapshot& snapshot) {
    for (const sse::Entry entry : snapshot.entries) {
      const std::uint32_t code = code_of(snapshot.fields.security_id);
      if (entry.md_entry_type == sse::kEntryLast) last[code] = entry.md_entry_px;
      if (entry.md_entry_type != sse::kEntryClose) continue;
      ASSERT_EQ(snapshot.fields.trading_phase_code.front(), 'E');
      close[code] = entry.md_entry_px;
    }
  });
  EXPECT_EQ(close.size(), 3u);
  EXPECT_EQ(close, last);
}

TEST(SimulatedDay, HongKongClosesOnceASecurityInTheRandomClose) {
  std::map<std::uint32_t, std::int32_t> last, close;
  for_each_hkex_message(
      make_settings(), [&](const ExchangeMessage& packet, const auto&, const auto& message) {
        hkex::Statistics statistics;
        hkex::ClosingPrice closing;
        if (message.type == hkex::wire::statistics::kType) {
          ASSERT_EQ(hkex::decode(message.bytes, statistics), feed::DecodeError::none);
          last[statistics.security_code] = statistics.last_price;
        }
        if (message.type != hkex::wire::closing_price::kType) return;
        ASSERT_EQ(hkex::decode(message.bytes, closing), feed::DecodeError::none);
        ASSERT_TRUE(close.emplace(closing.security_code, closing.closing_price).second);
        const std::int64_t ms = china_time_of_day_ms(packet.exchange_time);
        EXPECT_GE(ms, feed::hms(16, 8));
        EXPECT_LT(ms, feed::hms(16, 10, 2));
      });
  EXPECT_EQ(close.size(), 4u);
  EXPECT_EQ(close, last);
}

TEST(SimulatedDay, HongKongNumbersHaveNoHole) {
  std::map<std::uint32_t, std::uint32_t> expected;
  std::map<std::uint32_t, int> heartbeats;
  std::size_t together = 0;
  for_each(only(feed::Venue::hkex), [&](const ExchangeMessage& packet) {
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
    heartbeats[packet.channel] += header.message_count == 0;
    together += header.message_count > 1;
    bool reset = false;
    hkex::for_each_message(packet.bytes, header, [&](const hkex::MessageView& message) {
      reset = reset || message.type == hkex::wire::sequence_reset::kType;
    });
    if (reset) {
      EXPECT_EQ(header.sequence, 1u);  // the reset's own (OMD-C 2.2.1)
      expected[packet.channel] = 2;
      return;
    }
    ASSERT_TRUE(expected.contains(packet.channel)) << "no reset at the start of the day";
    // A heartbeat has the number of the message before (OMD-C 3.4.1).
    const std::uint32_t before = header.message_count == 0 ? 1 : 0;
    ASSERT_EQ(header.sequence, expected[packet.channel] - before);
    expected[packet.channel] += header.message_count;
  });
  EXPECT_EQ(expected.size(), 2u);
  EXPECT_GT(heartbeats[10], 0);
  EXPECT_GT(together, 0u);
}

TEST(SimulatedDay, HaltedSecurityHasNoBookAndComesBack) {
  Settings settings = make_settings();
  settings.halts = 1.0;
  std::map<std::uint32_t, std::string> phases;
  for_each_sse_snapshot(settings, [&](const sse::Snapshot& snapshot) {
    append_phase(phases[code_of(snapshot.fields.security_id)], snapshot.fields.trading_phase_code);
    if (snapshot.fields.trading_phase_code.front() != 'M') return;
    for (const sse::Entry entry : snapshot.entries) {
      if (entry.md_entry_type == sse::kEntryBid) {
        ASSERT_EQ(entry.md_entry_size, 0u);
      }
    }
  });
  for (const auto& [code, order] : phases) EXPECT_EQ(order, "SCTMTUE") << code;
}

TEST(SimulatedDay, SuspendedSecurityNeverTrades) {
  Settings settings = make_settings();
  settings.suspensions = 1.0;
  for_each_szse_snapshot(settings, [&](const szse::Snapshot& snapshot) {
    ASSERT_EQ(snapshot.fields.trading_phase_code[1], '1');
    ASSERT_EQ(snapshot.fields.num_trades, 0);
  });
}

TEST(SimulatedDay, LateBeginOpensWithTheWholeImage) {
  Settings settings = make_settings();
  settings.begin_ms = feed::hms(14, 0);
  settings.end_ms = feed::hms(14, 0, 5);
  const TimeNs begin = china_time(settings.trade_date, settings.begin_ms);
  std::map<std::uint32_t, bool> traded;
  std::vector<std::uint16_t> types;
  for_each(settings, [&](const ExchangeMessage& message) {
    ASSERT_GE(message.exchange_time, begin);
    if (message.venue != feed::Venue::hkex) {
      if (is_share(message)) traded[message.security] = true;
      return;
    }
    hkex::PacketHeader header;
    ASSERT_EQ(hkex::check_packet(message.bytes, header), feed::DecodeError::none);
    hkex::for_each_message(message.bytes, header,
                           [&](const hkex::MessageView& view) { types.push_back(view.type); });
  });
  EXPECT_EQ(traded.size(), 6u);
  EXPECT_EQ(types.front(), hkex::wire::sequence_reset::kType);
  EXPECT_EQ(std::count(types.begin(), types.end(), hkex::wire::security_definition::kType), 5)
      << "four shares and a bond";
  EXPECT_GE(std::count(types.begin(), types.end(), hkex::wire::statistics::kType), 4);
}

TEST(SimulatedDay, GridHoldsMainlandSnapshotsBack) {
  Settings settings = only(feed::Venue::szse);
  settings.ticks_per_second = 10.0;
  settings.snapshot_grid_ms = 3'000;
  settings.begin_ms = feed::hms(10, 0);
  settings.end_ms = feed::hms(10, 10);
  for_each(settings, [&](const ExchangeMessage& message) {
    const std::int64_t ms = china_time_of_day_ms(message.exchange_time);
    if (message.security != 0 && ms > settings.begin_ms + 100) {
      ASSERT_EQ(ms % 1'000, 0);
    }
  });
}

// By the specification: GUIDE 4.10 sends what changed every 3 s and everything every 60 s (SZSE
// notes 1.6); for Shanghai no document states it, and the same is assumed (SSE notes 2.2).
TEST(SimulatedDay, ByDefaultSnapshotsKeepTheExchangesRhythm) {
  for (const feed::Venue venue : {feed::Venue::sse, feed::Venue::szse}) {
    Settings settings = only(venue);
    settings.snapshot_grid_ms = Settings{}.snapshot_grid_ms;
    settings.refresh_s = Settings{}.refresh_s;
    settings.ticks_per_second = 0.02;  // a quiet day: some rounds bring nothing new
    settings.begin_ms = feed::hms(10, 0);
    settings.end_ms = feed::hms(11, 0);
    std::map<std::uint32_t, std::vector<std::int64_t>> times;
    for_each(settings, [&](const ExchangeMessage& message) {
      const std::int64_t ms = china_time_of_day_ms(message.exchange_time);
      if (is_share(message) && ms > settings.begin_ms + 100) times[message.security].push_back(ms);
    });
    ASSERT_EQ(times.size(), 3u);
    for (const auto& [security, at] : times) {
      const std::vector<std::int64_t>& instants = at;  // a lambda of clang 14 takes no binding
      std::map<std::int64_t, int> steps;
      for (std::size_t i = 1; i < at.size(); ++i) ++steps[at[i] - at[i - 1]];
      for (const auto& [step, count] : steps) {
        EXPECT_EQ(step % 3'000, 0) << security;
        EXPECT_LE(step, 60'000) << security;
      }
      EXPECT_EQ(std::set<std::int64_t>(at.begin(), at.end()).size(), at.size());
      std::set<std::int64_t> turns;  // of the full round: an instant that comes in every minute
      for (const std::int64_t ms : at) turns.insert(ms % 60'000);
      const auto whole = std::ranges::count_if(turns, [&](std::int64_t turn) {
        return std::ranges::count_if(instants,
                                     [&](std::int64_t ms) { return ms % 60'000 == turn; }) >= 59;
      });
      EXPECT_EQ(whole, 1) << security << ": a full round each minute, and not more often";
      EXPECT_GT(steps.size(), 3u) << "and changes in between";
    }
  }
}

TEST(SimulatedDay, RefusesSettingsThatMakeNoDay) {
  const Universe universe = make_universe();
  Settings settings = make_settings();
  settings.ticks_per_second = 0.0;
  EXPECT_THROW(SimulatedDay(settings, universe), std::invalid_argument);
  settings = make_settings();
  settings.begin_ms = feed::hms(15, 0);
  settings.end_ms = feed::hms(14, 0);
  EXPECT_THROW(SimulatedDay(settings, universe), std::invalid_argument);
}

}  // namespace
}  // namespace indexcast::sim
