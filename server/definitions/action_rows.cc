#include "server/definitions/action_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "server/definitions/csv_file.h"
#include "server/definitions/symbol.h"
#include "server/settings/codec.h"

namespace indexcast::server {
namespace {

enum ActionColumn : std::size_t {
  kSymbol,
  kExDate,
  kKind,
  kStatus,
  kLabel,
  kCurrency,
  kPer,
  kCash,
  kCashPer10,
  kCashAfterTax,
  kBonus,
  kBonusPer10,
  kConversion,
  kConversionPer10,
  kGiven,
  kRights,
  kRightsPer10,
  kRightsPrice,
  kSplit,
  kRatio,
  kExPrice,
  kScheme,
};

// Other names come from the vendors' interfaces: Tushare's `dividend`, Futu's
// `get_corporate_actions_dividends`, Uqer's `getEquDiv`.
constexpr CsvColumn kColumns[] = {{"symbol", true, "ts_code|code|ticker|secID"},
                                  {"ex_date", true, "date|exDate|exDivDate"},
                                  {"kind", false},
                                  {"status", false, "div_proc|process"},
                                  {"label", false, "flag"},
                                  {"currency", false, "currencyCD"},
                                  {"per", false},
                                  {"cash", false, "cash_div_tax|perCashDiv"},
                                  {"cash_per_10", false},
                                  {"cash_after_tax", false, "cash_div"},
                                  {"bonus", false, "stk_bo_rate"},
                                  {"bonus_per_10", false},
                                  {"conversion", false, "stk_co_rate"},
                                  {"conversion_per_10", false},
                                  {"bonus_and_conversion", false, "stk_div"},
                                  {"rights", false},
                                  {"rights_per_10", false},
                                  {"rights_price", false, "price"},
                                  {"split", false},
                                  {"ratio", false},
                                  {"ex_price", false},
                                  {"scheme", false, "plan"}};

// Texts that programs write for a missing value.
constexpr std::array<std::string_view, 10> kNothing{"0000-00-00", "-",   "--",   "None", "nan",
                                                    "NaN",        "NaT", "null", "NULL", "N/A"};
// The vendors' words for a scheme that is carried out. Any other word is a plan.
constexpr std::array<std::string_view, 5> kCarriedOut{"实施", "实施分配", "方案实施",
                                                      "Implementation", "implemented"};

constexpr Fraction whole(int value) { return Fraction(value); }

// Amounts per share of a text such as "10送2转3派3.5元(含税)". Mainland companies announce them for
// ten shares.
struct Scheme {
  Fraction cash{0};
  Fraction new_shares{0};
  Fraction rights{0};
};

// Removes `word` from the front of `text`, where it stands.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<Fraction> take_number(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = parse_fraction(text.substr(0, end));
  text.remove_prefix(end);
  return number;
}

// Returns the text without spaces and without notes in brackets, which are about tax.
std::string bare_scheme(std::string_view text) {
  std::string bare;
  bool open = false;
  while (!text.empty()) {
    if (take(text, "(") || take(text, "（")) {
      open = true;
    } else if (take(text, ")") || take(text, "）")) {
      open = false;
    } else if (!open && text.front() != ' ') {
      bare += text.front();
      text.remove_prefix(1);
    } else {
      text.remove_prefix(1);
    }
  }
  return bare;
}

// Returns nothing for a text with any part that is not understood.
std::optional<Scheme> parse_scheme(std::string_view written) {
  using Amount = Fraction Scheme::*;
  // Longer words first.
  constexpr std::pair<std::string_view, Amount> kWords[] = {
      {"派发现金红利", &Scheme::cash}, {"派现金", &Scheme::cash},     {"派发", &Scheme::cash},
      {"派息", &Scheme::cash},         {"派现", &Scheme::cash},       {"派", &Scheme::cash},
      {"送红股", &Scheme::new_shares}, {"送股", &Scheme::new_shares}, {"送", &Scheme::new_shares},
      {"转增", &Scheme::new_shares},   {"转", &Scheme::new_shares},   {"配", &Scheme::rights}};
  const std::string bare = bare_scheme(written);
  std::string_view text = bare;
  Scheme scheme;
  if (text == "不分配不转增" || text == "不分配") return scheme;
  take(text, "每");
  const auto held = take_number(text);
  if (!held || held->sign() == 0) return std::nullopt;
  take(text, "股");
  while (!text.empty()) {
    const auto word =
        std::ranges::find_if(kWords, [&](const auto& each) { return take(text, each.first); });
    if (word == std::end(kWords)) return std::nullopt;
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    scheme.*(word->second) = scheme.*(word->second) + *number / *held;
    if (!take(text, "股")) take(text, "元");
    if (!take(text, "，") && !take(text, ",")) take(text, "、");
  }
  return scheme;
}

class RowReader {
 public:
  RowReader(const CsvRow& row, const ActionScope& scope, Actions& out, FaultList& faults)
      : row_(row), scope_(scope), out_(out), faults_(faults) {}

