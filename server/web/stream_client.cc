#include "server/web/stream_client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace indexcast::server {
namespace {

// A level and the skipped message before it.
constexpr std::size_t kFramesOfLevel = 2;
// How soon a client beyond its rate is looked at again.
constexpr std::int64_t kRateCheckNs = kNsPerMs;

}  // namespace

StreamClient::StreamClient(Encoding encoding, const Limits& limits,
                           ConnectionRegistry::Entry& entry, FrameSource& source,
                           ClientStats& stats, std::function<void()> wake)
    : encoding_(encoding),
      limits_(limits),
      capacity_(std::max(limits.queue, kFramesOfLevel)),
      entry_(entry),
      source_(source),
      stats_(stats),
      wake_(std::move(wake)),
      replay_bytes_(limits.replay_bytes_per_s) {
  limit_rates();
}

bool StreamClient::belong_to(const SharedRights& rights) {
  if (!entry_.belong_to(rights)) return false;
  limit_rates();
  return true;
}

void StreamClient::limit_rates() {
  commands_ = RateBudget(limits_.commands_per_second);
  if (!rights()) return;
  levels_ = RateBudget(rights()->levels_per_second);
  if (rights()->commands_per_second > 0) commands_ = RateBudget(rights()->commands_per_second);
}

void StreamClient::show_subscriptions() {
  std::array<std::size_t, 3> count{};
  for (const auto& [index, subscription] : subscriptions_)
    ++count[static_cast<std::size_t>(subscription.options.mode)];
  entry_.follow(count[0], count[1], count[2]);
}

void StreamClient::show_queue() {
  entry_.queued.store(queue_.size(), std::memory_order_relaxed);
  entry_.skipped.store(skipped_, std::memory_order_relaxed);
}

Subscription& StreamClient::subscribe(IndexId index, const SubscriptionOptions& options,
                                      std::uint32_t id) {
  unsubscribe(index);
  Subscription& subscription = subscriptions_[index];
  subscription.client = this;
  subscription.index = index;
  subscription.options = options;
  subscription.id = id;
  set_behind(subscription, true);
  return subscription;
}

void StreamClient::unsubscribe(IndexId index) {
  const auto found = subscriptions_.find(index);
  if (found == subscriptions_.end()) return;
  set_behind(found->second, false);
  records_waiting_.erase(index);
  subscriptions_.erase(found);
}

void StreamClient::set_behind(Subscription& subscription, bool behind) {
  if (subscription.behind == behind) return;
  subscription.behind = behind;
  behind_ = behind ? behind_ + 1 : behind_ - 1;
}

void StreamClient::count_skipped(std::uint64_t count) {
  skipped_ += count;
  stats_.skipped.add(count);
}

void StreamClient::on_level(Subscription& subscription, TimeNs now) {
  if (subscription.options.mode == StreamMode::grid) return;
  if (subscription.behind || send_newest(subscription, now)) return;
  set_behind(subscription, true);
  if (subscription.options.mode == StreamMode::tick) stats_.conflated.add();
}

void StreamClient::on_grid(Subscription& subscription, TimeNs instant, TimeNs now) {
  const std::int64_t interval_ns = subscription.options.interval_ms * kNsPerMs;
  // Before the snapshot nothing is owed.
  if (subscription.options.mode != StreamMode::grid || subscription.snapshot_due) return;
  if (instant.ns % interval_ns != 0) return;
  if (source_.newest_sequence(subscription.index) == 0) {
    subscription.grid_sent = instant;  // nor before the first level
  } else if (has_room(kFramesOfLevel) && levels_.take(now)) {
    send_grid(subscription, instant);
  }
}

// Instants without room, or that the server itself did not see, are named before the next.
void StreamClient::send_grid(Subscription& subscription, TimeNs instant) {
  const IndexId index = subscription.index;
  const std::int64_t interval_ms = subscription.options.interval_ms;
  const std::int64_t interval_ns = interval_ms * kNsPerMs;
  const std::int64_t passed = (instant - subscription.grid_sent) / interval_ns;
  if (subscription.grid_sent.ns != 0 && passed > 1) {
    count_skipped(static_cast<std::uint64_t>(passed - 1));
    push(source_.skipped_frame(index, encoding_, v1::STREAM_KIND_GRID,
                               static_cast<std::uint64_t>(subscription.grid_sent.ns + interval_ns),
                               static_cast<std::uint64_t>(instant.ns - interval_ns)));
  }
  push(source_.grid_frame(index, encoding_, interval_ms));
  subscription.grid_sent = instant;
}

