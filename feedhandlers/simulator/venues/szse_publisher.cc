// Shenzhen's publisher: 300111, and with it what its other channels say (protocol notes of SZSE, 2,
// 3).
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/venues/szse_message_output.h"
#include "feedhandlers/simulator/venues/szse_side_streams.h"

namespace indexcast::sim {

// Publishes Shenzhen's tick channels: orders (300192), trades and cancellations (300191), numbered
// together in each channel from 1 (SZSE notes 1.6, 2.10), and the channels' heartbeats.
class SzseTicks {
 public:
  static constexpr std::uint16_t kFirstChannel = 2011;
  static constexpr std::size_t kChannels = 3;

  // Not `enabled`: the channels say that nothing was sent on them. `out` outlives the ticks.
  SzseTicks(SzseMessageOutput& out, bool enabled) : out_(out), enabled_(enabled) {}

  // Orders came in, and a trade if the security has a newer one than it had.
  void ticked(const SimulatedSecurity& security, Micros now);
  // Every three seconds.
  void heartbeats(bool finished, Micros now);

  static std::uint16_t channel_of(std::uint32_t code) {
    return static_cast<std::uint16_t>(kFirstChannel + code % kChannels);
  }

 private:
  std::int64_t next(std::uint16_t channel) { return ++last_[channel - kFirstChannel]; }
  // Its number in the channel.
  std::int64_t order(const SimulatedSecurity& security, char side, std::int64_t price,
                     std::int64_t shares, Micros now);
  void trade(const SimulatedSecurity& security, std::int64_t bid, std::int64_t offer,
             const SimulatedTrade& trade, char exec_type, Micros now);

  SzseMessageOutput& out_;
  bool enabled_;
  std::array<std::int64_t, kChannels> last_{};
  std::map<std::uint32_t, std::uint32_t> sent_trades_;  // the latest trade's id by code
};

namespace {

constexpr std::string_view kOrderStream = "011";
constexpr std::int64_t kQtyUnit = 100;    // 1e-2 shares
constexpr std::int64_t kPriceUnit = 100;  // 1e-6 to 1e-4
constexpr std::int64_t kLot = 100;
// One order in so many is taken back by its owner.
constexpr std::int64_t kCancelEvery = 5;
constexpr char kCancelled = '4';
constexpr char kTraded = 'F';

}  // namespace

void SzseTicks::ticked(const SimulatedSecurity& security, Micros now) {
  if (!enabled_ || out_.muted() || security.suspended() || security.halted()) return;
  const SimulatedTrade& latest = security.last_trade();
  std::uint32_t& sent = sent_trades_[security.listing().code];
  if (latest.id > sent) {
    sent = latest.id;
    const std::int64_t bid = order(security, '1', latest.price, latest.shares, now);
    const std::int64_t offer = order(security, '2', latest.price, latest.shares, now);
    return trade(security, bid, offer, latest, kTraded, now);
  }
  const std::int64_t price = security.book().bids[0].price;
  if (price == 0) return;
  const std::int64_t number = order(security, '1', price, kLot, now);
  if (number % kCancelEvery != 0) return;
  trade(security, number, 0, {0, 0, kLot}, kCancelled, now);
}

std::int64_t SzseTicks::order(const SimulatedSecurity& security, char side, std::int64_t price,
                              std::int64_t shares, Micros now) {
  const std::string code = fmt::format("{:06}", security.listing().code);
  const std::uint16_t channel = channel_of(security.listing().code);
  szse::Order order;
  order.channel_no = channel;
  order.appl_seq_num = next(channel);
  order.md_stream_id = kOrderStream;
  order.security_id = code;
  order.security_id_source = szse::kSourceSzse;
  order.price = price / kPriceUnit;
  order.order_qty = shares * kQtyUnit;
  order.side = side;
  order.transact_time = out_.stamp(now);
  out_.tick(szse::kMsgOrder, channel, security.listing().code, kOrderStream, order.appl_seq_num,
            now, [&](std::vector<std::byte>& bytes) { szse::encode_order(order, bytes); });
  return order.appl_seq_num;
}

// A cancellation has no price, and one of the two references alone (2.10).
void SzseTicks::trade(const SimulatedSecurity& security, std::int64_t bid, std::int64_t offer,
                      const SimulatedTrade& trade, char exec_type, Micros now) {
  const std::string code = fmt::format("{:06}", security.listing().code);
  const std::uint16_t channel = channel_of(security.listing().code);
  szse::TradeMessage tick;
  tick.channel_no = channel;
  tick.appl_seq_num = next(channel);
  tick.md_stream_id = kOrderStream;
  tick.bid_appl_seq_num = bid;
  tick.offer_appl_seq_num = offer;
  tick.security_id = code;
  tick.security_id_source = szse::kSourceSzse;
  tick.last_px = trade.price / kPriceUnit;
  tick.last_qty = trade.shares * kQtyUnit;
  tick.exec_type = exec_type;
  tick.transact_time = out_.stamp(now);
  out_.tick(szse::kMsgTrade, channel, security.listing().code, kOrderStream, tick.appl_seq_num, now,
            [&](std::vector<std::byte>& bytes) { szse::encode_trade(tick, bytes); });
}

void SzseTicks::heartbeats(bool finished, Micros now) {
  for (std::size_t i = 0; i < kChannels; ++i) {
    const auto channel = static_cast<std::uint16_t>(kFirstChannel + i);
    const szse::ChannelHeartbeat heartbeat{channel, last_[i],
                                           static_cast<std::uint16_t>(finished ? 1 : 0)};
    out_.message(szse::kMsgChannelHeartbeat, channel, now, [&](std::vector<std::byte>& bytes) {
      szse::encode_channel_heartbeat(heartbeat, bytes);
    });
  }
}

namespace {

// The class of stocks' snapshots, 1.6.
constexpr std::uint16_t kSnapshotChannel = 1011;
constexpr std::int64_t kChannelHeartbeatEverySeconds = 3;
// x1 and x2: last against previous close, and against the last before (3.1).
constexpr std::uint16_t kEntryChange = szse::entry_type('x', '1');
constexpr std::uint16_t kEntryStep = szse::entry_type('x', '2');
// "No limit" (3.1): all nines above, one tick below for prices that cannot be negative.
constexpr std::int64_t kNoUpperLimit = 999'999'999'999'900;
constexpr std::int64_t kNoLowerLimit = 10'000;

// TradingPhaseCode, 3.2 and 3.3.
std::string_view phase_code(const SimulatedSecurity& security) {
  if (security.suspended()) return security.phase() == Phase::closed ? "E1" : "T1";
  if (security.halted()) return "H0";
  if (security.interruption() != Interruption::none) return "V0";
  switch (security.phase()) {
    case Phase::before_open:
      return "S0";
    case Phase::opening_auction:
      return "O0";
    case Phase::opened:
    case Phase::lunch:
      return "B0";
    case Phase::continuous:
      return "T0";
    case Phase::closing_auction:
      return "C0";
    case Phase::closed:
      return "E0";
  }
  return "";
}

class SzsePublisher final : public Publisher {
 public:
  SzsePublisher(MessageOutput& output, std::uint64_t seed, bool ticks)
      : out_(output), side_(out_, seed, output.trade_date()), ticks_(out_, ticks) {}

