#include "server/definitions/universe_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "calc/decimal.h"
#include "feedhandlers/market/venue.h"
#include "server/definitions/definition_file.h"
#include "server/definitions/fund_loader.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

// Fewer files are read sooner than a thread starts to help.
constexpr std::size_t kFilesForAThread = 50;

// Remembers what each definition said first, and objects to another who says otherwise.
class Agreement {
 public:
  // Adds what is wrong with `definition` beside those before it.
  void add(const IndexDefinition& definition, FaultList& faults) {
    if (const auto [it, added] = codes_.emplace(definition.code, definition.source); !added)
      faults.add(definition.source, 0, "code",
                 fmt::format("{} is also defined in {}", definition.code, it->second));
    for (const auto& [currency, series] : definition.fx_series)
      add_rate(definition, currency, faults);
    for (const Member& member : definition.members) add_member(definition, member, faults);
  }

 private:
  // A series has one rate at the start of the day. Previous closes may have been published with
  // several.
  void add_rate(const IndexDefinition& definition, const std::string& currency, FaultList& faults) {
    const FxRate rate = day_rate(definition, currency);
    const std::string& series = definition.fx_series.at(currency);
    if (!definition.close_fx.contains(currency)) {
      faults.add(definition.source, 0, "fx_series." + currency, "no close_fx for it");
    } else if (const auto [it, added] = rates_.emplace(series, rate);
               !added && it->second != rate) {
      faults.add(
          definition.source, 0, "day_fx." + currency,
          fmt::format("{} begins the day at {}, and at {} in another definition; the default "
                      "is close_fx",
                      series, format_trimmed(rate.raw, FxRate::kDecimals),
                      format_trimmed(it->second.raw, FxRate::kDecimals)));
    }
  }

  void add_member(const IndexDefinition& definition, const Member& member, FaultList& faults) {
    const Member& first = first_of(member);
    if (first.security != member.security && first.currency() != member.currency())
      faults.add(definition.source, 0, "members",
                 member.symbol() + " has another currency in another definition");
    if (first.reference_price != member.reference_price)
      faults.add(definition.source, 0, "members",
                 member.symbol() + " has another reference_price in another definition");
    if (first.suspended != member.suspended)
      faults.add(definition.source, 0, "members",
                 member.symbol() + " has another suspended in another definition");
  }

  // The first member of its symbol; members that share a security are told by its address.
  const Member& first_of(const Member& member) {
    const auto [it, added] = by_security_.try_emplace(member.security.get(), &member);
    if (added) it->second = by_symbol_.try_emplace(member.symbol(), &member).first->second;
    return *it->second;
  }

  std::map<std::string, std::string> codes_;
  std::map<std::string, FxRate> rates_;  // day_fx of each series
  std::unordered_map<const Security*, const Member*> by_security_;
  std::unordered_map<std::string_view, const Member*> by_symbol_;
};

// Takes out the first definition that contradicts one before it, or is for another day; false when
// there is none. The others are held against each other anew, without what it said.
bool take_out_one(std::vector<IndexDefinition>& definitions, Date day, FaultList& faults) {
  Agreement agreement;
  for (auto it = definitions.begin(); it != definitions.end(); ++it) {
    FaultList of_this;
    of_this.add(check_effective_date(*it, day));
    agreement.add(*it, of_this);
    if (of_this.empty()) continue;
    faults.add(of_this.status());
    definitions.erase(it);
    return true;
  }
  return false;
}

// Shenzhen's phase is that of its sentinels, by default the members listed there: a fund's session
// needs one.
void take_out_unwatched(const Config& config, std::vector<IndexDefinition>& definitions,
                        FaultList& faults) {
  const MarketId shenzhen = feed::market_of(feed::Venue::szse);
  const auto lists = [&](const Member& member) { return member.market() == shenzhen; };
  const bool watched = !config.szse.sentinels.empty() ||
                       std::ranges::any_of(definitions, [&](const IndexDefinition& definition) {
                         return std::ranges::any_of(definition.members, lists);
                       });
  std::erase_if(definitions, [&](const IndexDefinition& definition) {
    if (watched || !definition.fund || definition.fund->venue != shenzhen) return false;
    faults.add(config.source, 0, "szse.sentinels",
               definition.code + " follows Shenzhen's session, and nothing is watched there");
    return true;
  });
}

Date day_of(const Config& config, std::span<const IndexDefinition> definitions) {
  if (config.trade_date != 0 || definitions.empty()) return config.trade_date;
  return definitions.front().effective_date;
}

// In the order of `paths`. The files are independent of each other, so every core takes the next
// one, with a pool of its own.
std::vector<absl::StatusOr<IndexDefinition>> load_definitions(
    const std::vector<std::string>& paths) {
  std::vector<absl::StatusOr<IndexDefinition>> loaded(paths.size());
  std::atomic<std::size_t> next = 0;
  const auto load_some = [&] {
    SecurityPool pool;
    for (std::size_t i = next++; i < paths.size(); i = next++)
      loaded[i] = load_definition(paths[i], pool);
  };
  const std::size_t threads =
      std::min<std::size_t>(std::thread::hardware_concurrency(), paths.size() / kFilesForAThread);
  std::vector<std::jthread> helpers;
  while (helpers.size() + 1 < threads) helpers.emplace_back(load_some);
  load_some();
  helpers.clear();
  return loaded;
}

}  // namespace

std::vector<IndexDefinition> gather_definitions(const Config& config, Date& day, FaultList& faults,
                                                OnFault on_fault) {
  std::vector<IndexDefinition> definitions;
  for (auto& definition : load_definitions(config.definitions)) {
    faults.add(definition.status());
    if (definition.ok()) definitions.push_back(*std::move(definition));
  }
  if (day == 0) day = day_of(config, definitions);
  // Funds take prices and rates from the definitions: without those, faults that nobody made.
  if (faults.empty() || on_fault == OnFault::leave_out) {
    for (IndexDefinition& fund : load_funds(config.funds, definitions, day, faults))
      definitions.push_back(std::move(fund));
  }
  take_out_unwatched(config, definitions, faults);
  while (take_out_one(definitions, day, faults)) {
  }
  return definitions;
}

absl::Status check_agreement(std::span<const IndexDefinition> definitions) {
  FaultList faults;
  Agreement agreement;
  for (const IndexDefinition& definition : definitions) agreement.add(definition, faults);
  return faults.status();
}

absl::StatusOr<Universe> load_universe(const Config& config) {
  FaultList faults;
  Date day = 0;
  std::vector<IndexDefinition> definitions =
      gather_definitions(config, day, faults, OnFault::refuse);
  if (!faults.empty()) return faults.status();
  return Universe(std::move(definitions));
}

Date trade_date_of(const Config& config, const Universe& universe) {
  return day_of(config, universe.indices());
}

}  // namespace indexcast::server
