// Where publishers put their messages: stamped, counted by type and by security, in the order of
// emission.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "calc/time.h"
#include "feedhandlers/common/bytes.h"
#include "feedhandlers/simulator/exchange_message.h"
#include "feedhandlers/simulator/session_plan.h"

namespace indexcast::sim {

// Messages by venue and by the number of their type in the venue's specification.
using MessageCounts = std::map<std::pair<feed::Venue, std::uint32_t>, std::uint64_t>;

// What a message is about. Security 0: none, or a code that is no number. Stream: MDStreamID on
// the mainland, else empty.
struct MessageSubject {
  feed::Venue venue = feed::Venue::sse;
  std::uint32_t type = 0;
  std::uint32_t security = 0;
  std::string stream;
  friend auto operator<=>(const MessageSubject&, const MessageSubject&) = default;
};
using SubjectCounts = std::map<MessageSubject, std::uint64_t>;

class Outlet {
 public:
  explicit Outlet(Date trade_date) : midnight_(china_time(trade_date, 0)) {}

  Date trade_date() const { return china_date(midnight_); }
  TimeNs instant(Micros now) const { return midnight_ + now * 1'000; }

  // Before the chosen part of the day prices move unheard.
  void mute(bool muted) { muted_ = muted; }
  bool muted() const { return muted_; }

  void count(feed::Venue venue, std::uint32_t type, std::uint32_t security = 0,
             std::string_view stream = {}) {
    ++counts_[{venue, type}];
    ++subjects_[{venue, type, security, std::string(stream)}];
  }
  const MessageCounts& counts() const { return counts_; }
  const SubjectCounts& subjects() const { return subjects_; }

  void emit(ExchangeMessage message) { ready_.push_back(std::move(message)); }
  void emit(feed::Venue venue, std::uint32_t channel, std::uint32_t security, feed::Bytes bytes,
            Micros now) {
    emit({instant(now), venue, channel, security, 0, 0, {bytes.begin(), bytes.end()}});
  }
  bool take(ExchangeMessage& out) {
    if (ready_.empty()) return false;
    out = std::move(ready_.front());
    ready_.pop_front();
    return true;
  }

 private:
  TimeNs midnight_;
  bool muted_ = false;
  std::deque<ExchangeMessage> ready_;
  MessageCounts counts_;
  SubjectCounts subjects_;
};

}  // namespace indexcast::sim
