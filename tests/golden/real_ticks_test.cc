// Two real days of Level-2 snapshots through our own encoders and decoders, field by field, and
// through the handlers in pieces of any size. tests/integration replays the same days with an
// encoder that shares nothing with ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/sse/handler.h"
#include "feedhandlers/szse/encoder.h"
#include "feedhandlers/szse/handler.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "tests/support/data.h"
#include "tests/support/real_day.h"
#include "tests/unit/sse/feed_fixture.h"

namespace indexcast {
namespace {

using feed::FeedCounter;
using test::RealLevel;
using test::RealSnapshot;
using Message = std::vector<std::byte>;
using Day = std::vector<RealSnapshot>;

constexpr std::string_view kSseDay = "sse-l2-30-shares-2021-12-01.zip";
constexpr std::string_view kSzseDay = "szse-l2-5-shares-2022-06-01.zip";
constexpr TimeNs kNow{1'638'321'000'000'000'000};

std::int64_t scaled(double value, double units) { return std::llround(value * units); }

// The files' noise is far below, the protocols' last decimals far above.
bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

void expect_same_side(const std::array<RealLevel, RealSnapshot::kLevels>& got,
                      const std::array<RealLevel, RealSnapshot::kLevels>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_TRUE(near(got[i].price, row[i].price)) << "level " << i + 1;
    EXPECT_EQ(got[i].quantity, row[i].quantity) << "level " << i + 1;
    EXPECT_EQ(got[i].orders, row[i].orders) << "level " << i + 1;
  }
}

void expect_same(const RealSnapshot& got, const RealSnapshot& row) {
  EXPECT_EQ(got.code, row.code);
  EXPECT_EQ(got.stamp, row.stamp);
  EXPECT_EQ(got.phase, row.phase);
  EXPECT_EQ(got.volume, row.volume);
  EXPECT_EQ(got.trades, row.trades);
  EXPECT_TRUE(near(got.turnover, row.turnover)) << got.turnover << " " << row.turnover;
  EXPECT_TRUE(near(got.pre_close, row.pre_close)) << got.pre_close << " " << row.pre_close;
  EXPECT_TRUE(near(got.open, row.open)) << got.open << " " << row.open;
  EXPECT_TRUE(near(got.high, row.high)) << got.high << " " << row.high;
  EXPECT_TRUE(near(got.low, row.low)) << got.low << " " << row.low;
  EXPECT_TRUE(near(got.last, row.last)) << got.last << " " << row.last;
  EXPECT_TRUE(near(got.upper, row.upper)) << got.upper << " " << row.upper;
  EXPECT_TRUE(near(got.lower, row.lower)) << got.lower << " " << row.lower;
  expect_same_side(got.bids, row.bids);
  expect_same_side(got.asks, row.asks);
}

// What a gateway of each venue is told and tells: a row to bytes and back.

struct Shanghai {
  static constexpr feed::Venue kVenue = feed::Venue::sse;
  static constexpr std::string_view kFile = kSseDay;
  static constexpr std::string_view kSuffix = ".SH";
  static constexpr std::size_t kRows = 32'972;
  static constexpr std::size_t kShares = 30;
  static constexpr std::size_t kLimits = 0;  // M102 has none
  static constexpr double kPriceUnits = 1e5;
  static constexpr double kValueUnits = 1e2;
  using Handler = sse::Handler;
  using Settings = sse::Settings;

  static Day read(const std::filesystem::path& path) {
    Day day = test::read_sse_day(path);
    // M102 counts no orders.
    for (RealSnapshot& row : day) {
      for (RealLevel& level : row.bids) level.orders = 0;
      for (RealLevel& level : row.asks) level.orders = 0;
    }
    return day;
  }

  static std::uint64_t price(double yuan) {
    return static_cast<std::uint64_t>(scaled(yuan, kPriceUnits));
  }

  static std::vector<sse::Entry> entries(const RealSnapshot& row) {
    std::vector<sse::Entry> entries{{sse::kEntryLast, price(row.last), 0, 0},
                                    {sse::kEntryOpen, price(row.open), 0, 0},
                                    {sse::kEntryHigh, price(row.high), 0, 0},
                                    {sse::kEntryLow, price(row.low), 0, 0}};
    for (std::uint8_t i = 0; i < RealSnapshot::kLevels; ++i) {
      const auto add = [&](std::uint16_t type, const RealLevel& level) {
        entries.push_back(
            {type, price(level.price), static_cast<std::uint64_t>(level.quantity), i});
      };
      add(sse::kEntryBid, row.bids[i]);
      add(sse::kEntryAsk, row.asks[i]);
    }
    return entries;
  }

