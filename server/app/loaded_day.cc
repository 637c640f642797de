#include "server/app/loaded_day.h"

#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>
#include <vector>

#include "server/app/day_definitions.h"
#include "server/definitions/calendar_file.h"
#include "server/definitions/universe_file.h"
#include "server/journal/journal_file.h"
#include "server/settings/codec.h"
#include "server/view/clock.h"

namespace indexcast::server {
namespace {

absl::StatusOr<LoadedDay> complete(LoadedDay day) {
  absl::StatusOr<feed::TradingDay> timetables = load_trading_day(day.config, day.trade_date);
  if (!timetables.ok()) return timetables.status();
  set_trading_day(day.config, *std::move(timetables));
  day.config.simulator.trade_date = day.trade_date;
  return day;
}

// The files that a journal's day began with, or else the newest of the day.
absl::StatusOr<LoadedDay> load_first_day(const Config& config, DefinitionDirectory& directory,
                                         const std::string& journal) {
  if (config.days.directory.empty()) return load_listed_day(config);
  directory.look();
  const Date date = first_day(config, directory, Clock().now());
  std::vector<std::string> heads = read_definition_list(definition_list_of(journal));
  if (heads.empty()) heads = directory.newest_of(date);
  return load_day(config, std::move(heads), date);
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

std::optional<ConfiguredDay> load_configured_day(const std::string& path, Date date,
                                                 const std::string& journal) {
  const auto refuse = [](const absl::Status& status) {
    fmt::print(stderr, "{}\n", std::string(status.message()));
    return std::nullopt;
  };
  absl::StatusOr<Config> config = load_config(path);
  if (!config.ok()) return refuse(config.status());
  // Faults of a journal are reported by its replay.
  const auto reader = journal.empty() ? absl::NotFoundError("") : JournalReader::open(journal);
  if (date == 0 && reader.ok() && !config->days.directory.empty())
    date = reader->header().trade_date;
  if (date != 0) config->trade_date = date;
  DefinitionDirectory directory(config->days.directory);
  absl::StatusOr<LoadedDay> day =
      load_first_day(*config, directory, reader.ok() ? reader->path() : "");
  if (!day.ok()) return refuse(day.status());
  spdlog::set_level(spdlog::level::from_str(config->log_level));
  return ConfiguredDay{*std::move(config), std::move(directory), *std::move(day)};
}

void add_config_option(CLI::App& command, std::string& path) {
  command.add_option("--config", path, "configuration file")->required()->check(CLI::ExistingFile);
}

void add_date_option(CLI::App& command, Date& date) {
  command.add_option_function<std::string>(
      "--date",
      [&date](const std::string& text) {
        const std::optional<Date> parsed = DateText{}.parse(text);
        if (!parsed) throw CLI::ValidationError("--date", "must be " + DateText{}.expected());
        date = *parsed;
      },
      "the day that runs, YYYY-MM-DD; default: the configuration's");
}

Date next_date(Date running, const DateEvidence& evidence, std::int64_t begin_at_ms,
               std::span<const Date> days) {
  const Date today = china_date(evidence.wall);
  if (today == running || evidence.trading || !std::ranges::binary_search(days, today)) return 0;
  const bool market_agrees = evidence.stamped == today;
  if (today < running) return market_agrees && !evidence.heard ? today : 0;
  const bool agreed = market_agrees || china_date(evidence.receive) >= today;
  return agreed && china_time_of_day_ms(evidence.wall) >= begin_at_ms ? today : 0;
}

}  // namespace indexcast::server
