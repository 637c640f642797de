// Whether a publisher that sends on two lines began its numbers anew without a sequence reset.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "calc/time.h"
#include "feedhandlers/sequencing/line_packet.h"

namespace indexcast::feed {

// Follows the packets whose numbers are all past. Late copies are among them, and a single packet
// from nowhere must not move the channel: a restart is believed when old numbers come under newer
// stamps, one packet after the other, on every line that speaks. One thread.
class RestartDetector {
 public:
  // `confirmation`: packets in a row that each line must show; 0: a restart is never believed.
  explicit RestartDetector(std::uint32_t confirmation) : confirmation_(confirmation) {}

  // Anything came on the line.
  void note_packet(Line line, TimeNs now) { received_at_[index_of(line)] = now; }

  // A line's packet was handed on in its order, so that its line goes on as before.
  void pass(const LinePacket& packet) {
    passed_sent_ = packet.sent;
    backward_[index_of(packet.line)] = {};
  }
  // A snapshot of that stamp was.
  void pass_snapshot(TimeNs sent) { passed_sent_ = std::max(passed_sent_, sent); }
  // New numbers count from now on, by a reset or a restart of that stamp.
  void begin_anew(TimeNs sent) {
    passed_sent_ = sent;
    backward_ = {};
  }

  // A packet that ends before `expected`. Whether it may be of a new numbering. A line whose clock
  // is ahead looks like that too as long as it lags; but then the other one goes on, and
  // is_restart() asks for both.
  bool follow(const LinePacket& packet, std::uint64_t expected) {
    const bool newer = is_far_back(packet, expected) || packet.sent > passed_sent_;
    if (carries_no_number(packet) || !newer) return false;
    Backward& backward = backward_[index_of(packet.line)];
    if (packet.sequence != backward.next) backward = {packet.sequence, kNowhere, 0};
    backward.next = packet.end();
    ++backward.packets;
    return true;
  }

  // The same packet: whether it is certainly no late copy.
  bool is_backward(const LinePacket& packet, std::uint64_t expected) const {
    if (carries_no_number(packet)) return false;
    return is_far_back(packet, expected) || packet.sent - passed_sent_ > kCopySkewNs;
  }

  // Both lines agree, as far as they speak.
  bool is_restart(TimeNs now) const {
    if (confirmation_ == 0) return false;
    for (std::size_t line = 0; line < backward_.size(); ++line) {
      const bool speaks = now - received_at_[line] <= kLineLagNs;
      if (speaks && backward_[line].packets < confirmation_) return false;
    }
    return true;
  }

  // The lowest number of the new numbering that was followed; is_restart().
  std::uint64_t first() const { return std::min(backward_[0].first, backward_[1].first); }

 private:
  static constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

  // Old numbers under new stamps, one packet after the other: from `first` to `next`.
  struct Backward {
    std::uint64_t first = kNowhere;
    std::uint64_t next = kNowhere;
    std::uint32_t packets = 0;
  };

  static bool carries_no_number(const LinePacket& packet) {
    return packet.recovered || packet.count == 0;
  }

  static bool is_far_back(const LinePacket& packet, std::uint64_t expected) {
    return expected - packet.end() > kSuspiciousJump;
  }

  const std::uint32_t confirmation_;
  TimeNs passed_sent_{};  // stamp of what was handed on last
  std::array<Backward, 2> backward_{};
  std::array<TimeNs, 2> received_at_{};
};

}  // namespace indexcast::feed
