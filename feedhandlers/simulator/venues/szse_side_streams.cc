#include "feedhandlers/simulator/venues/szse_side_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "feedhandlers/simulator/day/price_rules.h"
#include "feedhandlers/transport/big_endian_writer.h"

namespace indexcast::sim {
namespace {

using ByteVector = std::vector<std::byte>;

// Channels by what they carry (1.6).
constexpr std::uint16_t kStatusChannel = 1;
constexpr std::uint16_t kBulletinChannel = 2;
constexpr std::uint16_t kIndexChannel = 10;
constexpr std::uint16_t kCniChannel = 11;
constexpr std::uint16_t kFundChannel = 12;
constexpr std::uint16_t kShareChannel = 1011;
constexpr std::uint16_t kBlockChannel = 3001;
constexpr std::uint16_t kFixedPriceChannel = 3011;
constexpr std::uint16_t kHongKongChannel = 5001;
constexpr std::uint64_t kStream = 1'000'002'000;  // of chance
// Intervals in seconds (1.6): of changed levels (every level changes), and of the status of all
// securities.
constexpr std::int64_t kStatisticsEvery = 15;
constexpr std::int64_t kConnectEvery = 3;
constexpr std::int64_t kLevelEvery = 3;
constexpr std::int64_t kStatusEvery = 15;
constexpr std::int64_t kStatusTurns = 4;  // of the first in the second
constexpr std::int64_t kRareEvery = 60;
// Seconds between messages 303711 (1.6) of the changed securities, and of all securities.
constexpr std::int64_t kAfterHoursEvery = 15;
constexpr std::int64_t kAfterHoursRound = 60;
constexpr std::int64_t kLot = 100;
constexpr std::int64_t kQtyUnit = 100;  // 1e-2 shares

constexpr std::uint32_t kUnknownType = 399'998;
constexpr std::size_t kUnknownBody = 37;
constexpr std::int64_t kOne = 1'000'000;
constexpr std::uint32_t kIndexCode = 399'001;
constexpr std::uint32_t kCniCode = 399'303;
constexpr std::uint32_t kVolumeCode = 395'001;
constexpr std::uint32_t kFundCode = 159'915;
constexpr std::int64_t kFundClose = 2'130'000;  // of the day before
constexpr std::int64_t kFundTick = 1'000;
constexpr std::uint32_t kHongKongCode = 700;
constexpr std::int64_t kQuota = 520'000'000'000'000;  // 52 billion, 1e-4

// TradingPhaseCode of stream 370 (3.2, 3.3; times 4.1): orders are accepted while the market trades
// and from 13:00 on, and match from 15:05 on.
std::string_view after_hours_phase(bool halted, Phase phase, Micros now) {
  if (now >= kAfterHoursEnd) return "E0";
  if (halted) return "H0";
  if (now >= kAfterHoursBegin) return "A0";
  if (phase == Phase::before_open) return "S0";
  return phase == Phase::lunch ? "B0" : "T0";
}

// Shenzhen's B shares begin with 200 or 201.
constexpr bool is_b_share(std::uint32_t code) { return code / 1000 == 200 || code / 1000 == 201; }

// Average of last over previous close, 1e-6.
std::int64_t performance(const Market& market) {
  std::int64_t sum = 0;
  for (const SimulatedSecurity& security : market.securities) {
    const std::int64_t close = security.listing().previous_close;
    sum += (security.totals().last > 0 ? security.totals().last : close) * kOne / close;
  }
  const auto count = static_cast<std::int64_t>(market.securities.size());
  return count == 0 ? kOne : sum / count;
}

// The three letters that stream 900 knows (3.2).
std::string_view index_phase(Phase phase) {
  if (phase == Phase::closed) return "E";
  return phase <= Phase::opening_auction ? "O" : "T";
}

// Those of stream 920.
std::string_view cni_phase(Phase phase) {
  if (phase == Phase::closed) return "E";
  return phase == Phase::before_open ? "S" : "T";
}

}  // namespace

SzseSideStreams::SzseSideStreams(SzseMessageOutput& out, std::uint64_t seed, Date trade_date)
    : out_(out), random_(seed, kStream), rules_2026_(trade_date >= kTradingRules2026) {}

void SzseSideStreams::second(const Market& market, Micros now) {
  const std::int64_t second = now / kMicrosPerSecond;
  const auto due = [second](std::int64_t every) { return second % every == 0; };
  const Phase phase = market.session.phase;
  if (due(kStatisticsEvery)) statistics(market, now);
  if (due(kStatusEvery)) {
    // No switch changes during the day, so only the full round is sent.
    for (std::size_t place = 0; place < market.securities.size(); ++place) {
      if (static_cast<std::int64_t>(place) % kStatusTurns == second / kStatusEvery % kStatusTurns)
        security_status(market.securities[place], now);
    }
  }
  if (due(kConnectEvery)) connect_status(now);
  if (due(kLevelEvery)) {
    index(kIndexCode, kIndexChannel, "900", index_phase(phase), 10'051'970'000, market, now);
    index(kCniCode, kCniChannel, "920", cni_phase(phase), 6'120'330'000, market, now);
    volume(market, now);
    fund(market, now);
    hong_kong(market, now);
  }
  const bool trading = now > kAfterHoursBegin && now <= kAfterHoursEnd;
  if (due(trading ? kAfterHoursEvery : kAfterHoursRound)) after_hours(market, trading, now);
  if (trading && due(kAfterHoursEvery)) blocks(market, now);
  if (due(kRareEvery)) {
    bulletin(now);
    unknown_type(now);
  }
}

void SzseSideStreams::statistics(const Market& market, Micros now) {
  const std::array<szse::StreamStatistics, 1> streams{
      {{szse::kStreamSpot, static_cast<std::uint32_t>(market.securities.size()),
        market.session.phase == Phase::closed ? "E" : "T"}}};
  out_.message(szse::kMsgChannelStatistics, kShareChannel, now, [&](ByteVector& bytes) {
    szse::encode_channel_statistics(out_.stamp(now), kShareChannel, streams, bytes);
  });
}

void SzseSideStreams::security_status(const SimulatedSecurity& security, Micros now) {
  const std::string code = fmt::format("{:06}", security.listing().code);
  const std::array<szse::SecuritySwitch, 2> switches{{{1, 1}, {2, 0}}};
  szse::SecurityStatusMessage status;
  status.orig_time = out_.stamp(now);
  status.channel_no = kStatusChannel;
  status.security_id = code;
  status.security_id_source = szse::kSourceSzse;
  out_.message(szse::kMsgSecurityStatus, kStatusChannel, now,
               [&](ByteVector& bytes) { szse::encode_security_status(status, switches, bytes); });
}

// Hong Kong Connect's session says nothing of Shenzhen's own (2.11).
void SzseSideStreams::connect_status(Micros now) {
  szse::MarketStatus status;
  status.orig_time = out_.stamp(now);
  status.channel_no = kStatusChannel;
  status.market_id = "XHKG";
  status.trading_session_id = "1";
  status.trading_session_sub_id = "3";
  status.threshold_amount = kQuota;
  status.amount_status = "3";
  out_.message(szse::kMsgMarketStatus, kStatusChannel, now,
               [&](ByteVector& bytes) { szse::encode_market_status(status, bytes); });
}

void SzseSideStreams::bulletin(Micros now) {
  out_.message(szse::kMsgBulletin, kBulletinChannel, now, [&](ByteVector& bytes) {
    szse::encode_bulletin(out_.stamp(now), kBulletinChannel, "", "SUMMARY", "BulletNum = 0\n",
                          bytes);
  });
}

void SzseSideStreams::index(std::uint32_t code, std::uint16_t channel, std::string_view stream,
                            std::string_view phase, std::int64_t base, const Market& market,
                            Micros now) {
  const std::string digits = fmt::format("{:06}", code);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = channel;
  fields.md_stream_id = stream;
  fields.security_id = digits;
  fields.security_id_source = szse::kSourceSzse;
  fields.trading_phase_code = phase;
  fields.prev_close_px = base / 100;
  const std::int64_t level = base * performance(market) / kOne;
  const std::array<szse::IndexEntry, 2> entries{
      {{szse::entry_type('3'), level}, {szse::entry_type('x', 'a'), base}}};
  out_.image(szse::kMsgIndexSnapshot, channel, code, stream, now, [&](ByteVector& bytes) {
    szse::encode_index_snapshot(szse::kMsgIndexSnapshot, fields, entries, bytes);
  });
}

void SzseSideStreams::volume(const Market& market, Micros now) {
  const std::string digits = fmt::format("{:06}", kVolumeCode);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = kIndexChannel;
  fields.md_stream_id = "910";
  fields.security_id = digits;
  fields.security_id_source = szse::kSourceSzse;
  for (const SimulatedSecurity& security : market.securities) {
    fields.num_trades += security.totals().trades;
    fields.total_volume_trade += security.totals().volume * 100;
    fields.total_value_trade += security.totals().turnover;
  }
  const auto count = static_cast<std::uint32_t>(market.securities.size());
  out_.image(szse::kMsgVolumeStatistics, kIndexChannel, kVolumeCode, "910", now,
             [&](ByteVector& bytes) { szse::encode_volume_statistics(fields, count, bytes); });
}

void SzseSideStreams::fund(const Market& market, Micros now) {
  const std::string digits = fmt::format("{:06}", kFundCode);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = kFundChannel;
  fields.md_stream_id = "930";
  fields.security_id = digits;
  fields.security_id_source = szse::kSourceSzse;
  fields.trading_phase_code = market.session.phase == Phase::closed ? "E0" : "T0";
  const std::array<szse::IndexEntry, 1> entries{
      {{szse::entry_type('x', '8'), kFundClose * performance(market) / kOne}}};
  out_.image(szse::kMsgFundNav, kFundChannel, kFundCode, "930", now, [&](ByteVector& bytes) {
    szse::encode_index_snapshot(szse::kMsgFundNav, fields, entries, bytes);
  });
}

// 303711 (2.8): ChiNext shares alone before the rules of 2026, then all A shares and ETFs (4.1).
void SzseSideStreams::after_hours(const Market& market, bool trading, Micros now) {
  const Phase phase = market.session.phase;
  for (const SimulatedSecurity& security : market.securities) {
    const SimulatedSecurity::Listing& listing = security.listing();
    if (rules_2026_ ? is_b_share(listing.code) : !is_chinext(listing.code)) continue;
    const bool halted = security.halted() || security.halted_at_close();
    const bool over = phase == Phase::closed;
    const std::string_view letters =
        security.suspended() ? (over ? "E1" : "T1") : after_hours_phase(halted, phase, now);
    const bool matches = trading && !security.suspended() && !halted;
    fixed_price(listing.code, listing.previous_close, security.close(), letters, matches, now);
  }
  if (!rules_2026_) return;
  const std::int64_t close = kFundClose * performance(market) / kOne / kFundTick * kFundTick;
  fixed_price(kFundCode, kFundClose, phase == Phase::closed ? close : 0,
              after_hours_phase(false, phase, now), trading, now);
}

// The entries carry the matching price, which is the close, and the quantities of waiting orders.
// `trades`: orders match now.
void SzseSideStreams::fixed_price(std::uint32_t code, std::int64_t previous_close,
                                  std::int64_t close, std::string_view phase, bool trades,
                                  Micros now) {
  AfterHours& done = after_hours_[code];
  if (trades && close > 0) {
    const std::int64_t shares = random_.between(1, 20) * kLot;
    done.volume += shares;
    done.turnover += close / 100 * shares;
    ++done.trades;
    done.buy_waiting = random_.between(0, 40) * kLot;
  }
  const std::string digits = fmt::format("{:06}", code);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = kFixedPriceChannel;
  fields.md_stream_id = szse::kStreamAfterHours;
  fields.security_id = digits;
  fields.security_id_source = szse::kSourceSzse;
  fields.trading_phase_code = phase;
  fields.prev_close_px = previous_close / 100;
  fields.num_trades = done.trades;
  fields.total_volume_trade = done.volume * kQtyUnit;
  fields.total_value_trade = done.turnover;
  const std::array<szse::AfterHoursEntry, 2> entries{
      {{szse::kEntryBid, close, done.buy_waiting * kQtyUnit}, {szse::kEntryAsk, close, 0}}};
  const std::span<const szse::AfterHoursEntry> shown(entries.data(),
                                                     close > 0 ? entries.size() : 0);
  out_.image(szse::kMsgAfterHoursFixed, kFixedPriceChannel, code, szse::kStreamAfterHours, now,
             [&](ByteVector& bytes) {
               szse::encode_after_hours(szse::kMsgAfterHoursFixed, fields, shown, bytes);
             });
}

// 300611 of the first share that has a close: one seller at the close (stream 060) and one at the
// volume-weighted average price (061), which differs from the close.
void SzseSideStreams::blocks(const Market& market, Micros now) {
  const auto traded = std::ranges::find_if(
      market.securities, [](const SimulatedSecurity& security) { return security.close() > 0; });
  if (traded == market.securities.end()) return;
  const Totals& totals = traded->totals();
  const std::int64_t average = totals.turnover / std::max<std::int64_t>(totals.volume, 1) * 100;
  const std::string digits = fmt::format("{:06}", traded->listing().code);
  for (const auto& [stream, price] : {std::pair{szse::kStreamBlockAtClose, traded->close()},
                                      std::pair{szse::kStreamBlockAtVwap, average}}) {
    szse::SnapshotCommon fields;
    fields.orig_time = out_.stamp(now);
    fields.channel_no = kBlockChannel;
    fields.md_stream_id = stream;
    fields.security_id = digits;
    fields.security_id_source = szse::kSourceSzse;
    fields.trading_phase_code = "A0";
    fields.prev_close_px = traded->listing().previous_close / 100;
    const std::array<szse::AfterHoursEntry, 1> entries{{{szse::kEntryAsk, price, 3'000'000}}};
    out_.image(szse::kMsgAfterHoursBlock, kBlockChannel, traded->listing().code, stream, now,
               [&](ByteVector& bytes) {
                 szse::encode_after_hours(szse::kMsgAfterHoursBlock, fields, entries, bytes);
               });
  }
}

void SzseSideStreams::hong_kong(const Market& market, Micros now) {
  const std::string digits = fmt::format("{:05}", kHongKongCode);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = kHongKongChannel;
  fields.md_stream_id = "630";
  fields.security_id = digits;
  fields.security_id_source = "103 ";
  fields.trading_phase_code = "T";
  fields.prev_close_px = 4'986'000;
  const std::int64_t last = 498'600'000 * performance(market) / kOne / 200'000 * 200'000;
  const std::array<szse::HkEntry, 2> entries{
      {{szse::kEntryLast, last, 0, 0}, {szse::entry_type('x', 'h'), last, 0, 0}}};
  out_.image(szse::kMsgHkSnapshot, kHongKongChannel, kHongKongCode, "630", now,
             [&](ByteVector& bytes) { szse::encode_hk_snapshot(fields, entries, {}, bytes); });
}

void SzseSideStreams::unknown_type(Micros now) {
  out_.message(kUnknownType, kStatusChannel, now, [](ByteVector& bytes) {
    feed::BigEndianWriter(bytes)
        .number(kUnknownType)
        .number(static_cast<std::uint32_t>(kUnknownBody))
        .text("", kUnknownBody)
        .checksum();
  });
}

}  // namespace indexcast::sim
