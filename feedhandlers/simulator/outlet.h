// Where publishers put their messages: stamped, counted by type, in the order of emission.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "calc/time.h"
#include "feedhandlers/common/bytes.h"
#include "feedhandlers/simulator/exchange_message.h"
#include "feedhandlers/simulator/session_plan.h"

namespace indexcast::sim {

// Messages by venue and by the number of their type in the venue's specification.
using MessageCounts = std::map<std::pair<feed::Venue, std::uint32_t>, std::uint64_t>;

class Outlet {
 public:
  explicit Outlet(Date trade_date) : midnight_(china_time(trade_date, 0)) {}

  Date trade_date() const { return china_date(midnight_); }
  TimeNs instant(Micros now) const { return midnight_ + now * 1'000; }

  // Before the chosen part of the day prices move unheard.
  void mute(bool muted) { muted_ = muted; }
  bool muted() const { return muted_; }

  void count(feed::Venue venue, std::uint32_t type) { ++counts_[{venue, type}]; }
  const MessageCounts& counts() const { return counts_; }

  void emit(feed::Venue venue, std::uint32_t channel, std::uint32_t security, feed::Bytes bytes,
            Micros now) {
    ready_.push_back({instant(now), venue, channel, security, {bytes.begin(), bytes.end()}});
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
};

}  // namespace indexcast::sim
