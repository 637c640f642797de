// An XML document from a file that somebody else wrote, and the line on which each element stands.
#pragma once

#include <cstddef>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/settings/fault_list.h"

namespace indexcast::server {

// Parses once, control plane. No document type is looked at and no entity but XML's own five is
// replaced, so a document is never larger in memory than a fixed multiple of its text.
class XmlText {
 public:
  // `text` is UTF-8. What keeps it from being XML is a fault of `file`; root() is then empty.
  XmlText(std::string_view text, std::string file, FaultList& faults);

  pugi::xml_node root() const { return document_.document_element(); }
  // From 1.
  int line_of(pugi::xml_node node) const { return line_at(node.offset_debug()); }
  const std::string& file() const { return file_; }

 private:
  int line_at(std::ptrdiff_t offset) const;

  pugi::xml_document document_;
  std::string file_;
  std::vector<std::ptrdiff_t> line_ends_;
};

}  // namespace indexcast::server
