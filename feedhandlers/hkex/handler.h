// The HKEX feed without its sockets: datagrams of any number of channels in, MarketEvents out.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/hkex/channel.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/normalizer.h"
#include "feedhandlers/hkex/retransmission_service.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/sequencing/datagram_handler.h"

namespace indexcast::hkex {

// Routes packets to their channels (channel.h describes states and recovery of one), turns ordered
// messages into events, and combines the states.
//
// Feed state events: one with channel 0 when the state of the whole feed changes, and one with the
// channel's own id when that channel's state changes or its sequence is reset. Therefore no channel
// has id 0. The feed has the state of its worst channel, in the order connecting, stale, gap,
// recovering, live; the channel of the disaster recovery signal is not considered.
//
// Disaster recovery (message 105, OMD-C 2.2.4.2, 3.4.3) acts on a change of DRStatus. 1: sessions
// and books are unknown, every channel is stale, and no security has a current price. 2: every
// channel is rebuilt (channel.h); each security counts again from its next price, which value[0] =
// 1 of the channel's `recovering` says.
//
// Packets of another date than the trading day's, or from before 06:00, do not reach a channel:
// their messages are counted as filtered and as other_date. No field marks the exchange's tests
// (OMD-C 2.2).
//
// Every message of the real-time lines and of the retransmission service is counted once as
// applied, duplicate, filtered, rejected or malformed. A datagram that is not a packet counts as
// one malformed. Messages of refresh channels are counted separately as refresh_messages. Messages
// are handled strictly in the order of their sequence numbers, so the events of a channel depend
// neither on the line that delivered first nor on recovery.
class Handler final : public feed::DatagramHandler,
                      public RetransmissionSink,
                      private ChannelOwner {
 public:
  // `symbols` and `sink` outlive the handler. Throws std::invalid_argument for a channel id that is
  // 0, above kChannelIdMax, or given twice. Allocates here and never again.
  Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink);
  ~Handler() override;

  // Sets the service that retransmits missing packets; null: none. Outlives the handler's last
  // call.
  void use(RetransmissionService* service);

  // `channel` is the exchange's id, or refresh_id() of it. A channel that is not configured: its
  // messages are counted as filtered.
  void on_datagram(std::uint32_t channel, feed::Line line, Bytes payload, TimeNs now) override;
  void on_time(TimeNs now) override;
  TimeNs due(TimeNs now) const override;
  void on_paused(TimeNs now) override;
  void on_drained(TimeNs now) override;
  FeedState state() const override { return state_.load(std::memory_order_relaxed); }
  feed::FeedCounters& counters() override { return counters_; }

  void on_retransmitted(std::uint32_t channel, const PacketHeader& header, Bytes packet,
                        TimeNs now) override;
  void on_request_done(std::uint32_t channel, RequestId id, RetransmissionOutcome outcome,
                       TimeNs now) override;

  // The next two belong to the handler's thread.
  // State of one channel; `down` for one that is not configured.
  FeedState channel_state(std::uint32_t channel) const;
  // Packets whose sequence or reset made no sense and was not followed.
  std::uint64_t suspicious_packets() const;

 private:
  void on_ordered(Channel& channel, const feed::LinePacket& packet, std::uint32_t skip,
                  TimeNs now) override;
  void on_base(const Channel& channel, Base base, TimeNs now) override;
  bool wants(const MessageView& message) override;
  void on_snapshot_message(Channel& channel, const MessageView& message, TimeNs sent,
                           TimeNs now) override;
  bool data_is_due() const override { return normalizer_.data_is_due(); }
  void on_channel_time(const Channel& channel, const feed::ChannelTime& time, TimeNs now) override;
  void on_state(Channel& channel, bool by_security, TimeNs exchange_time, TimeNs now) override;
  bool none_unheard(const Channel& channel) const override;

  Channel* find(std::uint32_t id) const;
  bool of_trading_day(const PacketHeader& header);
  void on_message(Channel& channel, const MessageView& message, TimeNs sent, TimeNs now);
  feed::FeedCounter normalize(Channel& channel, const MessageView& message, TimeNs sent,
                              TimeNs now);
  void emit_quotes(TimeNs sent, TimeNs now);
  void apply_disaster_signal(const PacketHeader& header, Bytes packet, TimeNs now);
  void await_every_security();
  feed::FeedCounter on_disaster_signal(Bytes message);
  void follow_exchange_time(const Channel& channel, TimeNs send_time, std::uint32_t sequence,
                            TimeNs now);
  void update_feed_state(bool lost_more, TimeNs exchange_time, TimeNs now);
  void count_unheard();
  void hand_on(Channel& channel, MarketEvent& event, TimeNs now);
  void push_state(std::uint32_t channel, FeedState state, bool by_security, TimeNs exchange_time,
                  TimeNs now);

  // A security is unheard if its last price came before the loss: on the channel of its last price
  // today, or on any channel before its first price.
  struct Place {
    Channel* channel = nullptr;
    std::uint64_t loss_at_price = 0;  // number of the newest loss when its last price came
    bool awaited = false;             // its last price of today is of before a disaster
  };
  void note_price(Channel& channel, InstrumentId instrument, bool of_today);
  bool is_unheard(const Place& place, const Channel& channel) const {
    return place.loss_at_price < channel.loss() &&
           (place.channel == nullptr || place.channel == &channel);
  }
  void push(MarketEvent& event, std::uint32_t channel, TimeNs now);

  Settings settings_;
  const feed::SymbolTable& symbols_;
  Normalizer normalizer_;
  feed::EventSink& sink_;
  feed::FeedCounters counters_;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<InstrumentId> members_;                     // the venue's
  std::vector<Place> places_;                             // of each instrument of the universe
  std::uint64_t losses_ = 0;                              // that were announced, of all channels
  bool disaster_ = false;                                 // as the exchange last said
  TimeNs disaster_sent_{};                                // and when
  std::uint32_t signal_in_order_ = 0;                     // DRStatus that was counted last
  std::atomic<FeedState> state_ = FeedState::connecting;  // any thread reads it
};

}  // namespace indexcast::hkex
