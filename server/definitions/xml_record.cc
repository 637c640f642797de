#include "server/definitions/xml_record.h"

#include <fmt/format.h>

#include "feedhandlers/transport/charset.h"

namespace indexcast::server {
namespace {

// As much of a foreign value as a message shows.
constexpr std::size_t kShown = 40;

std::string shown(std::string_view value) {
  return feed::to_utf8(value.substr(0, kShown), feed::Charset::utf8);
}

}  // namespace

void XmlRecord::fault(const char* tag, std::string_view what) {
  const pugi::xml_node child = node_.child(tag);
  faults_.add(text_.file(), text_.line_of(child ? child : node_), tag, what);
}

std::optional<std::string> XmlRecord::find(const char* tag) {
  const pugi::xml_node child = node_.child(tag);
  if (child.next_sibling(tag)) fault(tag, "appears twice");
  std::string value = child.child_value();
  if (value.empty()) return std::nullopt;
  return value;
}

std::string XmlRecord::require(const char* tag) {
  const std::optional<std::string> value = find(tag);
  if (!value) fault(tag, "missing");
  return value.value_or("");
}

Date XmlRecord::require_date(const char* tag) {
  const std::string value = require(tag);
  if (value.empty()) return 0;
  const auto number = value.size() == 8 ? parse_decimal64(value, 0) : std::nullopt;
  const Date date = number && *number > 0 ? static_cast<Date>(*number) : 0;
  // A day that the month does not have comes back as another one.
  if (date != 0 && date_from_days(days_from_date(date)) == date) return date;
  fault(tag, fmt::format("must be a date, YYYYMMDD, not {}", shown(value)));
  return 0;
}

void XmlRecord::refuse_number(const char* tag, std::string_view value, int places) {
  fault(tag,
        fmt::format("must be a decimal number with up to {} places, not {}", places, shown(value)));
}

}  // namespace indexcast::server
