// Tables of orders, trades, books and queues: messages 30 to 34, 50 to 54 and 56.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/trade.h"
#include "feedhandlers/hkex/wire/trade.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<AddOrder> {
  using M = AddOrder;
  static constexpr std::uint16_t kType = w::add_order::kType;
  static constexpr std::string_view kName = "Add Order";
  static constexpr auto kSections = fixed(
      w::add_order::kSize, number("SecurityCode", w::add_order::SecurityCode, &M::security_code),
      number("OrderId", w::add_order::OrderId, &M::order_id),
      price("Price", w::add_order::Price, &M::price),
      number("Quantity", w::add_order::Quantity, &M::quantity),
      number("Side", w::add_order::Side, &M::side),
      flag("OrderType", w::add_order::OrderType, &M::order_type), unused(w::add_order::Unused),
      number("OrderBookPosition", w::add_order::OrderBookPosition, &M::order_book_position));
};

template <>
struct Layout<ModifyOrder> {
  using M = ModifyOrder;
  static constexpr std::uint16_t kType = w::modify_order::kType;
  static constexpr std::string_view kName = "Modify Order";
  static constexpr auto kSections = fixed(
      w::modify_order::kSize,
      number("SecurityCode", w::modify_order::SecurityCode, &M::security_code),
      number("OrderId", w::modify_order::OrderId, &M::order_id),
      number("Quantity", w::modify_order::Quantity, &M::quantity),
      number("Side", w::modify_order::Side, &M::side), unused(w::modify_order::Unused),
      number("OrderBookPosition", w::modify_order::OrderBookPosition, &M::order_book_position));
};

template <>
struct Layout<DeleteOrder> {
  using M = DeleteOrder;
  static constexpr std::uint16_t kType = w::delete_order::kType;
  static constexpr std::string_view kName = "Delete Order";
  static constexpr auto kSections =
      fixed(w::delete_order::kSize,
            number("SecurityCode", w::delete_order::SecurityCode, &M::security_code),
            number("OrderId", w::delete_order::OrderId, &M::order_id),
            number("Side", w::delete_order::Side, &M::side), unused(w::delete_order::Unused));
};

template <>
struct Layout<AddOddLotOrder> {
  using M = AddOddLotOrder;
  static constexpr std::uint16_t kType = w::add_odd_lot_order::kType;
  static constexpr std::string_view kName = "Add Odd Lot Order";
  static constexpr auto kSections =
      fixed(w::add_odd_lot_order::kSize,
            number("SecurityCode", w::add_odd_lot_order::SecurityCode, &M::security_code),
            number("OrderId", w::add_odd_lot_order::OrderId, &M::order_id),
            price("Price", w::add_odd_lot_order::Price, &M::price),
            number("Quantity", w::add_odd_lot_order::Quantity, &M::quantity),
            number("BrokerID", w::add_odd_lot_order::BrokerID, &M::broker_id),
            number("Side", w::add_odd_lot_order::Side, &M::side));
};

template <>
struct Layout<DeleteOddLotOrder> {
  using M = DeleteOddLotOrder;
  static constexpr std::uint16_t kType = w::delete_odd_lot_order::kType;
  static constexpr std::string_view kName = "Delete Odd Lot Order";
  static constexpr auto kSections =
      fixed(w::delete_odd_lot_order::kSize,
            number("SecurityCode", w::delete_odd_lot_order::SecurityCode, &M::security_code),
            number("OrderId", w::delete_odd_lot_order::OrderId, &M::order_id),
            number("BrokerID", w::delete_odd_lot_order::BrokerID, &M::broker_id),
            number("Side", w::delete_odd_lot_order::Side, &M::side));
};

template <>
struct Layout<Trade> {
  using M = Trade;
  static constexpr std::uint16_t kType = w::trade::kType;
  static constexpr std::string_view kName = "Trade";
  static constexpr auto kSections =
      fixed(w::trade::kSize, number("SecurityCode", w::trade::SecurityCode, &M::security_code),
            number("TradeID", w::trade::TradeID, &M::trade_id),
            price("Price", w::trade::Price, &M::price),
            number("Quantity", w::trade::Quantity, &M::quantity),
            number("TrdType", w::trade::TrdType, &M::trd_type), unused(w::trade::Unused),
            number("TradeTime", w::trade::TradeTime, &M::trade_time));
};