  void read() {
    base_.line = row_.line();
    base_.symbol = usual_symbol(row_.text(kSymbol));
    if (base_.symbol.empty()) return;  // text() named it
    // Another exchange's security, a bond or an index cannot be a member.
    if (symbol_fault(base_.symbol)) return skip(SkipReason::no_member);
    if (!scope_.members.contains(base_.symbol)) return skip(SkipReason::no_member);
    if (!value(kExDate)) return skip(SkipReason::no_date);
    const auto date = VendorDateText{}.parse(*value(kExDate));
    if (!date)
      return row_.fault(
          kExDate, fmt::format("must be {}, not {}", VendorDateText{}.expected(), *value(kExDate)));
    base_.date = *date;
    base_.market = market_of_symbol(base_.symbol);
    const std::string kind = value(kKind).value_or("");
    if (kind == name_of(ActionKind::suspension)) return add(ActionKind::suspension, Fraction(1));
    // Its amounts are not read, because the roll skips it.
    if (base_.date != scope_.date) return add(ActionKind::dividend, Fraction(1));
    const std::size_t before = faults_.size();
    read_terms(kind);
    if (faults_.size() > before) out_.actions.resize(first_);
  }

 private:
  void skip(SkipReason reason) { ++out_.skipped[static_cast<std::size_t>(reason)]; }

  void add(ActionKind kind, const Fraction& amount) {
    if (amount.sign() == 0) return;
    CorporateAction& action = out_.actions.emplace_back(base_);
    action.kind = kind;
    action.amount = amount;
  }

  // Returns the text of a column, or nothing for a missing value.
  std::optional<std::string> value(ActionColumn column) const {
    if (!row_.has(column)) return std::nullopt;
    std::string text = row_.text(column);
    if (std::ranges::find(kNothing, text) != kNothing.end()) return std::nullopt;
    return text;
  }

  // Returns zero for a missing value.
  Fraction amount(ActionColumn column, const Fraction& per) const {
    const auto text = value(column);
    if (!text) return Fraction(0);
    const bool percent = text->ends_with('%');
    const auto parsed = parse_fraction(text->substr(0, text->size() - (percent ? 1 : 0)));
    if (!parsed) {
      row_.fault(column,
                 fmt::format("must be a decimal number, a ratio or a percentage from 0 with "
                             "up to 9 places, not {}",
                             *text));
      return Fraction(0);
    }
    return *parsed / per / (percent ? whole(100) : whole(1));
  }

  // Reads an amount from its column or from the column for ten shares; both must agree.
  Fraction either(ActionColumn column, ActionColumn per_ten) const {
    const Fraction one = amount(column, per_);
    const Fraction ten = amount(per_ten, whole(10));
    if (one.sign() != 0 && ten.sign() != 0 && one != ten)
      row_.fault(per_ten, "is not ten times the amount for one");
    return one.sign() != 0 ? one : ten;
  }

  Price price(ActionColumn column) const {
    return value(column) ? Price{row_.positive(column, Price::kDecimals)} : Price{};
  }

