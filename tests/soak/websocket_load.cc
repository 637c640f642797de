// WebSocket clients of several manners on one thread. Asked in lines: "begun" answers when every
// healthy client has its snapshots, "mark" says what they have had and the latencies since the last
// mark, "rest" and "resume" end all connections and begin them again, "finish SEQUENCE" ends all
// but the healthy and the slow and answers when those have every index complete to there, or after
// half a minute.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/epoll.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <memory>
#include <vector>

#include "tests/soak/load_client.h"
#include "tests/soak/tally_text.h"
#include "tests/soak/tool.h"

namespace indexcast::soak {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kTimesEveryNs = 5 * kMs;
constexpr std::int64_t kFinishNs = 30'000 * kMs;
constexpr std::array<const char*, kManners> kNames{"healthy", "slow", "stuck", "reconnecting",
                                                   "hostile"};

struct Options {
  std::uint16_t port = 0;
  std::size_t indices = 100;
  std::size_t codes = 2;  // that a client follows; the slow and the stuck follow all
  std::array<int, kManners> clients{};
  std::uint64_t seed = 1;
};

class Load {
 public:
  explicit Load(const Options& options) : poller_(epoll_create1(EPOLL_CLOEXEC)) {
    std::uint64_t number = 0;
    for (std::size_t manner = 0; manner < kManners; ++manner) {
      for (int i = 0; i < options.clients[manner]; ++i, ++number) {
        clients_.push_back(std::make_unique<LoadClient>(
            options.port, options.indices, part(options, static_cast<Manner>(manner), number),
            options.seed + number, poller_, tallies_[manner]));
      }
    }
  }

  void run() {
    while (!questions_.ended()) {
      wait();
      const std::int64_t now = wall_clock_ns();
      if (now < times_ns_) continue;
      times_ns_ = now + kTimesEveryNs;
      if (!resting_) {
        for (const auto& client : clients_) client->on_time(now);
      }
      if (const auto line = questions_.next()) ask(*line, now);
      if (waiting_ == Waiting::begun && all_begun()) answer();
      if (waiting_ == Waiting::finish && (behind() == 0 || now > finish_by_ns_)) answer();
    }
  }

 private:
  enum class Waiting : std::uint8_t { nothing, begun, finish };

  // Clients share the indices out among them, and speak both subprotocols. Who is to fall behind
  // follows all.
  static Part part(const Options& options, Manner manner, std::uint64_t number) {
    Part part{.manner = manner, .binary = number % 2 == 1, .codes = {}};
    const bool lazy = manner == Manner::slow || manner == Manner::stuck;
    const std::size_t count = lazy ? options.indices : options.codes;
    for (std::size_t i = 0; i < count; ++i)
      part.codes.push_back((number * options.codes + i) % options.indices);
    return part;
  }

  void wait() {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(poller_, events.data(), static_cast<int>(events.size()), 5);
    for (int i = 0; i < count; ++i) {
      // Each is read with a clock of its own: what came after the wait has waited for nobody else.
      const auto at = static_cast<std::size_t>(i);
      static_cast<LoadClient*>(events[at].data.ptr)->on_readable(wall_clock_ns());
    }
  }

  void ask(const std::string& line, std::int64_t now) {
    if (line == "mark") return answer();
    if (line == "begun") waiting_ = Waiting::begun;
    if (line == "rest") rest();
    if (line == "resume") resting_ = false;
    if (!line.starts_with("finish ")) return;
    std::from_chars(line.data() + 7, line.data() + line.size(), sequence_);
    waiting_ = Waiting::finish;
    finish_by_ns_ = now + kFinishNs;
    std::erase_if(clients_, [](const auto& client) {
      return client->manner() != Manner::healthy && client->manner() != Manner::slow;
    });
    for (const auto& client : clients_) client->hurry();
  }

  void rest() {
    resting_ = true;
    for (const auto& client : clients_) client->leave();
  }

  bool all_begun() const {
    return std::ranges::all_of(clients_, [](const auto& client) {
      return client->manner() != Manner::healthy || client->has_begun();
    });
  }

  std::size_t behind() const {
    std::size_t count = 0;
    for (const auto& client : clients_) count += client->behind(sequence_);
    return count;
  }

  void answer() {
    std::string text = "{";
    for (std::size_t manner = 0; manner < kManners; ++manner)
      text += fmt::format("\"{}\":{},", kNames[manner], text_of(tallies_[manner]));
    if (waiting_ == Waiting::finish) {
      std::vector<std::uint64_t> skipped;
      for (const auto& client : clients_) skipped.push_back(client->skipped());
      text += fmt::format("\"behind\":{},\"announced\":[{}],", behind(), fmt::join(skipped, ","));
    }
    waiting_ = Waiting::nothing;
    text.back() = '}';
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }

  std::array<Tally, kManners> tallies_;
  const int poller_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  Questions questions_;
  bool resting_ = false;
  Waiting waiting_ = Waiting::nothing;
  std::uint64_t sequence_ = 0;
  std::int64_t finish_by_ns_ = 0;
  std::int64_t times_ns_ = 0;
};

}  // namespace
}  // namespace indexcast::soak

int main(int argc, char** argv) {
  indexcast::soak::Options options;
  CLI::App app("WebSocket clients, healthy and others");
  app.add_option("--port", options.port, "of the server on this machine")->required();
  app.add_option("--indices", options.indices, "that the server has");
  app.add_option("--codes", options.codes,
                 "that a client follows; the slow and the stuck follow all");
  for (std::size_t manner = 0; manner < indexcast::soak::kManners; ++manner) {
    app.add_option(std::string("--") + indexcast::soak::kNames[manner], options.clients[manner],
                   "how many of them");
  }
  app.add_option("--seed", options.seed, "of what they do by chance");
  CLI11_PARSE(app, argc, argv);
  indexcast::soak::Load(options).run();
}
