// The feed handlers of a configuration without their sockets, for the replay of a capture.
#pragma once

#include <memory>

#include "calc/universe.h"
#include "feedhandlers/capture/capture_replay.h"
#include "feedhandlers/hkex/handler.h"
#include "feedhandlers/hkex/retransmission_client.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/sse/handler.h"
#include "feedhandlers/szse/live_feed.h"
#include "server/settings/config.h"

namespace indexcast::server {

class HandlerSet {
 public:
  // Creates the handlers of the enabled venues. All hand their events to `sink`. `universe` and
  // `sink` outlive the set.
  HandlerSet(const Config& config, const Universe& universe, feed::EventSink& sink);

  // Returns which handler gets which bytes of a capture, by the configured gateways, groups and
  // ports.
  feed::ReplayRoutes routes(const Config& config);

  // Returns the counters of a venue; null if the venue is disabled.
  const feed::FeedCounters* counters(feed::Venue venue);

 private:
  void add_szse(const szse::Settings& settings, feed::EventSink& sink);

  std::unique_ptr<feed::SymbolTable> sse_symbols_;
  std::unique_ptr<sse::Handler> sse_;
  std::unique_ptr<feed::SymbolTable> szse_symbols_;
  std::unique_ptr<szse::Handler> szse_;  // one of the two, by its transport
  std::unique_ptr<szse::MddpHandler> szse_multicast_;
  std::unique_ptr<szse::ResendSession> szse_resend_;  // where ticks are used
  std::unique_ptr<feed::SymbolTable> hkex_symbols_;
  std::unique_ptr<hkex::Handler> hkex_;
  std::unique_ptr<hkex::RetransmissionClient> hkex_retransmission_;
};

}  // namespace indexcast::server
