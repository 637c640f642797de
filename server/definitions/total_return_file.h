// The [total_return] table of a definition's head, and the CSV of today's dividends that it names.
#pragma once

#include "calc/definition.h"
#include "server/settings/fault_list.h"
#include "server/settings/table_reader.h"

namespace indexcast::server {

// Where the head has the table: reads it and turns the divisor, which the head states of the price
// index, into that of the total return. The definition's head, its levels among it, was read
// before. `path`: of the head, which a dividends file is relative to.
void read_total_return(TableReader& reader, const std::string& path, IndexDefinition& definition,
                       FaultList& faults);

}  // namespace indexcast::server
