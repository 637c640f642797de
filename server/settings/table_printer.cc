#include "server/settings/table_printer.h"

#include <fmt/format.h>

namespace indexcast::server {

void TablePrinter::real(std::string_view key, double value, double /*min*/, double /*max*/) {
  // fmt writes the shortest text that reads back as the same double; TOML wants a point in it.
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  line(key, text);
}

std::string TablePrinter::quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void TablePrinter::line(std::string_view key, std::string_view value) {
  out_ += fmt::format("{} = {}\n", key, value);
}

TablePrinter TablePrinter::open(std::string_view key, std::string_view left,
                                std::string_view right) {
  const std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  out_ += fmt::format("\n{}{}{}\n", left, path, right);
  return TablePrinter(out_, path);
}

}  // namespace indexcast::server
