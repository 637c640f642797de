#include "server/definitions/composition_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "feedhandlers/transport/charset.h"
#include "server/definitions/xml_record.h"

namespace indexcast::server {
namespace {

// What the two formats call the same thing. Empty: the format does not have it.
struct Tags {
  const char* root;
  feed::Venue venue;
  const char* fund;
  const char* fund_name;
  const char* estimated_cash;
  const char* count;
  const char* components;
  const char* code;
  const char* name;
  const char* market;
  const char* substitution;
  const char* quantity;
  const char* creation_cash;
  const char* redemption_cash;
};

constexpr std::array<Tags, 2> kFormats{{
    {.root = "SSEPortfolioCompositionFile",
     .venue = feed::Venue::sse,
     .fund = "FundInstrumentID",
     .fund_name = "",
     .estimated_cash = "EstimatedCashComponent",
     .count = "RecordNumber",
     .components = "ComponentList",
     .code = "InstrumentID",
     .name = "InstrumentName",
     .market = "UnderlyingSecurityID",
     .substitution = "SubstitutionFlag",
     .quantity = "Quantity",
     .creation_cash = "SubstitutionCashAmount",
     .redemption_cash = ""},
    {.root = "PCFFile",
     .venue = feed::Venue::szse,
     .fund = "SecurityID",
     .fund_name = "Symbol",
     .estimated_cash = "EstimateCashComponent",
     .count = "TotalRecordNum",
     .components = "Components",
     .code = "UnderlyingSecurityID",
     .name = "UnderlyingSymbol",
     .market = "UnderlyingSecurityIDSource",
     .substitution = "SubstituteFlag",
     .quantity = "ComponentShare",
     .creation_cash = "CreationCashSubstitute",
     .redemption_cash = "RedemptionCashSubstitute"},
}};

// Room for a code of any market; both specifications have at most 30.
constexpr std::size_t kCodeMax = 30;

using Count = Fixed<struct CountTag, 0>;

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<ComponentMarket> market_of(std::string_view text) {
  using enum ComponentMarket;
  for (const ComponentMarket market : {sse, szse, hkex, interbank, bse, other}) {
    if (text == std::to_string(static_cast<int>(market))) return market;
  }
  return std::nullopt;
}

class ComponentReader {
 public:
  ComponentReader(const Tags& tags, XmlRecord record) : tags_(tags), record_(record) {}

  Component read() {
    Component component;
    component.line = record_.line();
    component.name = feed::to_utf8(record_.find(tags_.name).value_or(""), feed::Charset::utf8);
    read_market(component);
    component.code = read_code(component.market);
    read_substitution(component);
    component.quantity = not_negative<IndexShares>(tags_.quantity);
    component.creation_cash = record_.find_number<Money>(tags_.creation_cash);
    component.redemption_cash = record_.find_number<Money>(tags_.redemption_cash);
    return component;
  }

 private:
  void read_market(Component& component) {
    const std::string text = record_.require(tags_.market);
    if (text.empty()) return;
    const auto market = market_of(text);
    if (!market) return record_.fault(tags_.market, "must be 101, 102, 103, 105, 106 or 9999");
    component.market = *market;
  }

  // Hong Kong's codes are written with and without zeros in front.
  std::string read_code(ComponentMarket market) {
    std::string code = record_.require(tags_.code);
    if (code.size() > kCodeMax || !printable(code)) {
      record_.fault(tags_.code, "must be at most 30 letters and digits");
      return {};
    }
    const bool mainland = market == ComponentMarket::sse || market == ComponentMarket::szse ||
                          market == ComponentMarket::bse;
    const bool hong_kong = market == ComponentMarket::hkex;
    if (code.empty() || (!mainland && !hong_kong)) return code;
    const std::size_t digits = hong_kong ? 5 : 6;
    if (hong_kong && code.size() < digits) code.insert(0, digits - code.size(), '0');
    if (code.size() != digits || !all_digits(code))
      record_.fault(tags_.code, fmt::format("a code of this market has {} digits", digits));
    return code;
  }

  void read_substitution(Component& component) {
    const std::string flag = record_.require(tags_.substitution);
    if (flag.empty()) return;
    if (flag != "0" && flag != "1" && flag != "2")
      return record_.fault(tags_.substitution, "must be 0, 1 or 2");
    component.substitution = static_cast<Substitution>(flag[0] - '0');
  }

