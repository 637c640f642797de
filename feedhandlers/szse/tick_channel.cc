#include "feedhandlers/szse/tick_channel.h"

#include <algorithm>

namespace indexcast::szse {

TickChannel::Place TickChannel::place(std::int64_t sequence) {
  if (sequence <= 0) return Place::nowhere;
  if (!open()) expected_ = sequence;
  if (sequence < expected_) return Place::duplicate;
  if (far(sequence)) return Place::nowhere;
  if (beyond(sequence)) return Place::beyond;
  last_ = std::max(last_, sequence);
  if (sequence == expected_) return Place::next;
  return is_held(sequence) ? Place::duplicate : Place::early;
}

// One damaged number must not move the channel: only its successor does.
bool TickChannel::far(std::int64_t sequence) {
  if (sequence - expected_ <= kSuspiciousJump || sequence == last_) return false;
  const bool confirmed = far_ != 0 && sequence - 1 == far_;
  far_ = sequence;
  return !confirmed;
}

void TickChannel::hold(const Tick& tick) {
  last_ = std::max(last_, tick.sequence);
  slot(tick.sequence) = tick;
}

const Tick* TickChannel::next() const { return is_held(expected_) ? &slot(expected_) : nullptr; }

bool TickChannel::note_last(std::int64_t sequence) {
  if (sequence < 0) return false;
  if (!open()) {
    expected_ = sequence + 1;
    last_ = sequence;
    return true;
  }
  if (sequence - expected_ > kSuspiciousJump) return false;
  last_ = std::max(last_, sequence);
  return true;
}

std::optional<Hole> TickChannel::hole() const {
  if (!behind()) return std::nullopt;
  return Hole{expected_, first_held_or(last_ + 1) - 1};
}

std::int64_t TickChannel::give_up(std::int64_t next) {
  const std::int64_t first = expected_;
  expected_ = std::max(expected_, std::min(first_held_or(next), next));
  last_ = std::max(last_, expected_ - 1);
  return expected_ - first;
}

std::int64_t TickChannel::first_held_or(std::int64_t next) const {
  const auto window = expected_ + static_cast<std::int64_t>(held_.size());
  for (std::int64_t at = expected_; at < window && at <= last_; ++at) {
    if (is_held(at)) return at;
  }
  return next;
}

void TickChannel::restart() {
  std::ranges::fill(held_, Tick{});
  expected_ = last_ = far_ = 0;
}

}  // namespace indexcast::szse
