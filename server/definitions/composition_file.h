// Reads portfolio composition files: Shanghai's `ssepcf_CODE_YYYYMMDD.xml` (IS118-F 2.5) and
// Shenzhen's `pcf_CODE_YYYYMMDD.xml` (FC130 4.2.3). The root element says which one it is.
#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "server/definitions/composition.h"

namespace indexcast::server {

// No real file comes near: 5,000 components at 600 bytes each are 3 MB.
inline constexpr std::size_t kCompositionBytesMax = 4 << 20;
// Twice what that holds at an ordinary length; bounds the faults that a hostile file can have.
inline constexpr std::size_t kComponentsMax = 10'000;

// The status text is "file:line:key: what", one line per fault, all of them. Any bytes are
// harmless.
absl::StatusOr<Composition> read_composition(const std::string& path);

// The same from a text; `file` is for messages.
absl::StatusOr<Composition> parse_composition(std::string_view text, const std::string& file);

}  // namespace indexcast::server
