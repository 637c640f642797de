// The HKEX feed without its sockets: datagrams of any number of channels in, MarketEvents out.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/common/datagram_handler.h"
#include "feedhandlers/common/event_sink.h"
#include "feedhandlers/common/feed_counters.h"
#include "feedhandlers/common/line_arbiter.h"
#include "feedhandlers/common/symbol_table.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/normalizer.h"
#include "feedhandlers/hkex/settings.h"

namespace indexcast::hkex {

// Feed state events: one with channel 0 whenever the state of the whole feed changes, and one with
// the channel's own id whenever that channel's state changes or its sequence is reset. Therefore no
// channel has id 0.
//
// A channel is `connecting` until its first datagram, `gap` from the moment sequence numbers are
// given up until Settings::gap_settle_ns passed without another loss or until a sequence reset,
// `stale` after Settings::silence_ns without a datagram, else `live`. The feed is what its worst
// channel is: connecting, then stale, then gap, then live.
//
// Every message of an accepted packet is counted once as applied, duplicate, filtered, rejected or
// malformed; a datagram that is no packet counts as one malformed. Messages are handled strictly in
// the order of their sequence numbers, so the events of a channel do not depend on the line that
// delivered first.
class Handler final : public feed::DatagramHandler {
 public:
  // `symbols` and `sink` outlive the handler. Throws std::invalid_argument for a channel id that is
  // 0 or given twice. Allocates here and never again.
  Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink);
  ~Handler() override;

  // A channel that is not configured: its messages are counted as filtered.
  void on_datagram(std::uint32_t channel, feed::Line line, Bytes payload, TimeNs now) override;
  void on_time(TimeNs now) override;
  FeedState state() const override { return state_.load(std::memory_order_relaxed); }
  feed::FeedCounters& counters() override { return counters_; }

  // The next two belong to the handler's thread.
  // State of one channel; `down` for one that is not configured.
  FeedState channel_state(std::uint32_t channel) const;
  // Packets whose sequence or reset made no sense and was not followed.
  std::uint64_t suspicious_packets() const;

 private:
  struct Channel;

  Channel* find(std::uint32_t id);
  void on_heartbeat(Channel& channel, feed::Line line, const PacketHeader& header, TimeNs now);
  void on_sequenced(Channel& channel, const feed::LinePacket& packet, TimeNs now);
  void on_reset(Channel& channel, feed::Line line, const PacketHeader& header,
                std::uint32_t new_sequence, TimeNs now);
  void deliver(Channel& channel, const feed::LinePacket& packet, std::uint32_t skip, TimeNs now);
  void on_message(Channel& channel, const MessageView& message, TimeNs send_time, TimeNs now);
  void follow_exchange_time(const Channel& channel, TimeNs send_time, std::uint32_t sequence,
                            TimeNs now);
  void update_state(Channel& channel, TimeNs now);
  void update_feed_state(TimeNs exchange_time, TimeNs now);
  void push_state(std::uint32_t channel, FeedState state, TimeNs exchange_time, TimeNs now);
  void push(MarketEvent& event, std::uint32_t channel, TimeNs now);

  Settings settings_;
  Normalizer normalizer_;
  feed::EventSink& sink_;
  feed::FeedCounters counters_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::atomic<FeedState> state_ = FeedState::connecting;  // any thread reads it
};

}  // namespace indexcast::hkex