  static Message encode(const RealSnapshot& row, std::uint64_t sequence) {
    Message out;
    sse::encode_snapshot(
        {row.stamp, sequence},
        {.security_type = sse::kSecurityTypeStock,
         .trad_ses_mode = sse::kTradSesModeProduction,
         .trade_date = static_cast<std::uint32_t>(row.stamp / feed::kTimeDigits),
         .last_update_time = static_cast<std::uint32_t>(row.stamp % feed::kTimeDigits),
         .md_stream_id = sse::kStreamShares,
         .security_id = row.code,
         .symbol = "",
         .pre_close_px = price(row.pre_close),
         .total_volume_traded = static_cast<std::uint64_t>(row.volume),
         .num_trades = static_cast<std::uint64_t>(row.trades),
         .total_value_traded = static_cast<std::uint64_t>(scaled(row.turnover, kValueUnits)),
         .trading_phase_code = row.phase == "OCALL" ? "C111" : "T111"},
        entries(row), out);
    return out;
  }

  static void take_entry(const sse::Entry& entry, RealSnapshot& row) {
    const double yuan = static_cast<double>(entry.md_entry_px) / kPriceUnits;
    const RealLevel level{yuan, static_cast<std::int64_t>(entry.md_entry_size), 0};
    if (entry.md_entry_type == sse::kEntryLast) row.last = yuan;
    if (entry.md_entry_type == sse::kEntryOpen) row.open = yuan;
    if (entry.md_entry_type == sse::kEntryHigh) row.high = yuan;
    if (entry.md_entry_type == sse::kEntryLow) row.low = yuan;
    if (entry.md_entry_type == sse::kEntryBid) row.bids.at(entry.md_entry_position_no) = level;
    if (entry.md_entry_type == sse::kEntryAsk) row.asks.at(entry.md_entry_position_no) = level;
  }

  static RealSnapshot decode(feed::Bytes frame) {
    EXPECT_EQ(sse::scan_frame(frame).status, feed::FrameScan::Status::complete);
    EXPECT_EQ(sse::scan_frame(frame).length, frame.size());
    EXPECT_TRUE(sse::checksum_ok(frame));
    sse::Snapshot snapshot;
    EXPECT_EQ(sse::decode_snapshot(frame, snapshot), feed::DecodeError::none);
    const sse::SnapshotFields& fields = snapshot.fields;
    EXPECT_EQ(sse::decode_header(frame).sending_time,
              fields.trade_date * feed::kTimeDigits + fields.last_update_time);
    EXPECT_EQ(fields.security_type, sse::kSecurityTypeStock);
    EXPECT_EQ(fields.trad_ses_mode, sse::kTradSesModeProduction);
    EXPECT_EQ(fields.md_stream_id, sse::kStreamShares);
    RealSnapshot row;
    row.code = feed::trim_padding(fields.security_id);
    row.stamp = fields.trade_date * feed::kTimeDigits + fields.last_update_time;
    row.phase = fields.trading_phase_code == "C111    " ? "OCALL" : "TRADE";
    EXPECT_EQ(fields.trading_phase_code.substr(1), "111    ");
    row.pre_close = static_cast<double>(fields.pre_close_px) / kPriceUnits;
    row.turnover = static_cast<double>(fields.total_value_traded) / kValueUnits;
    row.volume = static_cast<std::int64_t>(fields.total_volume_traded);
    row.trades = static_cast<std::int64_t>(fields.num_trades);
    for (const sse::Entry& entry : snapshot.entries) take_entry(entry, row);
    return row;
  }

  static Message logon_answer() {
    Message out;
    sse::encode_logon({20211201091500000, 1}, {"MDGW", "VSS", 3, "0.60"}, out);
    return out;
  }
  static constexpr std::uint64_t kFirstSequence = 2;
};

struct Shenzhen {
  static constexpr feed::Venue kVenue = feed::Venue::szse;
  static constexpr std::string_view kFile = kSzseDay;
  static constexpr std::string_view kSuffix = ".SZ";
  static constexpr std::size_t kRows = 20'980;
  static constexpr std::size_t kShares = 5;
  static constexpr std::size_t kLimits = 5;  // each share's, once
  static constexpr double kEntryUnits = 1e6;
  static constexpr double kPrevCloseUnits = 1e4;
  static constexpr double kValueUnits = 1e4;
  static constexpr std::int64_t kQtyUnits = 100;
  using Handler = szse::Handler;
  using Settings = szse::Settings;

  // The file's digits: opening auction, break, continuous, lunch, closing auction, closed.
  static constexpr std::array<std::string_view, 6> kPhases{"O0", "B0", "T0", "L0", "C0", "E0"};

  static Day read(const std::filesystem::path& path) { return test::read_szse_day(path); }

