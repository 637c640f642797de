#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <utility>
#include <zmq.hpp>

#include "server/messages/level_json.h"
#include "server/settings/config.h"
#include "server/tools/commands.h"
#include "server/tools/watch/member_query.h"
#include "server/tools/watch/watch_table.h"
#include "server/tools/watch/watch_view.h"

namespace indexcast::server {
namespace {

struct WatchOptions {
  std::string endpoint = "tcp://127.0.0.1:5556";  // the server's ZeroMQ PUB
  std::string query = "tcp://127.0.0.1:5557";     // and its ROUTER, asked for members
  std::vector<std::string> codes;                 // empty: every index
  bool jsonl = false;                             // one JSON object per level, all fields
  int count = 0;                                  // end after this many levels; 0 = never
  std::string title;                              // first line; empty: the endpoint
  bool red_up = true;  // a rise is red and a fall green, or the other way round
};

constexpr int kBadEndpoint = 2;
constexpr int kUnknownCode = 2;
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

// UTC clock that never goes back and continues while this machine sleeps, so that the age of a
// heartbeat includes the sleep.
class SleepAwareClock {
 public:
  SleepAwareClock() : offset_ns_(wall() - boot()) {}
  TimeNs now() const { return {boot() + offset_ns_}; }

 private:
  static std::int64_t boot() {
    timespec at{};
    clock_gettime(CLOCK_BOOTTIME, &at);
    return at.tv_sec * kNsPerSecond + at.tv_nsec;
  }
  static std::int64_t wall() {
    const auto at = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at).count();
  }
  std::int64_t offset_ns_;
};

// Follows the connection events of a socket.
class ConnectionMonitor final : public zmq::monitor_t {
 public:
  explicit ConnectionMonitor(zmq::socket_t& socket) {
    init(socket, "inproc://connection",
         ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED);
  }
  // Takes the pending events; true when one of them ended a connection.
  bool follow() {
    ended_ = false;
    while (check_event(0)) {
    }
    return ended_;
  }
  // Fault of the connection; empty while it works or is tried for the first time.
  const std::string& fault() const { return fault_; }

 private:
  void on_event_connected(const zmq_event_t&, const char*) override { fault_.clear(); }
  void on_event_connect_retried(const zmq_event_t&, const char*) override {
    if (fault_.empty()) fault_ = "no connection";
  }
  void on_event_disconnected(const zmq_event_t&, const char*) override {
    ended_ = true;
    fault_ = "connection lost";
  }

  bool ended_ = false;
  std::string fault_;
};

enum class Output : std::uint8_t { table, lines, jsonl };

class Watch {
 public:
  // `terminal` is null unless the output is a table.
  Watch(const WatchOptions& options, Output output, std::unique_ptr<Terminal> terminal)
      : options_(options),
        output_(output),
        terminal_(std::move(terminal)),
        view_(options.title.empty() ? "indexcast " + options.endpoint : options.title),
        members_(context_, options.query) {
    socket_.set(zmq::sockopt::linger, 0);
    reconnect_when_silent(socket_);
    // A recording waits for its disk now and then; ZeroMQ's own 1000 are a moment of an open.
    socket_.set(zmq::sockopt::rcvhwm, kReceiveHighWaterMark);
    for (const std::string topic : {"level/", "skipped/", "pending/"}) {
      if (options.codes.empty()) socket_.set(zmq::sockopt::subscribe, topic);
      for (const std::string& code : options.codes) {
        socket_.set(zmq::sockopt::subscribe, topic + code + "/");
      }
    }
    socket_.set(zmq::sockopt::subscribe, "heartbeat/");
    socket_.connect(options.endpoint);
  }

  // Returns the exit code.
  int run() {
    const EndSignals ends;
    while (!done() && wait(ends)) {
      while (!done() && receive()) {
      }
      while (members_.receive()) {
        if (members_.members())
          table_.take_pending(members_.members()->definition().code(),
                              members_.members()->pending());
      }
      if (monitor_.follow()) table_.disconnect();
      if (terminal_) follow_keys();
      terminal_ ? draw() : print_state();
      std::fflush(stdout);
    }
    leave_the_last_levels();
    if (unknown_.empty()) return 0;
    fmt::print(stderr, "{}: unknown index {}; this server has {}\n", options_.endpoint,
               fmt::join(unknown_, ", "), fmt::join(table_.known(), ", "));
    return kUnknownCode;
  }

 private:
  bool done() const {
    return quit_ || !unknown_.empty() || (options_.count > 0 && levels_ >= options_.count);
  }

  // Without a table, writes changes of the server's state to standard error.
  void print_state() {
    const std::string text =
        state_text(table_.state(clock_.now(), began_), table_, monitor_.fault());
    if (text == printed_state_) return;
    fmt::print(stderr, "{}: {}\n", options_.endpoint, text.empty() ? "live" : text);
    printed_state_ = text;
  }

