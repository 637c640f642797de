// What the engine remembers of one index beside its sum: statistics, quality, sequence.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "calc/instrument_state.h"
#include "calc/record.h"

namespace indexcast {

// The four weights of METHODOLOGY 8, kept as sums of member units and shown in basis points.
class StandingWeights {
 public:
  // A member of `units` moved from one standing to another.
  void move(std::uint64_t units, std::uint8_t from, std::uint8_t to) {
    for (unsigned bit = 0; bit < kStandingBits; ++bit) {
      const std::uint8_t mask = static_cast<std::uint8_t>(1u << bit);
      if ((from & mask) == (to & mask)) continue;
      sums_[bit] = to & mask ? sums_[bit] + units : sums_[bit] - units;
    }
  }
  void set_total(std::uint64_t total) { total_ = total; }
  // Rounded half up; 10000 exactly when every member counts.
  std::uint16_t basis_points(Standing standing) const {
    const std::uint64_t sum =
        sums_[static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(standing)))];
    return static_cast<std::uint16_t>((sum * 10'000 + total_ / 2) / total_);
  }

 private:
  std::array<std::uint64_t, kStandingBits> sums_{};
  std::uint64_t total_ = 1;
};

// Statistics follow the published levels (METHODOLOGY 5).
struct IndexState {
  Level level{};
  Level open{};
  Level high{};
  Level low{};
  Level close{};
  IndexStatus status = IndexStatus::pre_open;
  std::uint32_t flags = 0;
  bool quotable = false;
  std::uint64_t sequence = 0;
  std::uint32_t not_heard = 0;   // members that hold the open back
  std::uint32_t mismatches = 0;  // members with reference_mismatch
  StandingWeights weights;
  // In basis points, as last published; recomputed when a standing moves.
  std::uint16_t opened_bp = 0;
  std::uint16_t fresh_bp = 0;
  std::uint16_t suspended_bp = 0;
  std::uint16_t live_bp = 0;
  bool weights_moved = true;

  bool is_open() const { return open.raw != 0; }
  void follow(Level published) {
    if (published > high) high = published;
    if (published < low) low = published;
  }
};

}  // namespace indexcast
