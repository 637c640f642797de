// Fields of a described message as one line of text.
#pragma once

#include <string>

#include "calc/decimal.h"
#include "feedhandlers/transport/field_sink.h"

namespace indexcast::test {

// "A=1 B=2.50 L=[C=3;]": lists in brackets, items ended by semicolons.
class FieldLog final : public feed::FieldSink {
 public:
  void integer(std::string_view name, std::int64_t value) override {
    add(name, std::to_string(value));
  }
  void natural(std::string_view name, std::uint64_t value) override {
    add(name, std::to_string(value));
  }
  void decimal(std::string_view name, std::int64_t raw, int places) override {
    add(name, format_decimal(raw, places));
  }
  void text(std::string_view name, std::string_view value) override {
    add(name, std::string(value));
  }
  void begin_list(std::string_view name) override { line += std::string(name) + "=["; }
  void begin_item() override {}
  void end_item() override { line.back() = ';'; }
  void end_list() override { line += "] "; }

  std::string line;

 private:
  void add(std::string_view name, const std::string& value) {
    line += std::string(name) + "=" + value + " ";
  }
};

}  // namespace indexcast::test
