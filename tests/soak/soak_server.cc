// A server's publishing side (HttpServer, ZmqPublisher, QueryServer) before a core that says as
// many levels a second as it is told: what the soak measures. Its first line says where it listens.
// Asked in lines: "go LEVELS" begins with so many a second, "mark" says how many there were, how
// late the core was since the last mark and what is allocated, "quiet" ends them with every index
// at the same sequence. It beats its heart from the beginning until standard input ends.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>

#include "server/web/http_server.h"
#include "server/zmq/publisher.h"
#include "server/zmq/query_server.h"
#include "tests/soak/tool.h"
#include "tests/support/baskets.h"
#include "tests/support/core_stub.h"

namespace indexcast::soak {
namespace {

struct Options {
  int indices = 100;
  server::HttpSettings http;
  server::ZmqSettings zmq;
};

std::vector<IndexDefinition> definitions_of(int count) {
  std::vector<IndexDefinition> definitions;
  for (int i = 0; i < count; ++i) {
    definitions.push_back(test::index(fmt::format("{:06}", i),
                                      {test::member("600000.SH", 0, "CNY", "10", "1000000")}));
  }
  return definitions;
}

double processor_seconds(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What the allocator has handed out and not had back: without what it keeps between.
std::size_t heap_kb() {
  const auto heap = mallinfo2();
  return (heap.uordblks + heap.hblkhd) / 1024;
}

// Open loop: every level is due at an instant of its own, however late the one before it was.
class Source {
 public:
  explicit Source(const Options& options)
      : core_(kRing, definitions_of(options.indices)),
        socket_(options.zmq),
        publisher_(socket_, {}, core_.view(), clock_),
        query_(options.zmq, socket_, core_.view(), clock_),
        http_(options.http, core_.view(), clock_, {&publisher_.stats()},
              {.questions = &query_.stats(), .access = &socket_.stats()}) {
    query_.start();
    http_.start();
    say(fmt::format("{{\"http\":{},\"zmq\":\"{}\",\"query\":\"{}\"}}", http_.port(),
                    socket_.endpoint(), query_.endpoint()));
  }

  void run() {
    while (!questions_.ended()) {
      const TimeNs now = clock_.now();
      publish_due(now);
      if (now >= beat_) beat(now);
      while (publisher_.do_work(now) > 0) continue;
      if (const auto line = questions_.next()) ask(*line, now);
      const timespec rest{0, std::clamp(interval_ns_ / 2, kShortestRest, kNsPerMs)};
      nanosleep(&rest, nullptr);
    }
    http_.stop();
    query_.stop();
  }

 private:
  static constexpr std::size_t kRing = server::CoreSettings{}.broadcast_ring;
  static constexpr std::int64_t kShortestRest = 50'000;

  void publish_due(TimeNs now) {
    const auto indices = static_cast<std::int64_t>(core_.universe.indices().size());
    const bool ending = quiet_ && levels_ % indices == 0;
    if (interval_ns_ == 0 || ending) return;
    for (; due_ <= now && !(quiet_ && levels_ % indices == 0); due_ = due_ + interval_ns_) {
      const auto index = static_cast<IndexId>(levels_ % indices);
      LevelUpdate update = core_.make_level(index, 10'000'000 + levels_ % 1'000'003);
      update.receive_time = update.exchange_time = due_;
      update.calculation_time = clock_.now();
      late_->record(update.calculation_time - due_);
      core_.publish(update);
      ++levels_;
    }
    if (quiet_ && levels_ % indices == 0)
      say(fmt::format("{{\"levels\":{},\"sequence\":{}}}", levels_, levels_ / indices));
  }

  void beat(TimeNs now) {
    core_.tick({now.ns / kNsPerSecond * kNsPerSecond});
    beat_ = {(now.ns / kNsPerSecond + 1) * kNsPerSecond};
  }

  void ask(const std::string& line, TimeNs now) {
    if (line == "quiet") quiet_ = true;
    if (line == "mark") mark();
    if (!line.starts_with("go ")) return;
    std::int64_t levels_per_second = 0;
    std::from_chars(line.data() + 3, line.data() + line.size(), levels_per_second);
    interval_ns_ = kNsPerSecond / levels_per_second;
    due_ = now;
  }

  void mark() {
    const double own = processor_seconds(RUSAGE_THREAD);
    say(
        fmt::format("{{\"levels\":{},\"late_p99_us\":{:.1f},\"core_s\":{:.3f},\"others_s\":{:.3f},"
                    "\"heap_kb\":{}}}",
                    levels_, static_cast<double>(late_->snapshot()->percentile_ns(99)) / 1e3, own,
                    processor_seconds(RUSAGE_SELF) - own, heap_kb()));
    late_ = std::make_unique<server::LatencyHistogram>();
  }

  static void say(const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  }

  server::Clock clock_;
  server::CoreStub core_;
  server::ZmqSocket socket_;
  server::ZmqPublisher publisher_;
  server::QueryServer query_;
  server::HttpServer http_;
  Questions questions_;
  std::unique_ptr<server::LatencyHistogram> late_ = std::make_unique<server::LatencyHistogram>();
  std::int64_t levels_ = 0;
  std::int64_t interval_ns_ = 0;  // 0: not yet
  TimeNs due_{};                  // the next level
  TimeNs beat_{};                 // the next heartbeat
  bool quiet_ = false;
};

}  // namespace
}  // namespace indexcast::soak

int main(int argc, char** argv) {
  indexcast::soak::Options options;
  options.http.port = 0;
  options.zmq.publish = options.zmq.query = "tcp://127.0.0.1:*";
  CLI::App app("Levels at a steady pace over ZeroMQ, HTTP and WebSocket");
  app.add_option("--indices", options.indices, "how many");
  app.add_option("--client-queue", options.http.client_queue, "frames of one WebSocket client");
  app.add_option("--client-stall-ms", options.http.client_stall_ms,
                 "without progress, until a client is closed");
  app.add_option("--handshake-s", options.http.handshake_s, "until a silent client is closed");
  app.add_option("--high-water-mark", options.zmq.send_high_water_mark, "of a ZeroMQ subscriber");
  app.add_option("--zmq-heartbeat-ms", options.zmq.heartbeat_ms, "between ZeroMQ's own pings");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  indexcast::soak::Source(options).run();
}
