// METHODOLOGY 6: TR = (Cap + dividend cash of today's ex-dates) / (D * PI_prev / TR_prev).
#include "calc/total_return.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::price;
using test::rate;
using test::shares;

// The golden basket on a day on which A.SH pays 1.20 and C.HK 0.10 HKD: both start ex, and the
// price index falls by it.
IndexDefinition ex_day_basket() {
  IndexDefinition basket = test::golden_basket();
  basket.members[0].reference_price = price("150.00");
  basket.members[2].reference_price = price("5.81");
  return basket;
}

IndexDefinition total_return_of(IndexDefinition basket, ReturnKind kind, std::uint32_t tax_bp,
                                std::int64_t previous_close) {
  TotalReturn total{.kind = kind,
                    .price_index = "G2",
                    .price_divisor = basket.divisor,
                    .price_previous_close = basket.previous_close};
  total.cash["CNY"] = cash_of({"CNY", price("1.20"), shares("1000000"), tax_bp}, kind);
  total.cash["HKD"] = cash_of({"HKD", price("0.10"), shares("4608000"), tax_bp}, kind);
  basket.code = "G2R";
  basket.previous_close = Level{previous_close};
  basket.divisor =
      total_return_divisor(basket.divisor, total.price_previous_close, basket.previous_close);
  basket.total_return = std::move(total);
  return basket;
}

std::string level_at_start(const IndexDefinition& definition) {
  const Universe universe({definition});
  const BasketSums sums(universe);
  return format_decimal(sums.level(0).level.raw, 4);
}

TEST(TotalReturn, CashIsSharesTimesDividendAndANetOneIsTaxed) {
  const Dividend dividend{"CNY", price("1.20"), shares("1000000"), 1000};
  EXPECT_EQ(cash_of(dividend, ReturnKind::gross), Int128{1'200'000} * pow10(12));
  EXPECT_EQ(cash_of(dividend, ReturnKind::net), Int128{1'080'000} * pow10(12));
}

TEST(TotalReturn, TaxIsRoundedHalfUpInTheTwelfthPlace) {
  // 1e-12 x (1 - 0.5) is half a unit.
  EXPECT_EQ(cash_of({"CNY", Price{1}, IndexShares{1}, 5000}, ReturnKind::net), 1);
  EXPECT_EQ(cash_of({"CNY", Price{1}, IndexShares{1}, 5001}, ReturnKind::net), 0);
}

TEST(TotalReturn, TheDivisorIsThatOfThePriceIndexAtTheTotalReturnsClose) {
  const IndexDefinition basket = test::golden_basket();
  const Divisor divisor =
      total_return_divisor(basket.divisor, Level{10'000'000}, Level{12'500'000});
  EXPECT_EQ(format_trimmed(divisor.raw, Divisor::kDecimals), "181656.3526144");
}

TEST(TotalReturn, AnExDateMovesThePriceIndexAndNotTheGrossOne) {
  const IndexDefinition basket = ex_day_basket();
  // 1,200,000 CNY and 460,800 HKD at 0.92310 of 227,070,440.768 are 0.7158 %.
  EXPECT_EQ(level_at_start(basket), "992.8420");
  EXPECT_EQ(level_at_start(total_return_of(basket, ReturnKind::gross, 1000, 12'500'000)),
            "1250.0000");
  // A tenth of the dividends, 0.07158 % of 1250, is the tax.
  EXPECT_EQ(level_at_start(total_return_of(basket, ReturnKind::net, 1000, 12'500'000)),
            "1249.1053");
}

TEST(TotalReturn, WithoutAnExDateItMovesAsThePriceIndexDoes) {
  IndexDefinition total = total_return_of(test::golden_basket(), ReturnKind::gross, 0, 10'000'000);
  total.total_return->cash.clear();
  EXPECT_EQ(level_at_start(total), "1000.0000");
}

TEST(TotalReturn, OnEveryTickTheCashStandsBesideThePricesAtTheRateInForce) {
  const Universe universe(
      {ex_day_basket(), total_return_of(ex_day_basket(), ReturnKind::gross, 0, 12'500'000)});
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {.trade_date = test::kDay}, log, counters);
  engine.start();
  MarketEvent event;
  event.kind = EventKind::market_phase;
  event.detail = static_cast<std::uint8_t>(MarketPhase::trading);
  for (event.market = 0; event.market < 3; ++event.market) engine.apply(event, 1);
  event = {};
  event.kind = EventKind::fx;
  event.instrument = 1;
  event.value[0] = rate("0.93").raw;
  engine.apply(event, 2);
  // (150,000,000 + 50,731,400 + 26,772,480 x 0.93) + 1,200,000 + 460,800 x 0.93
  //   = 227,258,350.4, over 181,656.3526144
  EXPECT_EQ(log.last().header.id, 1u);
  EXPECT_EQ(format_decimal(log.last().level.raw, 4), "1251.0344");
  EXPECT_EQ(engine.sums().sum(1), engine.sums().recompute(1));
}

TEST(TotalReturn, ItsGateIsThatOfThePriceIndex) {
  IndexDefinition total = total_return_of(test::golden_basket(), ReturnKind::gross, 0, 98'765'432);
  EXPECT_TRUE(check_definition(total).empty());
  total.total_return->price_previous_close = Level{9'999'999};
  const auto faults = check_definition(total);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].what, "base prices give 1000.0000 and price_previous_close is 999.9999");
}

TEST(TotalReturn, DividendsThatCannotBeAreRefused) {
  IndexDefinition total = total_return_of(test::golden_basket(), ReturnKind::gross, 0, 10'000'000);
  total.total_return->cash["USD"] = 1;
  EXPECT_EQ(check_definition(total).at(0).what, "no fx_series for USD");
  total.total_return->cash.erase("USD");
  total.total_return->cash["CNY"] = -1;
  EXPECT_EQ(check_definition(total).at(0).what, "negative in CNY");
  total.total_return->cash["CNY"] = kInt128Max / 2;
  EXPECT_EQ(check_definition(total).at(0).what, "leave the range of the accumulator");
}

}  // namespace
}  // namespace indexcast
