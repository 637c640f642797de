#include "feedhandlers/simulator/venues/hkex_market_data.h"

#include <algorithm>

#include "feedhandlers/hkex/order_books.h"

namespace indexcast::sim {
namespace {

// Shares of one simulated order. No consumer of the feed uses the number of orders.
constexpr std::int64_t kSharesPerOrder = 400;

using Levels = std::vector<BookLevel>;

Levels best(const std::array<BookLevel, kBookDepth>& side) {
  Levels levels;
  for (const BookLevel& level : side) {
    if (level.price > 0 && level.size > 0 && levels.size() < HkexBook::kLevels) {
      levels.push_back(level);
    }
  }
  return levels;
}

hkex::BookEntry entry(const BookLevel& level, std::size_t side, std::size_t place,
                      std::uint8_t action) {
  return {static_cast<std::uint64_t>(level.size),
          static_cast<std::int32_t>(level.price / 1'000),
          static_cast<std::uint32_t>(level.size / kSharesPerOrder + 1),
          static_cast<std::uint16_t>(side),
          static_cast<std::uint8_t>(place + 1),
          action};
}

bool has_price(const Levels& levels, std::int64_t price) {
  return std::any_of(levels.begin(), levels.end(),
                     [&](const BookLevel& level) { return level.price == price; });
}

// Deletes from the worst level up, so that the places of the others stay; then inserts and changes
// from the best level down.
void write_side(Levels& sent, const Levels& wanted, std::size_t side,
                hkex::AggregateOrderBookUpdate& message) {
  for (std::size_t place = sent.size(); place-- > 0;) {
    if (has_price(wanted, sent[place].price)) continue;
    message.entries.push_back(entry(sent[place], side, place, hkex::kDeleteLevel));
    sent.erase(sent.begin() + static_cast<std::ptrdiff_t>(place));
  }
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    const bool known = place < sent.size() && sent[place].price == wanted[place].price;
    if (!known) sent.insert(sent.begin() + static_cast<std::ptrdiff_t>(place), wanted[place]);
    if (known && sent[place].size == wanted[place].size) continue;
    message.entries.push_back(
        entry(wanted[place], side, place, known ? hkex::kChangeLevel : hkex::kNewLevel));
  }
  sent = wanted;
}

}  // namespace

hkex::AggregateOrderBookUpdate HkexBook::update(std::uint32_t security, const Book& book) {
  hkex::AggregateOrderBookUpdate message;
  message.security_code = security;
  if (unknown_) {
    sent_ = {};
    message.entries.push_back({0, 0, 0, 0, 0, hkex::kClearBook});
  }
  unknown_ = false;
  write_side(sent_[0], best(book.bids), 0, message);
  write_side(sent_[1], best(book.asks), 1, message);
  return message;
}

hkex::AggregateOrderBookUpdate HkexBook::clear(std::uint32_t security) {
  hkex::AggregateOrderBookUpdate message;
  message.security_code = security;
  if (sent_[0].empty() && sent_[1].empty() && !unknown_) return message;
  sent_ = {};
  unknown_ = false;
  message.entries.push_back({0, 0, 0, 0, 0, hkex::kClearBook});
  return message;
}

namespace {

constexpr const char* kCode = "0000100";
constexpr std::int64_t kPreviousClose = 200'000'000;  // 20,000 in 1e-4

char status_of(const SessionStep& session) {
  if (session.phase == Phase::closed) return 'C';
  if (session.phase == Phase::before_open) return 'P';
  return session.phase == Phase::opening_auction ? 'I' : 'T';
}

}  // namespace

hkex::IndexDefinitionMessage HkexIndex::definition() const { return {kCode, 'H', "HKD"}; }

hkex::IndexData HkexIndex::data(const Market& market, TimeNs now) {
  std::int64_t sum = 0;
  std::int64_t turnover = 0;
  std::int64_t volume = 0;
  for (const SimulatedSecurity& security : market.securities) {
    const std::int64_t close = security.listing().previous_close;
    const std::int64_t price = security.totals().last > 0 ? security.totals().last : close;
    sum += kPreviousClose / close * price + kPreviousClose % close * price / close;
    turnover += security.totals().turnover;
    volume += security.totals().volume;
  }
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(market.securities.size(), 1));
  const std::int64_t value = sum / count;
  if (open_ == 0) open_ = high_ = low_ = value;
  high_ = std::max(high_, value);
  low_ = std::min(low_, value);
  hkex::IndexData data;
  data.index_code = kCode;
  data.index_status = status_of(market.session);
  data.index_time = now.ns;
  data.index_value = value;
  data.net_chg_prev_day = value - kPreviousClose;
  data.high_value = high_;
  data.low_value = low_;
  data.index_turnover = turnover;
  data.opening_value = open_;
  data.previous_ses_close = kPreviousClose;
  data.index_volume = volume;
  data.net_chg_prev_day_pct =
      static_cast<std::int32_t>(data.net_chg_prev_day * 1'000'000 / kPreviousClose);
  if (data.index_status == 'C') data.closing_value = value;
  return data;
}