template <>
struct Layout<TradeCancel> {
  using M = TradeCancel;
  static constexpr std::uint16_t kType = w::trade_cancel::kType;
  static constexpr std::string_view kName = "Trade Cancel";
  static constexpr auto kSections =
      fixed(w::trade_cancel::kSize,
            number("SecurityCode", w::trade_cancel::SecurityCode, &M::security_code),
            number("TradeID", w::trade_cancel::TradeID, &M::trade_id));
};

template <>
struct Layout<TradeTicker> {
  using M = TradeTicker;
  static constexpr std::uint16_t kType = w::trade_ticker::kType;
  static constexpr std::string_view kName = "Trade Ticker";
  static constexpr auto kSections =
      fixed(w::trade_ticker::kSize,
            number("SecurityCode", w::trade_ticker::SecurityCode, &M::security_code),
            number("TickerID", w::trade_ticker::TickerID, &M::ticker_id),
            price("Price", w::trade_ticker::Price, &M::price),
            number("AggregateQuantity", w::trade_ticker::AggregateQuantity, &M::aggregate_quantity),
            number("TradeTime", w::trade_ticker::TradeTime, &M::trade_time),
            number("TrdType", w::trade_ticker::TrdType, &M::trd_type),
            flag("TrdCancelFlag", w::trade_ticker::TrdCancelFlag, &M::trd_cancel_flag),
            unused(w::trade_ticker::Unused));
};

template <>
struct Layout<AggregateOrderBookUpdate> {
  using M = AggregateOrderBookUpdate;
  static constexpr std::uint16_t kType = w::aggregate_order_book_update::kType;
  static constexpr std::string_view kName = "Aggregate Order Book Update";
  static constexpr auto kSections = with_list(
      w::aggregate_order_book_update::kSize,
      list(
          "Entries", &M::entries, w::aggregate_order_book_update::kEntrySize,
          number("AggregateQuantity", w::aggregate_order_book_update::AggregateQuantity,
                 &BookEntry::aggregate_quantity),
          price("Price", w::aggregate_order_book_update::Price, &BookEntry::price),
          number("NumberOfOrders", w::aggregate_order_book_update::NumberOfOrders,
                 &BookEntry::number_of_orders),
          number("Side", w::aggregate_order_book_update::Side, &BookEntry::side),
          number("PriceLevel", w::aggregate_order_book_update::PriceLevel, &BookEntry::price_level),
          number("UpdateAction", w::aggregate_order_book_update::UpdateAction,
                 &BookEntry::update_action),
          unused(w::aggregate_order_book_update::UnusedInEntry)),
      number("SecurityCode", w::aggregate_order_book_update::SecurityCode, &M::security_code),
      unused(w::aggregate_order_book_update::Unused),
      count("NoEntries", w::aggregate_order_book_update::NoEntries));
};

template <>
struct Layout<BrokerQueue> {
  using M = BrokerQueue;
  static constexpr std::uint16_t kType = w::broker_queue::kType;
  static constexpr std::string_view kName = "Broker Queue";
  static constexpr auto kSections =
      with_list(w::broker_queue::kSize,
                list("Items", &M::items, w::broker_queue::kEntrySize,
                     number("Item", w::broker_queue::Item, &QueueItem::item),
                     flag("Type", w::broker_queue::Type, &QueueItem::type),
                     unused(w::broker_queue::UnusedInEntry)),
                number("SecurityCode", w::broker_queue::SecurityCode, &M::security_code),
                count("ItemCount", w::broker_queue::ItemCount),
                number("Side", w::broker_queue::Side, &M::side),
                flag("BQMoreFlag", w::broker_queue::BQMoreFlag, &M::bq_more_flag));
};

template <>
struct Layout<OrderImbalance> {
  using M = OrderImbalance;
  static constexpr std::uint16_t kType = w::order_imbalance::kType;
  static constexpr std::string_view kName = "Order Imbalance";
  static constexpr auto kSections =
      fixed(w::order_imbalance::kSize,
            number("SecurityCode", w::order_imbalance::SecurityCode, &M::security_code),
            flag("OrderImbalanceDirection", w::order_imbalance::OrderImbalanceDirection,
                 &M::order_imbalance_direction),
            unused(w::order_imbalance::Unused1),
            number("OrderImbalanceQuantity", w::order_imbalance::OrderImbalanceQuantity,
                   &M::order_imbalance_quantity),
            unused(w::order_imbalance::Unused2));
};

}  // namespace indexcast::hkex::layout
