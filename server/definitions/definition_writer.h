// Writes a definition as the files that load_definition reads.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "calc/definition.h"

namespace indexcast::server {

// The head, which names `members_file`, and beside it X.dividends.csv for X.csv where dividends go
// ex. `notes` become comment lines above it.
std::string definition_head_text(const IndexDefinition& definition, const std::string& members_file,
                                 const std::string& notes);

// The members: prices with two places at least.
std::string definition_members_text(const IndexDefinition& definition);

// Of a total return index: the dividends that go ex today.
std::string definition_dividends_text(const TotalReturn& total);

// Writes NAME.toml, NAME.csv and, where dividends go ex, NAME.dividends.csv into `folder`, which is
// made if it is not there, and returns the path of the head; without `name` it is the code. They
// are loaded from a folder beside their place before they take it: what load_definition would
// refuse is not written. A reader sees the old file or the new one, never a part; between them, the
// head last, the gate tells a mixed set. Not for funds, which are made of other files. Unavailable
// when the disk refuses.
absl::StatusOr<std::string> write_definition(const IndexDefinition& definition,
                                             const std::string& folder, const std::string& notes,
                                             const std::string& name = {});

}  // namespace indexcast::server
