// The day's definition of an index as files: a TOML head that people read and edit, and the members
// in a CSV file beside it. Formats: FORMATS.md of this folder.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "calc/definition.h"
#include "calc/time.h"
#include "server/definitions/security_pool.h"

namespace indexcast::server {

// Reads a definition and runs every check of METHODOLOGY 7 on it, the gate included. The status
// text is "file:line:key: what", one line per fault, all of them.
// Its securities are those of `pool`, or its own.
absl::StatusOr<IndexDefinition> load_definition(const std::string& path, SecurityPool& pool);
absl::StatusOr<IndexDefinition> load_definition(const std::string& path);

// The head and every file that it names: what a definition follows from. Only the head where that
// cannot be read.
std::vector<std::string> files_of_definition(const std::string& path);

// Refuses a definition made for another day than the one that is about to run.
absl::Status check_effective_date(const IndexDefinition& definition, Date trade_date);

}  // namespace indexcast::server
