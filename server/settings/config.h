// The server's configuration, as one plain struct. Every key stands in deploy/indexcast.toml with
// its meaning.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calc/fx_book.h"
#include "calc/time.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/calendar.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/sse/settings.h"
#include "feedhandlers/szse/settings.h"
#include "server/settings/fund_settings.h"
#include "server/settings/topic_kind.h"

namespace indexcast::server {

enum class Topology : std::uint8_t { one_core, per_feed };
// Levels that high and low use: every level, or those of the grid (METHODOLOGY 5).
enum class StatisticsFrom : std::uint8_t { tick, grid };
enum class IdleMode : std::uint8_t { spin, backoff, block };

struct CoreSettings {
  Topology topology = Topology::one_core;
  IdleMode idle = IdleMode::backoff;
  std::int64_t spin_us = 30;              // before a thread sleeps, of `backoff`
  std::size_t feed_ring = 1 << 16;        // events
  std::size_t broadcast_ring = 1 << 18;   // records
  std::int64_t timer_ms = 1000;           // the core's timer: heartbeats with the table of indices
  std::int64_t short_heartbeat_ms = 250;  // between heartbeats without a table; 0: none
  std::int64_t grid_ms = 1000;            // interval of the grid of levels, aligned to the clock
  StatisticsFrom statistics_from = StatisticsFrom::tick;
  std::int64_t open_deadline_ms = 0;  // China time of day; default 09:29:50
  std::int64_t close_deadline_min = 20;
  std::uint16_t quotable_live_bp = 9000;  // live weight from which a level may be quotable
  // Move of the level by pending prices up to which it may be quotable, basis points.
  std::int64_t pending_impact_bp = 20;
};

// The processor of each thread, counted from 0; -1: any. Threads that nothing is said of may run on
// all processors that the process may use.
struct ThreadSettings {
  std::int64_t core = -1;
  std::int64_t sse = -1;  // the feeds have threads of their own with per_feed only
  std::int64_t szse = -1;
  std::int64_t hkex = -1;
  std::int64_t publish = -1;
  std::int64_t aux = -1;
  std::int64_t journal = -1;
  std::int64_t http = -1;  // of the first HTTP thread; the others take the processors after it
  std::int64_t query = -1;
  std::int64_t admin = -1;
  std::int64_t zmq = -1;  // of ZeroMQ's own threads
};

// The collar around the last usable price (METHODOLOGY 4), percent; 0: none.
struct CollarSettings {
  struct Override {
    std::string symbol;  // "688041.SH"
    std::int64_t percent = 0;
  };

  std::int64_t sse_percent = 25;
  std::int64_t szse_percent = 25;
  std::int64_t hkex_percent = 50;
  std::int64_t wait_s = 10;  // of a live feed without a price inside
  std::vector<Override> overrides;
};

// Move of a level by one member's price at once from which the level guard holds the index
// (METHODOLOGY 4), basis points; 0: none.
struct LevelGuardSettings {
  struct Override {
    std::string code;  // "995366"
    std::int64_t move_bp = 0;
  };

