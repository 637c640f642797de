// Turns the bytes of one request into the bytes of one reply: identifies the peer, applies its
// rate, and answers.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "indexcast/v1/query.pb.h"
#include "server/access/token_bucket.h"
#include "server/view/clock.h"
#include "server/view/server_view.h"
#include "server/zmq/clients.h"
#include "server/zmq/query_handler.h"
#include "server/zmq/query_stats.h"

namespace indexcast::server {

struct Peer {
  std::string name;
  const ZmqClient* client = nullptr;
  TokenBucket requests;
  TokenBucket answer_bytes;
  TimeNs report_logged{};
};

// The peers that asked last, with their remaining rates. A peer that was dropped begins again with
// full buckets. A client cannot use that to exceed its rate: it would need as many names as the
// table holds, and a name is a listed client or an address.
class PeerTable {
 public:
  static constexpr std::size_t kPeersMax = 4096;

  // `clients` outlives the table.
  explicit PeerTable(const ZmqClients& clients) : clients_(&clients) {}

  // Returns the peer of that name, added if unknown. Valid until the next call.
  Peer& of(std::string_view name);
  std::size_t size() const { return by_name_.size(); }

 private:
  const ZmqClients* clients_;
  std::list<Peer> peers_;  // who asked last, first
  std::unordered_map<std::string_view, std::list<Peer>::iterator> by_name_;
};

// Does not use a socket. One thread calls it.
class QueryService {
 public:
  // A request of 500 codes of 60 characters.
  static constexpr std::size_t kRequestBytesMax = 32 * 1024;
  // Most characters of the name in a report.
  static constexpr std::size_t kSubscriberMax = 64;

  // What `view` points to, `clients` and `stats` outlive the service.
  QueryService(const ServerView& view, Clock clock, const ZmqClients& clients, QueryStats& stats);

  // Answers about another day from now on. Peers keep their rates. Nothing of the previous day is
  // used after the call.
  void switch_day(const ServerView& view, Clock clock);

  // QueryHandler::poll.
  std::size_t poll(std::size_t limit) { return handler_->poll(limit); }

  // Returns the answer to `request` of the peer `name`. `request` is empty if its message had a
  // wrong number of frames. Valid until the next call.
  std::string_view respond(std::string_view name, std::optional<std::string_view> request,
                           TimeNs now);

 private:
  void fill_reply(Peer& peer, std::optional<std::string_view> request, TimeNs now);
  // Parses into request_. Returns false when that fails.
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
