#include "server/app/kept_edition.h"

#include <fmt/format.h>

#include <filesystem>

#include "server/definitions/definition_writer.h"

namespace indexcast::server {
namespace {

namespace fs = std::filesystem;

// Of the files: a code may be no name of a file.
constexpr const char* kName = "definition";

fs::path folder_of(const std::string& journal, std::uint32_t edition) {
  return fs::path(journal).replace_extension(fmt::format(".edition-{}", edition));
}

}  // namespace

std::string kept_head_of(const std::string& journal, std::uint32_t edition) {
  return (folder_of(journal, edition) / fmt::format("{}.toml", kName)).string();
}

absl::Status keep_edition(const std::string& journal, std::uint32_t edition,
                          const IndexDefinition& definition) {
  const std::string notes = "Staged as edition " + std::to_string(edition) + " of " +
                            fs::path(journal).filename().string() + ", from " + definition.source +
                            ".";
  return write_definition(definition, folder_of(journal, edition).string(), notes, kName).status();
}

}  // namespace indexcast::server
