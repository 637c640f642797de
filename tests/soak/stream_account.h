// What a subscriber has had of each index: held against the levels' numbers, so that a loss shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace indexcast::soak {

// Codes are numbers from 0, as the soak's server calls its indices. One thread.
class StreamAccount {
 public:
  explicit StreamAccount(std::size_t codes) : last_(codes, kUnknown) {}

  // A snapshot, or the heartbeat with which a subscriber begins: it has all of `code` up to there.
  void begin(std::size_t code, std::uint64_t sequence) { last_[code] = sequence; }
  bool has_begun(std::size_t code) const { return last_[code] != kUnknown; }

  void level(std::size_t code, std::uint64_t sequence) {
    if (take(code, sequence, sequence)) ++levels_;
  }
  // The server says that it left these out.
  void skipped(std::size_t code, std::uint64_t from, std::uint64_t to) {
    if (take(code, from, to)) skipped_ += to - from + 1;
  }
  // A heartbeat: everything up to there has been said before it.
  void said_to(std::size_t code, std::uint64_t sequence) {
    if (!has_begun(code) || sequence <= last_[code]) return;
    lost_ += sequence - last_[code];
    last_[code] = sequence;
  }
  bool is_at(std::size_t code, std::uint64_t sequence) const { return last_[code] == sequence; }

  std::uint64_t levels() const { return levels_; }
  std::uint64_t skipped() const { return skipped_; }
  std::uint64_t lost() const { return lost_; }    // in no message, and named by none
  std::uint64_t stray() const { return stray_; }  // once more, backwards, or before the beginning

 private:
  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

  bool take(std::size_t code, std::uint64_t from, std::uint64_t to) {
    std::uint64_t& last = last_[code];
    if (last == kUnknown || from <= last || to < from) {
      ++stray_;
      return false;
    }
    lost_ += from - last - 1;
    last = to;
    return true;
  }

  std::vector<std::uint64_t> last_;
  std::uint64_t levels_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t lost_ = 0;
  std::uint64_t stray_ = 0;
};

}  // namespace indexcast::soak
