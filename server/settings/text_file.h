// A file as one text.
#pragma once

#include <optional>
#include <string>

namespace indexcast::server {

// Empty when it cannot be read; a folder cannot.
std::optional<std::string> read_text_file(const std::string& path);

}  // namespace indexcast::server
