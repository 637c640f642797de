// Text on a terminal: how many columns it takes, and how it reads where the locale lacks a
// character.
#pragma once

#include <string>
#include <string_view>

namespace indexcast::server {

// Columns of UTF-8 text: two for the wide characters of East Asia, none for combining ones. A byte
// that is no UTF-8 and a control character count as one, which is what in_locale() makes of them.
int columns_of(std::string_view utf8);

// `utf8` in exactly `width` columns, padded with spaces; text that is too long ends in '~'.
std::string fit_left(std::string_view utf8, int width);
std::string fit_right(std::string_view utf8, int width);

// `utf8` in the encoding of the process's locale (LC_CTYPE), at most `columns` wide. Characters
// that the locale lacks become ASCII: an arrow '^' or 'v', any other '?', as many as it has
// columns. So do control characters: nothing that a server sends can move the cursor.
std::string in_locale(std::string_view utf8, int columns);

// Whether the locale has every character of `utf8`.
bool locale_has(std::string_view utf8);

}  // namespace indexcast::server
