// Other streams of the mainland's exchanges, read with the venues' decoders.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/describe.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

using feed::hms;
using feed::Venue;

template <class Visit>
void for_each(const Settings& settings, Visit visit) {
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  for (ExchangeMessage message; day.next(message);) visit(message);
}

// TradingSessionIDs of one SecurityType in their order, each once in a row.
std::vector<std::string> sessions_of(std::uint8_t security_type) {
  std::vector<std::string> sessions;
  for_each(test::only(Venue::sse), [&](const ExchangeMessage& message) {
    sse::MarketStatus status;
    if (sse::decode_header(message.bytes).msg_type != sse::kMsgMarketStatus) return;
    ASSERT_EQ(sse::decode_market_status(message.bytes, status), feed::DecodeError::none);
    if (status.security_type != security_type) return;
    const std::string session(status.trading_session_id);
    if (sessions.empty() || sessions.back() != session) sessions.push_back(session);
  });
  return sessions;
}

TEST(ShanghaiStreams, StatusSaysEveryPositionOfTheStocksDay) {
  EXPECT_EQ(sessions_of(1), (std::vector<std::string>{"S000    ", "T000    ", "T100    ",
                                                      "E100    ", "E101    ", "E111    "}));
}

TEST(ShanghaiStreams, StatusOfAfterHoursAndExternalProducts) {
  EXPECT_EQ(sessions_of(3),
            (std::vector<std::string>{"S0000   ", "T0000   ", "T1000   ", "T1110   ", "E1111   "}));
  EXPECT_EQ(sessions_of(14), (std::vector<std::string>{"        "}));
}

// One M102 of a day.
struct Seen {
  std::string code;
  std::int64_t ms = 0;
  std::string phase;
  std::uint64_t volume = 0;
  std::map<std::uint16_t, std::uint64_t> prices;
};

std::map<std::string, std::vector<Seen>> shanghai_streams(Date date = 20250402) {
  std::map<std::string, std::vector<Seen>> streams;
  Settings settings = test::only(Venue::sse);
  settings.trade_date = date;
  for_each(settings, [&](const ExchangeMessage& message) {
    sse::Snapshot snapshot;
    if (sse::decode_header(message.bytes).msg_type != sse::kMsgSnapshot) return;
    ASSERT_EQ(sse::decode_snapshot(message.bytes, snapshot), feed::DecodeError::none);
    Seen seen{std::string(feed::trim_padding(snapshot.fields.security_id)),
              china_time_of_day_ms(message.exchange_time),
              std::string(feed::trim_padding(snapshot.fields.trading_phase_code)),
              snapshot.fields.total_volume_traded,
              {}};
    for (const sse::Entry entry : snapshot.entries) {
      seen.prices[entry.md_entry_type] = entry.md_entry_px;
    }
    streams[std::string(snapshot.fields.md_stream_id)].push_back(seen);
  });
  return streams;
}

TEST(ShanghaiStreams, EveryStreamOfARealGatewayIsThere) {
  const auto streams = shanghai_streams();
  for (const char* stream : {"MD001", "MD002", "MD004", "MD102", "MDE01", "MD999"}) {
    EXPECT_GT(streams.count(stream), 0u) << stream;
  }
  for (const Seen& iopv : streams.at("MDE01")) {
    ASSERT_EQ(iopv.volume, 0u);
    ASSERT_TRUE(iopv.phase.empty());
    ASSERT_EQ(iopv.prices.size(), 1u);
    ASSERT_GT(iopv.prices.at(sse::entry_type('v')), 0u);
  }
}

TEST(ShanghaiStreams, IndicesCloseMinutesAfterTheShares) {
  const auto streams = shanghai_streams();
  std::int64_t first = 0;
  for (const Seen& index : streams.at("MD001")) {
    if (first == 0 && index.prices.contains(sse::kEntryClose)) first = index.ms;
  }
  EXPECT_EQ(first, hms(15, 5));
}

TEST(ShanghaiStreams, AfterHoursTradesAtTheCloseAndOnlyThen) {
  const auto streams = shanghai_streams();
  std::string letters;
  std::uint64_t volume = 0;
  for (const Seen& seen : streams.at("MD102")) {
    if (letters.empty() || letters.back() != seen.phase.front()) letters += seen.phase.front();
    if (seen.ms <= hms(15, 5)) {
      ASSERT_EQ(seen.volume, 0u);
    }
    if (seen.ms > hms(15, 30)) {
      ASSERT_EQ(seen.volume, streams.at("MD102").back().volume);
    }
    volume = seen.volume;
  }
  EXPECT_EQ(letters, "IAHD");
  EXPECT_GT(volume, 0u);
}

