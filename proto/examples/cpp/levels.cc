// Prints the levels of indices, complete and in order, from a server or from a primary and its
// backup, and reports when none of them is live any more:
//
//   levels PUBLISH QUERY [--backup PUBLISH QUERY] [--count N] CODE...
#include <indexcast/subscriber/subscriber.h>

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

using namespace indexcast;
namespace {
volatile std::sig_atomic_t stopped = 0;

struct Arguments {
  subscriber::Settings settings;
  std::uint64_t count = 0;  // levels to print; 0: until a signal comes
};

Arguments parse(int argc, char** argv) {
  Arguments out;
  out.settings.name = "levels";
  const auto server = [&](int at) {
    if (at + 1 < argc) out.settings.servers.push_back({argv[at], argv[at + 1], ""});
  };
  server(1);
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--backup") {
      server(i + 1);
      i += 2;
    } else if (word == "--count" && i + 1 < argc) {
      out.count = std::stoull(argv[++i]);
    } else {
      out.settings.codes.push_back(word);
    }
  }
  return out;
}

// "1000.1234" of 10001234 with four decimals.
std::string decimal(std::int64_t value, std::uint32_t decimals) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, ".");
  return (value < 0 ? "-" : "") + digits;
}

void print(const char* what, const v1::Level& level, const subscriber::Quality& quality) {
  const char* const word = quality.quotable ? "quotable" : "not quotable";
  std::printf("%s %s %" PRIu64 " %s %s\n", what, level.code().c_str(), level.index_sequence(),
              decimal(level.level(), level.decimals()).c_str(), quality.live ? word : "not live");
}

// By subscriber::SwitchReason.
const char* const kReasons[] = {"no heartbeat", "restarted",       "primary returned",
                                "draining",     "connection lost", "other is better"};

}  // namespace
int main(int argc, char** argv) try {
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stopped = 1; });
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const Arguments arguments = parse(argc, argv);
  std::uint64_t printed = 0;
  subscriber::Callbacks callbacks;
  callbacks.on_snapshot = [](const subscriber::SnapshotEvent& event) {
    if (event.level != nullptr) print("snapshot", *event.level, event.quality);
  };
  callbacks.on_level = [&](const v1::Level& level, const subscriber::Quality& quality) {
    print("level", level, quality);
    ++printed;
  };
  callbacks.on_lost = [](const subscriber::Loss& loss) {
    std::printf("lost %s %" PRIu64 "..%" PRIu64 "\n", loss.code.c_str(), loss.from, loss.to);
  };
  callbacks.on_switch = [](const subscriber::Switch& change) {
    std::printf("switch to server %zu: %s\n", change.to, kReasons[static_cast<int>(change.reason)]);
  };
  callbacks.on_connection = [](const subscriber::Connection& connection) {
    std::printf("server %zu is %s\n", connection.server, connection.alive ? "alive" : "lost");
  };
  // A display would grey its values here. Each index is live again with its next snapshot or level.
  callbacks.on_liveness = [](const subscriber::Liveness& liveness) {
    std::printf("values are %s%s\n", liveness.live ? "live" : "not live",
                liveness.any_alive ? "" : ": no server is alive");
  };
  callbacks.on_problem = [](const std::string& text) {
    std::fprintf(stderr, "%s\n", text.c_str());
  };

  subscriber::Subscriber subscriber(arguments.settings, callbacks);
  while (stopped == 0 && (arguments.count == 0 || printed < arguments.count)) {
    subscriber.poll(std::chrono::milliseconds(100));
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
