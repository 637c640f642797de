#include "tests/support/big_universe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <numeric>
#include <random>

#include "calc/decimal.h"

namespace indexcast::test {
namespace {

constexpr MarketId kMarkets = 3;
constexpr Date kDay = 20250402;
constexpr FxRate kHkdRate{92'310'000};

// Codes that no exchange gives, each as long as its venue's are.
std::shared_ptr<const Security> synthetic_security(int id) {
  const auto market = static_cast<MarketId>(id % kMarkets);
  std::string digits = std::to_string(id);
  const std::size_t width = market == 2 ? 4 : 5;
  digits.insert(0, width - std::min(width, digits.size()), '0');
  const std::string code = "9" + digits;
  return std::make_shared<const Security>(Security{code + std::array{".SH", ".SZ", ".HK"}[market],
                                                   "Synthetic " + code, market == 2 ? "HKD" : "CNY",
                                                   market});
}

Price synthetic_price(int id) { return {1'000'000 + id * 7'919 % 99'991 * 10'000}; }

// Sizes whose mean is the shape's: a power of a uniform number, put right at the end one by one.
std::vector<int> sizes_of(const BigUniverse& shape) {
  std::vector<int> sizes;
  const double span = shape.most - shape.fewest;
  const double mean = static_cast<double>(shape.memberships) / shape.indices - shape.fewest;
  const double power = span / mean - 1;
  for (int i = 0; i < shape.indices; ++i) {
    const double share = std::pow((i + 0.5) / shape.indices, power);
    sizes.push_back(shape.fewest + static_cast<int>(span * share));
  }
  sizes.back() = shape.most;
  int missing = shape.memberships - std::accumulate(sizes.begin(), sizes.end(), 0);
  for (std::size_t i = 0; missing != 0; i = (i + 1) % (sizes.size() - 1)) {
    const int step = missing > 0 ? 1 : -1;
    if (sizes[i] + step < shape.fewest || sizes[i] + step > shape.most) continue;
    sizes[i] += step;
    missing -= step;
  }
  return sizes;
}

class Builder {
 public:
  explicit Builder(const BigUniverse& shape) : shape_(shape), random_(shape.seed) {
    for (int id = 0; id < shape.instruments; ++id) securities_.push_back(synthetic_security(id));
  }

  std::vector<IndexDefinition> build() {
    std::vector<int> sizes = sizes_of(shape_);
    std::ranges::shuffle(sizes, random_);
    std::vector<IndexDefinition> definitions;
    for (const int size : sizes) definitions.push_back(index(definitions.size(), size));
    return definitions;
  }

 private:
  IndexDefinition index(std::size_t number, int size) {
    IndexDefinition definition;
    definition.code = "SYN" + std::to_string(number);
    definition.name = "Synthetic basket " + std::to_string(number);
    definition.currency = "CNY";
    definition.provenance = "synthetic, for tests";
    definition.effective_date = kDay;
    definition.previous_close = {10'000'000};
    definition.close_fx = {{"HKD", kHkdRate}};
    definition.fx_series = {{"HKD", "HKDCNY"}};
    definition.members = members(size);
    definition.divisor = divisor_for(base_capitalisation(definition), definition.previous_close,
                                     definition.decimals);
    return definition;
  }

  // Every so manieth instrument from any one on; the step shares no divisor with their number, so
  // that none comes twice.
  std::vector<Member> members(int size) {
    const int step = coprime_step();
    int id = below(shape_.instruments);
    std::vector<Member> members;
    members.reserve(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i, id = (id + step) % shape_.instruments) {
      const Price price = synthetic_price(id);
      members.push_back({securities_[static_cast<std::size_t>(id)],
                         {(below(1'000'000) + 1'000) * 1'000'000LL},
                         price,
                         price,
                         price,
                         i + 2});
    }
    return members;
  }

  int coprime_step() {
    for (;;) {
      const int step = below(shape_.instruments);
      if (std::gcd(step, shape_.instruments) == 1) return step;
    }
  }

  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }

  const BigUniverse& shape_;
  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const Security>> securities_;
};

std::string head_text(const IndexDefinition& definition) {
  return "code = \"" + definition.code + "\"\nname = \"" + definition.name +
         "\"\ncurrency = \"CNY\"\ndecimals = 4\neffective_date = \"2025-04-02\"\ndivisor = \"" +
         format_trimmed(definition.divisor.raw, Divisor::kDecimals) +
         "\"\nprevious_close = \"1000.0000\"\nmembers = \"" + definition.code +
         ".csv\"\nprovenance = \"" + definition.provenance + "\"\n[close_fx]\nHKD = \"" +
         format_trimmed(kHkdRate.raw, FxRate::kDecimals) + "\"\n[fx_series]\nHKD = \"HKDCNY\"\n";
}

// Every other member with twice the shares at a cap factor of a half.
std::string members_text(const IndexDefinition& definition) {
  std::string text =
      "symbol,name,currency,calculation_shares,cap_factor,close,base_price,reference_price\n";
  bool capped = false;
  for (const Member& member : definition.members) {
    const std::string price = format_trimmed(member.base_price.raw, Price::kDecimals);
    text += member.symbol() + "," + member.name() + "," + member.currency() + "," +
            format_trimmed(Int128{member.shares.raw} * (capped ? 2 : 1), IndexShares::kDecimals) +
            (capped ? ",0.5," : ",1,") + price + "," + price + "," + price + "\n";
    capped = !capped;
  }
  return text;
}

}  // namespace

std::vector<IndexDefinition> big_definitions(const BigUniverse& shape) {
  return Builder(shape).build();
}

std::vector<std::string> write_definitions(const std::vector<IndexDefinition>& definitions,
                                           const std::string& folder) {
  std::vector<std::string> heads;
  for (const IndexDefinition& definition : definitions) {
    const std::string stem = folder + "/" + definition.code;
    std::ofstream(stem + ".csv", std::ios::binary) << members_text(definition);
    std::ofstream(stem + ".toml", std::ios::binary) << head_text(definition);
    heads.push_back(stem + ".toml");
  }
  return heads;
}

}  // namespace indexcast::test
