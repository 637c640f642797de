// What an application was told by records, so that another server does not tell it again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "indexcast/v1/query.pb.h"

namespace indexcast::subscriber {

// Record sequences of two servers say nothing of each other, and a server that is a moment behind
// the one before it publishes records that the application has: those are known by their content.
class RecordMemory {
 public:
  // Numbers begin anew: what comes may be a repetition.
  void restart() {
    status_may_repeat_ = true;
    others_may_repeat_ = true;
  }

  // True when the application has `record` already; otherwise it is remembered.
  bool repeats(const v1::Event& record) {
    if (record.has_status()) return repeats(record.status());
    if (record.has_definition()) return repeats(record.definition());
    if (record.has_pending()) return repeats(record.pending());
    return repeats(record.correction());
  }

 private:
  bool repeats(const v1::StatusChanged& now) {
    // Only the first one: what follows it has changed from it.
    const bool same = status_may_repeat_ && status_ && status_->trade_date() == now.trade_date() &&
                      status_->status() == now.status() && status_->flags() == now.flags() &&
                      status_->quotable() == now.quotable();
    status_may_repeat_ = false;
    status_ = now;
    return same;
  }
  bool repeats(const v1::DefinitionChanged& now) {
    const bool same = others_may_repeat_ && definition_ &&
                      definition_->version() == now.definition().version() &&
                      definition_->effective_date() == now.definition().effective_date();
    definition_ = now.definition();
    return same;
  }
  bool repeats(const v1::Correction& now) {
    const bool same =
        others_may_repeat_ && correction_ && correction_->trade_date() == now.trade_date() &&
        correction_->published() == now.published() && correction_->corrected() == now.corrected();
    correction_ = now;
    return same;
  }

  bool repeats(const v1::PendingPrice& now) {
    v1::PendingPrice& last = pending_[{now.symbol(), now.subject(), now.decision()}];
    const bool same = others_may_repeat_ && last.trade_date() == now.trade_date() &&
                      last.reason() == now.reason() && last.price() == now.price() &&
                      last.exchange_time() == now.exchange_time();
    last = now;
    return same;
  }

  bool status_may_repeat_ = false;
  bool others_may_repeat_ = false;
  std::optional<v1::StatusChanged> status_;
  std::optional<v1::Definition> definition_;
  std::optional<v1::Correction> correction_;
  // The last one of each member, subject and decision.
  std::map<std::tuple<std::string, int, int>, v1::PendingPrice> pending_;
};

}  // namespace indexcast::subscriber
