// Model of one HKEX channel as a client can know it, with plain sets of numbers: which arrived,
// which a snapshot covers, and whether the channel is synchronised. Written independently of the
// handler, for comparison.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "calc/time.h"
#include "feedhandlers/hkex/decoder.h"

namespace indexcast::hkex::test {

class ChannelOracle {
 public:
  enum class Must : std::uint8_t { be_live, not_be_live, be_either };

  struct Limits {
    std::int64_t wait_ns = 0;
    std::int64_t silence_ns = 0;
    // Time of day from which a reset needs a round.
    std::int64_t round_from_ms = std::numeric_limits<std::int64_t>::max();
  };

  explicit ChannelOracle(const Limits& limits) : limits_(limits) {}

  // A packet of a line or of the retransmission service.
  void arrived(const PacketHeader& header, TimeNs now, bool from_line) {
    if (from_line) heard_at_ = now;
    if (header.send_time < reset_sent_) return;
    if (header.message_count == 0) return heard_of(header.sequence, now);
    for (std::uint64_t n = header.sequence; n < header.sequence + header.message_count; ++n) {
      if (n >= next_) held_.emplace(n, now);
    }
    drain();
  }

  // A sequence reset to `next`; copies of one reset are a second apart at most.
  void reset(const PacketHeader& header, std::uint32_t next, TimeNs now) {
    heard_at_ = now;
    if (header.send_time - reset_sent_ <= kNsPerSecond) return;
    reset_sent_ = header.send_time;
    held_.clear();
    next_ = next;
    after_reset_ = true;
    proven_ = 0;
    blocked_ = china_time_of_day_ms(reset_sent_) >= limits_.round_from_ms;
    round_is_whole_ = false;
  }

  // A packet of the refresh channel's lines. True when it completes a round without a hole that
  // began after the last reset; round() is then the number it is current to.
  bool refreshed(const PacketHeader& header, Bytes packet) {
    bool complete = false;
    for_each_message(packet, header, [&](const MessageView& message) {
      if (message.type == wire::sequence_reset::kType) {
        refresh_next_ = 1;
        refresh_reset_ = true;
        round_is_whole_ = false;
        return;
      }
      if (message.sequence < refresh_next_) return;
      const bool after_reset = std::exchange(refresh_reset_, false);
      if (message.sequence > refresh_next_ + (after_reset ? 1 : 0)) round_is_whole_ = false;
      refresh_next_ = message.sequence + 1;
      if (message.type != wire::refresh_complete::kType) return;
      round_ = wire::refresh_complete::LastSeqNum.of(message.bytes.data());
      complete = round_is_whole_;
      round_is_whole_ = true;
    });
    return complete;
  }

  std::uint64_t round() const { return round_; }
  // Whether the round leaves nothing missing right behind it.
  bool round_continues() const {
    if (round_ + 1 < next_) return false;
    const auto after = held_.upper_bound(round_);
    if (after == held_.end()) return proven_ <= round_;
    const bool reset_between = after_reset_ && round_ + 1 == next_ && after->first == round_ + 2;
    return after->first == round_ + 1 || reset_between;
  }
  // The round was believed: it stands for everything up to its number.
  void take_round() {
    held_.erase(held_.begin(), held_.upper_bound(round_));
    after_reset_ = after_reset_ && round_ + 1 == next_;
    next_ = round_ + 1;
    blocked_ = false;
    drain();
  }

  Must state(TimeNs now) const {
    if (blocked_ || now - heard_at_ >= limits_.silence_ns) return Must::not_be_live;
    if (whole()) return Must::be_live;
    TimeNs oldest = proven_ >= next_ ? proven_at_ : now;
    for (const auto& [number, since] : held_) oldest = std::min(oldest, since);
    return now - oldest >= limits_.wait_ns ? Must::not_be_live : Must::be_either;
  }
  bool blocked() const { return blocked_; }
  bool whole() const { return !blocked_ && held_.empty() && proven_ < next_; }

 private:
  // A heartbeat names the last message sent (OMD-C 3.4.1), or the reset.
  void heard_of(std::uint64_t last, TimeNs now) {
    if (last < next_ || (after_reset_ && last == next_)) return;
    if (proven_ < next_) proven_at_ = now;
    proven_ = std::max(proven_, last);
  }

  // The first number after a reset may be the reset's own (OMD-C 2.2.1), and is not missed then.
  void drain() {
    while (!blocked_ && !held_.empty()) {
      const std::uint64_t number = held_.begin()->first;
      if (number != next_ && !(after_reset_ && number == next_ + 1)) return;
      held_.erase(held_.begin());
      after_reset_ = false;
      next_ = number + 1;
    }
  }

  Limits limits_;
  TimeNs heard_at_{};
  TimeNs reset_sent_{};
  std::uint64_t next_ = 1;
  bool after_reset_ = false;  // and no number since
  bool blocked_ = false;
  std::uint64_t proven_ = 0;              // the last number that was sent, as a heartbeat says
  TimeNs proven_at_{};                    // since when it shows that numbers are missing
  std::map<std::uint64_t, TimeNs> held_;  // arrived, and not in order; since when

  std::uint64_t refresh_next_ = 1;
  bool refresh_reset_ = false;  // and no number since
  std::uint64_t round_ = 0;
  bool round_is_whole_ = false;
};

}  // namespace indexcast::hkex::test
