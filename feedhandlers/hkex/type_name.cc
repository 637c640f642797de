#include <algorithm>
#include <iterator>

#include "feedhandlers/hkex/describe.h"

namespace indexcast::hkex {
namespace {

struct TypeName {
  std::uint16_t type;
  std::string_view name;
};

// Notes 2.0.
constexpr TypeName kTypeNames[] = {
    {10, "Market Definition"},
    {11, "Security Definition"},
    {13, "Liquidity Provider"},
    {14, "Currency Rate"},
    {20, "Trading Session Status"},
    {21, "Security Status"},
    {22, "News"},
    {23, "VCM Trigger"},
    {30, "Add Order"},
    {31, "Modify Order"},
    {32, "Delete Order"},
    {33, "Add Odd Lot Order"},
    {34, "Delete Odd Lot Order"},
    {40, "Nominal Price"},
    {41, "Indicative Equilibrium Price"},
    {43, "Reference Price"},
    {44, "Yield"},
    {50, "Trade"},
    {51, "Trade Cancel"},
    {52, "Trade Ticker"},
    {53, "Aggregate Order Book Update"},
    {54, "Broker Queue"},
    {56, "Order Imbalance"},
    {60, "Statistics"},
    {61, "Market Turnover"},
    {62, "Closing Price"},
    {70, "Index Definition"},
    {71, "Index Data"},
    {80, "Stock Connect Daily Quota Balance"},
    {81, "Stock Connect Market Turnover"},
    {100, "Sequence Reset"},
    {101, "Logon"},
    {102, "Logon Response"},
    {105, "Disaster Recovery Signal"},
    {201, "Retransmission Request"},
    {202, "Retransmission Response"},
    {203, "Refresh Complete"},
};

}  // namespace

std::string_view type_name(std::uint16_t type) {
  const auto* at = std::find_if(std::begin(kTypeNames), std::end(kTypeNames),
                                [type](const TypeName& known) { return known.type == type; });
  return at == std::end(kTypeNames) ? std::string_view() : at->name;
}

}  // namespace indexcast::hkex
