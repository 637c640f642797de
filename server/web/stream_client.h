// One WebSocket client as the hub sees it: its subscriptions and the bounded queue of frames that
// wait for its socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "calc/event.h"
#include "calc/time.h"
#include "indexcast/v1/stream.pb.h"
#include "server/access/rate_budget.h"
#include "server/access/token_bucket.h"
#include "server/web/client_stats.h"
#include "server/web/connection_registry.h"
#include "server/web/frame.h"
#include "server/web/outbound_queue.h"
#include "server/web/stream_command.h"

namespace indexcast::server {

// Where a client takes the newest frames of an index from; the hub.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // 0: the index has no level yet.
  virtual std::uint64_t newest_sequence(IndexId index) const = 0;
  virtual Frame level_frame(IndexId index, Encoding encoding) = 0;
  // `id`: of the command that it answers.
  virtual Frame snapshot_frame(IndexId index, Encoding encoding, std::uint32_t id) = 0;
  // Record sequence of the newest record of the index, and of the oldest that is still known; 0 and
  // 1 without any.
  virtual std::uint64_t newest_record(IndexId index) const = 0;
  virtual std::uint64_t first_record(IndexId index) const = 0;
  // nullptr when that record has been overwritten meanwhile.
  virtual Frame record_frame(IndexId index, Encoding encoding, std::uint64_t sequence) = 0;
  // from and to: what the kind numbers.
  virtual Frame skipped_frame(IndexId index, Encoding encoding, v1::StreamKind kind,
                              std::uint64_t from, std::uint64_t to) = 0;
  // The newest level as that of the grid instant that the hub has just reached.
  virtual Frame grid_frame(IndexId index, Encoding encoding, std::int64_t interval_ms) = 0;
  // The answer to a replay: one page of it, or why not.
  virtual Frame replay_frame(const StreamCommand& command, Encoding encoding) = 0;
  // The last instant of the core's timer; 0 before the first.
  virtual TimeNs instant() const = 0;
};

class StreamClient;

// Options of a client's subscription to one index.
struct SubscriptionOptions {
  StreamMode mode = StreamMode::tick;
  std::int64_t interval_ms = 0;  // of conflated and grid
  bool records = false;          // with its records of all kinds
};

// One client follows one index.
struct Subscription {
  StreamClient* client = nullptr;
  IndexId index = 0;
  // Among the index's followers, which the hub keeps: a command may name thousands of codes that
  // thousands follow, and must not search for itself among them.
  std::size_t place = 0;
  SubscriptionOptions options;
  std::uint32_t id = 0;            // of the command that began it; its snapshot answers that
  TimeNs due{};                    // not before this instant
  std::uint64_t sent = 0;          // index sequence that the client has been brought to
  std::uint64_t records_sent = 0;  // record sequence that the client has been brought to
  bool snapshot_due = true;
  bool behind = false;  // something newer than `sent` waits for room or for `due`
  TimeNs grid_sent{};   // the grid's instant that the client has been brought to; 0: none
};

// When the queue is full, or before an interval has passed, nothing is queued: the subscription is
// `behind`, and gets the then newest level, after a skipped message for what lies between, as soon
// as there is room. So a client holds at most `capacity` frames and the answers to one command, and
// the snapshot and what follows it meet without gap or duplicate. One thread.
class StreamClient {
 public:
  // Replays that wait for their turn, as many as questions over ZeroMQ.
  static constexpr std::size_t kReplaysMax = 32;

  struct Limits {
    std::size_t queue = 4096;                // frames
    std::int64_t commands_per_second = 100;  // 0: no limit
    std::int64_t replay_bytes_per_s = 8 << 20;
  };

  // `wake` is called when frames are queued and none was waiting. `entry` may have rights already.
  StreamClient(Encoding encoding, const Limits& limits, ConnectionRegistry::Entry& entry,
               FrameSource& source, ClientStats& stats, std::function<void()> wake);

