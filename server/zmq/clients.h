// Access control over ZeroMQ: which CURVE keys may connect (ZAP, RFC 27), what each client may see,
// and what is refused.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "server/settings/config.h"
#include "server/settings/thread.h"
#include "server/settings/topic_kind.h"
#include "server/view/clock.h"
#include "server/view/counter.h"
#include "server/view/waker.h"

namespace indexcast::server {

// Stands for every code in a list of codes.
inline constexpr std::string_view kEveryCode = "*";

// Lists the index codes and the kinds of topics that one subscriber may see. Immutable. May list
// codes that do not run today, because an entitlement outlives days.
class Entitlement {
 public:
  // Allows everything.
  Entitlement() = default;
  // `codes` may contain kEveryCode. Empty `kinds` allow no topic of an index.
  Entitlement(std::span<const std::string> codes, std::span<const TopicKind> kinds);

  bool sees(std::string_view code) const { return every_code_ || codes_.contains(code); }
  bool sees(TopicKind kind) const { return kinds_[static_cast<std::size_t>(kind)]; }

  // Returns the prefixes that a subscription to `prefix` is admitted to: `prefix` itself if every
  // topic that it matches is allowed, otherwise the allowed prefixes that it covers. Empty:
  // refused.
  std::vector<std::string> admitted(std::string_view prefix) const;

  // Returns the number of prefixes that `codes` and `kinds` allow, the most that admitted()
  // returns.
  static constexpr std::size_t grants_of(std::size_t codes, std::size_t kinds) {
    return 1 + codes * (kinds + 1);
  }

 private:
  bool every_code_ = true;
  std::array<bool, kTopicKindNames.size()> kinds_{true, true, true, true, true, true, true};
  std::set<std::string, std::less<>> codes_;
  // Prefixes of the allowed topics; one empty prefix if everything is allowed.
  std::vector<std::string> grants_{""};
};

// Rights and rates of one client.
struct ZmqClient {
  Entitlement entitlement;
  std::int64_t requests_per_s = 0;
  std::int64_t answer_bytes_per_s = 0;
};

// The configured list of clients. Immutable, so any thread may use it.
class ZmqClients {
 public:
  explicit ZmqClients(const ZmqSettings& settings);

  // Whether a list is configured. Without a list every peer may connect and sees everything.
  bool listed() const { return listed_; }

  // Returns the name of the client with that public key (32 bytes); empty if no client has it.
  std::string_view name_of_key(std::string_view key) const;

  // Returns the rights of the client with that name. An unknown name has no rights. Without a list
  // every name has all rights.
  const ZmqClient& of(std::string_view name) const;

 private:
  bool listed_;
  ZmqClient unlisted_;
  std::map<std::string, ZmqClient, std::less<>> clients_;
  std::map<std::string, std::string, std::less<>> names_;  // by key
};

// Counts of access control over ZeroMQ. Any thread reads them.
struct ZmqAccessStats {
  struct Client {
    Counter connections;            // admitted, over all sockets
    Counter subscriptions_refused;  // no topic of the subscription is allowed
    // Subscribed to a prefix of which only parts are allowed. Used by the socket's thread only.
    bool narrowed = false;
  };

  explicit ZmqAccessStats(const ZmqSettings& settings) {
    for (const ZmqClientSettings& client : settings.clients) clients[client.name];
  }

  // Returns null for a name that is not listed.
  Client* of(std::string_view name) {
    const auto found = clients.find(name);
    return found == clients.end() ? nullptr : &found->second;
  }

  Counter keys_refused;                                // connections whose key is not listed
  std::map<std::string, Client, std::less<>> clients;  // all that are listed
};

// Admits or refuses connections to the CURVE sockets of its context that are bound later. Runs on a
// thread of its own from construction to destruction. Logs refusals once a minute at most.
class ZapHandler {
 public:
  // All arguments outlive the handler.
  ZapHandler(zmq::context_t& context, const ZmqClients& clients, ZmqAccessStats& stats);
  ~ZapHandler();
  // Has new refusals of subscriptions logged. Any thread.
  void on_refusal() { waker_.wake(); }
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;

 private:
  // Frames of a request: version, id, domain, address, identity, mechanism, key.
  static constexpr std::size_t kFrames = 7;

  void run();
  void answer();
  std::string_view name_of(const std::array<zmq::message_t, kFrames>& request, std::size_t frames);
  void send(const zmq::message_t& id, std::string_view name);
  // Logs refusals that were not logged, once a minute at most. Returns the time until the next log
  // line is due, in ns; -1 if there is nothing to log.
  std::int64_t log_refusals();

  const ZmqClients* clients_;
  ZmqAccessStats* stats_;
  Clock clock_;
  zmq::socket_t socket_;
  std::uint64_t refusals_logged_ = 0;
  TimeNs logged_{};
  std::atomic<bool> running_{true};
  Waker waker_;
  std::thread thread_;
};

}  // namespace indexcast::server
