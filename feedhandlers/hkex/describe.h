// Any OMD-C message as named fields, for `decode` and for the tests against captured bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/field_sink.h"

namespace indexcast::hkex {

// The specification's name of a message type; empty for a type it does not know.
std::string_view type_name(std::uint16_t type);

// Every field of `message` (from MsgSize on) in its order, MsgSize and MsgType first. Prices and
// values carry their decimals (section 3.1); an index value that is null is the text "null";
// one-character fields are that character, empty for NUL; other text is without its padding, names
// in UTF-16 become UTF-8. Types without a description, and messages shorter than their layout, give
// MsgSize and MsgType alone. Allocates; not for the data plane.
void describe(feed::Bytes message, feed::FieldSink& sink);

}  // namespace indexcast::hkex
