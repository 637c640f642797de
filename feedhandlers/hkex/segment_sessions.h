// The session of every segment of the market, and the segment of every security.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/trading_session.h"

namespace indexcast::hkex {

using MarketCode = PaddedText<4>;

// One thread; allocates at construction only.
class SegmentSessions {
 public:
  // `own`: the segment of a security until its definition names another. Every InstrumentId to come
  // is below `instruments`.
  SegmentSessions(MarketCode own, std::size_t instruments)
      : segments_{{{own, {}}, {"MAIN", {}}, {"GEM", {}}, {"NASD", {}}, {"ETS", {}}}},
        segment_of_(instruments, kOwn) {}

  // A message 20. False for a segment that the exchange does not have.
  bool set(const MarketCode& code, std::uint8_t sub_id) {
    const auto at = find(code);
    if (at) segments_[*at].session = sub_id;
    return at.has_value();
  }
  // No session is known from now on.
  void forget() {
    for (Segment& segment : segments_) segment.session.reset();
  }
  // A message 11.
  void place(InstrumentId instrument, const MarketCode& code) {
    if (const auto at = find(code)) segment_of_[instrument] = *at;
  }

  // Empty before the first message 20.
  std::optional<std::uint8_t> own() const { return segments_[kOwn].session; }
  SessionGroup group(InstrumentId instrument) const {
    const auto session = segments_[segment_of_[instrument]].session;
    return session ? group_of(*session) : SessionGroup::unknown;
  }

 private:
  static constexpr std::uint8_t kOwn = 0;
  struct Segment {
    MarketCode code;
    std::optional<std::uint8_t> session;
  };

  std::optional<std::uint8_t> find(const MarketCode& code) const {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (segments_[i].code.view() == code.view()) return static_cast<std::uint8_t>(i);
    }
    return std::nullopt;
  }

  std::array<Segment, 5> segments_;  // the exchange's four (notes 2.1), the first by configuration
  std::vector<std::uint8_t> segment_of_;
};

}  // namespace indexcast::hkex
