// Which files of a folder of definitions a day began with, kept beside its journal: the folder goes
// on, and a replay needs those.
#pragma once

#include <string>
#include <vector>

#include "calc/universe.h"

namespace indexcast::server {

// The list that belongs to a journal, by the journal's path.
std::string definition_list_of(const std::string& journal);

// One path a line; funds are made of other files. Throws std::runtime_error with the path when it
// cannot be written.
void write_definition_list(const std::string& path, const Universe& universe);

// Empty when there is none.
std::vector<std::string> read_definition_list(const std::string& path);

}  // namespace indexcast::server
