// One channel: its sequence, its state, and its recovery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/order_books.h"
#include "feedhandlers/hkex/refresh_channel.h"
#include "feedhandlers/hkex/retransmission_service.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/staleness_monitor.h"
#include "feedhandlers/sequencing/datagram_handler.h"
#include "feedhandlers/sequencing/line_arbiter.h"

namespace indexcast::hkex {

class Channel;

// Callbacks from a channel to its handler.
class ChannelOwner {
 public:
  virtual ~ChannelOwner() = default;
  // The next packet in order; its first `skip` messages were seen before.
  virtual void on_ordered(Channel& channel, const feed::LinePacket& packet, std::uint32_t skip,
                          TimeNs now) = 0;
  // State on which the following packets or snapshot build; unknown before the first packet.
  virtual void on_base(const Channel& channel, Base base, TimeNs now) = 0;
  // Whether a message of a snapshot is of any use.
  virtual bool wants(const MessageView& message) = 0;
  // One message of the snapshot that a channel is recovered from; its sequence is the number of the
  // real-time channel that the snapshot is current to.
  virtual void on_snapshot_message(Channel& channel, const MessageView& message, TimeNs sent,
                                   TimeNs now) = 0;
  // Whether channels of market data must have something to say now.
  virtual bool data_is_due() const = 0;
  // The channel's state changed, its sequence was reset, or it lost more packets. `by_security`:
  // the channel is in gap, and each of its securities is unheard and counts again from its
  // next price on.
  virtual void on_state(Channel& channel, bool by_security, TimeNs exchange_time, TimeNs now) = 0;
  // The time of a channel that carries prices of members, about once a second.
  virtual void on_channel_time(const Channel& channel, const feed::ChannelTime& time,
                               TimeNs now) = 0;
  // Whether each security that may come on the channel had a price since its last such state.
  virtual bool none_unheard(const Channel& channel) const = 0;
};

// States: `connecting` until the first datagram; `stale` while it is silent, while the exchange
// recovers from a disaster, and, on a channel that carries prices of members, by the rule of
// staleness_monitor.h; `recovering` while a retransmission or a refresh is under way, and with a
// refresh channel also before the first round; `gap` from the moment that numbers are given up
// until each security of the channel had a price, a refresh round arrived or the sequence was
// reset; else `live`. The first that applies holds. It is `recovering` too while what is read may
// be old (StalenessMonitor::in_doubt), and in gap from the moment that SendTime goes back by a
// minute in the order of the sequence.
//
// Recovery. After the short wait the missing numbers are requested from the retransmission service,
// if there is one and its store reaches back far enough. If it refuses, fails, or makes no
// progress, the channel waits for a round of its refresh channel, if it has one. Meanwhile all
// newer packets are held. Without either, or when the service failed and there is no refresh, the
// numbers are lost.
//
// Disaster. Packets that arrive between the two signals are filtered. After the second one the
// numbers are unknown: with a refresh channel nothing is delivered before a round that started
// after the signal; without one the next packets open the channel, and it is recovering until each
// security that had a price on it has a new one.
//
// One thread; no allocation after construction.
class Channel final : private RefreshObserver {
 public:
  // `settings`, `counters` and `owner` outlive the channel.
  Channel(const ChannelSettings& channel, const Settings& settings, feed::FeedCounters& counters,
          ChannelOwner& owner);

  std::uint32_t id() const { return id_; }
  FeedState state() const { return state_; }
  // SendTime of the last packet handed on in order, or of the sequence reset.
  TimeNs sent() const { return sent_; }
  // Nothing waits for its turn, so a heartbeat's SendTime is that of the channel.
  bool in_order() const { return arbiter_.held() == 0; }
  std::uint64_t suspicious_packets() const { return arbiter_.suspicious(); }
  // The owner's number of the loss that was announced last; 0: none.
  std::uint64_t loss() const { return loss_; }
  void begin_round(std::uint64_t loss) { loss_ = loss; }
  // The dedicated channel of message 105: its silence says nothing.
  bool is_signal_only() const { return signal_only_; }

