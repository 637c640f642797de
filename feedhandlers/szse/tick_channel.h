// The numbering of one tick channel: what comes next, what came early, what is missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"

namespace indexcast::szse {

// A 300191 or 300192 as its channel needs it.
struct Tick {
  std::int64_t sequence = 0;                // ApplSeqNum
  InstrumentId instrument = kNoInstrument;  // of a trade of ours; else the number alone counts
  std::int64_t price = 0;                   // 1e-6
  std::int64_t quantity = 0;                // whole shares
  std::int64_t turnover = 0;                // 1e-4
  TimeNs time{};                            // TransactTime
};

// Missing numbers, both ends included.
struct Hole {
  std::int64_t first = 0;
  std::int64_t last = 0;
  friend bool operator==(const Hole&, const Hole&) = default;
};

// Numbers begin with 1 each day; orders and trades share them (notes 1.6). The first tick that is
// seen opens the channel, whatever its number: what was before it is in the snapshots. Early ticks
// are kept in a window of `capacity` numbers behind the expected one. One thread; allocates at
// construction only.
class TickChannel {
 public:
  // A jump further ahead than this is a damaged number, until the tick after it confirms it.
  static constexpr std::int64_t kSuspiciousJump = 1'000'000;

  enum class Place : std::uint8_t {
    next,
    early,      // a number before it is missing
    duplicate,  // seen, or given up
    beyond,     // further ahead than the window: holes must be given up first
    nowhere,    // not a number to follow
  };

  explicit TickChannel(std::size_t capacity) : held_(capacity) {}

  bool open() const { return expected_ != 0; }
  std::int64_t expected() const { return expected_; }

  // Where a tick belongs; opens the channel.
  Place place(std::int64_t sequence);

  bool beyond(std::int64_t sequence) const {
    return sequence - expected_ >= static_cast<std::int64_t>(held_.size());
  }

  // Keeps a tick of the window that is not the expected one.
  void hold(const Tick& tick);
  // The next one was handed on.
  void advance() { ++expected_; }
  // The held tick whose turn it is; nullptr: none.
  const Tick* next() const;

  // The channel says that its last number so far is `sequence`. False when that cannot be.
  bool note_last(std::int64_t sequence);

  // Whether the expected number is missing though later ones were sent.
  bool behind() const { return open() && last_ >= expected_ && !is_held(expected_); }
  // The first numbers that are missing; looks through the window.
  std::optional<Hole> hole() const;
  // Gives up what is missing before the first held tick, or before `next` if that is less; returns
  // how many numbers that loses.
  std::int64_t give_up(std::int64_t next);

  // A new day: the next tick opens the channel again.
  void restart();

 private:
  Tick& slot(std::int64_t sequence) {
    return held_[static_cast<std::size_t>(sequence) % held_.size()];
  }
  const Tick& slot(std::int64_t sequence) const {
    return held_[static_cast<std::size_t>(sequence) % held_.size()];
  }
  bool is_held(std::int64_t sequence) const { return slot(sequence).sequence == sequence; }
  bool far(std::int64_t sequence);
  std::int64_t first_held_or(std::int64_t next) const;

  std::vector<Tick> held_;
  std::int64_t expected_ = 0;  // 0: not open
  std::int64_t last_ = 0;      // the highest number that was sent, as far as is known
  std::int64_t far_ = 0;       // the last number that came from too far ahead
};

}  // namespace indexcast::szse
