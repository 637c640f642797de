// Prints the levels of indices as they come, complete and in order, from a server or from a primary
// and its backup:
//
//   levels PUBLISH QUERY [--backup PUBLISH QUERY] [--count N] CODE...
//
//   levels tcp://127.0.0.1:5556 tcp://127.0.0.1:5557 995365 995366
#include <indexcast/subscriber/subscriber.h>

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
  std::printf("%s %s %llu %s %s\n", what, level.code().c_str(),
              static_cast<unsigned long long>(level.index_sequence()),
              decimal(level.level(), level.decimals()).c_str(),
              quality.quotable ? "quotable" : "not quotable");
}

}  // namespace
int main(int argc, char** argv) try {
  std::signal(SIGINT, [](int) { stopped = 1; });
  std::signal(SIGTERM, [](int) { stopped = 1; });
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
    std::printf("lost %s %llu..%llu\n", loss.code.c_str(),
                static_cast<unsigned long long>(loss.from),
                static_cast<unsigned long long>(loss.to));
  };
  callbacks.on_switch = [](const subscriber::Switch& change) {
    std::printf("switch to server %zu\n", change.to);
  };
  callbacks.on_connection = [](const subscriber::Connection& connection) {
    std::printf("server %zu %s\n", connection.server, connection.alive ? "is alive" : "is silent");
  };
  callbacks.on_problem = [](const std::string& text) {
    std::fprintf(stderr, "%s\n", text.c_str());
  };

  subscriber::Subscriber subscriber(arguments.settings, callbacks);
  while (stopped == 0 && (arguments.count == 0 || printed < arguments.count)) {
    subscriber.poll(std::chrono::milliseconds(100));
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
