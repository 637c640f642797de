// The fields of one message as text for a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/transport/field_sink.h"

namespace indexcast::server {

// Appends ` Name=value Name=value List=[{Name=value} {Name=value}]` to a string that outlives it.
// Text that holds anything but letters, digits and plain punctuation stands in quotes with JSON's
// escapes, so that a message is always one line.
class PlainFields final : public feed::FieldSink {
 public:
  explicit PlainFields(std::string& out) : out_(out) {}

  void integer(std::string_view name, std::int64_t value) override;
  void natural(std::string_view name, std::uint64_t value) override;
  void decimal(std::string_view name, std::int64_t raw, int places) override;
  void text(std::string_view name, std::string_view value) override;
  void begin_list(std::string_view name) override;
  void begin_item() override;
  void end_item() override;
  void end_list() override;

 private:
  void key(std::string_view name);
  void separate();

  std::string& out_;
  bool first_ = false;  // nothing before it inside a list or an item
};

}  // namespace indexcast::server
