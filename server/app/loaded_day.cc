#include "server/app/loaded_day.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/definitions/calendar_file.h"
#include "server/definitions/universe_file.h"
#include "server/settings/codec.h"

namespace indexcast::server {
namespace {

absl::StatusOr<LoadedDay> complete(LoadedDay day) {
  absl::StatusOr<feed::TradingDay> timetables = load_trading_day(day.config, day.trade_date);
  if (!timetables.ok()) return timetables.status();
  set_trading_day(day.config, *std::move(timetables));
  day.config.simulator.trade_date = day.trade_date;
  return day;
}

}  // namespace

absl::StatusOr<LoadedDay> load_listed_day(const Config& config) {
  absl::StatusOr<Universe> universe = load_universe(config);
  if (!universe.ok()) return universe.status();
  LoadedDay day;
  day.config = config;
  day.trade_date = trade_date_of(config, *universe);
  day.universe = std::make_shared<const Universe>(*std::move(universe));
  return complete(std::move(day));
}

absl::StatusOr<LoadedDay> load_day(const Config& config, std::vector<std::string> heads,
                                   Date date) {
  LoadedDay day;
  day.config = config;
  day.config.definitions = std::move(heads);
  day.trade_date = date;
  FaultList faults;
  std::vector<IndexDefinition> definitions =
      gather_definitions(day.config, date, faults, OnFault::leave_out);
  if (definitions.empty()) {
    faults.add(config.source, 0, "days.directory",
               fmt::format("{} has no good definition for {}", config.days.directory,
                           DateText{}.format(day.trade_date)));
    return faults.status();
  }
  day.left_out = std::string(faults.status().message());
  day.universe = std::make_shared<const Universe>(std::move(definitions));
  return complete(std::move(day));
}

Date first_day(const Config& config, const DefinitionDirectory& directory, TimeNs now) {
  const std::vector<Date> days = directory.days();
  if (config.trade_date != 0)
    return std::ranges::binary_search(days, config.trade_date) ? config.trade_date : 0;
  if (days.empty()) return 0;
  const auto after = std::ranges::upper_bound(days, china_date(now));
  return after == days.begin() ? days.front() : *std::prev(after);
}

}  // namespace indexcast::server
