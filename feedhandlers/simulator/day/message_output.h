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
#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::sim {

// Messages by venue and by the number of their type in the venue's specification.
using MessageCounts = std::map<std::pair<feed::Venue, std::uint32_t>, std::uint64_t>;

// Subject of a message. Security 0: none, or a code that is no number. Stream: MDStreamID on the
// mainland, else empty.
struct MessageSubject {
  feed::Venue venue = feed::Venue::sse;
  std::uint32_t type = 0;
  std::uint32_t security = 0;
  std::string stream;
  friend auto operator<=>(const MessageSubject&, const MessageSubject&) = default;
};
using SubjectCounts = std::map<MessageSubject, std::uint64_t>;

class MessageOutput {
 public:
  explicit MessageOutput(Date trade_date) : midnight_(china_time(trade_date, 0)) {}
  // Sets the faults that apply from now on. They outlive this.
  void set_faults(FaultBook& faults) { faults_ = &faults; }

  Date trade_date() const { return china_date(midnight_); }
  TimeNs instant(Micros now) const { return midnight_ + now * 1'000; }

  // Before the chosen part of the day prices move without messages.
  void mute(bool muted) { muted_ = muted; }
  bool muted() const { return muted_; }
  // Muted, or a venue's channel says nothing but its heartbeats: what would be said is not.
  bool silent(feed::Venue venue, std::uint32_t channel, Micros now) {
    return muted_ || in_force(FaultKind::heartbeats_only, venue, channel, now) != nullptr;
  }
  // Current time as the venue writes it into its messages; it does not advance while the venue's
  // clock is frozen.
  TimeNs stamp(feed::Venue venue, std::uint32_t channel, Micros now) {
    if (muted_) return instant(now);
    const Fault* const frozen = in_force(FaultKind::frozen_clock, venue, channel, now);
    return instant(frozen ? frozen->begin_ms * kMicrosPerMs : now);
  }

  // Whether a fault sets HKEX's turnovers to null at this time (OMD-C 3.1.1).
  bool null_turnover(std::uint32_t channel, Micros now) {
    return !muted_ &&
           in_force(FaultKind::null_turnover, feed::Venue::hkex, channel, now) != nullptr;
  }

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
  // Counts it as happened.
  const Fault* in_force(FaultKind kind, feed::Venue venue, std::uint32_t channel, Micros now) {
    if (faults_ == nullptr) return nullptr;
    const Fault* const fault = faults_->in_force(kind, {venue, channel, now / kMicrosPerMs, 0});
    if (fault != nullptr) faults_->happened(*fault);
    return fault;
  }

  TimeNs midnight_;
  FaultBook* faults_ = nullptr;
  bool muted_ = false;
  std::deque<ExchangeMessage> ready_;
  MessageCounts counts_;
  SubjectCounts subjects_;
};

}  // namespace indexcast::sim
