// The project's root, for tests that read what it ships.
#pragma once

#include <string>

namespace indexcast::test {

std::string source_dir();

}  // namespace indexcast::test
