// Definitions that change during a day, and the files beside the journal from which a replay takes
// the day's definitions:
//
//   input-EPOCH.definitions                  paths of the definitions at the start of the day
//   input-EPOCH.edition-N/definition.toml    a definition that was staged, and its files
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "calc/definition.h"
#include "calc/universe.h"

namespace indexcast::server {

// Returns `before` with the definition at `head` in place of the same index's. The status has one
// line for each fault: faults of the definition itself, another effective date, a code that does
// not run today, a contradiction to another definition, or an instrument or exchange rate that
// `before` does not have, because the feeds look only for those of the start of the day.
absl::StatusOr<std::shared_ptr<const Universe>> next_definition_set(const Universe& before,
                                                                    const std::string& head);

// Identifies the contents of a definition set in a request's value[2].
std::int64_t definition_set_digest(const Universe& definition_set);

// Returns the path of the list of definitions that belongs to the journal at `journal`.
std::string definition_list_of(const std::string& journal);

// Writes the path of every definition of `universe`, one a line. Leaves out funds, which are made
// from other files. Throws std::runtime_error with the path when the file cannot be written.
void write_definition_list(const std::string& path, const Universe& universe);

// Returns the paths in the list at `path`; empty if there is no such file.
std::vector<std::string> read_definition_list(const std::string& path);

// Returns the path of the definition that was staged as `definition_set`, beside the journal at
// `journal`.
std::string staged_definition_path(const std::string& journal, std::uint32_t definition_set);

// Copies the definition to staged_definition_path(), because the folder that it came from may
// change before a replay. The status has the error of the disk.
absl::Status write_staged_definition(const std::string& journal, std::uint32_t definition_set,
                                     const IndexDefinition& definition);

}  // namespace indexcast::server