  // A price of a member arrived on the channel, so its staleness matters from now on. Before that
  // it may be a channel of reference data, news or indices, which send little.
  void depend_on() { depended_on_ = true; }

  // Sets the service that retransmits missing packets; null: none. Outlives the channel.
  void use(RetransmissionService* service) { service_ = service; }

  // Packets that passed check_packet: of the real-time lines, of the refresh lines, and of the
  // retransmission service.
  void on_packet(feed::Line line, const PacketHeader& header, Bytes payload, TimeNs now);
  void on_refresh_packet(feed::Line line, const PacketHeader& header, Bytes payload, TimeNs now);
  void on_retransmitted(const PacketHeader& header, Bytes payload, TimeNs now);
  // The service is done with request `id`.
  void on_request_done(RequestId id, RetransmissionOutcome outcome, TimeNs now);
  // Starts or ends a pause of this process, after which the data in the sockets is old.
  void pause(bool paused, TimeNs now);
  // Whether the stamp of a packet that arrives now may be right.
  bool believes(TimeNs send_time, TimeNs now) const { return data_.believes(send_time, now); }
  // The exchange starts to switch sites (`disaster`) or has finished, at its timestamp `sent`
  // (OMD-C 2.2.4.2, 3.4.3).
  void set_disaster(bool disaster, TimeNs sent, TimeNs now);
  // Adds a security whose price on this channel is from before a disaster. It is not current until
  // its next price comes; until then the channel is recovering.
  void await_security() { ++awaited_; }
  void security_received() { --awaited_; }
  bool awaits_securities() const { return awaited_ > 0; }
  void on_time(TimeNs now);
  // Whether a wait of milliseconds runs, for the other line or in a recovery.
  bool waits() const {
    return arbiter_.held() > 0 || arbiter_.holding() || recovery_ != Recovery::none ||
           (refresh_ && refresh_->waits());
  }

 private:
  enum class Recovery : std::uint8_t { none, retransmission, refresh };

  bool wants(const MessageView& message) override { return owner_.wants(message); }
  void on_round(const RefreshChannel& refresh, std::uint32_t last, TimeNs sent,
                TimeNs now) override;

  void on_sequenced(const feed::LinePacket& packet, TimeNs now);
  void on_reset(feed::Line line, const PacketHeader& header, std::uint32_t new_sequence,
                TimeNs now);
  void deliver(const feed::LinePacket& packet, std::uint32_t skip, TimeNs now);
  void update(TimeNs now);
  void recover(TimeNs now);
  void begin_recovery(TimeNs now);
  bool needs_snapshot(TimeNs now) const;
  bool ask(TimeNs now);
  void stop_asking();
  void fall_back(TimeNs now);
  void give_up(TimeNs now);
  void update_state(TimeNs now);
  FeedState current_state(TimeNs now);

  auto delivery(TimeNs now) {
    return [this, now](const feed::LinePacket& packet, std::uint32_t skip) {
      deliver(packet, skip, now);
    };
  }

  const std::uint32_t id_;
  const Settings& settings_;
  feed::FeedCounters& counters_;
  ChannelOwner& owner_;
  const bool signal_only_;
  feed::LineArbiter arbiter_;
  std::unique_ptr<RefreshChannel> refresh_;  // null: none
  RetransmissionService* service_ = nullptr;

  Recovery recovery_ = Recovery::none;
  RequestId request_ = kNoRequest;
  feed::NumberRange asked_;
  TimeNs progress_at_{};  // of the request

  FeedState state_ = FeedState::connecting;
  bool received_any_ = false;
  bool delivered_ = false;  // some packet since the start
  bool disaster_ = false;
  std::size_t awaited_ = 0;     // securities
  TimeNs first_received_at_{};  // receive time of the first datagram
  TimeNs arrived_at_{};         // and of the last
  bool depended_on_ = false;
  feed::StalenessMonitor data_;  // packets with messages, of either line
  TimeNs sent_{};
  bool in_gap_ = false;
  bool lost_more_ = false;  // a loss that was not announced yet
  std::uint64_t loss_ = 0;
  std::uint64_t gaps_known_ = 0;
};

}  // namespace indexcast::hkex
