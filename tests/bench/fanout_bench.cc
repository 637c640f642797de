// One level to many WebSocket clients over loopback: how many levels a second all of them get, what
// a frame costs the server, and when the first and the last client have it. Beside it, in the same
// run, the floor: a loop of writev that sends the same bytes to as many sockets, read by the same
// reader.
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/messages/level_encoder.h"
#include "server/view/latency_histogram.h"
#include "server/web/frame_encoder.h"
#include "server/web/http_server.h"
#include "tests/soak/client_frame.h"
#include "tests/soak/raw_socket.h"
#include "tests/support/core_stub.h"
#include "tests/support/loopback_listener.h"

namespace indexcast::server {
namespace {

constexpr IndexId kIndex = 1;
constexpr std::int64_t kFirstLevel = 10'000'000;
// Levels under way at once when it is about throughput: several for a write, and no client is ever
// behind by its queue.
constexpr std::uint64_t kUnderWay = 64;
constexpr const char* kHandshake =
    "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct Options {
  std::vector<std::size_t> clients{1, 100, 500, 2000};
  double seconds = 3;  // of each part
  int rounds = 300;    // of latency
};

std::int64_t nanoseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// All clients on one thread, which counts frames and keeps when the first and the last of a level
// came.
class Readers {
 public:
  Readers(std::uint16_t port, std::size_t count) : poller_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < count; ++i) {
      readers_.push_back({soak::RawSocket(port, 0), {}});
      epoll_event event{EPOLLIN, {.u64 = i}};
      epoll_ctl(poller_, EPOLL_CTL_ADD, readers_.back().socket.descriptor(), &event);
    }
  }
  ~Readers() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
    ::close(poller_);
  }

  void send_all(std::string_view bytes) {
    for (Reader& reader : readers_) reader.socket.send(bytes);
  }
  // Of bytes that are no frames: the answer to the handshake.
  void skip_until(std::string_view end) {
    for (Reader& reader : readers_) {
      while (reader.text.find(end) == std::string::npos) take(reader);
      reader.text.erase(0, reader.text.find(end) + end.size());
    }
  }
  void start() {
    thread_ = std::thread([this] { run(); });
  }

  // Frames had by all clients together.
  std::uint64_t frames() const { return frames_.load(std::memory_order_acquire); }
  void await(std::uint64_t frames) const {
    while (this->frames() < frames) std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  // Of the last level that all had; while none is under way.
  std::int64_t first_ns() const { return first_ns_; }
  std::int64_t last_ns() const { return last_ns_; }
  std::int64_t processor_ns() const { return processor_ns_.load(); }

 private:
  struct Reader {
    soak::RawSocket socket;
    std::string text;  // the beginning of a frame
  };

  bool take(Reader& reader) {
    const auto got = reader.socket.receive(buffer_);
    if (got > 0) reader.text.append(buffer_.data(), static_cast<std::size_t>(got));
    return got == static_cast<std::int64_t>(buffer_.size());
  }

  void run() {
    std::array<epoll_event, 512> events;
    while (!ended_) {
      const int count = epoll_wait(poller_, events.data(), static_cast<int>(events.size()), 10);
      for (int i = 0; i < count; ++i) read(readers_[events[static_cast<std::size_t>(i)].data.u64]);
      processor_ns_ = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    }
  }

  void read(Reader& reader) {
    while (take(reader)) continue;
    std::size_t begin = 0;
    std::uint64_t count = 0;
    for (; const auto frame = soak::front_frame(std::string_view(reader.text).substr(begin));
         ++count)
      begin += frame->size;
    reader.text.erase(0, begin);
    if (count == 0) return;
    last_ns_ = nanoseconds(CLOCK_MONOTONIC);
    const std::uint64_t before = frames_.load(std::memory_order_relaxed);
    if (before % readers_.size() == 0) first_ns_ = last_ns_;
    frames_.store(before + count, std::memory_order_release);
  }

  const int poller_;
  std::vector<Reader> readers_;
  std::vector<char> buffer_ = std::vector<char>(64 << 10);
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
  std::atomic<std::uint64_t> frames_{0};
  std::atomic<std::int64_t> processor_ns_{0};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

// Says `count` more levels to all clients; the server on a thread of its own, the floor at once.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual Readers& readers() = 0;
  virtual void say(std::uint64_t count) = 0;
  // What sending has cost since the beginning.
  virtual std::int64_t processor_ns() const = 0;
};

class ServerSender : public Sender {
 public:
  explicit ServerSender(std::size_t clients)
      : http_(settings(), core_.view(), Clock(), {}), readers_(start(), clients) {
    readers_.send_all(kHandshake);
    readers_.skip_until("\r\n\r\n");
    readers_.send_all(soak::client_frame(1, R"({"op":"subscribe","codes":["995366"]})"));
    readers_.start();
    readers_.await(clients);  // the snapshots
  }

  Readers& readers() override { return readers_; }
  void say(std::uint64_t count) override {
    for (; count > 0; --count) core_.publish(kIndex, kFirstLevel + ++levels_ % 1'000'000);
  }
  // The process's other thread.
  std::int64_t processor_ns() const override {
    return nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - nanoseconds(CLOCK_THREAD_CPUTIME_ID) -
           readers_.processor_ns();
  }

