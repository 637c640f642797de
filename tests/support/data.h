// Where the real days live: beside the project, present in our own checks and absent for a user.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/source_dir.h"

namespace indexcast::test {

// Path of `name` in the data folder: $INDEXCAST_DATA, else ../shared/data beside the project's
// root.
inline std::filesystem::path data_path(const std::string& name) {
  const char* folder = std::getenv("INDEXCAST_DATA");
  const std::filesystem::path root = folder != nullptr
                                         ? std::filesystem::path(folder)
                                         : std::filesystem::path(source_dir()) / "../shared/data";
  return root / name;
}

}  // namespace indexcast::test

// Skips the running test by the name of what is missing.
#define INDEXCAST_NEED_DATA(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << (path)
