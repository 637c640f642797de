// Reads a file out of a zip archive, for the real days, which come zipped.
#pragma once

#include <filesystem>
#include <string>

namespace indexcast::test {

// The first file of the archive at `path`, inflated and held against its CRC-32. Throws
// std::runtime_error when the archive is not what it says. Stored and deflated files; no ZIP64.
std::string first_file_of_zip(const std::filesystem::path& path);

}  // namespace indexcast::test
