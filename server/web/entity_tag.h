// ETag and If-None-Match (RFC 9110, 8.8.3 and 13.1.2).
#pragma once

#include <string>
#include <string_view>

namespace indexcast::server {

// A strong tag of the bytes themselves, quoted.
std::string content_tag(std::string_view bytes);

// Whether the header's value names `tag`, or anything ("*"); compared weakly, as If-None-Match is.
bool matches_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace indexcast::server
