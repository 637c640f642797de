// Loads the definitions, timetables and settings of a trading day, and decides which day runs.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "calc/time.h"
#include "calc/universe.h"
#include "server/app/definition_directory.h"
#include "server/settings/config.h"

namespace CLI {
class App;
}

namespace indexcast::server {

// A day that is ready to run.
struct LoadedDay {
  Config config;  // with the day's timetables and its list of definitions
  std::shared_ptr<const Universe> universe;
  Date trade_date = 0;
  std::string left_out;  // faults of the definitions that do not run, one line a fault
};

// Loads the day with the definitions that the configuration lists. The status has every fault.
absl::StatusOr<LoadedDay> load_listed_day(const Config& config);

// Loads the day `date` with the definitions at `heads`. Leaves out definitions with a fault.
// Returns an error if no definition is left or a file of the calendar cannot be read.
absl::StatusOr<LoadedDay> load_day(const Config& config, std::vector<std::string> heads, Date date);

// Returns the first day of a server that starts at `now`: the configuration's trade_date if it is
// set, otherwise the latest day up to today in China, otherwise the first day. Returns 0 if
// `directory` has no valid definition, or none for the configuration's trade_date.
Date first_day(const Config& config, const DefinitionDirectory& directory, TimeNs now);

// A configuration file and the day of it that a command runs.
struct ConfiguredDay {
  Config config;  // as in its file
  DefinitionDirectory directory;
  LoadedDay day;  // the first day that runs
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

// The clocks and market stamps from which next_date() decides.
struct DateEvidence {
  TimeNs wall{};         // the wall clock, steps included once they have lasted
  TimeNs receive{};      // the receive clock: UTC when the day began, monotonic since
  Date stamped = 0;      // date in a market's own stamps; 0: none yet
  bool heard = false;    // a message of the running day was applied
  bool trading = false;  // a market of the running day trades
};

// Returns the date to begin instead of `running`, or 0 if the running day continues. `days` are the
// dates with definitions, in order. A later day begins at `begin_at_ms` in China when the wall
// clock has its date and the receive clock or a market agrees. An earlier day begins when a market
// agrees and no message of the running day was applied: the wall clock was ahead when the server
// started. No day begins while a market of the running day trades.
Date next_date(Date running, const DateEvidence& evidence, std::int64_t begin_at_ms,
               std::span<const Date> days);

}  // namespace indexcast::server
