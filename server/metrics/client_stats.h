// What the HTTP server counts about its clients. Its thread writes, any thread reads.
#pragma once

#include "server/metrics/counter.h"

namespace indexcast::server {

struct ClientStats {
  Counter connections;   // open now, HTTP and WebSocket
  Counter websockets;    // open now
  Counter accepted;      // connections ever taken
  Counter refused;       // turned away because max_clients were connected
  Counter requests;      // HTTP requests answered, errors included
  Counter bad_requests;  // of these: answered with a 4xx
  Counter frames_sent;   // WebSocket messages handed to the kernel
  Counter bytes_sent;    // their payload
  Counter conflated;     // times a tick subscription fell behind and was conflated
  Counter skipped;       // levels left out for one client, all clients together
  Counter bad_commands;  // answered with an error message
  Counter closed_slow;   // clients closed because they made no progress
};

}  // namespace indexcast::server
