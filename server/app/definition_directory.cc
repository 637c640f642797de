#include "server/app/definition_directory.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "server/definitions/definition_file.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

namespace fs = std::filesystem;

std::set<std::string> heads_in(const std::string& folder) {
  std::set<std::string> heads;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".toml" && it->is_regular_file(error))
      heads.insert(it->path().string());
  }
  return heads;
}

std::string stamp_of(const std::vector<std::string>& files) {
  std::string stamp;
  for (const std::string& file : files) {
    std::error_code no_size;
    std::error_code no_time;
    const auto size = fs::file_size(file, no_size);
    const auto changed = fs::last_write_time(file, no_time).time_since_epoch().count();
    stamp += no_size || no_time ? "none " : fmt::format("{}@{} ", size, changed);
  }
  return stamp;
}

DirectoryEntry read(const std::string& head) {
  DirectoryEntry out;
  out.files = files_of_definition(head);
  out.stamp = stamp_of(out.files);
  const absl::StatusOr<IndexDefinition> definition = load_definition(head);
  out.status = definition.status();
  if (!definition.ok()) return out;
  out.code = definition->code;
  out.version = definition->version;
  out.effective_date = definition->effective_date;
  return out;
}

}  // namespace

std::vector<std::string> DefinitionDirectory::look() {
  const std::set<std::string> heads = heads_in(path_);
  std::set<std::string> changed;
  std::erase_if(definitions_, [&](const auto& known) {
    if (heads.contains(known.first)) return false;
    changed.insert(known.first);
    return true;
  });
  for (const std::string& head : heads) {
    const auto known = definitions_.find(head);
    if (known != definitions_.end() && known->second.stamp == stamp_of(known->second.files))
      continue;
    definitions_[head] = read(head);
    changed.insert(head);
  }
  return {changed.begin(), changed.end()};
}

std::string DefinitionDirectory::faults() const {
  FaultList faults;
  for (const auto& [path, definition] : definitions_) faults.add(definition.status);
  return std::string(faults.status().message());
}

std::vector<Date> DefinitionDirectory::days() const {
  std::set<Date> days;
  for (const auto& [path, definition] : definitions_) {
    if (definition.status.ok()) days.insert(definition.effective_date);
  }
  return {days.begin(), days.end()};
}

std::vector<std::string> DefinitionDirectory::newest_of(Date date) const {
  std::map<std::string, std::pair<std::uint32_t, std::string>> newest;  // by code
  for (const auto& [path, definition] : definitions_) {
    if (!definition.status.ok() || definition.effective_date != date) continue;
    auto& [version, head] = newest[definition.code];
    if (!head.empty() && version >= definition.version) continue;
    version = definition.version;
    head = path;
  }
  std::vector<std::string> heads;
  for (const auto& [code, one] : newest) heads.push_back(one.second);
  return heads;
}

std::string DefinitionDirectory::head_of(Date date, const std::string& code,
                                         std::uint32_t version) const {
  for (const auto& [path, definition] : definitions_) {
    if (definition.status.ok() && definition.effective_date == date && definition.code == code &&
        definition.version == version)
      return path;
  }
  return {};
}

}  // namespace indexcast::server