  static szse::EntryValue entry(std::uint16_t type, double yuan, std::int64_t quantity = 0,
                                std::uint16_t level = 0, std::int64_t orders = 0) {
    return {.md_entry_type = type,
            .md_entry_px = scaled(yuan, kEntryUnits),
            .md_entry_size = quantity * kQtyUnits,
            .md_price_level = level,
            .number_of_orders = orders,
            .order_qty = {}};
  }

  // What has no value has no entry (notes 3.1).
  static std::vector<szse::EntryValue> entries(const RealSnapshot& row) {
    std::vector<szse::EntryValue> entries{entry(szse::kEntryUpperLimit, row.upper),
                                          entry(szse::kEntryLowerLimit, row.lower)};
    const auto add_price = [&](std::uint16_t type, double yuan) {
      if (yuan != 0) entries.push_back(entry(type, yuan));
    };
    add_price(szse::kEntryLast, row.last);
    add_price(szse::kEntryOpen, row.open);
    add_price(szse::kEntryHigh, row.high);
    add_price(szse::kEntryLow, row.low);
    for (std::uint16_t i = 0; i < RealSnapshot::kLevels; ++i) {
      const auto add = [&](std::uint16_t type, const RealLevel& level) {
        if (level.price == 0 && level.quantity == 0 && level.orders == 0) return;
        const auto place = static_cast<std::uint16_t>(i + 1);
        entries.push_back(entry(type, level.price, level.quantity, place, level.orders));
      };
      add(szse::kEntryBid, row.bids[i]);
      add(szse::kEntryAsk, row.asks[i]);
    }
    return entries;
  }

  static Message encode(const RealSnapshot& row, std::uint64_t) {
    const std::string_view phase = kPhases.at(static_cast<std::size_t>(row.phase.at(0) - '1'));
    Message out;
    szse::encode_snapshot({.orig_time = static_cast<std::int64_t>(row.stamp),
                           .channel_no = 1011,
                           .md_stream_id = szse::kStreamSpot,
                           .security_id = row.code,
                           .security_id_source = szse::kSourceSzse,
                           // Lunch is a break of its own in the file and none in the protocol.
                           .trading_phase_code = phase == "L0" ? "B0" : phase,
                           .prev_close_px = scaled(row.pre_close, kPrevCloseUnits),
                           .num_trades = row.trades,
                           .total_volume_trade = row.volume * kQtyUnits,
                           .total_value_trade = scaled(row.turnover, kValueUnits)},
                          entries(row), out);
    return out;
  }

  static void take_entry(const szse::SnapshotEntry& entry, RealSnapshot& row) {
    const double yuan = static_cast<double>(entry.md_entry_px) / kEntryUnits;
    const RealLevel level{yuan, entry.md_entry_size / kQtyUnits, entry.number_of_orders};
    EXPECT_EQ(entry.order_qty.size(), 0u);
    if (entry.md_entry_type == szse::kEntryLast) row.last = yuan;
    if (entry.md_entry_type == szse::kEntryOpen) row.open = yuan;
    if (entry.md_entry_type == szse::kEntryHigh) row.high = yuan;
    if (entry.md_entry_type == szse::kEntryLow) row.low = yuan;
    if (entry.md_entry_type == szse::kEntryUpperLimit) row.upper = yuan;
    if (entry.md_entry_type == szse::kEntryLowerLimit) row.lower = yuan;
    if (entry.md_entry_type == szse::kEntryBid) row.bids.at(entry.md_price_level - 1U) = level;
    if (entry.md_entry_type == szse::kEntryAsk) row.asks.at(entry.md_price_level - 1U) = level;
  }

  // The digit of a phase; the hour tells the two breaks apart.
  static std::string digit_of(std::string_view phase, std::uint64_t stamp) {
    const std::uint64_t time = stamp % feed::kTimeDigits;
    const std::string_view meant = phase == "B0" && time > 100000000 ? "L0" : phase;
    const auto at = std::ranges::find(kPhases, meant);
    return std::string(1, static_cast<char>('1' + (at - kPhases.begin())));
  }

  static RealSnapshot decode(feed::Bytes frame) {
    EXPECT_EQ(szse::scan_frame(frame).status, feed::FrameScan::Status::complete);
    EXPECT_EQ(szse::scan_frame(frame).length, frame.size());
    EXPECT_TRUE(szse::checksum_ok(frame));
    szse::Snapshot snapshot;
    EXPECT_EQ(szse::decode_snapshot(frame, snapshot), feed::DecodeError::none);
    const szse::SnapshotCommon& fields = snapshot.fields;
    EXPECT_EQ(fields.channel_no, 1011);
    EXPECT_EQ(fields.md_stream_id, szse::kStreamSpot);
    EXPECT_EQ(fields.security_id_source, szse::kSourceSzse);
    RealSnapshot row;
    row.code = feed::trim_padding(fields.security_id);
    row.stamp = static_cast<std::uint64_t>(fields.orig_time);
    row.phase = digit_of(feed::trim_padding(fields.trading_phase_code), row.stamp);
    row.pre_close = static_cast<double>(fields.prev_close_px) / kPrevCloseUnits;
    row.turnover = static_cast<double>(fields.total_value_trade) / kValueUnits;
    row.volume = fields.total_volume_trade / kQtyUnits;
    row.trades = fields.num_trades;
    const auto error = szse::for_each_entry(
        snapshot, [&](const szse::SnapshotEntry& entry) { take_entry(entry, row); });
    EXPECT_EQ(error, feed::DecodeError::none);
    return row;
  }

