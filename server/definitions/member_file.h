// The members of a definition, a CSV file: UTF-8, one header line, no quoting (no field of a member
// needs a comma), '#' begins a comment line.
#pragma once

#include <string>
#include <vector>

#include "calc/definition.h"
#include "server/definitions/security_pool.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

// A member and what rounding its shares to 1e-6 left over.
struct MemberRow {
  Member member;
  // Exact calculation shares x cap factor, less the rounded shares, in shares.
  double shares_residual = 0;
};

// Rows that could be read; whatever is wrong with the others is in `faults`, with its line. Their
// securities are those of `pool`.
std::vector<MemberRow> read_members(const std::string& path, SecurityPool& pool, FaultList& faults);

}  // namespace indexcast::server
