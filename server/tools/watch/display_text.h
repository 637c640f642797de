// Text on a terminal: its width in columns, and its replacement where the locale lacks a character.
#pragma once

#include <string>
#include <string_view>

namespace indexcast::server {

// Returns the columns of UTF-8 text: two for wide East Asian characters, none for combining ones.
// Control characters and bytes that are not UTF-8 count as one column, as in_locale() shows them.
int columns_of(std::string_view utf8);

// `utf8` in exactly `width` columns, padded with spaces; text that is too long ends in '~'.
std::string fit_left(std::string_view utf8, int width);
std::string fit_right(std::string_view utf8, int width);

// Converts `utf8` to the encoding of the process's locale (LC_CTYPE), at most `columns` wide.
// Characters that the locale lacks become ASCII of the same width: '^' or 'v' for an arrow, '?' for
// others. Control characters do too, so a server cannot move the cursor.
std::string in_locale(std::string_view utf8, int columns);

// Whether the locale has every character of `utf8`.
bool locale_has(std::string_view utf8);

}  // namespace indexcast::server
