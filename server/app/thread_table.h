// The threads of a running server. README.md in this folder shows the same table, and a test
// compares both.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "server/settings/config.h"
#include "server/settings/thread.h"

namespace indexcast::server {

struct ThreadRow {
  std::string_view name;  // shown by the operating system, and the key in [threads]
  // Its processor; null for a thread without a key.
  std::int64_t ThreadSettings::*processor;
  std::string_view owns;
  std::string_view blocks_on;
  std::string_view on_exception;
  std::string_view on_stop;  // how it drains
};

inline constexpr std::string_view kEndsProcess = "ends the process";

inline constexpr std::array kThreads{
    ThreadRow{"core", &ThreadSettings::core,
              "sequencer and engine; with `one_core` the feeds' sockets too", "its epoll set",
              kEndsProcess, "empties its rings, publishes deferred levels"},
    ThreadRow{"sse", &ThreadSettings::sse, "the feed's sockets and session, `per_feed` only",
              "its epoll set", kEndsProcess, "stops reading"},
    ThreadRow{"szse", &ThreadSettings::szse, "the feed's sockets and session, `per_feed` only",
              "its epoll set", kEndsProcess, "stops reading"},
    ThreadRow{"hkex", &ThreadSettings::hkex, "the feed's sockets and session, `per_feed` only",
              "its epoll set", kEndsProcess, "stops reading"},
    ThreadRow{"publish", &ThreadSettings::publish, "encoding and sending over ZeroMQ",
              "its epoll set", kEndsProcess, "sends to the end of the ring"},
    ThreadRow{"aux", &ThreadSettings::aux, "sources of rates, log, clock watch",
              "its epoll set, files of rates", kEndsProcess, "stops reading rates, logs the rest"},
    ThreadRow{"journal", &ThreadSettings::journal, "the journal's file", "its epoll set, the disk",
              kEndsProcess, "writes the inputs in its ring"},
    ThreadRow{"http", &ThreadSettings::http,
              "clients, their queues, a stream hub (`http.threads` threads)", "Asio",
              "of a connection ends that connection; of the hub the process",
              "sends the last levels, then a close"},
    ThreadRow{"query", &ThreadSettings::query, "requests over ROUTER", "its epoll set",
              kEndsProcess, "answers the requests that were received"},
    ThreadRow{"admin", &ThreadSettings::admin, "connections of operators", "Asio",
              "of a connection ends that connection", "refuses new requests"},
    ThreadRow{"zmq", &ThreadSettings::zmq, "ZeroMQ's own two threads: connections", "the network",
              "none reaches it", "send what waits, `zmq.linger`"},
    ThreadRow{"zap", nullptr, "admission by CURVE key, with a list of clients",
              "a ZeroMQ socket and its waker", kEndsProcess, "ends at once"},
};

// Returns the row of a thread that the table names.
constexpr const ThreadRow& thread_row(std::string_view name) {
  for (const ThreadRow& row : kThreads) {
    if (row.name == name) return row;
  }
  throw "the table has no such thread";  // a compile error where the name is a constant
}

// Returns the processor that the configuration gives to a thread of the table.
inline std::int64_t processor_of(const ThreadRow& row, const ThreadSettings& settings) {
  return row.processor == nullptr ? kAnyProcessor : settings.*row.processor;
}

}  // namespace indexcast::server