  void read_terms(std::string_view kind) {
    first_ = out_.actions.size();
    const std::size_t before = faults_.size();
    if (const auto status = value(kStatus);
        status && std::ranges::find(kCarriedOut, *status) == kCarriedOut.end())
      return row_.fault(
          kStatus, fmt::format("{}: {} goes ex and is not carried out", *status, base_.symbol));
    if (value(kPer)) {
      per_ = amount(kPer, whole(1));
      if (per_.sign() == 0) return row_.fault(kPer, "must be above 0: amounts for so many shares");
    }
    base_.label = value(kLabel).value_or("");
    base_.ex_price = price(kExPrice);
    base_.rights_price = {};
    const Fraction ratio = amount(kRatio, per_);
    const bool is_bonus = kind == name_of(ActionKind::bonus);
    const bool is_rights = kind == name_of(ActionKind::rights);
    const bool is_split = kind == name_of(ActionKind::split);
    if (!kind.empty() && !is_bonus && !is_rights && !is_split &&
        kind != name_of(ActionKind::dividend))
      return row_.fault(kKind, fmt::format("must be one of dividend bonus rights split suspension, "
                                           "or nothing, not {}",
                                           kind));
    if (ratio.sign() != 0 && !is_bonus && !is_rights && !is_split)
      return row_.fault(kRatio, "needs the kind bonus, rights or split");
    const Scheme scheme = read_scheme();
    add_dividend(agreed(kCash, either(kCash, kCashPer10), scheme.cash));
    add(ActionKind::bonus, is_bonus ? ratio : agreed(kBonus, new_shares(), scheme.new_shares));
    add_rights(is_rights ? ratio : agreed(kRights, either(kRights, kRightsPer10), scheme.rights));
    add(ActionKind::split, is_split ? ratio : amount(kSplit, whole(1)));
    if (out_.actions.size() > first_ || faults_.size() > before) return;
    if (!kind.empty()) return row_.fault(kKind, fmt::format("no amount for the {}", kind));
    skip(SkipReason::no_payment);
  }

  Scheme read_scheme() {
    const auto text = value(kScheme);
    if (!text) return {};
    const auto scheme = parse_scheme(*text);
    if (!scheme) row_.fault(kScheme, fmt::format("must be like 10送2转3派3.5元, not {}", *text));
    return scheme.value_or(Scheme{});
  }

  // Returns the amount of the column or of the scheme's text; both must agree.
  Fraction agreed(ActionColumn column, const Fraction& amount, const Fraction& in_scheme) const {
    if (amount.sign() != 0 && in_scheme.sign() != 0 && amount != in_scheme)
      row_.fault(column, fmt::format("{} for a share, {} in the scheme", format_fraction(amount),
                                     format_fraction(in_scheme)));
    return amount.sign() != 0 ? amount : in_scheme;
  }

  void add_dividend(const Fraction& cash) {
    if (cash.sign() == 0 && amount(kCashAfterTax, whole(1)).sign() != 0)
      return row_.fault(kCashAfterTax, "is after tax: state the cash before tax");
    base_.currency = value(kCurrency).value_or("");
    if (base_.currency == "RMB") base_.currency = "CNY";
    add(ActionKind::dividend, cash);
    base_.currency.clear();
  }

  // Adds bonus shares and shares from reserves, which have the same effect on the price.
  Fraction new_shares() const {
    const Fraction both = either(kBonus, kBonusPer10) + either(kConversion, kConversionPer10);
    const Fraction given = amount(kGiven, per_);
    if (both.sign() != 0 && given.sign() != 0 && both != given)
      row_.fault(kGiven, fmt::format("is {}, bonus and conversion make {}", format_fraction(given),
                                     format_fraction(both)));
    return both.sign() != 0 ? both : given;
  }

  void add_rights(const Fraction& ratio) {
    if (ratio.sign() == 0) return;
    if (!value(kRightsPrice)) return row_.fault(kRightsPrice, "missing, and there are rights");
    base_.rights_price = price(kRightsPrice);
    add(ActionKind::rights, ratio);
    base_.rights_price = {};
  }

  const CsvRow& row_;
  const ActionScope& scope_;
  Actions& out_;
  FaultList& faults_;
  CorporateAction base_;
  Fraction per_{1};
  std::size_t first_ = 0;
};

}  // namespace

Actions read_action_rows(const std::string& path, const ActionScope& scope, FaultList& faults) {
  Actions result;
  const CsvTable table = read_csv_table(path, kColumns, faults);
  result.unused_columns = table.unused_columns;
  const bool has_terms =
      table.has(kKind) || std::ranges::any_of(
                              std::initializer_list<ActionColumn>{
                                  kCash, kCashPer10, kBonus, kBonusPer10, kConversion,
                                  kConversionPer10, kGiven, kScheme, kRights, kRightsPer10, kSplit},
                              [&](ActionColumn column) { return table.has(column); });
  if (table.header_line > 0 && !has_terms)
    faults.add(
        path, table.header_line, "cash",
        "no column of amounts: cash, bonus, conversion or rights, each also with _per_10, split, "
        "bonus_and_conversion or scheme");
  for (const CsvRow& row : table.rows) {
    ++result.rows;
    RowReader(row, scope, result, faults).read();
  }
  return result;
}

}  // namespace indexcast::server
