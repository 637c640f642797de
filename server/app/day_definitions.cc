#include "server/app/day_definitions.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "server/definitions/definition_file.h"
#include "server/definitions/definition_writer.h"
#include "server/definitions/universe_file.h"
#include "server/journal/journal_format.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

absl::Status check_known(const Universe& before, const Universe& next, const std::string& head) {
  FaultList faults;
  const auto instruments = next.instruments().subspan(before.instruments().size());
  for (const Instrument& instrument : instruments)
    faults.add(head, 0, "members",
               instrument.symbol + " is new, and no feed looks for it until a day begins");
  for (const FxSeries& series : next.series().subspan(before.series().size()))
    faults.add(head, 0, "fx_series",
               series.name + " is new, and nobody follows it until a day begins");
  return faults.status();
}

absl::Status refusal(const std::string& head, const char* key, const std::string& what) {
  FaultList faults;
  faults.add(head, 0, key, what);
  return faults.status();
}

namespace fs = std::filesystem;

// The name of the copied files, because a code may be invalid as a file name.
constexpr const char* kName = "definition";

fs::path folder_of(const std::string& journal, std::uint32_t definition_set) {
  return fs::path(journal).replace_extension(fmt::format(".edition-{}", definition_set));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Universe>> next_definition_set(const Universe& before,
                                                                    const std::string& head) {
  absl::StatusOr<IndexDefinition> definition = load_definition(head);
  if (!definition.ok()) return definition.status();
  const IndexId index = before.find_index(definition->code);
  if (index == before.indices().size())
    return refusal(head, "code", definition->code + " does not run today");
  const Date day = before.indices()[index].effective_date;
  if (absl::Status status = check_effective_date(*definition, day); !status.ok()) return status;
  std::vector<IndexDefinition> definitions(before.indices().begin(), before.indices().end());
  definitions[index] = *std::move(definition);
  if (absl::Status status = check_agreement(definitions); !status.ok()) return status;
  auto next = std::make_shared<const Universe>(std::move(definitions), before);
  if (absl::Status status = check_known(before, *next, head); !status.ok()) return status;
  return next;
}

std::int64_t definition_set_digest(const Universe& definition_set) {
  return static_cast<std::int64_t>(digest_of(definition_set));
}

std::string definition_list_of(const std::string& journal) {
  return std::filesystem::path(journal).replace_extension(".definitions").string();
}

void write_definition_list(const std::string& path, const Universe& universe) {
  std::ofstream out(path);
  for (const IndexDefinition& definition : universe.indices()) {
    if (!definition.fund) out << definition.source << '\n';
  }
  if (!out.flush()) throw std::runtime_error(path + ": cannot be written");
}

std::vector<std::string> read_definition_list(const std::string& path) {
  std::vector<std::string> paths;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) paths.push_back(line);
  return paths;
}

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
