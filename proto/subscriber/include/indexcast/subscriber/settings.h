// Endpoints, subscriptions and time limits of a subscriber.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace indexcast::subscriber {

// One indexcast server, as ZeroMQ endpoints ("tcp://host:port").
struct Server {
  std::string publish;     // its PUB
  std::string query;       // its ROUTER
  std::string public_key;  // CURVE, Z85, 40 characters; empty: the connection is plain
};

struct Settings {
  // The primary, and a backup if there is one. Both know the same indices.
  std::vector<Server> servers;
  // Empty: every index that the server lets this subscriber see.
  std::vector<std::string> codes;
  // Shown to the server's operators beside the loss counts; at most 64 characters.
  std::string name = "subscriber";
  // CURVE key pair of this subscriber, Z85; needed for servers that have a public key.
  std::string public_key;
  std::string secret_key;

  // Streams. A server with CURVE keys may allow some of them and not others.
  // Every level.
  bool levels = true;
  // Every status, definition, correction and pending record.
  bool records = true;
  // The newest level at each instant of the server's grid.
  bool grid = false;
  // The indicative value of a fund with the terms of its creation unit, each tick and on a grid.
  bool inav = false;
  // Also the records of the day from before this subscriber came.
  bool records_of_the_day = false;

  // A server is lost after this time without a heartbeat; at least 200 ms. By default servers send
  // four heartbeats a second. Only time during which poll() was called counts: after a pause of the
  // application, the messages in the sockets are read first.
  std::chrono::milliseconds heartbeat_timeout{2'000};
  // Fail-back: the primary is used again after it was as good as the backup for this time without a
  // loss or restart; 0: never. Also the shortest time between two switches while the server in use
  // is alive, not draining and does not restart.
  std::chrono::milliseconds return_after{30'000};
  // The other server is used after the one in use was not ready, or an index was quotable on the
  // other one alone, for this time, and the other one was as good in everything else; 0: never.
  std::chrono::milliseconds better_after{3'000};
  // When the server in use is lost and the other one is alive, but not ready or draining, it is
  // used after this time; 0: never. Flags and `quotable` of its levels show what is missing.
  std::chrono::milliseconds unready_after{10'000};
  // Longest time for which a level is held back behind a gap, or before a snapshot.
  std::chrono::milliseconds hold_limit{5'000};
  // Most levels of one index that are held back, about 0.5 kB each.
  std::size_t held_max = 10'000;
  // After a switch or a restart: longest time for which levels older than those already delivered
  // are withheld.
  std::chrono::milliseconds behind_limit{5'000};
  // A request without an answer is repeated after this time.
  std::chrono::milliseconds answer_timeout{1'000};
  std::chrono::milliseconds report_interval{10'000};
  // Messages that ZeroMQ queues for poll(). Further ones are lost, detected as a gap and requested.
  int receive_high_water_mark = 100'000;
};

// Lists all errors in `settings`, one sentence each; empty when there are none.
std::vector<std::string> faults(const Settings& settings);

}  // namespace indexcast::subscriber
