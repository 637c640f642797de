#include "server/app/configured_day.h"

#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

#include "server/app/definition_list.h"
#include "server/journal/journal_reader.h"
#include "server/settings/codec.h"
#include "server/view/clock.h"

namespace indexcast::server {
namespace {

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

}  // namespace indexcast::server
