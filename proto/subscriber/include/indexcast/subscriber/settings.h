// What a subscriber connects to and how long it waits.
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
  // None: every index that the server lets this subscriber see.
  std::vector<std::string> codes;
  // Shown to the server's operators beside the loss counts; at most 64 characters.
  std::string name = "subscriber";
  // CURVE key pair of this subscriber, Z85; needed for servers that have a public key.
  std::string public_key;
  std::string secret_key;

  // What of them: every level;
  bool levels = true;
  // every status, definition and correction record;
  bool records = true;
  // the newest level at the instants of the server's grid;
  bool grid = false;
  // the indicative value of a fund with the terms of its creation unit, every tick and on a grid.
  // A server that asks for keys may allow some of them and not others.
  bool inav = false;
  // Also the status, definition and correction records of the day from before this subscriber came.
  bool records_of_the_day = false;

  // A server without a heartbeat for so long is lost; 200 ms at least. By default servers send four
  // a second. Only time counts during which poll() was called: after a pause of the application's
  // own, what waited in the sockets is read first.
  std::chrono::milliseconds heartbeat_timeout{2'000};
  // The primary is used again once it was as good as the backup for so long without a stop; 0:
  // never. Also the shortest time between two switches while the server in use is alive, serves and
  // does not restart.
  std::chrono::milliseconds return_after{30'000};
  // The server in use is left once it was not ready, or an index was quotable on the other one
  // alone, for so long, and the other one was as good in everything else; 0: never.
  std::chrono::milliseconds better_after{3'000};
  // The server in use is lost and the other one is alive, but not ready or draining: it is used
  // after so long nevertheless. What its levels lack, their flags and `quotable` say. 0: never.
  std::chrono::milliseconds unready_after{10'000};
  // A level is held back behind a gap, or before a snapshot, no longer than this, and
  std::chrono::milliseconds hold_limit{5'000};
  // no more than so many of one index, about 0.5 kB each.
  std::size_t held_max = 10'000;
  // After a switch or a restart: how long the new server may be behind what was already handed
  // over.
  std::chrono::milliseconds behind_limit{5'000};
  // A question without an answer for so long is asked again.
  std::chrono::milliseconds answer_timeout{1'000};
  std::chrono::milliseconds report_interval{10'000};
  // Messages that ZeroMQ keeps for poll(). What comes beyond is lost, seen as a gap and asked for.
  int receive_high_water_mark = 100'000;
};

// Everything that is wrong with `settings`, a sentence each; empty when nothing is.
std::vector<std::string> faults(const Settings& settings);

}  // namespace indexcast::subscriber
