// Any OMD-C message as named fields, for `decode` and for the tests against captured bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::hkex {

// The specification's name of a message type; empty for a type it does not know.
std::string_view type_name(std::uint16_t type);
// Whether describe() shows the fields of the type.
bool has_table(std::uint16_t type);

// Every field of `message` (from MsgSize on) in its order, MsgSize and MsgType first, by the tables
// of layout/. Prices and values carry their decimals (notes 3.1), an index value may be null, times
// are ns since 1970 UTC; one-character fields are that character, empty for NUL; other text is
// without its padding, names in UTF-16 become UTF-8. No byte goes unseen: filler that is not blank
// is shown as `Filler<offset>`, what lies beyond the known layout as `Unknown<offset>`, both in
// hexadecimal digits. Types without a table, and messages that check_message() objects to, give
// MsgSize and MsgType alone. Allocates; not for the data plane.
void describe(feed::Bytes message, feed::FieldSink& sink);

}  // namespace indexcast::hkex
