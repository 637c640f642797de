#include "feedhandlers/simulator/venues/sse_side_streams.h"

#include <algorithm>
#include <string_view>

#include "feedhandlers/simulator/day/price_rules.h"

namespace indexcast::sim {
namespace {

constexpr std::uint64_t kStream = 1'000'001'000;
constexpr std::int64_t kIndexEvery = 5;  // seconds, as official indices are sent
constexpr std::int64_t kFundEvery = 3;   // also IOPV: not more often (SSE notes 6.3)
constexpr std::int64_t kAfterHoursEvery = 3;
constexpr std::int64_t kAfterHoursIdle = 60;
constexpr std::int64_t kUnknownEvery = 60;
constexpr std::int64_t kLot = 100;
constexpr std::int64_t kOne = 1'000'000;
constexpr std::size_t kDepth = 5;
// Closing images are sent within this time after the match.
constexpr Micros kMatchSpread = kFundEvery * kMicrosPerSecond;
// Shanghai's B shares begin with 900.
constexpr bool is_b_share(std::uint32_t code) { return code / 1000 == 900; }

// Average of last over previous close, 1e-6.
std::int64_t performance(const Market& market) {
  if (market.securities.empty()) return kOne;
  std::int64_t sum = 0;
  for (const SimulatedSecurity& security : market.securities) {
    const std::int64_t close = security.listing().previous_close;
    const std::int64_t last = security.totals().last > 0 ? security.totals().last : close;
    sum += last * kOne / close;
  }
  return sum / static_cast<std::int64_t>(market.securities.size());
}

bool has_opened(Phase phase) { return phase > Phase::opening_auction; }

// TradingPhaseCode of MD004, 5.1. Before the rules of 2026 funds trade continuously to 15:00 (5.2).
std::string_view fund_phase(Phase phase, bool rules_2026) {
  switch (phase) {
    case Phase::before_open:
      return "S01";
    case Phase::opening_auction:
      return "C111";
    case Phase::opened:
      return "C110";
    case Phase::closing_auction:
      return rules_2026 ? "U111" : "T111";
    case Phase::closed:
      return "E110";
    default:
      return "T111";
  }
}

// Phases of MD102 (5.1): orders are accepted from the opening on and match from 15:05 (5.2).
std::string_view after_hours_phase(bool suspended, Phase phase, Micros now) {
  if (suspended) return "F";
  if (now >= kAfterHoursEnd) return "D";
  if (now >= kAfterHoursBegin) return "H1";
  return has_opened(phase) ? "A1" : "I";
}

}  // namespace

SseSideStreams::SseSideStreams(SseMessageOutput& out, std::uint64_t seed, Date trade_date)
    : out_(out), random_(seed, kStream), rules_2026_(trade_date >= kTradingRules2026) {
  indices_[0] = {1, 3'350'120'300, 100, 0, 0, 0, 0, 0, 0};
  indices_[1] = {688, 1'022'480'100, 100, 0, 0, 0, 0, 0, 0};
  funds_[0] = {510050, 2'745'000, 1'000, 0, 0, 0, 0, 0, 0};
  funds_[1] = {588760, 1'013'000, 1'000, 0, 0, 0, 0, 0, 0};
}

void SseSideStreams::reference(const Market& market, Micros now) {
  for (Product& product : indices_) {
    move(product, market);
    index(product, market, now);
  }
  for (Product& product : funds_) {
    move(product, market);
    fund(product, market, now);
    iopv(product, now);
  }
  after_hours(market, false, now);
}

void SseSideStreams::second(const Market& market, Micros now) {
  const std::int64_t second = now / kMicrosPerSecond;
  const auto due = [second](std::int64_t every) { return second % every == 0; };
  const bool closed = market.session.phase == Phase::closed;
  const bool complete = closed && now >= market.session.begin + kSseIndicesFinish;
  for (Product& product : indices_) {
    if (!complete && due(kIndexEvery)) move(product, market);
    if (due(kIndexEvery)) index(product, market, now);
  }
  for (Product& product : funds_) {
    if (!due(kFundEvery)) continue;
    // The last trade of the day is that of the closing auction, once it has matched.
    const bool matched = rules_2026_ && closed && now <= market.session.begin + kMatchSpread;
    if ((!closed && !in_closing_auction(market)) || matched) move(product, market);
    fund(product, market, now);
    iopv(product, now);
  }
  const bool trading = now > kAfterHoursBegin && now <= kAfterHoursEnd;
  if (due(trading ? kAfterHoursEvery : kAfterHoursIdle)) after_hours(market, trading, now);
  if (due(kUnknownEvery)) unknown_stream(now);
}

// Orders are collected and nothing trades.
bool SseSideStreams::in_closing_auction(const Market& market) const {
  return rules_2026_ && market.session.phase == Phase::closing_auction;
}

// STAR shares alone before the rules of 2026, then all A shares and ETFs (5.2).
bool SseSideStreams::trades_after_hours(std::uint32_t code) const {
  return rules_2026_ ? !is_b_share(code) : is_star(code);
}

std::uint32_t SseSideStreams::after_hours_products(const Market& market) const {
  const auto shares =
      std::ranges::count_if(market.securities, [this](const SimulatedSecurity& security) {
        return trades_after_hours(security.listing().code);
      });
  return static_cast<std::uint32_t>(shares) + (rules_2026_ ? std::uint32_t{kFundCount} : 0);
}

void SseSideStreams::move(Product& product, const Market& market) {
  if (!has_opened(market.session.phase)) return;
  const std::int64_t price = product.previous_close * performance(market) / kOne;
  product.last = std::max(product.tick, price / product.tick * product.tick);
  if (product.open == 0) product.open = product.low = product.last;
  product.high = std::max(product.high, product.last);
  product.low = std::min(product.low, product.last);
  product.volume += random_.between(1, 90) * kLot;
  ++product.trades;
}

void SseSideStreams::add(std::uint16_t type, std::int64_t price, std::int64_t size,
                         std::size_t place) {
  entries_.push_back(
      {type, sse_price(price), static_cast<std::uint64_t>(size), static_cast<std::uint8_t>(place)});
}

void SseSideStreams::index(const Product& product, const Market& market, Micros now) {
  sse::SnapshotFields fields;
  fields.security_type = sse::kSecurityTypeStock;
  fields.md_stream_id = sse::kStreamIndex;
  fields.symbol = product.code == 1 ? "SIMCOMP" : "SIMSTAR";
  fields.pre_close_px = sse_price(product.previous_close);
  fields.total_volume_traded = static_cast<std::uint64_t>(product.volume / kLot);
  entries_.clear();
  add(sse::kEntryLastIndex, product.last);
  add(sse::kEntryOpen, product.open);
  add(sse::kEntryHigh, product.high);
  add(sse::kEntryLow, product.low);
  const bool closed = market.session.phase == Phase::closed;
  if (closed && now >= market.session.begin + kSseIndicesFinish) {
    add(sse::kEntryClose, product.last);
  }
  out_.snapshot(fields, product.code, entries_, now);
}

void SseSideStreams::fund(const Product& product, const Market& market, Micros now) {
  sse::SnapshotFields fields;
  fields.security_type = sse::kSecurityTypeStock;
  fields.md_stream_id = sse::kStreamFunds;
  fields.symbol = "SIMETF";
  fields.pre_close_px = sse_price(product.previous_close);
  fields.total_volume_traded = static_cast<std::uint64_t>(product.volume);
  fields.num_trades = static_cast<std::uint64_t>(product.trades);
  fields.total_value_traded = sse_value(product.volume * product.last / 100);
  fields.trading_phase_code = fund_phase(market.session.phase, rules_2026_);
  entries_.clear();
  add(sse::kEntryLast, product.last);
  add(sse::kEntryOpen, product.open);
  if (market.session.phase == Phase::closed) add(sse::kEntryClose, product.last);
  add(sse::kEntryHigh, product.high);
  add(sse::kEntryLow, product.low);
  add(sse::kEntryIopv, product.last);
  add(sse::kEntryPreCloseIopv, product.previous_close);
  if (product.last > 0) fund_levels(product, market.session.phase);
  out_.snapshot(fields, product.code, entries_, now);
}

// In a call auction both best levels carry the virtual price and the quantity that would match, and
// the second level of the heavier side the rest (2.4).
void SseSideStreams::fund_levels(const Product& product, Phase phase) {
  if (rules_2026_ && phase == Phase::closing_auction) {
    const std::int64_t virtual_price = product.last + product.tick;
    add(sse::kEntryBid, virtual_price, 7 * kLot, 0);
    add(sse::kEntryAsk, virtual_price, 7 * kLot, 0);
    add(sse::kEntryBid, 0, 2 * kLot, 1);
    return;
  }
  for (std::size_t i = 0; i < kDepth; ++i) {
    const auto steps = static_cast<std::int64_t>(i);
    add(sse::kEntryBid, product.last - (steps + 1) * product.tick, (steps + 3) * kLot, i);
    add(sse::kEntryAsk, product.last + steps * product.tick, (steps + 2) * kLot, i);
  }
}

void SseSideStreams::iopv(const Product& product, Micros now) {
  sse::SnapshotFields fields;
  fields.security_type = sse::kSecurityTypeIopv;
  fields.md_stream_id = sse::kStreamIopv;
  fields.symbol = "SIMETF";
  entries_.clear();
  add(sse::kEntryIopv, product.last > 0 ? product.last : product.previous_close);
  out_.snapshot(fields, product.code, entries_, now);
}

void SseSideStreams::after_hours(const Market& market, bool trading, Micros now) {
  const Phase phase = market.session.phase;
  for (const SimulatedSecurity& security : market.securities) {
    const SimulatedSecurity::Listing& listing = security.listing();
    if (!trades_after_hours(listing.code)) continue;
    after_hours({listing.code, listing.name, listing.previous_close, security.close(),
                 security.suspended(), security.halted_at_close()},
                phase, trading, now);
  }
  if (!rules_2026_) return;
  for (const Product& fund : funds_) {
    const std::int64_t close = phase == Phase::closed ? fund.last : 0;
    after_hours({fund.code, "SIMETF", fund.previous_close, close, false, false}, phase, trading,
                now);
  }
}

// In MD102 only entry 5 and the sizes of both best levels have a meaning, and the volumes are those
// of this session alone (2.4).
void SseSideStreams::after_hours(const AfterHoursProduct& product, Phase phase, bool trading,
                                 Micros now) {
  AfterHours& done = after_hours_[product.code];
  if (trading && product.close > 0 && !product.suspended && !product.halted) {
    done.volume += random_.between(1, 20) * kLot;
    ++done.trades;
    done.buy_waiting = random_.between(0, 40) * kLot;
    done.sell_waiting = done.buy_waiting == 0 ? kLot : 0;
  }
  sse::SnapshotFields fields;
  fields.security_type = sse::kSecurityTypeBusiness;
  fields.md_stream_id = sse::kStreamAfterHours;
  fields.symbol = product.name;
  fields.pre_close_px = sse_price(product.previous_close);
  fields.total_volume_traded = static_cast<std::uint64_t>(done.volume);
  fields.num_trades = static_cast<std::uint64_t>(done.trades);
  fields.total_value_traded = sse_value(product.close / 100 * done.volume);
  fields.trading_phase_code = after_hours_phase(product.suspended, phase, now);
  entries_.clear();
  add(sse::kEntryClose, product.close);
  add(sse::kEntryBid, 0, done.buy_waiting);
  add(sse::kEntryAsk, 0, done.sell_waiting);
  out_.snapshot(fields, product.code, entries_, now);
}

// Sends a stream and a message type of other products, which a client skips.
void SseSideStreams::unknown_stream(Micros now) {
  sse::SnapshotFields fields;
  fields.security_type = 99;
  fields.md_stream_id = "MD999";
  fields.symbol = "UNKNOWN";
  entries_.clear();
  add(sse::kEntryLast, kOne);
  out_.snapshot(fields, 999'999, entries_, now);
  out_.bond_tick(now);
}

}  // namespace indexcast::sim