  static Message logon_answer() {
    Message out;
    szse::encode_logon({"MDGW", "VSS", 3, "", szse::kCommunicationVersion}, out);
    return out;
  }
  static constexpr std::uint64_t kFirstSequence = 1;
};

template <class Venue>
class RealTicks : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = test::data_path(std::string(Venue::kFile));
    INDEXCAST_NEED_DATA(path);
    day_ = Venue::read(path);
  }

  // The members in the order of their instrument ids.
  std::vector<std::string> symbols() const {
    std::set<std::string> codes;
    for (const RealSnapshot& row : day_) codes.insert(row.code + std::string(Venue::kSuffix));
    return {codes.begin(), codes.end()};
  }

  Message stream() const {
    Message bytes;
    std::uint64_t sequence = Venue::kFirstSequence;
    for (const RealSnapshot& row : day_) {
      const Message message = Venue::encode(row, sequence++);
      bytes.insert(bytes.end(), message.begin(), message.end());
    }
    return bytes;
  }

  // METHODOLOGY 4 by the row: its last price once there is one, else the previous close.
  std::vector<std::int64_t> expected_prices() const {
    std::vector<std::int64_t> prices;
    for (const RealSnapshot& row : day_) {
      prices.push_back(scaled(row.last != 0 ? row.last : row.pre_close, 1e6));
    }
    return prices;
  }

  Day day_;
};

using Venues = testing::Types<Shanghai, Shenzhen>;
TYPED_TEST_SUITE(RealTicks, Venues);

TYPED_TEST(RealTicks, ComeBackFromBytesWithoutADifference) {
  std::uint64_t sequence = TypeParam::kFirstSequence;
  std::size_t books = 0;
  for (const RealSnapshot& row : this->day_) {
    const Message message = TypeParam::encode(row, sequence++);
    expect_same(TypeParam::decode(message), row);
    if (row.bids[9].price > 0 && row.asks[9].price > 0) ++books;
    ASSERT_FALSE(testing::Test::HasFailure()) << row.code << " at " << row.stamp;
  }
  EXPECT_EQ(this->day_.size(), TypeParam::kRows);
  EXPECT_EQ(this->symbols().size(), TypeParam::kShares);
  EXPECT_GT(books, TypeParam::kRows / 2) << "books of ten levels were to be compared";
}

TYPED_TEST(RealTicks, PassTheHandlerInPiecesOfAnySize) {
  const Universe universe = test::universe_of(TypeParam::kVenue, this->symbols());
  const feed::SymbolTable symbols(universe, TypeParam::kVenue);
  const Message stream = this->stream();
  const std::vector<std::int64_t> expected = this->expected_prices();
  for (const auto& [seed, longest] :
       {std::pair{1u, std::size_t{64}}, {2u, std::size_t{1500}}, {3u, std::size_t{65536}}}) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", pieces up to " << longest);
    test::EventLog log;
    feed::Outbox out;
    typename TypeParam::Handler handler({}, symbols, log);
    handler.on_connected(kNow, out);
    ASSERT_TRUE(handler.on_bytes(TypeParam::logon_answer(), kNow, out));
    std::mt19937_64 random(seed);
    for (feed::Bytes rest = stream; !rest.empty();) {
      const std::size_t piece = std::min<std::size_t>(rest.size(), 1 + random() % longest);
      ASSERT_TRUE(handler.on_bytes(rest.first(piece), kNow, out));
      rest = rest.subspan(piece);
    }
    const feed::FeedCounters& counters = handler.counters();
    EXPECT_EQ(test::outcomes(counters), TypeParam::kRows);
    EXPECT_EQ(counters.get(FeedCounter::applied), TypeParam::kRows);
    EXPECT_EQ(counters.get(FeedCounter::malformed), 0u);
    EXPECT_EQ(counters.get(FeedCounter::gaps), 0u);
    std::vector<std::int64_t> prices;
    for (const MarketEvent& event : log.of(EventKind::price)) prices.push_back(event.value[0]);
    EXPECT_EQ(prices, expected);
    EXPECT_EQ(log.of(EventKind::limits).size(), TypeParam::kLimits);
  }
}

}  // namespace
}  // namespace indexcast
