// Notice about a session of a feed, for the log. The feed's thread must not log, so it posts a
// notice and the log's thread takes it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "calc/spsc_ring.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::feed {

struct SessionNotice {
  enum class Kind : std::uint8_t {
    logged_on,          // the gateway answered our logon
    closed_unanswered,  // it closed the connection instead, without a logout
    unanswered,         // it did neither in time
    refused,            // it answered with a logout
    logged_out,         // it ended a session that was up
    encrypted,          // multicast: the first packet whose body we cannot read
  };

  Kind kind = Kind::logged_on;
  bool resend = false;                // of a session on a resend port
  std::uint32_t gateway = 0;          // its place in the list
  const Endpoint* address = nullptr;  // of the gateway; lives as long as the feed
  std::int64_t number = 0;            // SessionStatus of a logout; channel of an encrypted packet
  std::string_view meaning;           // of the SessionStatus; static text
  // As they were received, padding included; unused bytes are 0.
  std::array<char, 32> sender{};
  std::array<char, 32> target{};
  std::array<char, 256> text{};

  // Copies as much of `from` as fits.
  template <std::size_t N>
  static void copy(std::string_view from, std::array<char, N>& to) {
    std::copy_n(from.data(), std::min(from.size(), N), to.data());
  }
};

// Whether a notice is a warning: an operator has to act.
bool is_warning(const SessionNotice& notice);
// One line for the log. Never holds a password. `venue` says in which charset the gateway writes.
std::string describe(Venue venue, const SessionNotice& notice);

// Queue of notices for the log. One thread posts, another one takes. A notice is dropped when the
// queue is full; only its log line is lost.
class NoticeQueue {
 public:
  void post(const SessionNotice& notice) { static_cast<void>(ring_.try_push(notice)); }
  bool take(SessionNotice& out) {
    const SessionNotice* const first = ring_.front();
    if (first == nullptr) return false;
    out = *first;
    ring_.pop();
    return true;
  }

 private:
  static constexpr std::size_t kCapacity = 16;
  SpscRing<SessionNotice> ring_{kCapacity};
};

}  // namespace indexcast::feed
