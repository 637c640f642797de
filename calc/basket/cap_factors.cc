#include "calc/basket/cap_factors.h"

#include <algorithm>

#include "calc/basket/uint256.h"

namespace indexcast {
namespace {

UInt128 unsigned_of(Int128 value) { return static_cast<UInt128>(value); }

class Capping {
 public:
  explicit Capping(std::span<const CappedName> names) : names_(names), capped_(names.size()) {
    for (const CappedName& name : names) uncapped_sum_ += name.capitalisation;
  }

  CapFactors run() {
    CapFactors result;
    for (const CappedName& name : names_) result.sum_of_caps = result.sum_of_caps + name.cap;
    if (result.sum_of_caps < kWholeBasket) return result;
    while (cap_those_above()) ++result.rounds;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      result.factors.push_back(factor(i));
      result.weights.push_back(weight(i));
    }
    return result;
  }

 private:
  // capitalisation / U x (1 - W) > cap, cross-multiplied.
  bool exceeds(const CappedName& name) const {
    return wide_product(unsigned_of(name.capitalisation), unsigned_of(left_)) >
           wide_product(unsigned_of(name.cap.raw), unsigned_of(uncapped_sum_));
  }

  // All of one round are judged by the same U and W.
  bool cap_those_above() {
    std::vector<std::size_t> above;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!capped_[i] && exceeds(names_[i])) above.push_back(i);
    }
    for (const std::size_t i : above) {
      capped_[i] = true;
      uncapped_sum_ -= names_[i].capitalisation;
      left_ -= names_[i].cap.raw;
    }
    return !above.empty();
  }

  CapFactor factor(std::size_t i) const {
    if (!capped_[i]) return kUncapped;
    const auto share = unsigned_of(names_[i].cap.raw) * unsigned_of(kUncapped.raw);
    const auto rounded =
        divide_half_up(wide_product(share, unsigned_of(uncapped_sum_)),
                       wide_product(unsigned_of(left_), unsigned_of(names_[i].capitalisation)));
    return {static_cast<std::int64_t>(rounded.value_or(0))};
  }

  Weight weight(std::size_t i) const {
    if (capped_[i]) return names_[i].cap;
    const auto rounded =
        divide_half_up(wide_product(unsigned_of(names_[i].capitalisation), unsigned_of(left_)),
                       UInt256{0, unsigned_of(uncapped_sum_)});
    return {static_cast<std::int64_t>(rounded.value_or(0))};
  }

  std::span<const CappedName> names_;
  std::vector<bool> capped_;
  Int128 uncapped_sum_ = 0;
  Int128 left_ = kWholeBasket.raw;
};

}  // namespace

CapFactors cap_factors(std::span<const CappedName> names) { return Capping(names).run(); }

}  // namespace indexcast
