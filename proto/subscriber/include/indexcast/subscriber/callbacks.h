// Callbacks of a subscriber to its application. References are valid during the call only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "indexcast/v1/stream.pb.h"

namespace indexcast::subscriber {

// Reliability of a level, in addition to its own flags.
struct Quality {
  // The server in use is alive (Liveness::live).
  bool live = true;
  // The server reports it (v1::Level::quotable), the server is alive, and no later level of the
  // index is known to exist.
  bool quotable = false;
  // No later level is known. Among the levels that a gap held back, true for the last one only.
  bool newest = false;
  // Arrived as the answer to a request, not on the stream.
  bool recovered = false;
  // Older, by exchange time, than values delivered before a switch or restart. Set on a snapshot
  // when the server did not catch up within Settings::behind_limit, and on a grid or inav until
  // there is a snapshot.
  bool behind = false;
};

// Reason why the stream of an index starts again.
enum class Begin { joined, epoch, switched };

// The stream of an index starts: the next level delivered, or reported as lost, is complete_to + 1.
struct SnapshotEvent {
  const std::string& code;
  std::uint64_t epoch;
  std::uint64_t complete_to;  // index sequence; 0: the index has no level yet
  const v1::Level* level;     // the newest available up to complete_to; null: none
  Quality quality;
  Begin why;
};

enum class LossReason {
  superseded,   // the server replaced them by a newer one and reported it (Skipped)
  unavailable,  // the server no longer has them; it never keeps grids and inavs
  timed_out,    // not answered within Settings::hold_limit
  overflow,     // more than Settings::held_max waited behind them
  epoch_over,   // the server started a new epoch
  switched,     // they belonged to the previous server
};

// Numbered by: index sequence, record sequence, the instant (ns) of a grid, index sequence, the
// instant of the grid of indicative values.
enum class Stream { levels, records, grid, inav, inav_grid };

// Numbers from..to, inclusive, that the application does not receive. Delivered in their place:
// after the numbers before `from` and before those after `to`.
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
  draining,           // the server is being taken out of service
  connection_lost,    // the connection was closed or refused
  other_is_better,    // the other server was better for Settings::better_after
};

// Servers by their position in Settings::servers. Sequences start again, with a snapshot of each
// index.
struct Switch {
  std::size_t from;
  std::size_t to;
  SwitchReason reason;
};

// A server became alive (heartbeats arrive), or was lost (heartbeats stopped or the connection was
// closed).
struct Connection {
  std::size_t server;
  bool alive;
  bool in_use;
};

// Whether the server in use is alive. If not, no delivered value is current: show no value as live.
// If so, an index is live once its stream started on this server (Subscriber::is_live).
struct Liveness {
  bool live;
  std::size_t server;  // in use
  bool any_alive;      // false: no server is alive
};

// Empty callbacks are not called. Callbacks must not throw and must not call Subscriber::poll.
struct Callbacks {
  std::function<void(const SnapshotEvent&)> on_snapshot;
  std::function<void(const v1::Level&, const Quality&)> on_level;
  // Each instant of the grid is delivered once, from whichever server.
  std::function<void(const v1::Grid&, const Quality&)> on_grid;
  std::function<void(const v1::Inav&, const Quality&)> on_inav;
  std::function<void(const v1::StatusChanged&)> on_status;
  std::function<void(const v1::DefinitionChanged&)> on_definition;
  std::function<void(const v1::Correction&)> on_correction;
  // A member's price began to wait, or was accepted or refused; likewise of the level guard. After
  // a snapshot also those that are pending at it. None is once the level has no flag of its kind.
  std::function<void(const v1::PendingPrice&)> on_pending;
  std::function<void(const Loss&)> on_lost;
  std::function<void(const Switch&)> on_switch;
  std::function<void(const Connection&)> on_connection;
  // Called when live or any_alive changes, and first when the server in use is heard or lost.
  std::function<void(const Liveness&)> on_liveness;
  // Text for the log: requests that the server refused, and codes that it does not know.
  std::function<void(const std::string&)> on_problem;
};

}  // namespace indexcast::subscriber
