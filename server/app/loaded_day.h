// A day as the server runs it: definitions, timetables and settings that belong together.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "calc/universe.h"
#include "server/app/definition_directory.h"
#include "server/settings/config.h"

namespace indexcast::server {

struct LoadedDay {
  Config config;  // with the day's timetables and its list of definitions
  std::shared_ptr<const Universe> universe;
  Date trade_date = 0;
  std::string left_out;  // what was wrong with definitions that do not run, one line a fault
};

// The day that the configuration lists. The status says all that is wrong with it.
absl::StatusOr<LoadedDay> load_listed_day(const Config& config);

// A day of which `heads` are the definitions. Those with a fault are left out; refused is a day of
// which none is left, and one that the calendar's files cannot be read for.
absl::StatusOr<LoadedDay> load_day(const Config& config, std::vector<std::string> heads, Date date);

// The first day of a server that begins at `now`: the configuration's, or else today's in China, or
// else the latest before it, or else the first. 0: the directory has no good definition, or none of
// the configuration's day.
Date first_day(const Config& config, const DefinitionDirectory& directory, TimeNs now);

}  // namespace indexcast::server
