// Uses any bytes as messages and answers of two servers. Checks that a subscriber's session stays
// within its limits, that its application receives every sequence once and in order, and that no
// value is live before the stream started on a server that is alive.
//
// The input is a list of {what, size (2 bytes, little endian), payload}. A `what` below the number
// of topics is a message on that topic, from the second server if the high bit is set; the next
// values are an answer, a closed connection and a backlog; all others let time pass.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "proto/subscriber/session.h"

namespace {

using namespace indexcast;
using namespace indexcast::subscriber;

constexpr std::string_view kTopics[] = {"level/A/",  "level/B/",      "skipped/A/",    "heartbeat/",
                                        "status/A/", "definition/A/", "correction/A/", "grid/A/",
                                        "level/A",   "inav/A/",       "pending/A/"};
constexpr std::size_t kAnswer = std::size(kTopics);
constexpr std::size_t kClosed = kAnswer + 1;
constexpr std::size_t kBacklog = kAnswer + 2;

// Next sequence of each index, as its application counts, and the last instant of its grid.
struct Application {
  std::map<std::string, std::uint64_t> next;
  std::map<std::string, std::int64_t> instant;

  void expect(const std::string& code, std::uint64_t from, std::uint64_t to) {
    if (!next.contains(code) || next[code] != from || to < from) std::abort();
    next[code] = to + 1;
  }
  Callbacks callbacks() {
    Callbacks out;
    out.on_snapshot = [this](const SnapshotEvent& event) {
      next[event.code] = event.complete_to + 1;
    };
    out.on_level = [this](const v1::Level& level, const Quality& quality) {
      if (quality.quotable && !quality.live) std::abort();
      expect(level.code(), level.index_sequence(), level.index_sequence());
    };
    out.on_grid = [this](const v1::Grid& grid, const Quality&) {
      std::int64_t& last = instant[grid.level().code()];
      if (grid.grid_instant() <= last) std::abort();
      last = grid.grid_instant();
    };
    out.on_lost = [this](const Loss& loss) {
      if (loss.stream == Stream::levels) expect(loss.code, loss.from, loss.to);
    };
    out.on_switch = [this](const Switch&) { next.clear(); };
    return out;
  }
};

struct Silent : Wire {
  bool ask(std::size_t, std::string_view) override { return true; }
  void follow(std::size_t, bool) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Settings settings;
  settings.servers.resize(2);
  settings.held_max = 8;
  settings.grid = settings.inav = true;
  Application application;
  Silent wire;
  Time now{0};
  Session session(settings, application.callbacks(), wire, now);
  while (rest.size() >= 3) {
    const auto byte = [&rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
    const std::size_t what = byte(0) & 0x7f;
    const std::size_t server = byte(0) >> 7;
    const auto length = static_cast<std::size_t>(byte(1) | byte(2) << 8);
    const std::string_view payload = rest.substr(3, length);
    rest.remove_prefix(3 + payload.size());
    if (what < kAnswer) {
      session.on_published(server, kTopics[what], payload, now);
    } else if (what == kAnswer) {
      session.on_reply(server, payload, now);
    } else if (what == kClosed) {
      session.on_disconnected(server, now);
    } else if (what == kBacklog) {
      session.on_backlog(server);
    } else {
      session.tick(now += Time{10 * what});
    }
    for (const std::string code : {"A", "B"}) {
      if (session.is_live(code) && !(session.is_live() && application.next.contains(code)))
        std::abort();
    }
  }
  return 0;
}
