// Names of securities are UTF-16 on the wire and UTF-8 everywhere else.
#pragma once

#include <string>
#include <string_view>

namespace indexcast::hkex {

// Padding at the end (NUL, space, ideographic space) is left out; an unpaired surrogate becomes
// U+FFFD.
std::string utf8_of_utf16(std::u16string_view units);

}  // namespace indexcast::hkex