  template <class FixedType>
  std::optional<FixedType> not_negative(const char* tag) {
    const auto number = record_.find_number<FixedType>(tag);
    if (number && number->raw < 0) record_.fault(tag, "must not be negative");
    return number;
  }

  const Tags& tags_;
  XmlRecord record_;
};

class CompositionReader {
 public:
  CompositionReader(std::string_view text, const std::string& file)
      : xml_(text, file, faults_), root_(xml_.root(), xml_, faults_) {}

  absl::StatusOr<Composition> read() {
    if (const Tags* tags = format()) {
      read_head(*tags);
      read_components(*tags);
    }
    if (!faults_.empty()) return faults_.status();
    return std::move(out_);
  }

 private:
  // nullptr after a fault.
  const Tags* format() {
    if (!faults_.empty()) return nullptr;
    const std::string_view root = xml_.root().name();
    const auto found = std::ranges::find(
        kFormats, root, [](const Tags& tags) { return std::string_view(tags.root); });
    if (found != kFormats.end()) return &*found;
    faults_.add(xml_.file(), 0, "xml",
                "the root element must be SSEPortfolioCompositionFile or PCFFile");
    return nullptr;
  }

  void read_head(const Tags& tags) {
    out_.venue = tags.venue;
    out_.code = root_.require(tags.fund);
    if (!out_.code.empty() && (out_.code.size() != 6 || !all_digits(out_.code)))
      root_.fault(tags.fund, "must be six digits");
    out_.name = feed::to_utf8(root_.find(tags.fund_name).value_or(""), feed::Charset::utf8);
    out_.trading_day = root_.require_date("TradingDay");
    out_.previous_day = root_.require_date("PreTradingDay");
    out_.creation_unit = positive<Count>("CreationRedemptionUnit").raw;
    out_.nav = positive<Money>("NAV");
    out_.nav_per_unit = positive<Money>("NAVperCU");
    out_.dividend_per_unit = root_.find_number<Money>("DividendPerCU").value_or(Money{});
    out_.estimated_cash = root_.require_number<Money>(tags.estimated_cash);
  }

  template <class FixedType>
  FixedType positive(const char* tag) {
    const std::string value = root_.require(tag);
    if (value.empty()) return {};
    const auto number = parse_fixed<FixedType>(value);
    if (number && number->raw > 0) return *number;
    root_.fault(
        tag, fmt::format("must be a positive number with up to {} places", FixedType::kDecimals));
    return {};
  }

  void read_components(const Tags& tags) {
    const pugi::xml_node list = xml_.root().child(tags.components);
    if (!list) return root_.fault(tags.components, "missing");
    if (list.next_sibling(tags.components)) root_.fault(tags.components, "appears twice");
    for (const pugi::xml_node node : list.children("Component")) {
      if (out_.components.size() == kComponentsMax)
        return root_.fault(tags.components, fmt::format("more than {}", kComponentsMax));
      out_.components.push_back(ComponentReader(tags, {node, xml_, faults_}).read());
    }
    const std::int64_t count = root_.require_number<Count>(tags.count).raw;
    const auto found = static_cast<std::int64_t>(out_.components.size());
    if (count != found)
      root_.fault(tags.count, fmt::format("says {}, and {} components follow", count, found));
  }

  FaultList faults_;
  XmlText xml_;
  XmlRecord root_;
  Composition out_;
};

absl::Status refuse(const std::string& path, std::string_view what) {
  FaultList faults;
  faults.add(path, 0, "pcf", what);
  return faults.status();
}

}  // namespace

absl::StatusOr<Composition> parse_composition(std::string_view text, const std::string& file) {
  if (text.size() > kCompositionBytesMax)
    return refuse(file, fmt::format("larger than {} bytes", kCompositionBytesMax));
  return CompositionReader(text, file).read();
}

absl::StatusOr<Composition> read_composition(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code ignored;
  if (!in || !std::filesystem::is_regular_file(path, ignored))
    return refuse(path, "cannot be read");
  // One byte more than is allowed shows that there are too many.
  std::string text(kCompositionBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_composition(text, path);
}

}  // namespace indexcast::server
