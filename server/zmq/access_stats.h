// What access control over ZeroMQ counts. Any thread reads.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/settings/config.h"
#include "server/view/counter.h"

namespace indexcast::server {

struct ZmqAccessStats {
  struct Client {
    Counter connections;            // let in, over all sockets
    Counter subscriptions_refused;  // to topics of which nothing is for this client
    bool narrowed = false;  // subscribed to a prefix of which only parts are allowed; the socket's
  };

  explicit ZmqAccessStats(const ZmqSettings& settings) {
    for (const ZmqClientSettings& client : settings.clients) clients[client.name];
  }

  // Null by a name that is not listed.
  Client* of(std::string_view name) {
    const auto found = clients.find(name);
    return found == clients.end() ? nullptr : &found->second;
  }

  Counter keys_refused;                                // connections whose key is not listed
  std::map<std::string, Client, std::less<>> clients;  // all that are listed
};

}  // namespace indexcast::server