// SSE notes 5.2: the closing auction U of funds (MD004), 14:57 to 15:00, since 2026-07-06; before,
// they trade continuously (T) to 15:00.
TEST(ShanghaiStreams, FundsHaveAClosingAuctionByTheRulesOf2026) {
  const auto letters_and_volumes = [](Date date) {
    std::string letters;
    std::set<std::uint64_t> volumes;
    const auto streams = shanghai_streams(date);
    for (const Seen& fund : streams.at("MD004")) {
      if (fund.code != "510050") continue;
      if (letters.empty() || letters.back() != fund.phase.front()) letters += fund.phase.front();
      if (fund.ms >= hms(14, 57) && fund.ms < hms(15, 0)) volumes.insert(fund.volume);
    }
    return std::pair(letters, volumes.size());
  };
  const auto before = letters_and_volumes(20260703);
  EXPECT_EQ(before.first, "SCTE");
  EXPECT_GT(before.second, 1u) << "trades continuously";
  const auto since = letters_and_volumes(20260706);
  EXPECT_EQ(since.first, "SCTUE");
  EXPECT_EQ(since.second, 1u) << "nothing trades before the match";
}

// SSE notes 5.2: MD102 of STAR alone before 2026-07-06, of all A shares and ETFs since.
TEST(ShanghaiStreams, AfterHoursTradingIsOfAllSharesAndFundsByTheRulesOf2026) {
  const auto codes = [](Date date) {
    std::set<std::string> found;
    const auto streams = shanghai_streams(date);
    std::map<std::string, std::uint64_t> close;
    for (const char* stream : {"MD002", "MD004"}) {
      for (const Seen& seen : streams.at(stream)) {
        if (seen.prices.contains(sse::kEntryClose))
          close[seen.code] = seen.prices.at(sse::kEntryClose);
      }
    }
    for (const Seen& seen : streams.at("MD102")) {
      found.insert(seen.code);
      if (seen.ms > hms(15, 5)) {
        EXPECT_EQ(seen.prices.at(sse::kEntryClose), close[seen.code]) << seen.code;
      }
    }
    return found;
  };
  EXPECT_EQ(codes(20260703), (std::set<std::string>{"688041"}));
  EXPECT_EQ(codes(20260706),
            (std::set<std::string>{"510050", "588760", "600050", "601728", "688041"}));
}

TEST(ShenzhenStreams, EveryTypeIsThereAtItsPace) {
  Settings settings = test::only(Venue::szse);
  settings.begin_ms = hms(10, 0);
  settings.end_ms = hms(10, 10);
  std::map<std::uint32_t, int> types;
  for_each(settings, [&](const ExchangeMessage& message) {
    ASSERT_EQ(szse::scan_frame(message.bytes).length, message.bytes.size());
    ASSERT_TRUE(szse::checksum_ok(message.bytes));
    ++types[szse::decode_header(message.bytes).msg_type];
  });
  EXPECT_NEAR(types[szse::kMsgChannelStatistics], 40, 2);
  // By the specification: GUIDE 4.10, S117 4.4.1 and 4.4.4 (notes 1.6).
  EXPECT_NEAR(types[szse::kMsgSecurityStatus], 30, 3) << "three securities, every 60 s";
  EXPECT_NEAR(types[szse::kMsgMarketStatus], 200, 2);
  EXPECT_NEAR(types[szse::kMsgChannelHeartbeat], 600, 6) << "three channels, every 3 s";
  EXPECT_NEAR(types[szse::kMsgIndexSnapshot], 400, 4);
  EXPECT_NEAR(types[szse::kMsgVolumeStatistics], 200, 2);
  EXPECT_NEAR(types[szse::kMsgFundNav], 200, 2);
  EXPECT_NEAR(types[szse::kMsgHkSnapshot], 200, 2);
  EXPECT_NEAR(types[szse::kMsgBulletin], 10, 1);
  EXPECT_EQ(types.count(szse::kMsgTrade), 0u) << "ticks are a setting";
}

// One 303711 of a day.
struct FixedPrice {
  std::string code;
  std::int64_t ms = 0;
  std::string phase;
  std::int64_t volume = 0;
};