  std::int64_t move_bp = 100;
  std::vector<Override> overrides;
};

// Encryption of one ZeroMQ source of rates.
struct FxCurveSettings {
  std::string source;      // one of FxSettings::sources
  std::string server_key;  // the source's public key, Z85, 40 characters
  std::string secret_key;  // the file that holds this server's own; its public key follows from it
};

struct FxSettings {
  std::string series;  // "HKDCNY"
  FxMode mode = FxMode::fixed;
  // In order of preference: a watched file, or a ZeroMQ endpoint ("tcp://127.0.0.1:5570") that
  // publishes FxRate messages.
  std::vector<std::string> sources = {};
  std::int64_t poll_ms = 1000;                   // between two looks at a file
  std::int64_t stale_after_s = 60;               // age of a rate; 0: never
  std::int64_t freeze_at_ms = feed::hms(15, 0);  // China time of day, of frozen_at_close
  std::vector<FxCurveSettings> curve = {};       // at most one for each source that is an endpoint
};

// Whether a source of rates is a ZeroMQ endpoint; any other is a file.
inline bool is_endpoint(std::string_view source) {
  return source.find("://") != std::string_view::npos;
}

// A subscriber by its CURVE key, and what it may see (server/zmq/clients.h).
struct ZmqClientSettings {
  std::string name;
  std::string public_key;                  // Z85, 40 characters
  std::vector<std::string> codes = {"*"};  // "*": every one
  std::vector<TopicKind> topics = all_topic_kinds();
  std::int64_t requests_per_s = 0;      // 0: as everybody
  std::int64_t answer_bytes_per_s = 0;  // likewise
};

struct CurveSettings {
  std::string secret_key;  // the file that holds it; empty: no encryption, and no access control
};

struct ZmqSettings {
  bool enabled = true;
  std::string publish = "tcp://127.0.0.1:5556";
  std::string query = "tcp://127.0.0.1:5557";  // empty: questions are not answered
  int send_high_water_mark = 100'000;  // messages held for one slow subscriber before ZeroMQ drops
  int answer_high_water_mark = 32;     // answers held for one client before they are dropped
  std::int64_t requests_per_s = 200;   // of one client
  std::int64_t answer_bytes_per_s = 32 << 20;  // likewise
  std::int64_t max_message_bytes = 65'536;     // that a peer may send, or its connection ends
  int linger_ms = 500;                         // for what is queued when the server stops
  int keepalive_idle_s = 60;
  int keepalive_interval_s = 10;
  int keepalive_count = 3;
  int heartbeat_ms = 10'000;      // between ZeroMQ's own pings; 0: none
  std::int64_t inav_grid_s = 15;  // interval of a fund's grid, aligned to the clock
  CurveSettings curve;
  std::vector<ZmqClientSettings> clients;
};

// Certificate and key, PEM files; both or neither.
struct TlsSettings {
  std::string certificate;  // the server's, and those above it
  std::string key;
};

struct HttpSettings {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one, printed at start
  std::size_t threads = 1;    // clients are spread over them
  std::size_t max_clients = 1000;
  std::size_t max_per_address = 0;  // 0: no limit but max_clients
  // Frames waiting for one WebSocket client before it is conflated.
  std::size_t client_queue = 4096;
  std::int64_t client_stall_ms = 10'000;      // without progress for this long: closed
  std::size_t client_message = 64 * 1024;     // bytes of a command
  std::size_t max_subscriptions = 10'000;     // of one WebSocket client
  std::int64_t commands_per_second = 100;     // likewise
  std::int64_t replay_bytes_per_s = 8 << 20;  // likewise, of levels sent again
  std::int64_t handshake_s = 10;              // to begin to speak, and to say who one is
  std::int64_t drain_grace_s = 30;            // of a drained server's WebSocket clients, to leave
  std::int64_t drain_spread_s = 30;           // then they are closed one by one, in so long
  std::int64_t idle_s = 60;                   // without a byte from a WebSocket client: closed
  bool deflate = false;                       // offer permessage-deflate
  std::vector<std::string> allowed_origins;   // of pages from elsewhere; "*": any
  std::string tokens;  // file: server/access/README.md; empty: no token is needed
  TlsSettings tls;
};

struct AdminSettings {
  bool enabled = false;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8081;  // 0: any free one, printed at start
  std::string tokens;         // the file that says who may ask: server/access/token_file.h
  bool two_person = false;    // a request with force needs a second person's approval
};

struct JournalSettings {
  bool enabled = false;
  std::string directory;
  std::size_t ring = 1 << 18;
};

// Colour of a rise on the page; a fall has the other one. `watch` has an option with the same
// values.
enum class Colours : std::uint8_t { red_up, green_up };
inline constexpr std::array<std::string_view, 2> kColourNames{"red_up", "green_up"};

struct DisplaySettings {
  Colours colours = Colours::red_up;
};

// Definitions of coming days, and when a day begins (server/app).
struct DaySettings {
  std::string directory;  // empty: the definitions that the configuration lists, and their day only
  std::int64_t poll_s = 5;                      // between two looks at it
  std::int64_t begin_at_ms = feed::hms(6, 30);  // China time of day
};

struct Config {
  // A live venue's lag is judged by default (METHODOLOGY 5).
  Config() {
    sse.lag = szse.lag = {8 * kNsPerSecond, 60 * kNsPerSecond};
    hkex.lag = {3 * kNsPerSecond, 60 * kNsPerSecond};
  }

  std::string source;                    // the file it came from
  Date trade_date = 0;                   // 0: the date of the definitions
  std::vector<std::string> definitions;  // files, resolved against the configuration's folder
  DaySettings days;
  std::vector<std::string> calendar;  // likewise, one a year
  feed::TradingDay day;               // what they say of the day that runs; no key of its own
  std::string log_level = "info";
  CoreSettings core;
  ThreadSettings threads;
  CollarSettings collar;
  LevelGuardSettings level_guard;
  bool sse_enabled = true;
  bool szse_enabled = true;
  bool hkex_enabled = true;
  sse::Settings sse;
  szse::Settings szse;
  hkex::Settings hkex;
  std::vector<FxSettings> fx;
  std::vector<FundSettings> funds;
  ZmqSettings zmq;
  HttpSettings http;
  AdminSettings admin;
  DisplaySettings display;
  JournalSettings journal;
  sim::Settings simulator;
};

// Reads and checks a configuration. The status text is "file:line:key: what", one line per fault,
// all of them.
absl::StatusOr<Config> load_config(const std::string& path);

// Warnings about services that the configuration opens to a network beyond this machine without
// protection. Each entry is "file:0:key: what" and says what to set. Empty for the shipped
// configuration.
std::vector<std::string> exposure_warnings(const Config& config);

// The effective configuration as TOML, every key of it.
std::string print_config(const Config& config);

}  // namespace indexcast::server
