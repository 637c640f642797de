#include "server/settings/toml_file.h"

#include <filesystem>
#include <optional>

#include "server/settings/fault_list.h"
#include "server/settings/text_file.h"

namespace indexcast::server {

absl::StatusOr<toml::table> read_toml(const std::string& path) {
  FaultList faults;
  const std::optional<std::string> text = read_text_file(path);
  if (!text) {
    faults.add(path, 0, "", "cannot be read");
    return faults.status();
  }
  try {
    return toml::parse(*text, path);
  } catch (const toml::parse_error& error) {
    faults.add(path, static_cast<int>(error.source().begin.line), "", error.description());
    return faults.status();
  }
}

std::string resolve_beside(const std::string& file, const std::string& path) {
  if (path.empty()) return path;
  const auto folder = std::filesystem::absolute(file).parent_path();
  return (folder / path).lexically_normal().string();
}

}  // namespace indexcast::server
