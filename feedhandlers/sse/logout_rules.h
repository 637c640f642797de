// What the SessionStatus of an S002 means for the next attempt (protocol notes 2.2).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "feedhandlers/session/stream_handler.h"

namespace indexcast::sse {

struct LogoutRule {
  std::uint32_t first;
  std::uint32_t last;
  std::string_view meaning;
  feed::Reconnect::To to;
  bool severe;
};

inline constexpr std::array kLogoutRules{
    LogoutRule{0, 0, "normal", feed::Reconnect::To::next_gateway, false},
    LogoutRule{1, 999, "ordinary: connecting again helps", feed::Reconnect::To::same_gateway,
               false},
    LogoutRule{1000, 9999, "severe: another server", feed::Reconnect::To::next_gateway, true},
};

// The documents end at 9999; what lies beyond is not better than severe.
inline constexpr LogoutRule kUnknownLogout{10000, 0xffff'ffff, "unknown",
                                           feed::Reconnect::To::next_gateway, true};

constexpr const LogoutRule& rule_of_logout(std::uint32_t session_status) {
  for (const LogoutRule& rule : kLogoutRules) {
    if (session_status >= rule.first && session_status <= rule.last) return rule;
  }
  return kUnknownLogout;
}

}  // namespace indexcast::sse