std::vector<FixedPrice> fixed_prices(Date date, std::map<std::uint32_t, int>& types) {
  Settings settings = test::only(Venue::szse);
  settings.trade_date = date;
  std::vector<FixedPrice> all;
  for_each(settings, [&](const ExchangeMessage& message) {
    const std::uint32_t type = szse::decode_header(message.bytes).msg_type;
    ++types[type];
    if (type != szse::kMsgAfterHoursFixed) return;
    ASSERT_EQ(szse::validate(message.bytes), feed::DecodeError::none);
    szse::Snapshot snapshot;
    ASSERT_EQ(szse::decode_common(message.bytes, snapshot), feed::DecodeError::none);
    ASSERT_EQ(snapshot.fields.md_stream_id, "370");
    ASSERT_EQ(snapshot.fields.channel_no / 10, 301);
    all.push_back({std::string(feed::trim_padding(snapshot.fields.security_id)),
                   china_time_of_day_ms(message.exchange_time),
                   std::string(feed::trim_padding(snapshot.fields.trading_phase_code)),
                   snapshot.fields.total_volume_trade});
  });
  return all;
}

// SZSE notes 2.8, 3.2 and 4.1: 303711 of ChiNext alone before 2026-07-06, of all A shares and ETFs
// since, with phase A from 15:05 to 15:30.
TEST(ShenzhenStreams, AfterHoursTradingFollowsTheDate) {
  std::map<std::uint32_t, int> types;
  const auto codes = [&](Date date) {
    std::set<std::string> found;
    for (const FixedPrice& seen : fixed_prices(date, types)) found.insert(seen.code);
    return found;
  };
  EXPECT_EQ(codes(20260703), (std::set<std::string>{"300017", "300738"}));
  EXPECT_EQ(codes(20260706), (std::set<std::string>{"002261", "159915", "300017", "300738"}));
}

TEST(ShenzhenStreams, AfterHoursTradingMatchesFromFivePastThreeToHalfPast) {
  std::map<std::uint32_t, int> types;
  std::string letters;
  std::int64_t volume = 0;
  for (const FixedPrice& seen : fixed_prices(20260706, types)) {
    if (seen.code != "002261") continue;
    if (letters.empty() || letters.back() != seen.phase.front()) letters += seen.phase.front();
    if (seen.ms <= hms(15, 5)) {
      ASSERT_EQ(seen.volume, 0) << seen.ms;
    }
    ASSERT_GE(seen.volume, volume);
    if (seen.ms > hms(15, 30)) {
      ASSERT_EQ(seen.volume, volume);
    }
    volume = seen.volume;
  }
  EXPECT_EQ(letters, "STBTAE");
  EXPECT_GT(volume, 0);
  EXPECT_GT(types[szse::kMsgAfterHoursBlock], 0) << "blocks at the close and at the average";
}

TEST(ShenzhenStreams, TicksOfAChannelAreNumberedWithoutAHole) {
  Settings settings = test::only(Venue::szse);
  settings.szse.ticks = true;
  std::map<std::uint32_t, std::int64_t> last;
  std::map<char, int> executions;
  std::set<std::uint32_t> ended;
  for_each(settings, [&](const ExchangeMessage& message) {
    const std::uint32_t type = szse::decode_header(message.bytes).msg_type;
    szse::Order order;
    szse::TradeMessage trade;
    szse::ChannelHeartbeat heartbeat;
    if (type == szse::kMsgOrder) {
      ASSERT_EQ(szse::decode_order(message.bytes, order), feed::DecodeError::none);
      ASSERT_EQ(order.appl_seq_num, message.tick);
    } else if (type == szse::kMsgTrade) {
      ASSERT_EQ(szse::decode_trade(message.bytes, trade), feed::DecodeError::none);
      ASSERT_EQ(trade.appl_seq_num, message.tick);
      ASSERT_LT(trade.bid_appl_seq_num, message.tick);
      ASSERT_EQ(trade.exec_type == szse::kExecCancel, trade.last_px == 0);
      ++executions[trade.exec_type];
    } else if (type == szse::kMsgChannelHeartbeat) {
      ASSERT_EQ(szse::decode_channel_heartbeat(message.bytes, heartbeat), feed::DecodeError::none);
      ASSERT_EQ(heartbeat.appl_last_seq_num, last[message.channel]);
      if (heartbeat.end_of_channel == 1) ended.insert(message.channel);
    }
    if (message.tick == 0) return;
    ASSERT_EQ(message.tick, last[message.channel] + 1);
    last[message.channel] = message.tick;
  });
  EXPECT_EQ(ended.size(), 3u);
  EXPECT_GT(executions[szse::kExecTrade], 1'000);
  EXPECT_GT(executions[szse::kExecCancel], 10);
}

}  // namespace
}  // namespace indexcast::sim
