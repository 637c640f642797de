// The target of an HTTP request, taken apart (RFC 9112, 3.2; RFC 3986).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace indexcast::server {

// The path, its query and what stands before it left out: of "http://host/a?b" it is "/a".
std::string_view path_of(std::string_view target);

// Percent-decoded text; nothing when a '%' is not followed by two hexadecimal digits, or the text
// has a control character, which no name of ours has and no log should.
std::optional<std::string> percent_decode(std::string_view text);

// A target that is no more than nearly a URI (RFC 3986, 2), as browsers and others send them, as
// one: what a URI cannot have is percent-encoded.
std::string uri_of(std::string_view target);

// The parameters of the target's query, decoded; the first of a name stands. Nothing when one
// cannot be decoded.
std::optional<std::map<std::string, std::string, std::less<>>> query_of(std::string_view target);

// The parameter as a number from `least` to `most`; `absent` when there is none, nothing when it is
// something else.
std::optional<std::uint64_t> number_of(const std::map<std::string, std::string, std::less<>>& query,
                                       std::string_view name, std::uint64_t least,
                                       std::uint64_t most, std::uint64_t absent);

}  // namespace indexcast::server
