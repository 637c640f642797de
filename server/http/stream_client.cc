#include "server/http/stream_client.h"

#include <algorithm>
#include <utility>

namespace indexcast::server {
namespace {

// A level and the skipped message before it.
constexpr std::size_t kFramesOfLevel = 2;

}  // namespace

StreamClient::StreamClient(std::size_t capacity, FrameSource& source, ClientStats& stats,
                           std::function<void()> wake)
    : capacity_(std::max(capacity, kFramesOfLevel)),
      source_(source),
      stats_(stats),
      wake_(std::move(wake)) {}

Subscription& StreamClient::subscribe(IndexId index, std::int64_t interval_ms) {
  unsubscribe(index);
  Subscription& subscription = subscriptions_[index];
  subscription.client = this;
  subscription.index = index;
  subscription.interval_ns = interval_ms * kNsPerMs;
  set_behind(subscription, true);
  return subscription;
}

void StreamClient::unsubscribe(IndexId index) {
  const auto found = subscriptions_.find(index);
  if (found == subscriptions_.end()) return;
  set_behind(found->second, false);
  subscriptions_.erase(found);
}

void StreamClient::set_behind(Subscription& subscription, bool behind) {
  if (subscription.behind == behind) return;
  subscription.behind = behind;
  behind_ = behind ? behind_ + 1 : behind_ - 1;
}

void StreamClient::on_level(Subscription& subscription, TimeNs now) {
  if (subscription.behind || send_newest(subscription, now)) return;
  set_behind(subscription, true);
  if (subscription.interval_ns == 0) stats_.conflated.add();
}

bool StreamClient::send_newest(Subscription& subscription, TimeNs now) {
  if (now < subscription.due || !has_room(kFramesOfLevel)) return false;
  const IndexId index = subscription.index;
  const std::uint64_t newest = source_.newest_sequence(index);
  if (subscription.snapshot_due) {
    push(source_.snapshot_frame(index), now);
    subscription.snapshot_due = false;
  } else if (newest > subscription.sent) {
    if (newest > subscription.sent + 1) {
      stats_.skipped.add(newest - subscription.sent - 1);
      push(source_.skipped_frame(index, subscription.sent + 1, newest - 1), now);
    }
    push(source_.level_frame(index), now);
  }
  subscription.sent = newest;
  subscription.due = now + subscription.interval_ns;
  return true;
}

void StreamClient::flush(TimeNs now) {
  if (behind_ == 0) return;
  auto at = subscriptions_.lower_bound(flush_from_);
  for (std::size_t left = subscriptions_.size(); left > 0; --left, ++at) {
    if (at == subscriptions_.end()) at = subscriptions_.begin();
    flush_from_ = at->first;
    if (!has_room(kFramesOfLevel)) return;
    if (at->second.behind && send_newest(at->second, now)) set_behind(at->second, false);
  }
}

void StreamClient::offer(Frame frame, TimeNs now) {
  if (has_room()) push(std::move(frame), now);
}

void StreamClient::push(Frame frame, TimeNs now) {
  queue_.push_back(std::move(frame));
  if (queue_.size() > 1) return;
  progress_ = now;
  wake_();
}

void StreamClient::pop(TimeNs now) {
  queue_.pop_front();
  progress_ = now;
}

}  // namespace indexcast::server
