// Who may connect over ZeroMQ, and what each may see.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "server/settings/config.h"
#include "server/zmq/entitlement.h"

namespace indexcast::server {

struct ZmqClient {
  Entitlement entitlement;
  std::int64_t requests_per_s = 0;
  std::int64_t answer_bytes_per_s = 0;
};

// Immutable: any thread.
class ZmqClients {
 public:
  explicit ZmqClients(const ZmqSettings& settings);

  // Whether there is a list at all. Without one everybody may connect, and sees everything.
  bool listed() const { return listed_; }

  // The client with that public key, 32 bytes; empty for none.
  std::string_view name_of_key(std::string_view key) const;

  // What the client of that name may do; by another name, nothing. Without a list: everything.
  const ZmqClient& of(std::string_view name) const;

 private:
  bool listed_;
  ZmqClient unlisted_;
  std::map<std::string, ZmqClient, std::less<>> clients_;
  std::map<std::string, std::string, std::less<>> names_;  // by key
};

}  // namespace indexcast::server
