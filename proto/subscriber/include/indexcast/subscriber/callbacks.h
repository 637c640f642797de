// What a subscriber tells its application. References are good during the call only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "indexcast/v1/stream.pb.h"

namespace indexcast::subscriber {

// How far a level can be relied on, beside its own flags.
struct Quality {
  // The server in use is alive (Liveness::live).
  bool live = true;
  // The server says so (v1::Level::quotable), it is alive, and no later level of the index is known
  // to exist.
  bool quotable = false;
  // No later level is known. False for all but the last of what a gap held back.
  bool newest = false;
  // Came as the answer to a question, not on the stream.
  bool recovered = false;
  // Older, by the exchange's time, than what was handed over before a switch or restart: with a
  // snapshot that comes because the server did not catch up within Settings::behind_limit, and with
  // a grid or inav until there is a snapshot.
  bool behind = false;
};

// Why the stream of an index begins again.
enum class Begin { joined, epoch, switched };

// The stream of an index begins: the next level handed over, or named as lost, is complete_to + 1.
struct SnapshotEvent {
  const std::string& code;
  std::uint64_t epoch;
  std::uint64_t complete_to;  // index sequence; 0: the index has no level yet
  const v1::Level* level;     // the newest up to there that could be had; null: none
  Quality quality;
  Begin why;
};

enum class LossReason {
  superseded,   // the server left them out for the newest and said so
  unavailable,  // the server has them no more; grids and inavs it never keeps
  timed_out,    // not answered within Settings::hold_limit
  overflow,     // more than Settings::held_max waited behind them
  epoch_over,   // the server began to number anew
  switched,     // the server that had them was left
};

// Numbered by: index sequence, record sequence, the instant (ns) of a grid, index sequence, the
// instant of the grid of indicative values.
enum class Stream { levels, records, grid, inav, inav_grid };

// Numbers from..to, inclusive, that the application does not get. Comes in their place: after those
// before from and before those after to.
struct Loss {
  const std::string& code;
  Stream stream;
  std::uint64_t epoch;
  std::uint64_t from;
  std::uint64_t to;
  LossReason reason;
};

enum class SwitchReason {
  heartbeat_timeout,  // no heartbeat for Settings::heartbeat_timeout
  epoch_lost,         // the server restarted within the day
  primary_returned,   // the primary was as good for Settings::return_after
  draining,           // the server said that it is being taken out of service
  connection_lost,    // the connection was closed or refused
  other_is_better,    // Settings::better_after
};

// Servers by their place in Settings::servers. Sequences begin anew, with a snapshot of each index.
struct Switch {
  std::size_t from;
  std::size_t to;
  SwitchReason reason;
};

// A server's heartbeats came, or stopped, or its connection was closed.
struct Connection {
  std::size_t server;
  bool alive;
  bool in_use;
};

// Whether the server in use is alive. If it is not, nothing that was handed over is current: show
// no value as live. If it is, an index is live once its stream began on this server
// (Subscriber::is_live).
struct Liveness {
  bool live;
  std::size_t server;  // in use
  bool any_alive;      // false: no server is heard at all
};

// Those that are empty are not called. None may throw, and none may call Subscriber::poll.
struct Callbacks {
  std::function<void(const SnapshotEvent&)> on_snapshot;
  std::function<void(const v1::Level&, const Quality&)> on_level;
  // An instant of the grid comes once, whichever server it is of.
  std::function<void(const v1::Grid&, const Quality&)> on_grid;
  std::function<void(const v1::Inav&, const Quality&)> on_inav;
  std::function<void(const v1::StatusChanged&)> on_status;
  std::function<void(const v1::DefinitionChanged&)> on_definition;
  std::function<void(const v1::Correction&)> on_correction;
  std::function<void(const Loss&)> on_lost;
  std::function<void(const Switch&)> on_switch;
  std::function<void(const Connection&)> on_connection;
  // When live or any_alive changes, and first when the server in use is heard or lost.
  std::function<void(const Liveness&)> on_liveness;
  // For a person: what the server refused, and codes that it does not know.
  std::function<void(const std::string&)> on_problem;
};

}  // namespace indexcast::subscriber
