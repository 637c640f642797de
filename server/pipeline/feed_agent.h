// A feed as a duty of its thread.
#pragma once

#include <vector>

#include "feedhandlers/common/feed.h"
#include "server/pipeline/agent.h"
#include "server/pipeline/waker.h"

namespace indexcast::server {

class FeedAgent final : public Agent {
 public:
  // `core` is woken after events were handed over; null when the core runs on the same thread.
  FeedAgent(feed::Feed& feed, Waker* core) : feed_(&feed), core_(core) {}

  std::size_t do_work(TimeNs now) override {
    const std::size_t work = feed_->poll(now);
    if (work > 0 && core_ != nullptr) core_->wake();
    return work;
  }
  void append_descriptors(std::vector<pollfd>& out) const override {
    feed_->append_descriptors(out);
  }

 private:
  feed::Feed* feed_;
  Waker* core_;
};

}  // namespace indexcast::server
