// The realtime session with one SZSE gateway, without the socket.
#pragma once

#include <cstdint>
#include <optional>

#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/session/gateway_session.h"
#include "feedhandlers/szse/gateway_messages.h"
#include "feedhandlers/szse/message_router.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::szse {

// States and threading: gateway_session.h. `symbols` and `sink` must outlive it.
class Handler final : public feed::GatewaySession<Handler, Framing> {
 public:
  Handler(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink);

  bool on_time(TimeNs now, feed::Outbox& out) override;
  TimeNs due(TimeNs now) const override {
    return now + (router_.waits() ? feed::kShortPollNs : feed::kQuietPollNs);
  }

  // Tick source of the second session; nullptr without the setting `ticks`.
  TickSource* ticks() { return router_.ticks(); }

 private:
  using Base = feed::GatewaySession<Handler, Framing>;
  friend Base;

  void begin_session(bool) {}
  void send_logon(TimeNs, feed::Outbox& out) {
    append_logon(settings_, feed::gateway_at(settings_.gateways, gateway()), out);
  }
  void send_heartbeat(TimeNs, feed::Outbox& out) { append_heartbeat(out); }
  void send_logout(TimeNs, feed::LogoutRole logout, feed::Outbox& out) {
    append_logout(logout, out);
  }
  feed::SessionMessage read_session(feed::Bytes frame) const;
  // S117 numbers nothing at session level.
  std::optional<std::uint64_t> follow_sequence(feed::Bytes) { return 0; }
  bool note_data(feed::Bytes frame, TimeNs now, feed::StalenessMonitor& data) {
    return router_.note_data(frame, now, data);
  }
  void on_channel_time(const feed::ChannelTime& time, TimeNs now) {
    router_.on_channel_time(time, now);
  }
  std::optional<feed::FeedCounter> on_application(feed::Bytes frame, TimeNs now);
  void on_heartbeat(feed::Bytes frame, TimeNs now);
  bool market_trades() const { return router_.market_trades(); }
  void begin_round() { router_.begin_round(); }
  bool round_complete() const { return router_.round_complete(); }
  void on_state(FeedState state, bool by_security, TimeNs now) {
    router_.on_state(state, by_security, now);
  }

  const Settings settings_;
  MessageRouter router_;
};

}  // namespace indexcast::szse
