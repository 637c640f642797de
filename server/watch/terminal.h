// The terminal, by ncurses: what changed is sent and nothing else, so nothing flickers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "server/watch/canvas.h"

namespace indexcast::server {

enum class Key : std::uint8_t { up, down, first, last, members, help, back, quit, resize, other };

// Which colour a rise has: red in the markets of the East, green in those of the West.
enum class RiseColour : std::uint8_t { red, green };

// Standard output as long as it lives; then the screen is as it was before. One in a process.
class Terminal final : public Canvas {
 public:
  // Null when TERM names no terminal that can be drawn on.
  static std::unique_ptr<Terminal> open(RiseColour rise);
  ~Terminal() override;
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int rows() const override;
  int columns() const override;
  void put(int row, int column, std::string_view text, Tone tone, bool selected) override;

  void clear();
  void show();
  // A key that was pressed, or the news that the terminal has another size; empty when there is
  // none. Never waits.
  std::optional<Key> key();

 private:
  Terminal() = default;
};

}  // namespace indexcast::server
