// What a thread of the HTTP server counts about its clients. It writes, any thread reads.
#pragma once

#include <cstdint>
#include <span>

#include "server/view/counter.h"

namespace indexcast::server {

struct ClientStats {
  Counter connections;   // open now, HTTP and WebSocket
  Counter websockets;    // open now
  Counter accepted;      // connections ever taken
  Counter refused;       // turned away at a limit of connections
  Counter requests;      // HTTP requests answered, errors included
  Counter bad_requests;  // of these: answered with a 4xx
  Counter frames_sent;   // WebSocket messages handed to the kernel
  Counter bytes_sent;    // their payload
  Counter conflated;     // times a tick subscription fell behind and was conflated
  Counter skipped;       // levels left out for one client, all clients together
  Counter bad_commands;  // answered with an error message
  Counter replays;       // pages of levels sent again on request
  Counter unauthorised;  // requests and commands without the token or the right that they need
  Counter closed_fault;  // clients closed because they broke the protocol or a limit
  Counter closed_slow;   // clients closed because they made no progress
  Counter closed_idle;   // WebSocket clients from whom nothing came any more, not even a pong
  Counter failed;        // connections that ended by an exception, such as a lack of memory
  Counter timed_out;     // connections whose handshake or request did not come in time
};

// One counter over all of the server's threads.
inline std::uint64_t total(std::span<const ClientStats* const> threads,
                           Counter ClientStats::*counter) {
  std::uint64_t sum = 0;
  for (const ClientStats* stats : threads) sum += (stats->*counter).get();
  return sum;
}

}  // namespace indexcast::server
