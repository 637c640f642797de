#include "server/app/definition_list.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace indexcast::server {

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

}  // namespace indexcast::server
