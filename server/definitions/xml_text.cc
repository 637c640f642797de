#include "server/definitions/xml_text.h"

#include <algorithm>

namespace indexcast::server {
namespace {

// Elements, text and the five entities; declarations, comments and document types are passed over.
constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_trim_pcdata;

}  // namespace

XmlText::XmlText(std::string_view text, std::string file, FaultList& faults)
    : file_(std::move(file)) {
  for (std::size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
    line_ends_.push_back(static_cast<std::ptrdiff_t>(at));
  const pugi::xml_parse_result result =
      document_.load_buffer(text.data(), text.size(), kParse, pugi::encoding_utf8);
  if (result) return;
  faults.add(file_, line_at(result.offset), "xml", result.description());
  document_.reset();
}

int XmlText::line_at(std::ptrdiff_t offset) const {
  return 1 + static_cast<int>(std::ranges::lower_bound(line_ends_, offset) - line_ends_.begin());
}

}  // namespace indexcast::server
