// Text that a person wrote and another will read in a log.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace indexcast::server {

// What is wrong with `text`, for a message; empty when nothing is. It must be UTF-8, hold something
// besides blanks and at most `bytes_max` bytes, and nothing that would make a line of a log read
// otherwise than it was written: no control characters, line separators or marks that turn the
// direction of writing.
std::optional<std::string> printable_fault(std::string_view text, std::size_t bytes_max);

}  // namespace indexcast::server
