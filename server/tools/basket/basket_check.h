// `indexcast basket check`: what is wrong with definitions, or what is in them.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace indexcast::server {

// One line on `out` for each good definition; every fault of the others on `err`. Returns kExitOk,
// or kExitConfig when any was refused.
int run_basket_check(const std::vector<std::string>& definitions, std::ostream& out,
                     std::ostream& err);

}  // namespace indexcast::server
