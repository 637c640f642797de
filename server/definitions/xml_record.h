// One XML element whose children are named values, read by tag and not by order, as both exchanges
// ask for. Unknown tags are ignored: they add some without notice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calc/decimal.h"
#include "calc/time.h"
#include "server/definitions/xml_text.h"

namespace indexcast::server {

class XmlRecord {
 public:
  // `text` and `faults` outlive the record.
  XmlRecord(pugi::xml_node node, const XmlText& text, FaultList& faults)
      : node_(node), text_(text), faults_(faults) {}

  int line() const { return text_.line_of(node_); }
  pugi::xml_node node() const { return node_; }
  // A fault at the child `tag`, or at the element where there is none.
  void fault(const char* tag, std::string_view what);

  // The child's text without white space around it; nothing when there is no child or no text. A
  // tag that stands twice is a fault.
  std::optional<std::string> find(const char* tag);
  // The same, its absence a fault.
  std::string require(const char* tag);

  // A decimal number in one of the fixed-point types, exactly; anything else is a fault.
  template <class FixedType>
  std::optional<FixedType> find_number(const char* tag) {
    const std::optional<std::string> value = find(tag);
    return value ? number_of<FixedType>(tag, *value) : std::nullopt;
  }
  // Zero after a fault, which absence is too.
  template <class FixedType>
  FixedType require_number(const char* tag) {
    const std::string value = require(tag);
    return value.empty() ? FixedType{} : number_of<FixedType>(tag, value).value_or(FixedType{});
  }
  // YYYYMMDD, a day that exists; 0 after a fault.
  Date require_date(const char* tag);

 private:
  template <class FixedType>
  std::optional<FixedType> number_of(const char* tag, std::string_view value) {
    const auto number = parse_fixed<FixedType>(value);
    if (!number) refuse_number(tag, value, FixedType::kDecimals);
    return number;
  }
  void refuse_number(const char* tag, std::string_view value, int places);

  pugi::xml_node node_;
  const XmlText& text_;
  FaultList& faults_;
};

}  // namespace indexcast::server
