#include "calc/basket/new_basket.h"

#include <limits>
#include <string>
#include <utility>

#include "calc/basket/uint256.h"
#include "calc/decimal.h"

namespace indexcast {
namespace {

Int128 capitalisation_of(const IndexDefinition& definition, const Member& member) {
  return static_cast<Int128>(member.base_price.raw) * member.shares.raw *
         close_rate(definition, member.currency()).raw;
}

class Builder {
 public:
  explicit Builder(const NewBasketInput& input) : input_(input) {
    basket().definition = input.head;
    for (const NewMember& each : input.members) {
      Member member = each.member;
      member.base_price = member.reference_price = member.close;
      basket().definition.members.push_back(std::move(member));
      basket().sum_of_targets = basket().sum_of_targets + each.target;
    }
  }

  NewBasketResult run() {
    check_members();
    if (good() && input_.capitalisation) count_shares(*input_.capitalisation);
    if (good()) apply_caps();
    if (good()) balance();
    return std::move(result_);
  }

 private:
  NewBasket& basket() { return result_.basket; }
  std::vector<Member>& members() { return result_.basket.definition.members; }
  bool good() const { return result_.faults.empty(); }

  void fault(int line, std::string key, std::string what) {
    result_.faults.push_back({line, std::move(key), std::move(what)});
  }

  // What is computed before check_definition can look at all of it.
  void check_members() {
    if (members().empty()) fault(0, "members", "an index needs at least one");
    if (input_.head.previous_close.raw <= 0) fault(0, "base_level", "must be positive");
    for (std::size_t i = 0; i < members().size(); ++i) {
      const Member& member = members()[i];
      if (close_rate(input_.head, member.currency()).raw <= 0)
        fault(member.line, "currency", member.symbol() + ": no close_fx for " + member.currency());
      if (member.close.raw <= 0)
        fault(member.line, "close", member.symbol() + ": must be positive");
      if (input_.capitalisation && input_.members[i].target.raw <= 0)
        fault(member.line, "weight_percent", member.symbol() + ": must be positive");
    }
  }

  void count_shares(Int128 capitalisation) {
    for (std::size_t i = 0; i < members().size(); ++i) {
      Member& member = members()[i];
      const auto whole = whole_shares(capitalisation, input_.members[i].target, member);
      if (whole > 0 && whole <= std::numeric_limits<std::int64_t>::max() / 1'000'000) {
        member.calculation_shares = {static_cast<std::int64_t>(whole * 1'000'000)};
      } else {
        fault(member.line, "weight_percent",
              member.symbol() + ": makes no number of shares; capitalisation is too " +
                  (whole > 0 ? "large" : "small"));
      }
    }
  }

  // target x capitalisation / (sum of targets x close x rate); the largest number where it is more.
  Int128 whole_shares(Int128 capitalisation, Weight target, const Member& member) {
    const UInt128 rate = static_cast<UInt128>(close_rate(input_.head, member.currency()).raw);
    const UInt128 scale = static_cast<UInt128>(kFxOne.raw);
    const UInt128 total = static_cast<UInt128>(basket().sum_of_targets.raw);
    return divide_half_up(wide_product(static_cast<UInt128>(target.raw) * scale,
                                       static_cast<UInt128>(capitalisation)),
                          wide_product(total * static_cast<UInt128>(member.close.raw), rate))
        .value_or(kInt128Max);
  }

  // The basket as it would be without caps, whose capitalisations the caps are judged by.
  void apply_caps() {
    for (Member& member : members()) member.shares = {member.calculation_shares.raw};
    if (!in_range()) return;
    std::vector<CappedName> exact;
    std::vector<CappedName> wanted;
    for (std::size_t i = 0; i < members().size(); ++i) {
      const NewMember& each = input_.members[i];
      exact.push_back({capitalisation_of(basket().definition, members()[i]), each.cap});
      wanted.push_back({each.target.raw, each.cap});
    }
    const CapFactors caps = cap_factors(exact);
    if (caps.factors.empty())
      return fault(0, "cap_percent",
                   "the caps sum to " + format_trimmed(caps.sum_of_caps.raw, 8) +
                       " %, and cannot hold 100 %");
    basket().capping_rounds = caps.rounds;
    basket().targets = input_.capitalisation ? cap_factors(wanted).weights : caps.weights;
    for (std::size_t i = 0; i < members().size(); ++i) set_factor(members()[i], caps.factors[i]);
  }

  void set_factor(Member& member, CapFactor factor) {
    member.cap_factor = factor;
    member.shares = index_shares(member.calculation_shares, factor).value_or(IndexShares{});
    if (member.shares.raw <= 0)
      fault(member.line, "cap_percent", member.symbol() + ": leaves no index shares");
  }

  bool in_range() {
    if (capitalisation_in_range(basket().definition)) return true;
    fault(0, "members", "the capitalisation leaves the range of the accumulator");
    return false;
  }

  void balance() {
    IndexDefinition& definition = basket().definition;
    const Int128 cap = base_capitalisation(definition);
    definition.divisor = divisor_for(cap, definition.previous_close, definition.decimals);
    result_.faults = check_definition(definition);
    if (good()) basket().weights = base_weights(definition);
  }

  const NewBasketInput& input_;
  NewBasketResult result_;
};

}  // namespace

NewBasketResult new_basket(const NewBasketInput& input) { return Builder(input).run(); }

}  // namespace indexcast
