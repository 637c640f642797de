// Small definitions for tests, built without files.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "calc/decimal.h"
#include "calc/definition.h"
#include "calc/record_sink.h"
#include "calc/universe.h"

namespace indexcast::test {

inline Price price(const std::string& text) { return parse_fixed<Price>(text).value(); }
inline FxRate rate(const std::string& text) { return parse_fixed<FxRate>(text).value(); }
inline IndexShares shares(const std::string& text) {
  return parse_fixed<IndexShares>(text).value();
}

inline std::shared_ptr<const Security> security(const std::string& symbol, MarketId market,
                                                const std::string& currency = "CNY") {
  return std::make_shared<const Security>(Security{symbol, symbol, currency, market});
}

inline Member member(const std::string& symbol, MarketId market, const std::string& currency,
                     const std::string& close, const std::string& share_count) {
  return {security(symbol, market, currency),
          shares(share_count),
          price(close),
          price(close),
          price(close),
          0};
}

// An index whose divisor puts `members` at `level` (in its decimals).
inline IndexDefinition index(const std::string& code, std::vector<Member> members,
                             std::int64_t level = 10'000'000) {
  IndexDefinition definition;
  definition.code = code;
  definition.name = code;
  definition.currency = "CNY";
  definition.effective_date = 20250402;
  definition.close_fx = {{"HKD", rate("0.92310")}};
  definition.fx_series = {{"HKD", "HKDCNY"}};
  definition.previous_close = Level{level};
  definition.members = std::move(members);
  definition.divisor =
      divisor_for(base_capitalisation(definition), definition.previous_close, definition.decimals);
  return definition;
}

// The three-member basket of METHODOLOGY 10, G2: markets 0, 1 and 2, the last in HKD.
inline IndexDefinition golden_basket() {
  return index("G2", {member("A.SH", 0, "CNY", "151.20", "1000000"),
                      member("B.SZ", 1, "CNY", "17.35", "2924000"),
                      member("C.HK", 2, "HKD", "5.91", "4608000")});
}

// The same as older B-share indices are computed: at the day's close_fx, which the divisor takes
// in.
inline IndexDefinition fixed_rate_basket() {
  IndexDefinition definition = golden_basket();
  definition.fx_series.clear();
  definition.fx_in_divisor = true;
  return definition;
}

inline Money money(const std::string& text) { return parse_fixed<Money>(text).value(); }

// A fund of Shanghai, 100,000 shares a creation unit, worth 90,720 of A.SH, 54,555.21 of C.HK,
// 1,234.567 of substitutes and an estimated cash difference of -200: 146,309.777, 1.4631 a share.
inline IndexDefinition golden_fund() {
  IndexDefinition fund = index(
      "F1", {member("A.SH", 0, "CNY", "151.20", "600"), member("C.HK", 2, "HKD", "5.91", "10000")});
  fund.divisor = Divisor{100'000 * pow10(Divisor::kDecimals)};
  fund.previous_close = Level{14'631};
  fund.fund = FundTerms{.venue = 0,
                        .tracked_index = "G2",
                        .creation_unit = 100'000,
                        .estimated_cash = money("-200"),
                        .cash_components = {{"D.SH", "D", money("1234.567")}},
                        .expected_value = money("146309.78")};
  return fund;
}

// Keeps every record.
class RecordLog final : public RecordSink {
 public:
  void write(LevelUpdate& update) override { levels.push_back(update); }
  void write(const Record& record) override { records.push_back(record); }
  const LevelUpdate& last() const { return levels.back(); }
  std::vector<LevelUpdate> levels;
  std::vector<Record> records;
};

}  // namespace indexcast::test