  // Until something comes, or a moment; false when a signal ends the watch.
  bool wait(const EndSignals& ends) {
    const bool keys = terminal_ && isatty(STDIN_FILENO) == 1;
    zmq::pollitem_t items[] = {{socket_.handle(), 0, ZMQ_POLLIN, 0},
                               {members_.socket().handle(), 0, ZMQ_POLLIN, 0},
                               {nullptr, ends.descriptor(), ZMQ_POLLIN, 0},
                               {nullptr, STDIN_FILENO, ZMQ_POLLIN, 0}};
    // The plain call: another size of the terminal interrupts it, which is no error.
    const int ready = zmq_poll(static_cast<zmq_pollitem_t*>(items), keys ? 4 : 3, kPollMs);
    if (ready < 0 && zmq_errno() != EINTR) throw zmq::error_t();
    if (ready <= 0 || items[2].revents == 0) return true;
    ends.take();
    return false;
  }

  void follow_keys() {
    for (auto key = terminal_->key(); key; key = terminal_->key()) {
      quit_ |= !view_.take(*key, table_);
      drawn_ = {};
    }
  }

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
    if (name.starts_with("pending/")) take<v1::PendingPrice>(payload);
    if (name == "heartbeat/") take<v1::Heartbeat>(payload);
    return true;
  }

  template <class Message>
  void take(const zmq::message_t& payload) {
    Message message;
    if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    if constexpr (!std::is_same_v<Message, v1::Heartbeat>) {
      table_.take(message);
    } else {
      table_.take(message, clock_.now());
      announce();
      if (unknown_.empty()) unknown_ = table_.unknown();
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
      fmt::print("{}", table_.line(level_.code(), /*current=*/true));
    }
  }

  void draw() {
    const TimeNs now = clock_.now();
    // The members of an index name those that waited before this watch began.
    const std::string asked = view_.shown().empty() ? table_.unexplained() : view_.shown();
    if (!asked.empty()) members_.ask(asked, now);
    if (now - drawn_ < kRedrawNs) return;
    drawn_ = now;
    terminal_->clear();
    view_.draw(*terminal_, table_,
               {.began = began_,
                .connection = monitor_.fault(),
                .members = members_.members() ? &*members_.members() : nullptr,
                .fault = members_.fault()},
               now);
    terminal_->show();
  }

  // Where the terminal was before.
  void leave_the_last_levels() {
    if (!terminal_) return;
    terminal_.reset();
    const TimeNs now = clock_.now();
    for (const auto& [code, row] : table_.rows())
      fmt::print("{}", table_.line(code, table_.is_current(row, now)));
    std::fflush(stdout);
  }

  const WatchOptions& options_;
  const Output output_;
  SleepAwareClock clock_;
  const TimeNs began_ = clock_.now();
  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
  ConnectionMonitor monitor_{socket_};
  zmq::message_t ignored_;
  v1::Level level_;
  JsonBuffer text_;
  WatchTable table_{options_.codes};
  std::unique_ptr<Terminal> terminal_;
  WatchView view_;
  MemberQuery members_;
  TimeNs drawn_{};
  bool quit_ = false;
  bool announced_ = false;
  std::string printed_state_;         // the last state_text()
  std::vector<std::string> unknown_;  // codes asked for that the server does not have
  int levels_ = 0;
};

// Shows a live table when standard output is a terminal whose cursor can be placed, and prints one
// line per level otherwise, with the server's state on standard error when it changes. The server
// may start later, stop and start again. Ends with the key q, SIGINT or SIGTERM, or after `count`
// levels. Returns 0, or 2 for a malformed endpoint or a code that the server does not have.
int run_watch(const WatchOptions& options) {
  const bool screen = !options.jsonl && isatty(STDOUT_FILENO) == 1;
  std::unique_ptr<Terminal> terminal = screen ? Terminal::open(options.red_up) : nullptr;
  const Output output = options.jsonl ? Output::jsonl : terminal ? Output::table : Output::lines;
  try {
    Watch watch(options, output, std::move(terminal));
    return watch.run();
  } catch (const zmq::error_t& error) {
    terminal.reset();
    fmt::print(stderr, "{}: {}\n", options.endpoint, error.what());
    return kBadEndpoint;
  }
}

}  // namespace

void add_watch(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("watch", "live terminal table of levels");
  const auto options = std::make_shared<WatchOptions>();
  command->add_option("ENDPOINT", options->endpoint, "ZeroMQ endpoint of a server")
      ->capture_default_str();
  command->add_option("--index", options->codes, "only these codes");
  command->add_option("--query", options->query, "its ROUTER, asked for members")
      ->capture_default_str();
  command->add_option("--title", options->title, "first line of the table");
  command->add_option("--colours", options->red_up, "red_up: a rise is red; or green_up")
      ->transform(CLI::CheckedTransformer(std::map<std::string, bool>{
          {std::string(kColourNames[0]), true}, {std::string(kColourNames[1]), false}}))
      ->default_str(std::string(kColourNames[0]));
  command->add_flag("--jsonl", options->jsonl, "every level as a line of JSON");
  command->add_option("--count", options->count, "end after so many levels");
  command->callback([=, &exit_code] { exit_code = run_watch(*options); });
}

}  // namespace indexcast::server
