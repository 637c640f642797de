// The second session with a gateway, on its resend port: it asks for ticks that were lost (390094).
#pragma once

#include <cstdint>
#include <optional>

#include "feedhandlers/session/gateway_session.h"
#include "feedhandlers/szse/gateway_messages.h"
#include "feedhandlers/szse/settings.h"
#include "feedhandlers/szse/tick_source.h"

namespace indexcast::szse {

// Session and threading: gateway_session.h; but no state of its own is announced, since what is
// under way shows in the channels of `ticks`. `ticks` and `counters` outlive it.
class ResendSession final : public feed::GatewaySession<ResendSession, Framing> {
 public:
  ResendSession(const Settings& settings, TickSource& ticks, feed::FeedCounters& counters);

  // Sends a request when there is something to ask for.
  bool on_time(TimeNs now, feed::Outbox& out) override;
  TimeNs due(TimeNs now) const override {
    return now + (ticks_.waits() ? feed::kShortPollNs : feed::kQuietPollNs);
  }

 private:
  using Base = feed::GatewaySession<ResendSession, Framing>;
  friend Base;

  void begin_session(bool) {}
  void send_logon(TimeNs, feed::Outbox& out) {
    append_logon(settings_, feed::gateway_at(settings_.resend_gateways, gateway()), out);
  }
  void send_heartbeat(TimeNs, feed::Outbox& out) { append_heartbeat(out); }
  void send_logout(TimeNs, feed::LogoutRole logout, feed::Outbox& out) {
    append_logout(logout, out);
  }
  feed::SessionMessage read_session(feed::Bytes frame) const { return read_session_message(frame); }
  std::optional<std::uint64_t> follow_sequence(feed::Bytes) { return 0; }
  std::optional<feed::FeedCounter> on_application(feed::Bytes frame, TimeNs now);
  bool market_trades() const { return false; }
  void begin_round() {}
  bool round_complete() const { return true; }
  void on_state(FeedState state, bool by_security, TimeNs now);

  feed::FeedCounter on_answer(feed::Bytes frame, TimeNs now);

  const Settings settings_;
  TickSource& ticks_;
};

}  // namespace indexcast::szse
