// SSE messages for people: every field by its name in the exchange's specification.
#pragma once

#include <cstdint>
#include <string_view>

#include "feedhandlers/common/field_sink.h"
#include "feedhandlers/sse/decoder.h"

namespace indexcast::sse {

// "Snapshot" for M102 and so on; empty for a type that describe() does not know.
std::string_view type_name(std::uint32_t msg_type);

// Whether a whole frame decodes: its checksum, then its fields. A type we do not know is checked
// for its checksum alone.
feed::DecodeError validate(feed::Bytes frame);

// Header, body, entries and checksum, every byte once: what no field is known for (an unknown type,
// a later version, entries that do not fit) is "UnknownBytes" with their count. Decimals carry the
// places that the specification gives them, text is converted from GBK.
void describe(feed::Bytes frame, feed::FieldSink& sink);

}  // namespace indexcast::sse
