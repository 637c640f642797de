// Copies of the definitions that were staged during the day, beside the journal. A replay of the
// requests needs them unchanged, and the folder that they came from may change.
//
//   input-EPOCH.edition-N/definition.toml and the files that it names
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>

#include "calc/definition.h"

namespace indexcast::server {

// Path of the head of the definition that was staged as `definition_set`. `journal` is the path
// of the journal.
std::string staged_definition_path(const std::string& journal, std::uint32_t definition_set);

// Writes the definition to that path. The status has the error of the disk.
absl::Status write_staged_definition(const std::string& journal, std::uint32_t definition_set,
                                     const IndexDefinition& definition);

}  // namespace indexcast::server
