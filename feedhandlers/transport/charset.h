// Exchange text to UTF-8, for people; never on the data plane.
#pragma once

#include <string>
#include <string_view>

namespace indexcast::feed {

enum class Charset { gbk, utf8 };

// `bytes` as valid UTF-8 without the padding on its right; what is no character of `charset`
// becomes U+FFFD.
std::string to_utf8(std::string_view bytes, Charset charset);

}  // namespace indexcast::feed
