// SZSE messages for people: every field by its name in the exchange's specification.
#pragma once

#include <cstdint>
#include <string_view>

#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::szse {

// "Snapshot" for 300111 and so on; empty for a type that the specification does not define.
std::string_view type_name(std::uint32_t msg_type);
// Whether describe() shows the fields of the type.
bool has_table(std::uint32_t msg_type);

// Whether a whole frame decodes: its checksum, then its fields. A type without a table is checked
// for its checksum alone.
feed::DecodeError validate(feed::Bytes frame);
// Validates a message of a multicast packet, which has no checksum of its own.
feed::DecodeError validate_message(feed::Bytes message);

// Shows the header's fields, then the body's with their lists; the header's alone when the body
// does not decode or its type has no table. Decimals carry the places that the specification gives
// them; a password is shown as its length. Bytes behind the known fields (a later version's, or a
// bulletin's text) go to FieldSink::undescribed().
void describe(feed::Bytes message, feed::FieldSink& sink);

}  // namespace indexcast::szse
