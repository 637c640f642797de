// Opens a TOML file; its syntax errors read as every other fault does.
#pragma once

#include <absl/status/statusor.h>
#include <toml++/toml.h>

#include <string>

namespace indexcast::server {

absl::StatusOr<toml::table> read_toml(const std::string& path);

// `path` as seen from the folder of `file`; absolute and empty ones stay as they are.
std::string resolve_beside(const std::string& file, const std::string& path);

}  // namespace indexcast::server
