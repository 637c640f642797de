#include "server/cli/watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <zmq.hpp>

#include "server/cli/watch_table.h"
#include "server/pipeline/clock.h"
#include "server/publish/level_json.h"

namespace indexcast::server {
namespace {

constexpr int kBadEndpoint = 2;
constexpr std::int64_t kRedrawNs = 100 * kNsPerMs;
constexpr long kPollMs = 100;
constexpr int kReceiveHighWaterMark = 1'000'000;  // messages

// SIGINT and SIGTERM as a readable descriptor for as long as it lives, so that the loop ends at a
// message's end and the terminal is left as it was.
class EndSignals {
 public:
  EndSignals() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, &before_);
    descriptor_ = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~EndSignals() {
    close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  int descriptor() const { return descriptor_; }
  // Takes the signal that came: left pending, it would end the process when the mask is put back.
  void take() const {
    signalfd_siginfo info{};
    static_cast<void>(read(descriptor_, &info, sizeof info));
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

enum class Output : std::uint8_t { table, lines, jsonl };

class Watch {
 public:
  Watch(const WatchOptions& options, Output output) : options_(options), output_(output) {
    socket_.set(zmq::sockopt::linger, 0);
    // A recording waits for its disk now and then; ZeroMQ's own 1000 are a moment of an open.
    socket_.set(zmq::sockopt::rcvhwm, kReceiveHighWaterMark);
    for (const std::string topic : {"level/", "skipped/"}) {
      if (options.codes.empty()) socket_.set(zmq::sockopt::subscribe, topic);
      for (const std::string& code : options.codes) {
        socket_.set(zmq::sockopt::subscribe, topic + code + "/");
      }
    }
    socket_.set(zmq::sockopt::subscribe, "heartbeat/");
    socket_.connect(options.endpoint);
  }

  void run() {
    const EndSignals ends;
    zmq::pollitem_t items[] = {{socket_.handle(), 0, ZMQ_POLLIN, 0},
                               {nullptr, ends.descriptor(), ZMQ_POLLIN, 0}};
    while (!done()) {
      zmq::poll(items, 2, std::chrono::milliseconds(kPollMs));
      if (items[1].revents != 0) {
        ends.take();
        break;
      }
      while (!done() && receive()) {
      }
      if (output_ == Output::table) redraw();
      std::fflush(stdout);
    }
  }

 private:
  bool done() const { return options_.count > 0 && levels_ >= options_.count; }

  // Takes one message; false when none waits.
  bool receive() {
    zmq::message_t topic;
    zmq::message_t payload;
    if (!socket_.recv(topic, zmq::recv_flags::dontwait)) return false;
    if (!topic.more() || !socket_.recv(payload)) return true;
    while (payload.more() && socket_.recv(ignored_) && ignored_.more()) {
    }
    const std::string_view name = topic.to_string_view();
    if (name.starts_with("level/")) take_level(payload);
    if (name.starts_with("skipped/")) take<v1::Skipped>(payload);
    if (name == "heartbeat/") take<v1::Heartbeat>(payload);
    return true;
  }

  template <class Message>
  void take(const zmq::message_t& payload) {
    Message message;
    if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    if constexpr (std::is_same_v<Message, v1::Skipped>) {
      table_.take(message);
    } else {
      table_.take(message, clock_.now());
      announce();
    }
  }

  // The first heartbeat shows that the subscription stands: nothing after it is missed.
  void announce() {
    if (!announced_ && output_ == Output::jsonl)
      fmt::print(stderr, "following {}\n", options_.endpoint);
    announced_ = true;
  }

  void take_level(const zmq::message_t& payload) {
    if (!level_.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    table_.take(level_, clock_.now());
    ++levels_;
    if (output_ == Output::jsonl) {
      append_level_json(text_, level_, {});
      fmt::print("{}\n", text_of(text_));
      text_.clear();
    } else if (output_ == Output::lines) {
      fmt::print("{}", table_.line(level_.code()));
    }
  }

  // Back to the table's first line, the table with each line cleared to its end, then everything
  // below. What stands above on the screen (the demo's web address) stays.
  void redraw() {
    const TimeNs now = clock_.now();
    if (now - drawn_ < kRedrawNs) return;
    drawn_ = now;
    std::string screen = lines_drawn_ > 0 ? fmt::format("\x1b[{}A\r", lines_drawn_) : std::string();
    lines_drawn_ = 0;
    for (const char c : table_.table(now)) {
      if (c == '\n') {
        screen += "\x1b[K";
        ++lines_drawn_;
      }
      screen += c;
    }
    fmt::print("{}\x1b[J", screen);
  }

  const WatchOptions& options_;
  const Output output_;
  Clock clock_;
  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
  zmq::message_t ignored_;
  v1::Level level_;
  JsonBuffer text_;
  WatchTable table_;
  TimeNs drawn_{};
  int lines_drawn_ = 0;
  bool announced_ = false;
  int levels_ = 0;
};

}  // namespace

int run_watch(const WatchOptions& options) {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  const Output output = options.jsonl ? Output::jsonl : terminal ? Output::table : Output::lines;
  try {
    Watch watch(options, output);
    watch.run();
  } catch (const zmq::error_t& error) {
    fmt::print(stderr, "{}: {}\n", options.endpoint, error.what());
    return kBadEndpoint;
  }
  return 0;
}

}  // namespace indexcast::server