  Encoding encoding() const { return encoding_; }
  // Sets the encoding that the handshake agreed on. Called before the first frame.
  void set_encoding(Encoding encoding) { encoding_ = encoding; }

  // What it may have; nullptr until it has shown a token where one is needed.
  const SharedRights& rights() const { return entry_.rights(); }
  // False when the principal of the rights has too many connections.
  bool belong_to(const SharedRights& rights);
  // Whether another command may be carried out this second.
  bool take_command(TimeNs now) { return commands_.take(now); }
  // Publishes the subscriptions and the length of the queue in the registry.
  void show_subscriptions();
  void show_queue();

  // Starts or restarts a subscription: a snapshot, then what follows it.
  Subscription& subscribe(IndexId index, const SubscriptionOptions& options, std::uint32_t id);
  void unsubscribe(IndexId index);
  bool follows(IndexId index) const { return subscriptions_.contains(index); }
  std::map<IndexId, Subscription>& subscriptions() { return subscriptions_; }
  const std::map<IndexId, Subscription>& subscriptions() const { return subscriptions_; }

  // The index of one of this client's subscriptions has a new level.
  void on_level(Subscription& subscription, TimeNs now);
  // The index of one of them has a new record. It is never conflated: without room it waits in
  // the event ring, and records that are overwritten there are named by a skipped message.
  void on_record(const Subscription& subscription);
  // Takes an instant of the server's grid. The subscription's interval is a multiple of the grid's.
  void on_grid(Subscription& subscription, TimeNs instant, TimeNs now);
  // Sends what is behind and due, as far as there is room. Returns when time alone makes more due;
  // kNoDeadline when it does not.
  TimeNs flush(TimeNs now);
  // Answers a replay as soon as nothing of the answer before it waits any more, there is room, and
  // the client's bytes of a second are not used up; so it has one page in its queue at a time.
  // False when kReplaysMax wait already.
  bool replay(const StreamCommand& command, TimeNs now);
  // Queues an answer to a command.
  void answer(Frame frame) { push(std::move(frame)); }
  // Queues a heartbeat, which is left out when there is no room, or while a record waits that it
  // would name as sent.
  void offer(Frame frame);

  // Whether another command may be read: its answers have room.
  bool has_room(std::size_t frames = 1) const { return queue_.size() + frames <= capacity_; }
  // The frames that wait for this client's socket, which takes them from here.
  OutboundQueue& queue() { return queue_; }
  const OutboundQueue& queue() const { return queue_; }

 private:
  void limit_rates();
  void push(Frame frame);
  bool send_newest(Subscription& subscription, TimeNs now);
  void send_snapshot(Subscription& subscription);
  void send_level(Subscription& subscription, std::uint64_t newest);
  void send_grid(Subscription& subscription, TimeNs instant);
  void send_replays(TimeNs now);
  void send_records();
  void send_record(Subscription& subscription);
  void set_behind(Subscription& subscription, bool behind);
  void count_skipped(std::uint64_t count);

  Encoding encoding_;
  const Limits limits_;
  const std::size_t capacity_;
  ConnectionRegistry::Entry& entry_;
  FrameSource& source_;
  ClientStats& stats_;
  std::function<void()> wake_;
  OutboundQueue queue_;
  RateBudget levels_;
  RateBudget commands_;
  TokenBucket replay_bytes_;
  std::set<IndexId> records_waiting_;             // indices whose records wait for room
  std::deque<StreamCommand> replays_;             // that wait, in their order
  std::weak_ptr<const std::string> last_replay_;  // gone once the socket has all of it
  std::map<IndexId, Subscription> subscriptions_;
  std::size_t behind_ = 0;     // subscriptions that are
  IndexId flush_from_ = 0;     // where the next flush starts, so that each gets its turn
  std::uint64_t skipped_ = 0;  // levels, grid instants and records
};

}  // namespace indexcast::server
