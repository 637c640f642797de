#include "server/definitions/fund_loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/definitions/composition_file.h"
#include "server/definitions/fund_definition.h"
#include "server/definitions/reference_prices.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kDateMark = "{date}";

std::string with_date(std::string path, Date date) {
  for (auto at = path.find(kDateMark); at != path.npos; at = path.find(kDateMark, at))
    path.replace(at, kDateMark.size(), fmt::format("{:08}", date));
  return path;
}

class FundLoader {
 public:
  FundLoader(std::span<const IndexDefinition> indices, Date trade_date)
      : indices_(indices), trade_date_(trade_date), references_(indices) {}

  IndexDefinition load(const FundSettings& fund, FaultList& faults) const {
    const std::string path = with_date(fund.composition, trade_date_);
    ReferencePrices references = references_;
    if (!fund.closes.empty()) references.add_closes(with_date(fund.closes, trade_date_), faults);
    const absl::StatusOr<Composition> composition = read_composition(path);
    faults.add(composition.status());
    if (!composition.ok()) return {};
    check_identity(*composition, fund, path, faults);
    const IndexDefinition* tracked = find_tracked(fund, path, faults);
    return fund_definition(*composition, fund, path, references, tracked, faults);
  }

 private:
  void check_identity(const Composition& composition, const FundSettings& fund,
                      const std::string& path, FaultList& faults) const {
    if (composition.code != fund.code)
      faults.add(
          path, 0, "code",
          fmt::format("is for {}, and the configuration expects {}", composition.code, fund.code));
    if (composition.trading_day != trade_date_)
      faults.add(path, 0, "TradingDay",
                 fmt::format("is {}, and the day is {}", composition.trading_day, trade_date_));
  }

  const IndexDefinition* find_tracked(const FundSettings& fund, const std::string& path,
                                      FaultList& faults) const {
    if (fund.tracks.empty()) return nullptr;
    const auto found = std::ranges::find(indices_, fund.tracks, &IndexDefinition::code);
    if (found != indices_.end() && found->fx_in_divisor)
      faults.add(path, 0, "tracks",
                 fund.tracks + " has fx_in_divisor and follows no rate series that a fund could");
    if (found != indices_.end()) return &*found;
    faults.add(path, 0, "tracks", fund.tracks + " is not among the definitions");
    return nullptr;
  }

  std::span<const IndexDefinition> indices_;
  Date trade_date_;
  ReferencePrices references_;  // of the definitions
};

}  // namespace

std::vector<IndexDefinition> load_funds(std::span<const FundSettings> funds,
                                        std::span<const IndexDefinition> indices, Date trade_date,
                                        FaultList& faults) {
  std::vector<IndexDefinition> out;
  if (std::ranges::none_of(funds, &FundSettings::enabled)) return out;
  const FundLoader loader(indices, trade_date);
  for (const FundSettings& fund : funds) {
    if (!fund.enabled) continue;
    FaultList of_fund;
    IndexDefinition definition = loader.load(fund, of_fund);
    faults.add(of_fund.status());
    if (of_fund.empty()) out.push_back(std::move(definition));
  }
  return out;
}

}  // namespace indexcast::server
