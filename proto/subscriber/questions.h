// Questions that were asked and not answered yet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/subscriber/stream_tracker.h"

namespace indexcast::subscriber {

struct Question {
  enum class Kind { snapshot, replay, records, report };
  Kind kind = Kind::report;
  std::vector<std::string> codes;  // of a snapshot, none for all; of the others, the one
  Range range;
};

// Numbers questions, never twice, so that a late answer is known as one. One thread.
class Questions {
 public:
  // Together in flight, of all indices: enough to fill a long line, few for a server's limits.
  static constexpr std::size_t kMax = 8;

  bool full() const { return waiting_.size() >= kMax; }
  bool empty() const { return waiting_.empty(); }
  std::uint64_t next_id() const { return next_id_; }

  // Asked with the number next_id().
  void asked(Question question, Time deadline) {
    waiting_.emplace(next_id_++, Waiting{std::move(question), deadline});
  }
  std::optional<Question> take(std::uint64_t id) {
    auto node = waiting_.extract(id);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped().question);
  }
  // One whose time is over, one a call.
  std::optional<Question> expire(Time now) {
    for (auto& [id, waiting] : waiting_) {
      if (now >= waiting.deadline) return take(id);
    }
    return std::nullopt;
  }
  void clear() { waiting_.clear(); }

 private:
  struct Waiting {
    Question question;
    Time deadline;
  };
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t next_id_ = 1;
};

}  // namespace indexcast::subscriber
