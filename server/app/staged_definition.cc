#include "server/app/staged_definition.h"

#include <fmt/format.h>

#include <filesystem>

#include "server/definitions/definition_writer.h"

namespace indexcast::server {
namespace {

namespace fs = std::filesystem;

// The name of the copied files, because a code may be invalid as a file name.
constexpr const char* kName = "definition";

fs::path folder_of(const std::string& journal, std::uint32_t definition_set) {
  return fs::path(journal).replace_extension(fmt::format(".edition-{}", definition_set));
}

}  // namespace

std::string staged_definition_path(const std::string& journal, std::uint32_t definition_set) {
  return (folder_of(journal, definition_set) / fmt::format("{}.toml", kName)).string();
}

absl::Status write_staged_definition(const std::string& journal, std::uint32_t definition_set,
                                     const IndexDefinition& definition) {
  const std::string notes = "Staged as edition " + std::to_string(definition_set) + " of " +
                            fs::path(journal).filename().string() + ", from " + definition.source +
                            ".";
  return write_definition(definition, folder_of(journal, definition_set).string(), notes, kName)
      .status();
}

}  // namespace indexcast::server
