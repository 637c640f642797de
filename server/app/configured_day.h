// A configuration file and the day that a command runs of it, as named on the command line.
#pragma once

#include <optional>
#include <string>

#include "server/app/definition_directory.h"
#include "server/app/loaded_day.h"
#include "server/settings/config.h"

namespace CLI {
class App;
}

namespace indexcast::server {

struct ConfiguredDay {
  Config config;  // as its file has it
  DefinitionDirectory directory;
  LoadedDay day;  // the first that runs
};

// Loads the configuration at `path` and its first day. `date` (YYYYMMDD) replaces the
// configuration's trade_date; with 0 the date of `journal` is used when the configuration has a
// directory of definitions. Prints every fault of the configuration or of its definitions to stderr
// and returns nothing when there is one. Sets the log level.
std::optional<ConfiguredDay> load_configured_day(const std::string& path, Date date = 0,
                                                 const std::string& journal = {});

// Adds --config, which is required.
void add_config_option(CLI::App& command, std::string& path);
// Adds --date, YYYY-MM-DD. `date` keeps its value when the option is not given.
void add_date_option(CLI::App& command, Date& date);

}  // namespace indexcast::server
