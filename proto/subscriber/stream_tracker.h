// One numbered stream of one index, brought into order: knows what was handed over, what waits and
// what is missing. Knows no socket and no clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "indexcast/subscriber/callbacks.h"

namespace indexcast::subscriber {

// Of any clock that does not go back.
using Time = std::chrono::milliseconds;

// Sequences, both inclusive.
struct Range {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

// Higher ones are no sequences, so that one more is always a number.
inline constexpr std::uint64_t kSequenceMax = UINT64_MAX / 2;

enum class Arrival { stream, replay };

struct TrackerLimits {
  Time hold{5'000};
  std::size_t held_max = 10'000;
  Time retry_min{50};
  Time retry_max{2'000};
};

// Joining (until the snapshot is there) everything waits; live, an item in its turn is handed over
// at once; behind a gap, items wait until the missing ones were had by a replay or given up.
//
// What is handed over goes to a sink with these members, which are called in the order of the
// sequences, each sequence exactly once from complete_to + 1 on:
//   deliver(Item&, Arrival, bool newest)   newest: no later sequence is known to exist
//   lost(Range, LossReason)
template <class Item>
class StreamTracker {
 public:
  explicit StreamTracker(const TrackerLimits& limits, Time now) : limits_(limits), since_(now) {}

  bool joined() const { return joined_; }
  // The first sequence that was neither handed over nor named as lost.
  std::uint64_t next() const { return next_; }
  bool gap() const { return joined_ && next_ <= known_to_; }
  std::size_t held() const { return held_.size(); }

  // Numbers begin anew. What still waits is handed over and what is missing is named first, unless
  // the stream never began.
  template <class Sink>
  void restart(LossReason why, Time now, Sink& sink) {
    while (gap()) give_up(why, now, sink);
    joined_ = false;
    held_.clear();
    next_ = 1;
    known_to_ = 0;
    asked_ = false;
    since_ = now;
  }

  // Everything up to `complete_to` is known to the application.
  template <class Sink>
  void join(std::uint64_t complete_to, Time now, Sink& sink) {
    joined_ = true;
    next_ = complete_to + 1;
    known_to_ = std::max(known_to_, complete_to);
    retry_ = limits_.retry_min;
    release(sink);
    if (gap()) gap_began(now);
  }

  // False for a duplicate. Takes the content of `item` where it has to wait.
  template <class Sink>
  bool receive(std::uint64_t sequence, Item& item, Arrival arrival, Time now, Sink& sink) {
    const bool had_gap = gap();
    known_to_ = std::max(known_to_, sequence);
    if (joined_ && sequence == next_) {
      hand_over(item, arrival, sink);
    } else if (sequence < next_ || !hold({sequence, sequence}, &item, arrival, now)) {
      return false;
    }
    settle(had_gap, now, sink);
    return true;
  }

  // The stream says that it leaves `range` out.
  template <class Sink>
  void leave_out(Range range, Time now, Sink& sink) {
    const bool had_gap = gap();
    known_to_ = std::max(known_to_, range.to);
    if (joined_) range.from = std::max(range.from, next_);
    if (range.from <= range.to) hold(range, nullptr, Arrival::stream, now);
    settle(had_gap, now, sink);
  }

  // `sequence` exists: everything up to it was sent before this is known.
  void know(std::uint64_t sequence, Time now) {
    if (!joined_ || sequence <= known_to_) return;
    const bool had_gap = gap();
    known_to_ = sequence;
    if (!had_gap) gap_began(now);
  }

  // What to ask for now: from the first missing sequence to the last, since holes seldom come
  // alone and what an answer repeats is dropped.
  std::optional<Range> wanted(Time now) const {
    if (!gap() || asked_ || now < ask_at_) return std::nullopt;
    return Range{next_, last_missing()};
  }
  void asked() {
    asked_ = true;
    asked_from_ = next_;
  }
  // The question could not be sent, was not answered or was refused.
  void ask_failed(Time now, Time wait = Time{0}) {
    asked_ = false;
    ask_at_ = now + std::max(wait, retry_);
    retry_ = std::min(2 * retry_, limits_.retry_max);
  }
  // The question was answered: by items, which receive() was told before, and by what the server
  // has no more, which is everything below `unavailable_before`.
  template <class Sink>
  void answered(Range range, std::uint64_t unavailable_before, Time now, Sink& sink) {
    const std::uint64_t end = std::min(unavailable_before, range.to + 1);
    while (gap() && next_ < end) lose({next_, std::min(end - 1, head_gap_end())}, now, sink);
    if (next_ == asked_from_) return ask_failed(now);
    asked_ = false;
    retry_ = limits_.retry_min;
    ask_at_ = now;
    if (held_.empty()) since_ = now;  // nothing waits, and the answers go on
  }

  // Gives up what took too long; without a snapshot, begins at what there is.
  template <class Sink>
  void tick(Time now, Sink& sink) {
    if (!joined_ && !held_.empty() && now - since_ >= limits_.hold) {
      join(held_.begin()->first - 1, now, sink);
    }
    while (gap() && now - gap_age() >= limits_.hold) give_up(LossReason::timed_out, now, sink);
  }

 private:
  struct Waiting {
    std::uint64_t to = 0;
    std::optional<Item> item;  // none: the stream leaves the sequences out
    Arrival arrival = Arrival::stream;
    Time since{0};
  };

  template <class Sink>
  void hand_over(Item& item, Arrival arrival, Sink& sink) {
    ++next_;
    sink.deliver(item, arrival, next_ > known_to_);
  }

  template <class Sink>
  void settle(bool had_gap, Time now, Sink& sink) {
    if (!joined_) {
      // The newest are kept: the snapshot covers the others, or a replay brings them.
      while (held_.size() > limits_.held_max) held_.erase(held_.begin());
      return;
    }
    release(sink);
    if (gap() && !had_gap) gap_began(now);
    while (held_.size() > limits_.held_max) give_up(LossReason::overflow, now, sink);
  }

  void gap_began(Time now) {
    since_ = now;
    ask_at_ = now;
  }

  // Keeps those of `range` that nothing waiting has; false when there are none.
  bool hold(Range range, Item* item, Arrival arrival, Time now) {
    bool kept = false;
    auto after = held_.upper_bound(range.from);
    if (after != held_.begin()) range.from = std::max(range.from, std::prev(after)->second.to + 1);
    while (range.from <= range.to) {
      const std::uint64_t to =
          after == held_.end() ? range.to : std::min(range.to, after->first - 1);
      if (range.from <= to) {
        Waiting& waiting = held_.emplace_hint(after, range.from, Waiting{})->second;
        waiting = {.to = to, .item = std::nullopt, .arrival = arrival, .since = now};
        if (item != nullptr) waiting.item.emplace(std::move(*item));
        kept = true;
      }
      if (after == held_.end()) break;
      range.from = after->second.to + 1;
      ++after;
    }
    return kept;
  }

  // Hands over what waits and whose turn has come.
  template <class Sink>
  void release(Sink& sink) {
    while (!held_.empty() && held_.begin()->first <= next_) {
      auto node = held_.extract(held_.begin());
      Waiting& waiting = node.mapped();
      if (waiting.to < next_) continue;
      if (waiting.item) {
        hand_over(*waiting.item, waiting.arrival, sink);
      } else {
        const Range range{next_, waiting.to};
        next_ = waiting.to + 1;
        sink.lost(range, LossReason::superseded);
      }
    }
  }

  std::uint64_t head_gap_end() const {
    return held_.empty() ? known_to_ : held_.begin()->first - 1;
  }
  std::uint64_t last_missing() const {
    std::uint64_t end = known_to_;
    for (auto at = held_.rbegin(); at != held_.rend() && at->second.to == end; ++at) {
      end = at->first - 1;
    }
    return end;
  }
  // The longest that anything waits, or that a loss with nothing behind it is known.
  Time gap_age() const { return held_.empty() ? since_ : held_.begin()->second.since; }

  template <class Sink>
  void give_up(LossReason why, Time now, Sink& sink) {
    lose({next_, head_gap_end()}, now, sink, why);
  }
  template <class Sink>
  void lose(Range range, Time now, Sink& sink, LossReason why = LossReason::unavailable) {
    next_ = range.to + 1;
    sink.lost(range, why);
    release(sink);
    if (gap() && held_.empty()) since_ = now;
  }

  TrackerLimits limits_;
  bool joined_ = false;
  std::uint64_t next_ = 1;
  std::uint64_t known_to_ = 0;
  std::map<std::uint64_t, Waiting> held_;  // by the first sequence; apart from each other
  bool asked_ = false;
  std::uint64_t asked_from_ = 0;
  Time ask_at_{0};
  Time retry_{0};
  Time since_;  // joining, or the gap
};

}  // namespace indexcast::subscriber
