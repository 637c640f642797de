// A day's definition of an index as the subscriber's message, its members left out.
#pragma once

#include "calc/definition.h"
#include "indexcast/v1/stream.pb.h"

namespace indexcast::server {

// Fills `out`, which is reused. Any thread; allocates.
void fill_definition(const IndexDefinition& definition, v1::Definition& out);

}  // namespace indexcast::server
