// A feed as a duty of its thread.
#pragma once

#include <cstddef>

#include "feedhandlers/session/feed.h"
#include "server/view/agent.h"
#include "server/view/feed_day.h"
#include "server/view/waker.h"

namespace indexcast::server {

class FeedAgent final : public Agent {
 public:
  // `core` is woken after events were handed over; null when the core runs on the same thread.
  // `feed` and `day` outlive it.
  FeedAgent(feed::Feed& feed, FeedDay& day, Waker* core) : feed_(&feed), day_(&day), core_(core) {}

  std::size_t do_work(TimeNs now) override {
    const bool over = day_->update(now) == FeedDuty::ended;
    if (over != over_) feed_->set_day_over(over);
    over_ = over;
    const std::size_t work = feed_->poll(now);
    if (work > 0 && core_ != nullptr) core_->wake();
    return work;
  }
  // Reads no more: unread data is not accepted.
  std::size_t drain(TimeNs) override { return 0; }
  void watch(feed::ReadySet& ready) override { feed_->watch(ready); }
  // Feeds count waits of milliseconds: line reordering, reconnects, heartbeats.
  TimeNs due(TimeNs now) const override { return now + kFeedDueNs; }

 private:
  static constexpr std::int64_t kFeedDueNs = 2 * kNsPerMs;

  feed::Feed* feed_;
  FeedDay* day_;
  bool over_ = false;
  Waker* core_;
};

}  // namespace indexcast::server
