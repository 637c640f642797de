// Layout of orders, trades, books and queues: messages 30 to 34, 50 to 54 and 56.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 2.8, the full order depth.
namespace add_order {
inline constexpr std::uint16_t kType = 30;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> OrderId{8};
inline constexpr Field<std::int32_t> Price{16};
inline constexpr Field<std::uint32_t> Quantity{20};
inline constexpr Field<std::uint16_t> Side{24};
inline constexpr Text OrderType{26, 1};
inline constexpr Filler Unused{27, 1};
inline constexpr Field<std::int32_t> OrderBookPosition{28};
inline constexpr std::size_t kSize = 32;
static_assert(packed(4, SecurityCode, OrderId, Price, Quantity, Side, OrderType, Unused,
                     OrderBookPosition) == kSize);
}  // namespace add_order

namespace modify_order {
inline constexpr std::uint16_t kType = 31;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> OrderId{8};
inline constexpr Field<std::uint32_t> Quantity{16};
inline constexpr Field<std::uint16_t> Side{20};
inline constexpr Filler Unused{22, 2};
inline constexpr Field<std::int32_t> OrderBookPosition{24};
inline constexpr std::size_t kSize = 28;
static_assert(packed(4, SecurityCode, OrderId, Quantity, Side, Unused, OrderBookPosition) == kSize);
}  // namespace modify_order

namespace delete_order {
inline constexpr std::uint16_t kType = 32;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> OrderId{8};
inline constexpr Field<std::uint16_t> Side{16};
inline constexpr Filler Unused{18, 2};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, SecurityCode, OrderId, Side, Unused) == kSize);
}  // namespace delete_order

// Section 2.21, odd lots.
namespace add_odd_lot_order {
inline constexpr std::uint16_t kType = 33;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> OrderId{8};
inline constexpr Field<std::int32_t> Price{16};
inline constexpr Field<std::uint32_t> Quantity{20};
inline constexpr Field<std::uint16_t> BrokerID{24};
inline constexpr Field<std::uint16_t> Side{26};
inline constexpr std::size_t kSize = 28;
static_assert(packed(4, SecurityCode, OrderId, Price, Quantity, BrokerID, Side) == kSize);
}  // namespace add_odd_lot_order

namespace delete_odd_lot_order {
inline constexpr std::uint16_t kType = 34;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> OrderId{8};
inline constexpr Field<std::uint16_t> BrokerID{16};
inline constexpr Field<std::uint16_t> Side{18};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, SecurityCode, OrderId, BrokerID, Side) == kSize);
}  // namespace delete_odd_lot_order

// Section 2.12.
namespace trade {
inline constexpr std::uint16_t kType = 50;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint32_t> TradeID{8};
inline constexpr Field<std::int32_t> Price{12};
inline constexpr Field<std::uint32_t> Quantity{16};
inline constexpr Field<std::int16_t> TrdType{20};
inline constexpr Filler Unused{22, 2};
inline constexpr Field<std::uint64_t> TradeTime{24};
inline constexpr std::size_t kSize = 32;
static_assert(packed(4, SecurityCode, TradeID, Price, Quantity, TrdType, Unused, TradeTime) ==
              kSize);
}  // namespace trade

// Section 2.13.
namespace trade_cancel {
inline constexpr std::uint16_t kType = 51;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint32_t> TradeID{8};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, TradeID) == kSize);
}  // namespace trade_cancel

// Section 2.14.
namespace trade_ticker {
inline constexpr std::uint16_t kType = 52;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint32_t> TickerID{8};
inline constexpr Field<std::int32_t> Price{12};
inline constexpr Field<std::uint64_t> AggregateQuantity{16};
inline constexpr Field<std::uint64_t> TradeTime{24};
inline constexpr Field<std::int16_t> TrdType{32};
inline constexpr Text TrdCancelFlag{34, 1};
inline constexpr Filler Unused{35, 1};
inline constexpr std::size_t kSize = 36;
static_assert(packed(4, SecurityCode, TickerID, Price, AggregateQuantity, TradeTime, TrdType,
                     TrdCancelFlag, Unused) == kSize);
}  // namespace trade_ticker

// Section 2.15: 12 bytes and NoEntries entries of 24, whose offsets count from the entry.
namespace aggregate_order_book_update {
inline constexpr std::uint16_t kType = 53;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Filler Unused{8, 3};
inline constexpr Field<std::uint8_t> NoEntries{11};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, Unused, NoEntries) == kSize);
inline constexpr Field<std::uint64_t> AggregateQuantity{0};
inline constexpr Field<std::int32_t> Price{8};
inline constexpr Field<std::uint32_t> NumberOfOrders{12};
inline constexpr Field<std::uint16_t> Side{16};
inline constexpr Field<std::uint8_t> PriceLevel{18};
inline constexpr Field<std::uint8_t> UpdateAction{19};
inline constexpr Filler UnusedInEntry{20, 4};
inline constexpr std::size_t kEntrySize = 24;
static_assert(packed(0, AggregateQuantity, Price, NumberOfOrders, Side, PriceLevel, UpdateAction,
                     UnusedInEntry) == kEntrySize);
}  // namespace aggregate_order_book_update

// Section 2.21: the fixed part and ItemCount entries, whose offsets count from the entry.
namespace broker_queue {
inline constexpr std::uint16_t kType = 54;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint8_t> ItemCount{8};
inline constexpr Field<std::uint16_t> Side{9};
inline constexpr Text BQMoreFlag{11, 1};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, ItemCount, Side, BQMoreFlag) == kSize);
inline constexpr Field<std::uint16_t> Item{0};
inline constexpr Text Type{2, 1};
inline constexpr Filler UnusedInEntry{3, 1};
inline constexpr std::size_t kEntrySize = 4;
static_assert(packed(0, Item, Type, UnusedInEntry) == kEntrySize);
}  // namespace broker_queue

// Section 2.21.
namespace order_imbalance {
inline constexpr std::uint16_t kType = 56;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Text OrderImbalanceDirection{8, 1};
inline constexpr Filler Unused1{9, 1};
inline constexpr Field<std::uint64_t> OrderImbalanceQuantity{10};
inline constexpr Filler Unused2{18, 2};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, SecurityCode, OrderImbalanceDirection, Unused1, OrderImbalanceQuantity,
                     Unused2) == kSize);
}  // namespace order_imbalance

}  // namespace indexcast::hkex::wire
