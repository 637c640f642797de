// What a roll did, step by step, and the proof that the level goes on.
#pragma once

#include <ostream>
#include <string>

#include "calc/basket/roll.h"

namespace indexcast::server {

struct RollReport {
  const RollInput& input;
  const Roll& roll;
  std::string written;  // head of tomorrow's definition
};

void print_text(const RollReport& report, std::ostream& out);
// One line: an object whose numbers are decimal text.
void print_json(const RollReport& report, std::ostream& out);

}  // namespace indexcast::server
