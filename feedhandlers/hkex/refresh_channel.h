// The refresh channel beside a real-time channel: complete snapshots, one after the other (notes
// 1.6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "calc/time.h"
#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/sequencing/datagram_handler.h"
#include "feedhandlers/sequencing/line_arbiter.h"

namespace indexcast::hkex {

class RefreshChannel;

// Selects the messages to keep and receives complete rounds.
class RefreshObserver {
 public:
  virtual ~RefreshObserver() = default;
  // Whether a message is worth keeping until its round is complete.
  virtual bool wants(const MessageView& message) = 0;
  // A round is complete and whole: `refresh` holds its messages during the call. `last` is the
  // number of the real-time channel that it is current to, `sent` the stamp of its end.
  virtual void on_round(const RefreshChannel& refresh, std::uint32_t last, TimeNs sent,
                        TimeNs now) = 0;
};

// A refresh channel has its own numbers and merges its two lines like a real-time channel. A round
// is the sequence of messages between two Refresh Complete messages without a missing number or a
// sequence reset. Rounds are always followed, so that a round under way can serve a channel that
// has a gap. One thread; allocates at construction only.
class RefreshChannel {
 public:
  RefreshChannel(const Settings& settings, RefreshObserver& observer);

  // A packet that passed check_packet.
  void on_packet(feed::Line line, const PacketHeader& header, Bytes payload, TimeNs now);
  void on_time(TimeNs now);
  // Whether a packet waits for the other line.
  bool waits() const { return arbiter_.held() > 0; }
  // The round under way speaks of a numbering that ended: wait for the next.
  void spoil() { whole_ = false; }

  // Calls visit(const MessageView&, TimeNs sent) for what was kept of the round, in order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t at = 0; at < used_;) {
      Kept kept;
      std::memcpy(&kept, kept_.get() + at, sizeof kept);
      at += sizeof kept;
      const Bytes bytes{kept_.get() + at, kept.size};
      visit(MessageView{wire::message::MsgType.of(bytes.data()), kept.sequence, bytes}, kept.sent);
      at += kept.size;
    }
  }

 private:
  // Stands before the bytes of each message.
  struct Kept {
    TimeNs sent{};
    std::uint32_t sequence = 0;
    std::uint32_t size = 0;
  };

  void deliver(const feed::LinePacket& packet, std::uint32_t skip, TimeNs now);
  void spoil_if_lossy();
  void on_message(const MessageView& message, TimeNs sent, TimeNs now);
  void keep(const MessageView& message, TimeNs sent);

  RefreshObserver& observer_;
  // The arbiter's own: the numbers of a refresh channel are not those of the feed.
  feed::FeedCounters counters_;
  feed::LineArbiter arbiter_;
  const std::size_t capacity_;
  std::unique_ptr<std::byte[]> kept_;
  std::size_t used_ = 0;
  bool whole_ = false;  // since the last Refresh Complete nothing was missing
  std::uint64_t gaps_known_ = 0;
};

}  // namespace indexcast::hkex
