#include "tests/support/source_dir.h"

namespace indexcast::test {

std::string source_dir() { return INDEXCAST_SOURCE_DIR; }

}  // namespace indexcast::test
