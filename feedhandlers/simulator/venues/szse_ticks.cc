#include "feedhandlers/simulator/venues/szse_ticks.h"

#include <fmt/format.h>

namespace indexcast::sim {
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

}  // namespace indexcast::sim
