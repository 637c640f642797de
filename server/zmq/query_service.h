// One request's bytes in, one reply's bytes out: who asks, whether they may, and the answer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "indexcast/v1/query.pb.h"
#include "server/view/clock.h"
#include "server/view/server_view.h"
#include "server/zmq/clients.h"
#include "server/zmq/peer_table.h"
#include "server/zmq/query_handler.h"
#include "server/zmq/query_stats.h"

namespace indexcast::server {

// Knows no socket. One thread.
class QueryService {
 public:
  // A request of 500 codes of 60 characters.
  static constexpr std::size_t kRequestBytesMax = 32 * 1024;
  // Characters of the name in a report.
  static constexpr std::size_t kSubscriberMax = 64;

  // What `view` points to, `clients` and `stats` outlive the service.
  QueryService(const ServerView& view, Clock clock, const ZmqClients& clients, QueryStats& stats);

  // Another day begins: its levels and definitions; peers stay known. Afterwards nothing of the day
  // before is used any more.
  void switch_day(const ServerView& view, Clock clock);

  // QueryHandler::poll.
  std::size_t poll(std::size_t limit) { return handler_->poll(limit); }

  // The answer to `request` of the peer `name`, empty when it came in more frames than a request
  // has. Valid until the next call.
  std::string_view respond(std::string_view name, std::optional<std::string_view> request,
                           TimeNs now);

 private:
  void fill_reply(Peer& peer, std::optional<std::string_view> request, TimeNs now);
  // Whether request_ holds it.
  bool parse(std::string_view request);
  void take_report(Peer& peer, const v1::Report& report, TimeNs now);
  bool within_rate(Peer& peer, TimeNs now);
  std::string_view finish();

  QueryStats* stats_;
  std::unique_ptr<QueryHandler> handler_;
  PeerTable peers_;
  v1::Request request_;
  v1::Reply reply_;
  std::string bytes_;
};

}  // namespace indexcast::server