bool StreamClient::send_newest(Subscription& subscription, TimeNs now) {
  if (now < subscription.due || !has_room(kFramesOfLevel)) return false;
  const std::uint64_t newest = source_.newest_sequence(subscription.index);
  if (subscription.snapshot_due) {
    send_snapshot(subscription);
  } else if (newest > subscription.sent && subscription.options.mode != StreamMode::grid) {
    if (!levels_.take(now)) return false;
    send_level(subscription, newest);
  }
  subscription.sent = newest;
  const bool conflated = subscription.options.mode == StreamMode::conflated;
  subscription.due = now + (conflated ? subscription.options.interval_ms * kNsPerMs : 0);
  return true;
}

void StreamClient::send_snapshot(Subscription& subscription) {
  push(source_.snapshot_frame(subscription.index, encoding_, subscription.id));
  subscription.snapshot_due = false;
  subscription.records_sent = source_.newest_record(subscription.index);
  if (subscription.options.mode != StreamMode::grid) return;
  const std::int64_t reached = source_.instant().ns;
  subscription.grid_sent = {reached - reached % (subscription.options.interval_ms * kNsPerMs)};
}

void StreamClient::send_level(Subscription& subscription, std::uint64_t newest) {
  const IndexId index = subscription.index;
  if (newest > subscription.sent + 1) {
    count_skipped(newest - subscription.sent - 1);
    push(source_.skipped_frame(index, encoding_, v1::STREAM_KIND_LEVEL, subscription.sent + 1,
                               newest - 1));
  }
  push(source_.level_frame(index, encoding_));
}

void StreamClient::on_record(const Subscription& subscription) {
  if (!subscription.options.records || subscription.snapshot_due) return;
  records_waiting_.insert(subscription.index);
  send_records();
}

void StreamClient::send_records() {
  while (!records_waiting_.empty() && has_room()) {
    Subscription& subscription = subscriptions_.at(*records_waiting_.begin());
    if (subscription.records_sent < source_.newest_record(subscription.index))
      send_record(subscription);
    if (subscription.records_sent == source_.newest_record(subscription.index))
      records_waiting_.erase(records_waiting_.begin());
  }
}

// The next one, or the name of those that are there no more.
void StreamClient::send_record(Subscription& subscription) {
  const IndexId index = subscription.index;
  const std::uint64_t next = subscription.records_sent + 1;
  const std::uint64_t first = source_.first_record(index);
  Frame frame = next >= first ? source_.record_frame(index, encoding_, next) : nullptr;
  subscription.records_sent = frame ? next : std::max(next, first - 1);
  if (!frame) {
    count_skipped(subscription.records_sent - next + 1);
    frame = source_.skipped_frame(index, encoding_, v1::STREAM_KIND_RECORD, next,
                                  subscription.records_sent);
  }
  push(std::move(frame));
}

bool StreamClient::replay(const StreamCommand& command, TimeNs now) {
  if (replays_.size() == kReplaysMax) return false;
  replays_.push_back(command);
  send_replays(now);
  return true;
}

void StreamClient::send_replays(TimeNs now) {
  while (!replays_.empty() && last_replay_.expired() && has_room() &&
         replay_bytes_.wait_ms(now) == 0) {
    Frame frame = source_.replay_frame(replays_.front(), encoding_);
    replays_.pop_front();
    replay_bytes_.spend(static_cast<std::int64_t>(frame->size()));
    last_replay_ = frame;
    push(std::move(frame));
  }
}

TimeNs StreamClient::flush(TimeNs now) {
  send_replays(now);
  send_records();
  TimeNs due = kNoDeadline;
  if (!replays_.empty() && last_replay_.expired() && has_room())
    due = now + replay_bytes_.wait_ms(now) * kNsPerMs;
  if (behind_ == 0) return due;
  auto at = subscriptions_.lower_bound(flush_from_);
  for (std::size_t left = subscriptions_.size(); left > 0; --left, ++at) {
    if (at == subscriptions_.end()) at = subscriptions_.begin();
    flush_from_ = at->first;
    if (!has_room(kFramesOfLevel)) return due;  // until the socket takes bytes
    if (!at->second.behind) continue;
    if (send_newest(at->second, now)) {
      set_behind(at->second, false);
    } else {
      // An interval that has not passed, or else the rate of the token.
      due = std::min(due, std::max(at->second.due, now + kRateCheckNs));
    }
  }
  return due;
}

void StreamClient::offer(Frame frame) {
  if (has_room() && records_waiting_.empty()) push(std::move(frame));
}

void StreamClient::push(Frame frame) {
  const bool idle = queue_.empty();
  queue_.push(std::move(frame));
  if (idle) wake_();
}

}  // namespace indexcast::server
