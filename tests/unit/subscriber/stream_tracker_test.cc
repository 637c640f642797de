// The tracker as a table: what happens on the left, what the application is told on the right.
#include "proto/subscriber/stream_tracker.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace indexcast::subscriber {
namespace {

const char* word_of(LossReason why) {
  switch (why) {
    case LossReason::superseded:
      return "superseded";
    case LossReason::unavailable:
      return "unavailable";
    case LossReason::timed_out:
      return "timed_out";
    case LossReason::overflow:
      return "overflow";
    case LossReason::epoch_over:
      return "epoch_over";
    case LossReason::switched:
      return "switched";
  }
  return "?";
}

// "5" an item handed over, "5*" one that is not the newest known, "5-6:why" a loss, "?5-6" a
// question, "again" a duplicate.
struct Told {
  std::string text;
  void add(const std::string& word) { text += (text.empty() ? "" : " ") + word; }
  void deliver(const std::uint64_t& item, Arrival, bool newest) {
    add(std::to_string(item) + (newest ? "" : "*"));
  }
  void lost(Range range, LossReason why) {
    add(std::to_string(range.from) + "-" + std::to_string(range.to) + ":" + word_of(why));
  }
};

class Script {
 public:
  std::string play(const std::string& script) {
    std::istringstream words(script);
    for (std::string word; words >> word;) step(word);
    return told_.text;
  }

 private:
  static std::uint64_t number(const std::string& text) { return std::stoull(text); }
  static Range range(const std::string& text) {
    return {number(text), number(text.substr(text.find('-') + 1))};
  }
  void receive(std::uint64_t sequence, Arrival arrival) {
    std::uint64_t item = sequence;
    if (!tracker_.receive(sequence, item, arrival, now_, told_)) told_.add("again");
  }
  void ask() {
    const auto wanted = tracker_.wanted(now_);
    if (!wanted) return told_.add("?none");
    asked_ = *wanted;
    tracker_.asked();
    told_.add("?" + std::to_string(asked_.from) + "-" + std::to_string(asked_.to));
  }

  void step(const std::string& word) {
    const std::string value = word.substr(word.find('=') + 1);
    if (word.starts_with("join=")) return tracker_.join(number(value), now_, told_);
    if (word.starts_with("replay=")) return receive(number(value), Arrival::replay);
    if (word.starts_with("skip=")) return tracker_.leave_out(range(value), now_, told_);
    if (word.starts_with("know=")) return tracker_.know(number(value), now_);
    if (word.starts_with("gone=")) return tracker_.answered(asked_, number(value), now_, told_);
    if (word.starts_with("refused=")) return tracker_.ask_failed(now_, Time{number(value)});
    if (word == "answered") return tracker_.answered(asked_, 0, now_, told_);
    if (word == "restart") return tracker_.restart(LossReason::epoch_over, now_, told_);
    if (word == "ask") return ask();
    if (word.starts_with("at=")) {
      now_ = Time{number(value)};
      return tracker_.tick(now_, told_);
    }
    receive(number(word), Arrival::stream);
  }