 private:
  static HttpSettings settings() {
    HttpSettings settings;
    settings.port = 0;
    settings.max_clients = 10'000;
    return settings;
  }
  std::uint16_t start() {
    http_.start();
    return http_.port();
  }

  CoreStub core_{1 << 16};
  HttpServer http_;
  Readers readers_;
  std::int64_t levels_ = 0;
};

class FloorSender : public Sender {
 public:
  explicit FloorSender(std::size_t clients) : readers_(listener_.port(), clients) {
    for (std::size_t i = 0; i < clients; ++i) sockets_.push_back(listener_.accept());
    const CoreStub core;
    LevelEncoder levels(core.universe, kStubEpoch);
    v1::ServerMessage message;
    *message.mutable_level() = levels.message(core.make_level(kIndex, kFirstLevel), 1, {1});
    frame_ = FrameEncoder().encode(message, Encoding::json);
    readers_.start();
  }
  ~FloorSender() override {
    for (const int socket : sockets_) ::close(socket);
  }

  Readers& readers() override { return readers_; }
  void say(std::uint64_t count) override {
    std::array<iovec, kUnderWay> pieces;
    pieces.fill({const_cast<char*>(frame_->data()), frame_->size()});
    const std::int64_t begin = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    for (const int socket : sockets_) {
      if (::writev(socket, pieces.data(), static_cast<int>(count)) !=
          static_cast<ssize_t>(count * frame_->size()))
        throw std::runtime_error("floor: a write was not whole");
    }
    processor_ns_ += nanoseconds(CLOCK_THREAD_CPUTIME_ID) - begin;
  }
  std::int64_t processor_ns() const override { return processor_ns_; }

 private:
  test::LoopbackListener listener_;
  std::vector<int> sockets_;
  Readers readers_;
  Frame frame_;
  std::int64_t processor_ns_ = 0;
};

struct Figures {
  double levels_per_second = 0;
  double processor_ns = 0;  // of sending, a frame
  std::unique_ptr<LatencyHistogram> first = std::make_unique<LatencyHistogram>();
  std::unique_ptr<LatencyHistogram> last = std::make_unique<LatencyHistogram>();
};

// One level at a time, at no particular phase of the server's millisecond.
void measure_latency(Sender& sender, std::size_t clients, const Options& options, Figures& out) {
  std::uint64_t frames = sender.readers().frames();
  for (int round = 0; round < options.rounds; ++round) {
    std::this_thread::sleep_for(std::chrono::microseconds(2'000 + round * 137 % 1'000));
    const std::int64_t begin = nanoseconds(CLOCK_MONOTONIC);
    sender.say(1);
    sender.readers().await(frames += clients);
    out.first->record(sender.readers().first_ns() - begin);
    out.last->record(sender.readers().last_ns() - begin);
  }
}

// As many as go: kUnderWay at a time, half of them refilled as soon as the clients have half.
void measure_throughput(Sender& sender, std::size_t clients, const Options& options, Figures& out) {
  const std::uint64_t base = sender.readers().frames();
  const std::int64_t processor = sender.processor_ns();
  const std::int64_t begin = nanoseconds(CLOCK_MONOTONIC);
  std::uint64_t levels = 0;
  double seconds = 0;
  while (seconds < options.seconds) {
    sender.say(kUnderWay / 2);
    levels += kUnderWay / 2;
    if (levels >= kUnderWay) sender.readers().await(base + (levels - kUnderWay / 2) * clients);
    seconds = static_cast<double>(nanoseconds(CLOCK_MONOTONIC) - begin) * 1e-9;
  }
  sender.readers().await(base + levels * clients);
  seconds = static_cast<double>(nanoseconds(CLOCK_MONOTONIC) - begin) * 1e-9;
  out.levels_per_second = static_cast<double>(levels) / seconds;
  out.processor_ns = static_cast<double>(sender.processor_ns() - processor) /
                     static_cast<double>(levels * clients);
}

void print(const char* what, std::size_t clients, const Figures& figures) {
  const auto us = [](const LatencyHistogram& histogram, double percent) {
    return static_cast<double>(histogram.snapshot()->percentile_ns(percent)) / 1e3;
  };
  fmt::print(
      "{:>6} {:>5} clients  {:>9.0f} levels/s  {:>10.0f} frames/s  {:>6.0f} ns a frame  "
      "first {:>6.0f} / {:>6.0f} us  last {:>6.0f} / {:>6.0f} us\n",
      what, clients, figures.levels_per_second,
      figures.levels_per_second * static_cast<double>(clients), figures.processor_ns,
      us(*figures.first, 50), us(*figures.first, 99), us(*figures.last, 50), us(*figures.last, 99));
  std::fflush(stdout);
}

template <class T>
void measure(const char* what, std::size_t clients, const Options& options) {
  T sender(clients);
  Figures figures;
  measure_latency(sender, clients, options, figures);
  measure_throughput(sender, clients, options, figures);
  print(what, clients, figures);
}

}  // namespace
}  // namespace indexcast::server

int main(int argc, char** argv) {
  using namespace indexcast::server;
  Options options;
  CLI::App app("one level to many WebSocket clients, and the floor of it");
  app.add_option("--clients", options.clients, "how many, one part each")->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each part")->capture_default_str();
  app.add_option("--rounds", options.rounds, "of latency")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  for (const std::size_t clients : options.clients) {
    measure<FloorSender>("floor", clients, options);
    measure<ServerSender>("server", clients, options);
  }
}
