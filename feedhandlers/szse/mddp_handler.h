// SZSE's multicast distribution (MDDP, notes 1.7), without the sockets: packets of two lines to the
// messages that a gateway would have sent.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/snapshot_state.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/sequencing/datagram_handler.h"
#include "feedhandlers/session/session_notice.h"
#include "feedhandlers/szse/mddp_packet.h"
#include "feedhandlers/szse/mddp_stream.h"
#include "feedhandlers/szse/message_router.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::szse {

// Reassembles the fragments of multicast packets (MDDP, notes 1.7). Fragments of one packet share
// channel, sender and SeqNum; both lines' fragments complete each other. One thread; allocates at
// construction only.
class MddpAssembler {
 public:
  // Packets in pieces at a time; a new one takes the place of the oldest.
  static constexpr std::size_t kMaxOpen = 16;
  static constexpr std::size_t kMaxFragments = 64;
  static constexpr std::size_t kFragmentBytes = 2048;  // more than an Ethernet frame carries

  explicit MddpAssembler(std::int64_t wait_ns)
      : wait_ns_(wait_ns),
        storage_(std::make_unique_for_overwrite<std::byte[]>(kMaxOpen * kMaxFragments *
                                                             kFragmentBytes)) {}

  enum class Result : std::uint8_t { complete, kept, duplicate, malformed };

  // On `complete`, `packet` becomes the whole packet; its body is valid until the next call.
  Result add(MddpPacket& packet, TimeNs now);
  // Drops what waited too long; returns how many packets.
  std::size_t expire(TimeNs now);
  // Whether a packet waits for pieces.
  bool waits() const {
    return std::ranges::any_of(open_, [](const Open& open) { return open.used && !open.done; });
  }

 private:
  struct Open {
    bool used = false;
    bool done = false;  // kept a while, so that the other line's pieces are known as copies
    MddpHeader header;  // of its first fragment that came
    TimeNs since{};
    std::bitset<kMaxFragments> present;
    std::array<std::uint16_t, kMaxFragments> sizes{};
  };

  static bool same_packet(const MddpHeader& a, const MddpHeader& b) {
    return a.channel == b.channel && a.sender_id == b.sender_id && a.seq_num == b.seq_num;
  }
  Open& find_or_open(const MddpHeader& header, TimeNs now);
  std::byte* bytes_of(const Open& open) {
    return storage_.get() +
           static_cast<std::size_t>(&open - open_.data()) * kMaxFragments * kFragmentBytes;
  }
  feed::Bytes join(const Open& open);

  const std::int64_t wait_ns_;
  std::array<Open, kMaxOpen> open_;
  const std::unique_ptr<std::byte[]> storage_;
  std::size_t displaced_ = 0;  // since the last expire()
};

// Packets are merged by channel, sender and number, so two equal lines deliver each message once.
// Senders with their own numbering are kept apart, and an image that both sent is applied once, by
// its time. Encrypted packets cannot be read: their messages are lost. Lost snapshots cannot be
// requested: the feed is in `gap` until the round of images is complete, and each security counts
// again from its own next image. TickSource handles lost ticks.
//
// States: connecting until the first packet; then those of snapshot_state.h: `recovering` at first
// and after `stale`; `gap` after a loss; live; stale by the rule of staleness_monitor.h, and after
// `multicast.silence_ns` without any packet. One thread; allocates at construction only.
class MddpHandler final : public feed::DatagramHandler {
 public:
  // `symbols` and `sink` outlive it.
  MddpHandler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink);

  // `channel` is the configured id, which only says where to listen.
  void on_datagram(std::uint32_t channel, feed::Line line, feed::Bytes payload,
                   TimeNs now) override;
  void on_time(TimeNs now) override;
  TimeNs due(TimeNs now) const override;
  void on_paused(TimeNs now) override;
  void on_drained(TimeNs now) override;
  FeedState state() const override { return state_.state(); }
  feed::FeedCounters& counters() override { return counters_; }
  // As Feed::take_notice.
  bool take_notice(feed::SessionNotice& out) { return notices_.take(out); }

  // Tick source of the second session; nullptr without the setting `ticks`.
  TickSource* ticks() { return router_.ticks(); }

 private:
  struct Stream {
    explicit Stream(std::int64_t wait_ns, feed::FeedCounters& counters)
        : packets(wait_ns, counters) {}
    bool used = false;
    std::uint16_t channel = 0;
    std::uint8_t sender = 0;
    bool numbered = false;  // by ApplSeqNum: ticks, which find their own holes
    TimeNs received_at{};
    MddpStream packets;
  };

  // Receives packets and losses from a stream.
  struct Receiver {
    MddpHandler& handler;
    const Stream& stream;
    TimeNs now;
    void packet(const MddpHeader& header, feed::Bytes body, std::uint16_t skip) {
      if (!handler.deliver(header, body, skip, now)) lost();
    }
    void lost() { handler.note_loss(stream, now); }
  };

  void count_form(const MddpHeader& header);
  void on_whole(const MddpPacket& packet, feed::Line line, TimeNs now);
  void on_ticks(const MddpHeader& header, feed::Bytes body, TimeNs now);
  void on_mark(const MddpHeader& header, feed::Line line, TimeNs now);
  Stream* find_stream(const MddpHeader& header);
  Stream* place_for(const MddpHeader& header, TimeNs now);
  Stream* stream_of(const MddpHeader& header, TimeNs now);
  // False: the body cannot be read, and its messages are malformed.
  bool deliver(const MddpHeader& header, feed::Bytes body, std::uint16_t skip, TimeNs now);
  void deliver_message(feed::Bytes message, TimeNs now);
  std::optional<feed::Bytes> plain_body(const MddpHeader& header, feed::Bytes body);
  void note_loss(const Stream& stream, TimeNs now);
  void update(TimeNs now);

  const MulticastSettings settings_;
  feed::FeedCounters counters_;
  feed::NoticeQueue notices_;
  MessageRouter router_;
  MddpAssembler assembler_;
  Inflater inflater_;
  std::vector<Stream> streams_;
  feed::SnapshotState state_;
  bool received_any_ = false;
  TimeNs received_at_{};
  feed::StalenessMonitor data_;
};

}  // namespace indexcast::szse