  static constexpr TrackerLimits kLimits{
      .hold = Time{1'000}, .held_max = 4, .retry_min = Time{10}, .retry_max = Time{40}};
  Time now_{0};
  StreamTracker<std::uint64_t> tracker_{kLimits, now_};
  Range asked_;
  Told told_;
};

struct Case {
  const char* name;
  const char* happens;
  const char* told;
};

const Case kCases[] = {
    {"in order", "join=0 1 2 3", "1 2 3"},
    {"a duplicate is dropped", "join=0 1 2 2 1 3", "1 2 again again 3"},
    {"what the snapshot covers is dropped", "3 4 5 join=4 6", "5 6"},
    {"the snapshot is older than the stream", "7 8 join=4 ask replay=5 replay=6 answered",
     "?5-6 5* 6* 7* 8"},
    {"nothing before the snapshot", "1 2", ""},
    {"a gap waits for its replay", "join=0 1 4 5 ask replay=2 replay=3 answered 6",
     "1 ?2-3 2* 3* 4* 5 6"},
    {"a gap is asked for once", "join=0 1 4 ask ask 5 ask", "1 ?2-3 ?none ?none"},
    {"one question covers all holes",
     "join=0 2 4 6 ask replay=1 replay=2 replay=3 replay=4 "
     "replay=5 answered",
     "?1-5 1* 2* again 3* 4* again 5* 6"},
    {"an answer in pages", "join=0 5 ask replay=1 replay=2 answered ask replay=3 replay=4 answered",
     "?1-4 1* 2* ?3-4 3* 4* 5"},
    {"the heartbeat shows a loss at the end", "join=0 1 know=3 ask replay=2 replay=3 answered",
     "1 ?2-3 2* 3"},
    {"a heartbeat of what is known says nothing", "join=0 1 know=1 ask", "1 ?none"},
    {"what the stream skips is no gap", "join=0 1 skip=2-4 5 ask", "1 2-4:superseded 5 ?none"},
    {"skipped behind a gap", "join=0 1 skip=4-6 7 ask replay=2 replay=3 answered",
     "1 ?2-3 2* 3* 4-6:superseded 7"},
    {"skipped over what is known", "join=0 1 2 skip=1-3 4", "1 2 3-3:superseded 4"},
    {"skipped around what waits", "join=0 1 4 skip=3-6 7 ask replay=2 answered",
     "1 ?2-2 2* 3-3:superseded 4* 5-6:superseded 7"},
    {"skipped before the snapshot", "skip=1-4 5 join=2 6", "3-4:superseded 5 6"},
    {"the server has it no more", "join=0 1 4 ask gone=4 5", "1 ?2-3 2-3:unavailable 4 5"},
    {"the server has a part of it", "join=0 1 5 ask replay=4 gone=4",
     "1 ?2-4 2-3:unavailable 4* 5"},
    {"gone across several holes", "join=0 2 4 6 ask gone=6",
     "?1-5 1-1:unavailable 2* 3-3:unavailable 4* 5-5:unavailable 6"},
    {"gone says no more than was asked", "join=0 1 know=3 ask 5 gone=99 ask",
     "1 ?2-3 2-3:unavailable ?4-4"},
    {"the time is over", "join=0 1 4 ask at=999 5 at=1000 6", "1 ?2-3 2-3:timed_out 4* 5 6"},
    {"the time of a loss at the end is over", "join=0 1 know=3 at=999 at=1000 4",
     "1 2-3:timed_out 4"},
    {"no level waits longer for a second gap",
     "join=0 3 at=600 6 ask replay=1 replay=2 answered "
     "at=1599 at=1600",
     "?1-5 1* 2* 3* 4-5:timed_out 6"},
    {"too many wait", "join=0 1 4 5 6 7 ask 8 9", "1 ?2-3 2-3:overflow 4* 5* 6* 7* 8 9"},
    {"too many wait for the snapshot: the newest stay", "1 2 3 4 5 6 join=0 ask", "?1-2"},
    {"no snapshot in time", "5 6 at=999 at=1000 7", "5* 6 7"},
    {"an answer without what was asked is asked again later",
     "join=0 3 ask answered ask at=9 ask at=10 ask", "?1-2 ?none ?none ?1-2"},
    {"each time later", "join=0 3 ask answered at=10 ask answered at=29 ask at=30 ask",
     "?1-2 ?1-2 ?none ?1-2"},
    {"a refusal says when", "join=0 3 ask refused=500 at=499 ask at=500 ask", "?1-2 ?none ?1-2"},
    {"a restart names what is missing", "join=0 1 4 know=6 restart 9 join=8",
     "1 2-3:epoch_over 4* 5-6:epoch_over 9"},
    {"a restart before the snapshot", "4 5 restart join=0 1", "1"},
    {"a late answer of what is known", "join=0 1 3 ask replay=2 answered replay=2 4",
     "1 ?2-2 2* 3 again 4"},
    {"the highest sequence",
     "join=9223372036854775806 9223372036854775807 know=9223372036854775807",
     "9223372036854775807"},
};

TEST(StreamTracker, tellsEachSequenceOnceAndInOrder) {
  for (const Case& each : kCases) {
    EXPECT_EQ(Script().play(each.happens), each.told) << each.name << ": " << each.happens;
  }
}

}  // namespace
}  // namespace indexcast::subscriber
