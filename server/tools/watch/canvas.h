// The surface that a view draws on: a terminal, or a grid of text in a test.
#pragma once

#include <cstdint>
#include <string_view>

namespace indexcast::server {

enum class Tone : std::uint8_t { plain, heading, up, down, good, warn, faint };

class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual int rows() const = 0;
  virtual int columns() const = 0;
  // Writes UTF-8 text, cut at the right edge. `row` and `column` are on the canvas. `selected`:
  // highlighted, for the line that keys act on and for warnings.
  virtual void put(int row, int column, std::string_view text, Tone tone, bool selected) = 0;
  // Whether every character of `text` can be shown.
  virtual bool can_show(std::string_view text) const = 0;
};

}  // namespace indexcast::server
