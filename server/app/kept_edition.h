// The definitions that were staged in mid-day, kept beside the journal as they were: the folder
// that they came from goes on, and a replay of the requests needs them.
//
//   input-EPOCH.edition-N/definition.toml and the files that it names
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string>

#include "calc/definition.h"

namespace indexcast::server {

// Where the head of an edition's new definition is, by the journal's path.
std::string kept_head_of(const std::string& journal, std::uint32_t edition);

// Writes it there. The status says what the disk refused.
absl::Status keep_edition(const std::string& journal, std::uint32_t edition,
                          const IndexDefinition& definition);

}  // namespace indexcast::server
