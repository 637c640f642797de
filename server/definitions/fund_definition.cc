#include "server/definitions/fund_definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "feedhandlers/market/venue.h"

namespace indexcast::server {
namespace {

constexpr const char* kCurrency = "CNY";
// Published places of an indicative value (METHODOLOGY 9).
constexpr int kDecimals = 4;
// Shenzhen's pseudo component "cash for creation and redemption": its amounts stand for components
// that the same file lists one by one, so it is never added to them (METHODOLOGY 9).
constexpr std::string_view kCashPseudoComponent = "159900";

std::optional<feed::Venue> venue_of(ComponentMarket market) {
  switch (market) {
    case ComponentMarket::sse:
      return feed::Venue::sse;
    case ComponentMarket::szse:
      return feed::Venue::szse;
    case ComponentMarket::hkex:
      return feed::Venue::hkex;
    case ComponentMarket::interbank:
    case ComponentMarket::bse:
    case ComponentMarket::other:
      return std::nullopt;
  }
  return std::nullopt;
}

// "688041.SH"; Beijing's in the same form, a code of no exchange as it stands.
std::string symbol_of(const Component& component) {
  if (const auto venue = venue_of(component.market))
    return fmt::format("{}.{}", component.code,
                       feed::kVenueSuffixes[static_cast<std::size_t>(*venue)]);
  return component.market == ComponentMarket::bse ? component.code + ".BJ" : component.code;
}

bool is_pseudo(const Composition& composition, const Component& component) {
  return composition.venue == feed::Venue::szse && component.code == kCashPseudoComponent &&
         component.market == ComponentMarket::szse;
}

// Flags 0 and 1 are priced, in Shanghai's rule on the four exchanges only (IS118-F: markets 101,
// 102, 103 and 106; the others count with their amount).
bool is_priced(const Composition& composition, const Component& component) {
  if (component.substitution == Substitution::mandatory) return false;
  const bool on_exchange =
      component.market != ComponentMarket::interbank && component.market != ComponentMarket::other;
  return on_exchange || composition.venue == feed::Venue::szse;
}

// Half up from 6 places to the published ones.
Level level_from(Money money) {
  return {
      static_cast<std::int64_t>(divide_half_up(money.raw, pow10(Money::kDecimals - kDecimals)))};
}

class FundBuilder {
 public:
  FundBuilder(const Composition& composition, const FundSettings& settings, const std::string& file,
              const ReferencePrices& references, FaultList& faults)
      : composition_(composition),
        settings_(settings),
        file_(file),
        references_(references),
        faults_(faults) {}

  IndexDefinition build(const IndexDefinition* tracked) {
    fill_head();
    for (const Component& component : composition_.components) add(component);
    if (tracked != nullptr) bind_rates(*tracked);
    if (!faults_.empty()) return std::move(out_);
    for (const DefinitionFault& fault : check_definition(out_))
      faults_.add(file_, fault.line, fault.key, fault.what);
    return std::move(out_);
  }

 private:
  void fault(const Component& component, std::string_view key, std::string_view what) {
    faults_.add(file_, component.line, key, fmt::format("{}: {}", symbol_of(component), what));
  }

  void fill_head() {
    const Composition& from = composition_;
    out_.code = from.code;
    out_.name = !settings_.name.empty() ? settings_.name
                : !from.name.empty()    ? from.name
                                        : from.code;
    out_.currency = kCurrency;
    out_.decimals = kDecimals;
    out_.effective_date = from.trading_day;
    out_.divisor = {from.creation_unit * pow10(Divisor::kDecimals)};
    out_.previous_close = level_from(from.nav);
    out_.source = file_;
    out_.provenance = settings_.provenance.empty()
                          ? "composition file " + std::filesystem::path(file_).filename().string()
                          : settings_.provenance;
    out_.fund = FundTerms{.venue = feed::market_of(from.venue),
                          .tracked_index = settings_.tracks,
                          .creation_unit = from.creation_unit,
                          .estimated_cash = from.estimated_cash,
                          .cash_components = {},
                          .expected_value = from.nav_per_unit - from.dividend_per_unit};
  }

  void add(const Component& component) {
    if (is_pseudo(composition_, component)) return;
    if (!is_priced(composition_, component)) return add_cash(component);
    if (!component.quantity) return fault(component, "quantity", "missing");
    if (component.quantity->raw == 0) return;  // listed, and not held
    const ComponentPrice* reference = references_.find(symbol_of(component));
    if (!venue_of(component.market)) return add_unfed(component, reference);
    if (reference == nullptr)
      return fault(component, "reference_price", "in no definition and no closes file");
    add_member(component, *reference);
  }

  void add_member(const Component& component, const ComponentPrice& reference) {
    Member& member = out_.members.emplace_back();
    member.security = reference.security
                          ? reference.security
                          : std::make_shared<const Security>(
                                Security{symbol_of(component), component.name, reference.currency,
                                         feed::market_of(*venue_of(component.market))});
    member.shares = *component.quantity;
    member.close = member.base_price = member.reference_price = reference.price;
    member.suspended = reference.suspended;
    member.line = component.line;
  }

  // An empty component, mandatory cash with quantity zero, need not say that its amount is nothing.
  void add_cash(const Component& component) {
    const bool redemption =
        composition_.venue == feed::Venue::szse && settings_.cash_side == CashSide::redemption;
    const auto amount = redemption ? component.redemption_cash : component.creation_cash;
    const bool is_empty = component.quantity && component.quantity->raw == 0;
    const bool needed = component.substitution == Substitution::mandatory && !is_empty;
    if (!amount && needed) return fault(component, "substitution cash", "missing");
    add_amount(component, amount.value_or(Money{}));
  }

  // A component that no feed of ours prices, at its reference price all day if the site wants that.
  void add_unfed(const Component& component, const ComponentPrice* reference) {
    if (settings_.unfed == UnfedRule::refuse)
      return fault(component, "unfed", "listed where no feed looks; see the setting `unfed`");
    if (reference == nullptr || reference->currency != kCurrency)
      return fault(component, "reference_price", "in no closes file, or not in CNY");
    const Int128 value = static_cast<Int128>(reference->price.raw) * component.quantity->raw;
    const Int128 amount = divide_half_up(value, pow10(kCapDecimals - Money::kDecimals));
    if (amount > INT64_MAX) return fault(component, "quantity", "too large");
    add_amount(component, {static_cast<std::int64_t>(amount)});
  }

  void add_amount(const Component& component, Money amount) {
    out_.fund->cash_components.push_back({symbol_of(component), component.name, amount});
  }

  // The series and both rates of the tracked index, as far as the fund holds their currencies.
  void bind_rates(const IndexDefinition& tracked) {
    for (const auto& entry : tracked.fx_series) {
      const std::string& currency = entry.first;
      if (std::ranges::find(out_.members, currency, &Member::currency) == out_.members.end())
        continue;
      out_.fx_series.insert(entry);
      out_.close_fx.emplace(currency, close_rate(tracked, currency));
      if (const auto day = tracked.day_fx.find(currency); day != tracked.day_fx.end())
        out_.day_fx.insert(*day);
    }
  }

  const Composition& composition_;
  const FundSettings& settings_;
  const std::string& file_;
  const ReferencePrices& references_;
  FaultList& faults_;
  IndexDefinition out_;
};

}  // namespace

IndexDefinition fund_definition(const Composition& composition, const FundSettings& settings,
                                const std::string& file, const ReferencePrices& references,
                                const IndexDefinition* tracked, FaultList& faults) {
  return FundBuilder(composition, settings, file, references, faults).build(tracked);
}

}  // namespace indexcast::server
