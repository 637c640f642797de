#include "calc/basket/action_selection.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace indexcast {
namespace {

// Vendors round the same payment differently (0.092 and 0.0916667). Two amounts this close may be
// one payment.
constexpr int kSamePaymentPercent = 2;

bool same_terms(const CorporateAction& a, const CorporateAction& b) {
  return a.kind == b.kind && a.symbol == b.symbol && a.date == b.date && a.amount == b.amount &&
         a.rights_price == b.rights_price && a.ex_price == b.ex_price &&
         a.calculation_shares == b.calculation_shares && a.cap_factor == b.cap_factor &&
         a.name == b.name && a.currency == b.currency && a.label == b.label;
}

// Whether the amounts are within kSamePaymentPercent of each other.
bool may_be_one_payment(const CorporateAction& a, const CorporateAction& b) {
  if (a.kind != b.kind || a.symbol != b.symbol || a.currency != b.currency) return false;
  if (a.kind != ActionKind::dividend && a.kind != ActionKind::bonus) return false;
  const Fraction margin = Fraction::of(100 + kSamePaymentPercent, 100);
  return (a.amount - b.amount * margin).sign() <= 0 && (b.amount - a.amount * margin).sign() <= 0;
}

class Selector {
 public:
  explicit Selector(const RollInput& input) : input_(input) {
    for (const Member& member : input.today.members) members_.insert(member.symbol());
    for (const OfficialClose& close : input.closes) closes_.insert(close.symbol);
    for (const CorporateAction& action : input.actions) {
      if (action.date != input.date) continue;
      if (action.kind == ActionKind::join) members_.insert(action.symbol);
      if (action.kind == ActionKind::leave) leavers_.insert(action.symbol);
    }
  }

  ActionSelection run() {
    for (const CorporateAction& action : input_.actions) select(action);
    return std::move(selection_);
  }

 private:
  void select(const CorporateAction& action) {
    const bool suspension = action.kind == ActionKind::suspension;
    const Date day = suspension ? input_.today.effective_date : input_.date;
    if (is_company_event(action.kind) &&
        (!members_.contains(action.symbol) || (!suspension && leavers_.contains(action.symbol))))
      return skip(SkipReason::no_member);
    if (action.date == day) return take(action);
    if (!is_company_event(action.kind))
      return fault(
          action, "date",
          date_text(action.date) + " is not " + date_text(day) + ", the day that this roll makes");
    if (suspension && !closes_.contains(action.symbol))
      return fault(action, "date",
                   date_text(action.date) + " is not " + date_text(day) +
                       ", the day that the closes are of, and it has no close");
    if (!suspension && action.date > input_.today.effective_date && action.date < day)
      return fault(action, "date",
                   date_text(action.date) + " is between " +
                       date_text(input_.today.effective_date) + " and " + date_text(day) +
                       ": no definition would take it in");
    skip(action.date < day ? SkipReason::earlier : SkipReason::later);
  }

  void take(const CorporateAction& action) {
    for (const CorporateAction& other : selection_.due) {
      if (same_terms(action, other)) return skip(SkipReason::repeated);
      if (may_be_one_payment(action, other))
        return fault(action, "kind",
                     "a " + std::string(name_of(action.kind)) + " of " +
                         format_fraction(action.amount) + " beside the " +
                         format_fraction(other.amount) + " of line " + std::to_string(other.line) +
                         ": one payment or two? State the one, or their sum");
    }
    selection_.due.push_back(action);
  }

  void skip(SkipReason reason) { ++selection_.skipped[static_cast<std::size_t>(reason)]; }

  void fault(const CorporateAction& action, const std::string& key, const std::string& what) {
    selection_.faults.push_back({RollFile::actions, action.line, "action." + key,
                                 action.symbol + ": " + what, action.file});
  }

  static std::string date_text(Date date) { return std::to_string(date); }

  const RollInput& input_;
  std::set<std::string> members_;  // of today, and those that join
  std::set<std::string> leavers_;
  std::set<std::string> closes_;
  ActionSelection selection_;
};

}  // namespace

ActionSelection select_actions(const RollInput& input) { return Selector(input).run(); }

}  // namespace indexcast
