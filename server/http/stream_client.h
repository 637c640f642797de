// One WebSocket client as the hub sees it: its subscriptions and the bounded queue of frames that
// wait for its socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"
#include "server/metrics/client_stats.h"

namespace indexcast::server {

// The text of a message, encoded once and shared by every client that is sent it.
using Frame = std::shared_ptr<const std::string>;

// Where a client takes the newest frames of an index from; the hub.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // 0: the index has no level yet.
  virtual std::uint64_t newest_sequence(IndexId index) const = 0;
  virtual Frame level_frame(IndexId index) = 0;
  virtual Frame snapshot_frame(IndexId index) = 0;
  virtual Frame skipped_frame(IndexId index, std::uint64_t from, std::uint64_t to) = 0;
};

class StreamClient;

// One client follows one index.
struct Subscription {
  StreamClient* client = nullptr;
  IndexId index = 0;
  std::int64_t interval_ns = 0;  // 0: every tick
  TimeNs due{};                  // not before this instant
  std::uint64_t sent = 0;        // index sequence that the client has been brought to
  bool snapshot_due = true;
  bool behind = false;  // something newer than `sent` waits for room or for `due`
};

// When the queue is full, or before an interval has passed, nothing is queued: the subscription is
// `behind`, and gets the then newest level, after a skipped message for what lies between, as soon
// as there is room. So a client holds at most `capacity` frames and the answers to one command, and
// the snapshot and what follows it meet without gap or duplicate. One thread.
class StreamClient {
 public:
  // `wake` is called when the queue stops being empty.
  StreamClient(std::size_t capacity, FrameSource& source, ClientStats& stats,
               std::function<void()> wake);

  // Starts or restarts a subscription: a snapshot, then what follows it.
  Subscription& subscribe(IndexId index, std::int64_t interval_ms);
  void unsubscribe(IndexId index);
  bool follows(IndexId index) const { return subscriptions_.contains(index); }
  std::map<IndexId, Subscription>& subscriptions() { return subscriptions_; }

  // The index of one of this client's subscriptions has a new level.
  void on_level(Subscription& subscription, TimeNs now);
  // Sends what is behind and due, as far as there is room.
  void flush(TimeNs now);
  // Queues an answer to a command.
  void answer(Frame frame, TimeNs now) { push(std::move(frame), now); }
  // Queues a message that may be left out when there is no room.
  void offer(Frame frame, TimeNs now);

  // Whether another command may be read: its answers have room.
  bool has_room(std::size_t frames = 1) const { return queue_.size() + frames <= capacity_; }
  bool empty() const { return queue_.empty(); }
  std::size_t queued() const { return queue_.size(); }
  // The next frame for the socket; it stays queued until pop.
  const Frame& front() const { return queue_.front(); }
  // The front frame has left; `now` counts as progress.
  void pop(TimeNs now);

  // Frames wait and none has left for `limit_ns`.
  bool stalled(TimeNs now, std::int64_t limit_ns) const {
    return !queue_.empty() && now - progress_ > limit_ns;
  }

 private:
  void push(Frame frame, TimeNs now);
  bool send_newest(Subscription& subscription, TimeNs now);
  void set_behind(Subscription& subscription, bool behind);

  const std::size_t capacity_;
  FrameSource& source_;
  ClientStats& stats_;
  std::function<void()> wake_;
  std::deque<Frame> queue_;
  std::map<IndexId, Subscription> subscriptions_;
  std::size_t behind_ = 0;  // subscriptions that are
  IndexId flush_from_ = 0;  // where the next flush starts, so that each gets its turn
  TimeNs progress_{};       // when the queue last became non-empty or shorter
};

}  // namespace indexcast::server
