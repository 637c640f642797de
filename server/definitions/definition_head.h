// What the head of a definition and the head of a basket to be built have in common.
#pragma once

#include <string>
#include <string_view>

#include "calc/definition.h"
#include "server/settings/table_reader.h"

namespace indexcast::server {

// code, name, currency, decimals, version, effective_date, bid_ask, fx_in_divisor,
// provenance, [close_fx], [day_fx], [fx_series].
void read_definition_head(TableReader& reader, IndexDefinition& definition);

// A level, whose places are those of the index, so that it is read once they are known. Empty text
// was a fault already.
void read_level(TableReader& reader, std::string_view key, const std::string& text, int decimals,
                Level& level);

}  // namespace indexcast::server
