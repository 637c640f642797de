// Which pages may use the server from a browser.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace indexcast::server {

// Whether a page of `origin` ("https://desk.example") may: no origin is a program that is no
// browser, the server's own pages come from where `host`, the request's Host, leads.
bool origin_is_allowed(std::string_view origin, std::string_view host,
                       std::span<const std::string> allowed);

}  // namespace indexcast::server
