// Every message type that this handler knows, with its table.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/layout/index.h"
#include "feedhandlers/hkex/layout/price.h"
#include "feedhandlers/hkex/layout/reference.h"
#include "feedhandlers/hkex/layout/session.h"
#include "feedhandlers/hkex/layout/status.h"
#include "feedhandlers/hkex/layout/trade.h"
#include "feedhandlers/hkex/message.h"

namespace indexcast::hkex::layout {

template <class... Messages>
struct TypeList {};

using AllMessages =
    TypeList<MarketDefinition, SecurityDefinition, LiquidityProvider, CurrencyRate,
             TradingSessionStatus, SecurityStatus, News, VcmTrigger, NominalPrice,
             IndicativeEquilibriumPrice, ReferencePrice, Yield, AddOrder, ModifyOrder, DeleteOrder,
             AddOddLotOrder, DeleteOddLotOrder, Trade, TradeCancel, TradeTicker,
             AggregateOrderBookUpdate, BrokerQueue, OrderImbalance, Statistics, MarketTurnover,
             ClosingPrice, IndexDefinitionMessage, IndexData, StockConnectQuota,
             StockConnectTurnover, SequenceReset, DisasterRecoverySignal, RefreshComplete, Logon,
             LogonResponse, RetransmissionRequest, RetransmissionResponse>;

// Every byte of every type has exactly one row.
template <class... Messages>
constexpr bool all_whole(TypeList<Messages...>) {
  return (sections_whole(Layout<Messages>::kSections) && ...);
}
static_assert(all_whole(AllMessages{}));
static_assert(sections_whole(Layout<SecurityDefinition>::kSections464));
static_assert(sections_whole(Layout<SecurityDefinition>::kSections280));

// Calls visit.template operator()<Message>() for the struct of a type. False for a type that is not
// known.
template <class Visit, class... Messages>
constexpr bool visit_type(std::uint16_t type, Visit&& visit, TypeList<Messages...>) {
  return ((Layout<Messages>::kType == type && (visit.template operator()<Messages>(), true)) ||
          ...);
}
template <class Visit>
constexpr bool visit_type(std::uint16_t type, Visit&& visit) {
  return visit_type(type, visit, AllMessages{});
}

}  // namespace indexcast::hkex::layout
