// What the soak's programs have in common: they are asked in lines and answer in lines of JSON.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "server/view/clock.h"

namespace indexcast::soak {

// UTC, of the same kind of clock as the core's calculation times.
inline std::int64_t wall_clock_ns() {
  static const server::Clock clock;
  return clock.now().ns;
}

// Lines of standard input as they come. One thread.
class Questions {
 public:
  // A whole line without its end, if there is one; never waits.
  std::optional<std::string> next() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (!ended_ && text_.find('\n') == std::string::npos && poll(&input, 1, 0) > 0) {
      char bytes[256];
      const auto got = ::read(STDIN_FILENO, bytes, sizeof bytes);
      if (got <= 0) ended_ = true;
      if (got > 0) text_.append(bytes, static_cast<std::size_t>(got));
    }
    const auto end = text_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    return line;
  }
  // Whoever asked is gone.
  bool ended() const { return ended_; }

 private:
  std::string text_;
  bool ended_ = false;
};

}  // namespace indexcast::soak
