// What a roll did, step by step, and the proof that the level goes on.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "calc/basket/roll.h"

namespace indexcast::server {

struct RollReport {
  const RollInput& input;
  const Roll& roll;
  std::string written;                      // head of tomorrow's definition
  std::vector<std::string> unused_columns;  // of files of actions
  std::vector<std::string> warnings;
};

void print_text(const RollReport& report, std::ostream& out);
// One line: an object whose numbers are decimal text.
void print_json(const RollReport& report, std::ostream& out);

}  // namespace indexcast::server