  void start(const Market& market, Micros now) override { side_.statistics(market, now); }
  void reference(const Market& market, Micros now) override {
    for (const SimulatedSecurity& security : market.securities)
      security_changed(market, security, now);
  }
  // No message announces the market's phase: it shows in each security's.
  void session_changed(const Market&, Micros) override {}
  void security_changed(const Market& market, const SimulatedSecurity& security,
                        Micros now) override;
  void ticked(const SimulatedSecurity& security, Micros now) override {
    ticks_.ticked(security, now);
  }
  void status_changed(const SimulatedSecurity&, Micros) override {}
  void second(const Market& market, Micros now) override {
    side_.second(market, now);
    if (now / kMicrosPerSecond % kChannelHeartbeatEverySeconds != 0) return;
    const SessionStep& session = market.session;
    ticks_.heartbeats(session.phase == Phase::closed && now > session.begin + 2 * kMicrosPerSecond,
                      now);
  }
  void flush(Micros) override {}

 private:
  void list_entries(const SimulatedSecurity& security);
  void add(std::uint16_t type, std::int64_t price, std::int64_t size = 0, std::size_t level = 0) {
    entries_.push_back({type, price, size * kQtyUnit, static_cast<std::uint16_t>(level), 0, {}});
  }

  SzseMessageOutput out_;
  SzseSideStreams side_;
  SzseTicks ticks_;
  std::vector<szse::EntryValue> entries_;
};

void SzsePublisher::security_changed(const Market&, const SimulatedSecurity& security, Micros now) {
  if (out_.muted()) return;
  const SimulatedSecurity::Listing& listing = security.listing();
  const Totals& totals = security.totals();
  const std::string code = fmt::format("{:06}", listing.code);
  szse::SnapshotCommon fields;
  fields.orig_time = out_.stamp(now);
  fields.channel_no = kSnapshotChannel;
  fields.md_stream_id = szse::kStreamSpot;
  fields.security_id = code;
  fields.security_id_source = szse::kSourceSzse;
  fields.trading_phase_code = phase_code(security);
  fields.prev_close_px = listing.previous_close / 100;
  fields.num_trades = totals.trades;
  fields.total_volume_trade = totals.volume * kQtyUnit;
  fields.total_value_trade = totals.turnover;
  list_entries(security);
  out_.image(
      szse::kMsgSnapshot, kSnapshotChannel, listing.code, szse::kStreamSpot, now,
      [&](std::vector<std::byte>& bytes) { szse::encode_snapshot(fields, entries_, bytes); });
}

// Levels without size are left out; prices of trades are absent before the first one (3.1).
void SzsePublisher::list_entries(const SimulatedSecurity& security) {
  const Totals& totals = security.totals();
  entries_.clear();
  for (std::size_t i = 0; i < kBookDepth; ++i) {
    const BookLevel& bid = security.book().bids[i];
    if (bid.size > 0) add(szse::kEntryBid, bid.price, bid.size, i + 1);
    const BookLevel& ask = security.book().asks[i];
    if (ask.size > 0) add(szse::kEntryAsk, ask.price, ask.size, i + 1);
  }
  const PriceRules& rules = security.rules();
  add(szse::kEntryUpperLimit, rules.limited() ? rules.upper() : kNoUpperLimit);
  add(szse::kEntryLowerLimit, rules.limited() ? rules.lower() : kNoLowerLimit);
  if (totals.trades == 0) return;
  const std::int64_t close = security.listing().previous_close;
  const std::int64_t before = totals.previous_last > 0 ? totals.previous_last : close;
  add(szse::kEntryLast, totals.last);
  add(szse::kEntryOpen, totals.open);
  add(szse::kEntryHigh, totals.high);
  add(szse::kEntryLow, totals.low);
  add(kEntryChange, totals.last - close);
  add(kEntryStep, totals.last - before);
}

}  // namespace

std::unique_ptr<Publisher> make_szse_publisher(MessageOutput& output, std::uint64_t seed,
                                               bool ticks) {
  return std::make_unique<SzsePublisher>(output, seed, ticks);
}

}  // namespace indexcast::sim
