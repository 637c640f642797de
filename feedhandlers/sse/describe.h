// SSE messages for people: every field by its name in the exchange's specification.
#pragma once

#include <cstdint>
#include <string_view>

#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::sse {

// "Snapshot" for M102 and so on; empty for a type that the specification does not define.
std::string_view type_name(std::uint32_t msg_type);
// Whether describe() shows the fields of the type.
bool has_table(std::uint32_t msg_type);

// Whether a whole frame decodes: its checksum, then its fields. A type without a table is checked
// for its checksum alone.
feed::DecodeError validate(feed::Bytes frame);

// Shows header, body, entries and checksum, every byte once. Bytes without a field (an unknown
// type, the extension of an M201, a later version, entries that do not fit) go to
// FieldSink::undescribed(). Decimals have the places of the specification; text is converted from
// GBK.
void describe(feed::Bytes frame, feed::FieldSink& sink);

}  // namespace indexcast::sse
