// Writes a definition as the pair of files that load_definition reads.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "calc/definition.h"

namespace indexcast::server {

// The head, which names `members_file`. `notes` become comment lines above it.
std::string definition_head_text(const IndexDefinition& definition, const std::string& members_file,
                                 const std::string& notes);

// The members: prices with two places at least.
std::string definition_members_text(const IndexDefinition& definition);

// Writes CODE.toml and CODE.csv into `folder`, which is made if it is not there, and returns the
// path of the head. The pair is loaded from a folder beside its place before it takes it: what
// load_definition would refuse is not written. A reader sees the old file or the new one, never a
// part; between the two, members first, the gate tells a mixed pair. Unavailable when the disk
// refuses.
absl::StatusOr<std::string> write_definition(const IndexDefinition& definition,
                                             const std::string& folder, const std::string& notes);

}  // namespace indexcast::server
