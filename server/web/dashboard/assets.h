// The dashboard's files, embedded in the executable when it is built.
#pragma once

#include <span>
#include <string_view>

namespace indexcast::server {

struct Asset {
  std::string_view path;  // "/dashboard.css"; the page itself is "/"
  std::string_view content_type;
  std::string_view bytes;
};

std::span<const Asset> dashboard_assets();

}  // namespace indexcast::server
