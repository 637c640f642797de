// The surface that a view draws on, and the terminal through ncurses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace indexcast::server {

// The meaning of a text's colour.
enum class Tone : std::uint8_t { plain, heading, up, down, good, warn, faint };

// The surface that a view draws on. Tests replace the terminal by a grid of text.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual int rows() const = 0;
  virtual int columns() const = 0;
  // Writes UTF-8 text, cut at the right edge. `row` and `column` are on the canvas. `selected`:
  // highlighted, for the line that keys act on and for warnings.
  virtual void put(int row, int column, std::string_view text, Tone tone, bool selected) = 0;
  // Returns whether every character of `text` can be shown.
  virtual bool can_show(std::string_view text) const = 0;
};

enum class Key : std::uint8_t { up, down, first, last, members, help, back, quit, resize, other };

// Uses standard output during its lifetime and restores the screen at the end. One per process.
// Uses the locale and the colours of the environment (LC_ALL, LC_CTYPE, LANG, NO_COLOR).
class Terminal final : public Canvas {
 public:
  // Returns null when the terminal of TERM cannot place its cursor ("dumb"). `red_up`: a rise is
  // red and a fall green; otherwise the reverse.
  static std::unique_ptr<Terminal> open(bool red_up);
  ~Terminal() override;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int rows() const override;
  int columns() const override;
  void put(int row, int column, std::string_view text, Tone tone, bool selected) override;
  bool can_show(std::string_view text) const override;

  void clear();
  void show();
  // Returns the next key, or Key::resize after a change of size; empty when there is none. Never
  // waits.
  std::optional<Key> key();

 private:
  explicit Terminal(bool colours) : colours_(colours) {}

  bool colours_;
};

}  // namespace indexcast::server
