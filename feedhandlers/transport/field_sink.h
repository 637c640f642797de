// Receives the fields of one decoded message by their names in the exchange's specification:
// `decode` prints them, tests compare them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace indexcast::feed {

class FieldSink {
 public:
  virtual ~FieldSink() = default;
  virtual void integer(std::string_view name, std::int64_t value) = 0;
  virtual void natural(std::string_view name, std::uint64_t value) = 0;
  // `raw` counts units of 10^-places.
  virtual void decimal(std::string_view name, std::int64_t raw, int places) = 0;
  // UTF-8.
  virtual void text(std::string_view name, std::string_view value) = 0;
  // A field that says of itself that it has no value.
  virtual void null(std::string_view name) { text(name, "null"); }
  // A repeating group: begin_list, then begin_item / fields / end_item for each, then end_list.
  virtual void begin_list(std::string_view name) = 0;
  virtual void begin_item() = 0;
  virtual void end_item() = 0;
  virtual void end_list() = 0;

  // Reports bytes of the message that no field covers, such as those of a later version. Shows
  // their number and adds them up.
  void undescribed(std::size_t bytes) {
    natural("UndescribedBytes", bytes);
    add_undescribed(bytes);
  }
  // Counts uncovered bytes that are shown by other means.
  void add_undescribed(std::size_t bytes) { undescribed_bytes_ += bytes; }
  std::size_t undescribed_bytes() const { return undescribed_bytes_; }

 private:
  std::size_t undescribed_bytes_ = 0;
};

}  // namespace indexcast::feed
