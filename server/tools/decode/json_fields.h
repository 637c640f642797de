// The fields of one message as the members of a JSON object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/transport/field_sink.h"

namespace indexcast::server {

// Appends to a string that outlives it: `"Name":value,"Name":value` without the surrounding braces.
// Integers are JSON numbers, scaled numbers decimal strings with all their places, lists arrays of
// objects.
class JsonFields final : public feed::FieldSink {
 public:
  explicit JsonFields(std::string& out) : out_(out) {}

  void integer(std::string_view name, std::int64_t value) override;
  void natural(std::string_view name, std::uint64_t value) override;
  void decimal(std::string_view name, std::int64_t raw, int places) override;
  void text(std::string_view name, std::string_view value) override;
  void null(std::string_view name) override;
  void begin_list(std::string_view name) override;
  void begin_item() override;
  void end_item() override;
  void end_list() override;

 private:
  void key(std::string_view name);
  void separate();

  std::string& out_;
  bool first_ = true;
};

}  // namespace indexcast::server
