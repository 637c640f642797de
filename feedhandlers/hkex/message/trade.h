// Orders, trades, books and queues: messages 30 to 34, 50 to 54 and 56. Prices 10^-3, times ns
// since 1970 UTC.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/bounded_list.h"
#include "feedhandlers/hkex/wire/trade.h"

namespace indexcast::hkex {

// 30. Order ids are unique per security and side.
struct AddOrder {
  std::uint32_t security_code = 0;
  std::uint64_t order_id = 0;
  std::int32_t price = 0;
  std::uint32_t quantity = 0;
  std::uint16_t side = 0;  // 0 bid, 1 offer
  char order_type = '2';   // 1 market, 2 limit
  std::int32_t order_book_position = 0;
  friend bool operator==(const AddOrder&, const AddOrder&) = default;
};

// 31: a new quantity.
struct ModifyOrder {
  std::uint32_t security_code = 0;
  std::uint64_t order_id = 0;
  std::uint32_t quantity = 0;
  std::uint16_t side = 0;
  std::int32_t order_book_position = 0;
  friend bool operator==(const ModifyOrder&, const ModifyOrder&) = default;
};

// 32
struct DeleteOrder {
  std::uint32_t security_code = 0;
  std::uint64_t order_id = 0;
  std::uint16_t side = 0;
  friend bool operator==(const DeleteOrder&, const DeleteOrder&) = default;
};

// 33
struct AddOddLotOrder {
  std::uint32_t security_code = 0;
  std::uint64_t order_id = 0;
  std::int32_t price = 0;
  std::uint32_t quantity = 0;
  std::uint16_t broker_id = 0;
  std::uint16_t side = 0;
  friend bool operator==(const AddOddLotOrder&, const AddOddLotOrder&) = default;
};

// 34
struct DeleteOddLotOrder {
  std::uint32_t security_code = 0;
  std::uint64_t order_id = 0;
  std::uint16_t broker_id = 0;
  std::uint16_t side = 0;
  friend bool operator==(const DeleteOddLotOrder&, const DeleteOddLotOrder&) = default;
};

// 50
struct Trade {
  std::uint32_t security_code = 0;
  std::uint32_t trade_id = 0;
  std::int32_t price = 0;
  std::uint32_t quantity = 0;
  std::int16_t trd_type = 0;  // notes 3.6
  std::uint64_t trade_time = 0;
  friend bool operator==(const Trade&, const Trade&) = default;
};

// 51
struct TradeCancel {
  std::uint32_t security_code = 0;
  std::uint32_t trade_id = 0;
  friend bool operator==(const TradeCancel&, const TradeCancel&) = default;
};

// 52. A cancel repeats the TickerID with what is left of the quantity; time and type are then void.
struct TradeTicker {
  std::uint32_t security_code = 0;
  std::uint32_t ticker_id = 0;  // of this security
  std::int32_t price = 0;
  std::uint64_t aggregate_quantity = 0;
  std::uint64_t trade_time = 0;
  std::int16_t trd_type = 0;
  char trd_cancel_flag = 'N';
  friend bool operator==(const TradeTicker&, const TradeTicker&) = default;
};

// One entry of a message 53. Without initial values, BoundedList.
struct BookEntry {
  std::uint64_t aggregate_quantity;
  std::int32_t price;
  std::uint32_t number_of_orders;
  std::uint16_t side;          // 0 bid, 1 offer
  std::uint8_t price_level;    // 1 = best
  std::uint8_t update_action;  // 0 new, 1 change, 2 delete, 74 clear the book
  friend bool operator==(const BookEntry&, const BookEntry&) = default;
};

// 53, entries in the order in which they apply.
struct AggregateOrderBookUpdate {
  std::uint32_t security_code = 0;
  BoundedList<BookEntry, entries_max(wire::aggregate_order_book_update::kSize,
                                     wire::aggregate_order_book_update::kEntrySize)>
      entries;
  friend bool operator==(const AggregateOrderBookUpdate&,
                         const AggregateOrderBookUpdate&) = default;
};

// One place in a queue. Without initial values, BoundedList.
struct QueueItem {
  std::uint16_t item;  // broker number or spread
  char type;           // B broker, S spread
  friend bool operator==(const QueueItem&, const QueueItem&) = default;
};

// 54
struct BrokerQueue {
  std::uint32_t security_code = 0;
  std::uint16_t side = 0;  // 1 buy, 2 sell: not as in message 53
  char bq_more_flag = 'N';
  BoundedList<QueueItem, 255> items;  // counted in one byte
  friend bool operator==(const BrokerQueue&, const BrokerQueue&) = default;
};

// 56
struct OrderImbalance {
  std::uint32_t security_code = 0;
  char order_imbalance_direction = ' ';        // N balanced, B buy, S sell, space not applicable
  std::uint64_t order_imbalance_quantity = 0;  // shares
  friend bool operator==(const OrderImbalance&, const OrderImbalance&) = default;
};

}  // namespace indexcast::hkex
