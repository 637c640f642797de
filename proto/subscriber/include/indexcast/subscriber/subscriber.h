// Index levels from one indexcast server, or from a primary and its backup: complete, in order,
// each once, or named as lost. proto/subscriber/README.md has the rules.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "indexcast/subscriber/callbacks.h"
#include "indexcast/subscriber/counters.h"
#include "indexcast/subscriber/settings.h"

namespace indexcast::subscriber {

// Has no thread of its own: everything happens, and every callback comes, inside poll(), on the
// thread that calls it. One thread at a time. ZeroMQ receives meanwhile on its own thread, up to
// Settings::receive_high_water_mark messages; an application that polls too seldom for that has
// gaps.
class Subscriber {
 public:
  // Begins to connect. Throws std::invalid_argument with everything that is wrong with `settings`,
  // and std::runtime_error for an endpoint or a key that ZeroMQ does not take.
  Subscriber(Settings settings, Callbacks callbacks);
  ~Subscriber();
  Subscriber(Subscriber&&) noexcept;
  Subscriber& operator=(Subscriber&&) noexcept;

  // Takes the messages that have arrived, waiting up to `wait` for the first one, and handles
  // timeouts. Returns the number of messages: 0 after `wait`, or after a signal. Call it at least
  // every 100 ms, because it repeats requests and switches servers. Time between two calls beyond a
  // quarter of Settings::heartbeat_timeout does not count as silence of a server.
  std::size_t poll(std::chrono::milliseconds wait);

  // The server in use, by its place in Settings::servers.
  std::size_t server() const;
  // False once the server in use is lost: no delivered value is current.
  bool is_live() const;
  // Whether the newest delivered value of the index came from the server in use and that server is
  // alive. False before the snapshot after each start of the stream.
  bool is_live(std::string_view code) const;
  const Counters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace indexcast::subscriber
