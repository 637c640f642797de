// Who asked lately, and how much more each may ask.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/access/token_bucket.h"
#include "server/zmq/clients.h"

namespace indexcast::server {

struct Peer {
  std::string name;
  const ZmqClient* client = nullptr;
  TokenBucket requests;
  TokenBucket answer_bytes;
  TimeNs report_logged{};
};

// The peers that asked last. One that was forgotten begins with full buckets, which is no way
// around them: it takes as many names as the table holds, and a name is a listed client or an
// address.
class PeerTable {
 public:
  static constexpr std::size_t kPeersMax = 4096;

  // `clients` outlives the table.
  explicit PeerTable(const ZmqClients& clients) : clients_(&clients) {}

  // The peer of that name, a new one where it is not known. Valid until the next call.
  Peer& of(std::string_view name);
  std::size_t size() const { return by_name_.size(); }

 private:
  const ZmqClients* clients_;
  std::list<Peer> peers_;  // who asked last, first
  std::unordered_map<std::string_view, std::list<Peer>::iterator> by_name_;
};

}  // namespace indexcast::server
