#include "server/definitions/actions_file.h"

#include <initializer_list>
#include <string_view>

#include "calc/basket/float_band.h"
#include "server/definitions/symbol.h"
#include "server/settings/codec.h"
#include "server/settings/table_reader.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

struct KindText {
  std::optional<std::optional<ActionKind>> parse(std::string_view text) const {
    const auto kind = OneOf<ActionKind, kActionNames.size()>{kActionNames}.parse(text);
    if (!kind) return std::nullopt;
    return std::optional(kind);
  }
  std::string expected() const {
    return OneOf<ActionKind, kActionNames.size()>{kActionNames}.expected();
  }
};

// What a company gives or takes for one share: nothing would be no action.
struct FractionText {
  std::optional<Fraction> parse(std::string_view text) const {
    const auto value = parse_fraction(text);
    return value && value->sign() > 0 ? value : std::nullopt;
  }
  std::string expected() const {
    return "a positive decimal number or ratio, \"0.3\" or \"3/10\", with up to 9 places";
  }
};

template <class FixedType>
struct PositiveText {
  std::optional<FixedType> parse(std::string_view text) const {
    const auto value = parse_fixed<FixedType>(text);
    return value && value->raw > 0 ? value : std::nullopt;
  }
  std::string expected() const {
    return "a positive number: " + DecimalText<FixedType>{}.expected();
  }
};

struct PercentText {
  std::optional<Weight> parse(std::string_view text) const {
    const auto raw = parse_decimal64(text, 8);
    if (!raw || *raw <= 0 || *raw > kWholeBasket.raw) return std::nullopt;
    return Weight{*raw};
  }
  std::string expected() const { return "a percentage above 0 and up to 100, as text"; }
};

// A name that the members' file can hold.
struct NameText {
  std::optional<std::string> parse(std::string_view text) const {
    if (text.empty() || text.find_first_of(",\r\n") != std::string_view::npos) return std::nullopt;
    return std::string(text);
  }
  std::string expected() const { return "text of one line without a comma"; }
};

template <class T, class Codec>
void needed(TableReader& table, std::string_view key, T& out, const Codec& codec) {
  table.require(key);
  table.text(key, out, codec);
}

void read_shares(TableReader& table, CorporateAction& action) {
  needed(table, "calculation_shares", action.calculation_shares, PositiveText<CalculationShares>{});
}

void read_float(TableReader& table, CorporateAction& action) {
  CalculationShares total{};
  CalculationShares free{};
  needed(table, "total_shares", total, PositiveText<CalculationShares>{});
  needed(table, "free_shares", free, PositiveText<CalculationShares>{});
  if (total.raw == 0 || free.raw == 0) return;
  const auto shares = float_adjusted(free, total);
  if (shares) action.calculation_shares = *shares;
  if (!shares) table.fault("free_shares", "must be at most total_shares");
}

void read_joiner(TableReader& table, bool by_float, CorporateAction& action) {
  needed(table, "name", action.name, NameText{});
  needed(table, "currency", action.currency, NameText{});
  by_float ? read_float(table, action) : read_shares(table, action);
  table.text("cap_factor", action.cap_factor, PositiveText<CapFactor>{});
}

void read_ex_price(TableReader& table, CorporateAction& action) {
  table.text("ex_price", action.ex_price, PositiveText<Price>{});
}

// Keys that mean nothing to the kind are not asked for, so that the reader refuses them.
void read_terms(TableReader& table, CorporateAction& action) {
  switch (action.kind) {
    case ActionKind::dividend:
      needed(table, "cash", action.amount, FractionText{});
      table.text("currency", action.currency, NameText{});
      table.text("label", action.label, NameText{});
      return read_ex_price(table, action);
    case ActionKind::rights:
      needed(table, "price", action.rights_price, PositiveText<Price>{});
      [[fallthrough]];
    case ActionKind::bonus:
    case ActionKind::split:
      if (action.kind == ActionKind::bonus) table.text("label", action.label, NameText{});
      needed(table, "ratio", action.amount, FractionText{});
      return read_ex_price(table, action);
    case ActionKind::shares:
      return read_shares(table, action);
    case ActionKind::float_band:
      return read_float(table, action);
    case ActionKind::cap_factor:
      return needed(table, "cap_factor", action.cap_factor, PositiveText<CapFactor>{});
    case ActionKind::join:
      return read_joiner(table, table.has("total_shares") || table.has("free_shares"), action);
    case ActionKind::leave:
    case ActionKind::suspension:
      return;
  }
}

void read_action(TableReader& table, CorporateAction& action) {
  std::optional<ActionKind> kind;
  needed(table, "kind", kind, KindText{});
  needed(table, "symbol", action.symbol, NonEmptyText{});
  needed(table, "date", action.date, VendorDateText{});
  action.line = table.line_of("symbol");
  action.symbol = usual_symbol(action.symbol);
  action.market = market_of_symbol(action.symbol);
  if (const auto wrong = symbol_fault(action.symbol); wrong && !action.symbol.empty())
    table.fault("symbol", *wrong);
  if (!kind) return;
  action.kind = *kind;
  read_terms(table, action);
}

// One whose terms could not be read is left out: what it would do is not known.
struct ReadAction {
  CorporateAction action;
  bool good = false;
};

Review read_review(TableReader& table) {
  Review review;
  review.line = table.line_of("cap_percent");
  table.text("cap_percent", review.cap, PercentText{});
  table.text_map("caps", review.caps, PercentText{});
  return review;
}

}  // namespace

std::optional<Date> VendorDateText::parse(std::string_view text) const {
  text = text.substr(0, text.find_first_of(" T"));
  if (text.ends_with(".0")) text.remove_suffix(2);  // a number that a program read as a float
  std::string digits;
  int parts = 0;
  for (std::string_view rest = text;; ++parts) {
    const auto end = rest.find_first_of("-/");
    const std::string_view part = rest.substr(0, end);
    if (parts > 0 && part.size() == 1) digits += '0';
    digits += part;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (digits.size() != 8 || (parts != 0 && parts != 2)) return std::nullopt;
  return DateText{}.parse(digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6));
}

Actions read_actions(const std::string& path, FaultList& faults) {
  Actions result;
  const absl::StatusOr<toml::table> file = read_toml(path);
  if (!file.ok()) {
    faults.add(file.status());
    return result;
  }
  TableReader reader(*file, path, "", faults);
  std::vector<ReadAction> found;
  reader.tables("action", found, [&](TableReader& table, ReadAction& each) {
    const std::size_t before = faults.size();
    read_action(table, each.action);
    each.good = faults.size() == before;
  });
  for (ReadAction& each : found) {
    if (each.good) result.actions.push_back(std::move(each.action));
  }
  reader.section("review", [&](TableReader& table) { result.review = read_review(table); });
  reader.refuse_unknown_keys();
  return result;
}

}  // namespace indexcast::server