namespace {

constexpr std::size_t kTickersKept = 1'000;
// A broker queue after every so many trades: real ones follow every order.
constexpr std::int64_t kQueueEvery = 16;
constexpr std::int16_t kAuctionTrade = 103;
constexpr std::int16_t kNormalTrade = 0;
// How far orders of the closing auction may be from its reference price.
constexpr std::int64_t kAuctionPercent = 5;

// Scales: prices 1e-6 to 1e-3, turnover 1e-4 to 1e-3.
std::int32_t wire_price(std::int64_t price) { return static_cast<std::int32_t>(price / 1'000); }
std::int64_t wire_turnover(std::int64_t turnover) { return turnover / 10; }

// Orders are collected and known by their imbalance: sessions 5, 106 and 107 (notes 3.4).
bool collects_closing_orders(std::uint8_t session) {
  return session == 5 || session == 106 || session == 107;
}

// The heavier side of an auction shows the rest at its second level.
std::int64_t buy_surplus(const Book& book) { return book.bids[1].size - book.asks[1].size; }

}  // namespace

template <class Message>
void HkexMarketData::add(const SimulatedSecurity& security, const Message& message, Micros now) {
  const std::uint32_t code = security.listing().code;
  channels_.market(code).add(message, now, code);
}

void HkexMarketData::send(const Market& market, const SimulatedSecurity& security, Micros now) {
  const std::uint32_t code = security.listing().code;
  Sent& sent = sent_[code];
  if (security.totals().trades != sent.trades) {
    send_ticker(security, sent, now);
    send_statistics(security, now);
    sent.trades = security.totals().trades;
    if (sent.trades % kQueueEvery == 0) send_queues(security, now);
  }
  // The nominal price is the auction's while it has one (4.2).
  const std::int64_t nominal =
      security.virtual_price() > 0 ? security.virtual_price() : security.totals().last;
  if (nominal > 0 && nominal != sent.nominal) {
    sent.nominal = nominal;
    add(security, hkex::NominalPrice{code, wire_price(nominal)}, now);
  }
  send_auction(market, security, sent, now);
  send_book(security, sent, now);
  if (security.phase() == Phase::closed && !sent.closed) {
    sent.closed = true;
    add(security, hkex::ClosingPrice{code, wire_price(security.close()), 0}, now);
  }
}

void HkexMarketData::restate(const Market& market, const SimulatedSecurity& security, Micros now) {
  send(market, security, now);
  send_statistics(security, now);
  const std::uint32_t code = security.listing().code;
  add(security, hkex::NominalPrice{code, wire_price(security.totals().last)}, now);
  sent_[code].nominal = security.totals().last;
}

void HkexMarketData::send_statistics(const SimulatedSecurity& security, Micros now) {
  const Totals& totals = security.totals();
  hkex::Statistics statistics;
  statistics.security_code = security.listing().code;
  statistics.shares_traded = static_cast<std::uint64_t>(totals.volume);
  statistics.turnover = wire_turnover(totals.turnover);
  statistics.high_price = wire_price(totals.high);
  statistics.low_price = wire_price(totals.low);
  statistics.last_price = wire_price(totals.last);
  const std::uint32_t channel = channels_.market(statistics.security_code).channel();
  if (output_.null_turnover(channel, now)) {
    statistics.turnover = statistics.short_sell_turnover = hkex::wire::kNullInt64;
  }
  add(security, statistics, now);
}

void HkexMarketData::send_ticker(const SimulatedSecurity& security, Sent& sent, Micros now) {
  const SimulatedTrade& trade = security.last_trade();
  if (trade.id == 0 || trade.id == sent.ticker) return;
  sent.ticker = trade.id;
  hkex::TradeTicker ticker;
  ticker.security_code = security.listing().code;
  ticker.ticker_id = trade.id;
  ticker.price = wire_price(trade.price);
  ticker.aggregate_quantity = static_cast<std::uint64_t>(trade.shares);
  ticker.trade_time = static_cast<std::uint64_t>(output_.instant(now).ns);
  ticker.trd_type = security.phase() == Phase::continuous ? kNormalTrade : kAuctionTrade;
  add(security, ticker, now);
  if (output_.muted()) return;
  tickers_.push_back(ticker);
  if (tickers_.size() > kTickersKept) tickers_.pop_front();
}

void HkexMarketData::trade_cancelled(const SimulatedSecurity& security, const SimulatedTrade& trade,
                                     Micros now) {
  hkex::TradeTicker ticker;
  ticker.security_code = security.listing().code;
  ticker.ticker_id = trade.id;
  ticker.price = wire_price(trade.price);
  ticker.trd_cancel_flag = 'Y';
  add(security, ticker, now);
}

void HkexMarketData::send_auction(const Market& market, const SimulatedSecurity& security,
                                  Sent& sent, Micros now) {
  if (security.virtual_price() == sent.equilibrium) return;
  sent.equilibrium = security.virtual_price();
  const std::uint32_t code = security.listing().code;
  const Book& book = security.book();
  const std::int64_t matched = sent.equilibrium > 0 ? book.bids[0].size : 0;
  add(security,
      hkex::IndicativeEquilibriumPrice{code, wire_price(sent.equilibrium),
                                       static_cast<std::uint64_t>(matched)},
      now);
  if (!collects_closing_orders(market.session.hkex_session)) return;
  const std::int64_t surplus = buy_surplus(book);
  const char direction = sent.equilibrium == 0 ? ' ' : surplus > 0 ? 'B' : surplus < 0 ? 'S' : 'N';
  add(security,
      hkex::OrderImbalance{code, direction,
                           static_cast<std::uint64_t>(surplus < 0 ? -surplus : surplus)},
      now);
}

// Clients see single levels in continuous trading only; an auction is known by its price.
void HkexMarketData::send_book(const SimulatedSecurity& security, Sent& sent, Micros now) {
  const bool shown = security.phase() == Phase::continuous && !security.halted();
  const std::uint32_t code = security.listing().code;
  const hkex::AggregateOrderBookUpdate update =
      shown ? sent.book.update(code, security.book()) : sent.book.clear(code);
  if (!update.entries.empty()) add(security, update, now);
}

void HkexMarketData::send_queues(const SimulatedSecurity& security, Micros now) {
  constexpr std::uint16_t kSides = 2;
  const std::uint32_t code = security.listing().code;
  for (std::uint16_t side = 1; side <= kSides; ++side) {
    hkex::BrokerQueue queue;
    queue.security_code = code;
    queue.side = side;
    const auto broker = static_cast<std::uint16_t>(1'000 + (code + side) % 8'000);
    queue.items.push_back({broker, 'B'});
    queue.items.push_back({1, 'S'});
    queue.items.push_back({static_cast<std::uint16_t>(broker + 7), 'B'});
    add(security, queue, now);
  }
}

void HkexMarketData::interrupted(const SimulatedSecurity& security, Micros now, Micros end) {
  hkex::VcmTrigger trigger;
  trigger.security_code = security.listing().code;
  trigger.cooling_off_start_time = static_cast<std::uint64_t>(output_.instant(now).ns);
  trigger.cooling_off_end_time = static_cast<std::uint64_t>(output_.instant(end).ns);
  trigger.vcm_reference_price = wire_price(security.bound_reference());
  trigger.vcm_lower_price = wire_price(security.bound_low());
  trigger.vcm_upper_price = wire_price(security.bound_high());
  add(security, trigger, now);
}

void HkexMarketData::reference_price(const SimulatedSecurity& security, Micros now) {
  const std::int64_t price = security.totals().last;
  if (price == 0) return;
  add(security,
      hkex::ReferencePrice{security.listing().code, wire_price(price),
                           wire_price(price * (100 - kAuctionPercent) / 100),
                           wire_price(price * (100 + kAuctionPercent) / 100)},
      now);
}

std::size_t HkexMarketData::repeat_tickers(std::size_t count, Micros now) {
  const std::size_t repeated = std::min(count, tickers_.size());
  for (std::size_t i = tickers_.size() - repeated; i < tickers_.size(); ++i) {
    const std::uint32_t code = tickers_[i].security_code;
    channels_.market(code).add(tickers_[i], now, code);
  }
  return repeated;
}

void HkexMarketData::forget() {
  for (auto& [code, sent] : sent_) {
    HkexBook book = sent.book;
    book.forget();
    const std::uint32_t ticker = sent.ticker;
    sent = Sent{};
    sent.book = book;
    sent.ticker = ticker;
  }
}

}  // namespace indexcast::sim
