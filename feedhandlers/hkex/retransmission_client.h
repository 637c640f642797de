// The session with the exchange's retransmission service, without its socket (notes 1.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/message.h"
#include "feedhandlers/hkex/retransmission_service.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/session/stream_framer.h"
#include "feedhandlers/session/stream_handler.h"

namespace indexcast::hkex {

// How a TCP stream of OMD-C packets is cut (stream_framer.h). There is no checksum: out of step a
// packet is believed when its messages fill it exactly.
struct RetransmissionProtocol {
  static constexpr std::size_t kMaxFrame = wire::packet::kSizeMax;
  static constexpr std::size_t kMaxResyncFrame = wire::packet::kSizeMax;
  static feed::FrameScan scan(Bytes bytes);
  static bool intact(Bytes frame);
};

// One session at a time; the owner of the socket moves on to the next server after a loss. Logs on
// with 101, sends one request after the other, in pages of messages_per_request, and passes the
// packets to the sink under the channel of the response that announced them, because data packets
// do not name their channel. Heartbeats are returned unchanged.
//
// The exchange allows a user one session over all servers (OMD-C 4.3). A logon answered with
// "already connected" is repeated after a wait in which a server ends an old session that did not
// return a heartbeat (reconnect()).
//
// The session ends when the logon is refused or not answered, when a request is not answered or its
// packets stop, when the server is silent for twice its heartbeat, or when the bytes cannot be
// decoded. The pending request is then sent to the next server. It fails when as many sessions as
// there are servers ended without any packet of it.
//
// Counts into the feed's counters: connects, disconnects, packets (reads), bytes, heartbeats,
// session_messages, logons_refused, retransmission_requests, retransmission_refused, malformed. The
// sink counts the messages.
//
// One thread; allocates at construction only, except that a request grows the outbox.
class RetransmissionClient final : public feed::StreamHandler, public RetransmissionService {
 public:
  // `sink` and `counters` outlive the client.
  RetransmissionClient(const RetransmissionSettings& settings, RetransmissionSink& sink,
                       feed::FeedCounters& counters);

  // kNoRequest when the day's requests are used up, or too many wait.
  RequestId request(std::uint32_t channel, feed::NumberRange range, TimeNs now) override;
  void cancel(RequestId id) override;

  void on_connected(TimeNs now, feed::Outbox& out) override;
  bool on_bytes(Bytes bytes, TimeNs now, feed::Outbox& out) override;
  bool on_time(TimeNs now, feed::Outbox& out) override;
  TimeNs due(TimeNs now) const override {
    return now + (queue_.empty() ? feed::kQuietPollNs : feed::kShortPollNs);
  }
  void on_disconnected(TimeNs now) override;
  void on_captured(Bytes bytes, TimeNs now, bool after_gap) override;
  feed::Reconnect reconnect() const override;

  FeedState state() const override { return state_; }
  feed::FeedCounters& counters() override { return counters_; }

  // Requests that were sent on the day of `now` (China date), by the client's own count.
  std::uint32_t requests_today(TimeNs now) const { return now_is_today(now) ? sent_today_ : 0; }

 private:
  static constexpr std::size_t kMaxWaiting = 1024;

  struct Request {
    RequestId id = kNoRequest;
    std::uint32_t channel = 0;
    std::uint64_t next = 0;  // still to come: [next, end)
    std::uint64_t end = 0;
    std::uint32_t failures = 0;  // sessions that died over it, one after the other, for nothing
    bool cancelled = false;
    std::uint64_t page_max = 0;  // messages that one request of it may ask for
  };

  // The page being answered: of the first request in the queue, once it was sent.
  struct Page {
    bool sent = false;
    bool accepted = false;
    bool advanced = false;  // something of it came
    std::uint64_t end = 0;
  };

  // Receives frames from the framer.
  struct FrameSink {
    RetransmissionClient& client;
    TimeNs now;
    feed::Outbox* out;  // null: a capture
    bool frame(Bytes packet) { return client.on_packet(packet, now, out); }
    void skipped(feed::DecodeError) { client.on_garbage(); }
    void passed_over() { client.on_garbage(); }
  };

  bool on_packet(Bytes packet, TimeNs now, feed::Outbox* out);
  bool on_logon_response(const LogonResponse& response, TimeNs now);
  void on_response(const RetransmissionResponse& response, TimeNs now);
  void on_data(const PacketHeader& header, Bytes packet, TimeNs now);
  void on_garbage();
  void accept(const RetransmissionResponse& response, TimeNs now);
  void refuse(std::uint8_t status, TimeNs now);
  void advance(std::uint64_t reached, TimeNs now);
  void finish_page(TimeNs now);
  void finish(RetransmissionOutcome outcome, TimeNs now);
  void send_next(TimeNs now, feed::Outbox& out);
  void send_page(TimeNs now, feed::Outbox& out);
  bool has_quota(TimeNs now);
  bool now_is_today(TimeNs now) const { return china_date(now) == today_; }

  const RetransmissionSettings settings_;
  RetransmissionSink& sink_;
  feed::FeedCounters& counters_;
  feed::StreamFramer<RetransmissionProtocol> framer_;
  FeedState state_ = FeedState::down;
  bool garbled_ = false;              // the stream made no sense
  bool connected_elsewhere_ = false;  // the last logon was answered so
  TimeNs connected_at_{};
  TimeNs received_at_{};
  TimeNs progress_at_{};

  std::vector<Request> queue_;  // in the order of asking
  Page page_;
  RequestId last_id_ = kNoRequest;
  std::uint32_t streaming_channel_ = 0;  // of the last response that was accepted

  Date today_ = 0;
  std::uint32_t sent_today_ = 0;
  bool quota_reached_ = false;
};

}  // namespace indexcast::hkex
