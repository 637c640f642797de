// ZeroMQ subscribers to every level, healthy and slow, on one thread. Asked in lines: "begun"
// answers when every subscriber has had the heartbeat that it begins with, "mark" says what they
// have had and the latencies since the last mark, "finish SEQUENCE" lets the slow hurry and answers
// when every subscriber has been told by a heartbeat that all indices stand there, or after half a
// minute.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "indexcast/v1/stream.pb.h"
#include "tests/soak/stream_account.h"
#include "tests/soak/stream_message.h"
#include "tests/soak/tally_text.h"
#include "tests/soak/tool.h"

namespace indexcast::soak {
namespace {

constexpr std::int64_t kMs = 1'000'000;
// To be woken for every message would cost more than what is measured. It is part of every latency.
constexpr std::chrono::milliseconds kLookEvery{1};
constexpr std::int64_t kSlowEveryNs = 50 * kMs;
constexpr std::int64_t kFinishNs = 30'000 * kMs;
constexpr int kSlowHighWaterMark = 10;
constexpr int kSlowReceiveBuffer = 4 << 10;

struct Options {
  std::string endpoint;
  std::size_t indices = 100;
  int healthy = 0;
  int slow = 0;
};

class Subscriber {
 public:
  Subscriber(zmq::context_t& context, const Options& options, bool slow, Tally& tally)
      : slow_(slow),
        tally_(tally),
        account_(options.indices),
        base_(options.indices),
        socket_(context, zmq::socket_type::sub) {
    if (slow) {
      socket_.set(zmq::sockopt::rcvhwm, kSlowHighWaterMark);
      socket_.set(zmq::sockopt::rcvbuf, kSlowReceiveBuffer);
    }
    for (const char* topic : {"level/", "skipped/", "heartbeat/"})
      socket_.set(zmq::sockopt::subscribe, topic);
    socket_.connect(options.endpoint);
    ++tally_.connections;
  }

  // Everything that is there; of a slow one, a message now and then.
  void work(std::int64_t now_ns) {
    if (now_ns < next_ns_) return;
    if (slow_) next_ns_ = now_ns + kSlowEveryNs;
    for (bool more = true; more;) more = take_one() && !slow_;
  }

  void rest(const std::string& endpoint) { socket_.disconnect(endpoint); }
  void resume(const std::string& endpoint) { socket_.connect(endpoint); }
  void hurry() {
    slow_ = false;
    next_ns_ = 0;
  }
  bool has_begun() const { return begun_; }
  // Whether a heartbeat has said that every index stands at `sequence`.
  bool is_told(std::uint64_t sequence) const { return told_ == sequence; }

  // Levels that the server numbered up to `sequence`, for all indices, since this one began.
  std::uint64_t published(std::uint64_t sequence) const {
    std::uint64_t sum = 0;
    for (const std::uint64_t base : base_) sum += sequence - base;
    return sum;
  }
  const StreamAccount& account() const { return account_; }

 private:
  bool take_one() {
    zmq::message_t topic;
    zmq::message_t payload;
    if (!socket_.recv(topic, zmq::recv_flags::dontwait)) return false;
    if (!socket_.recv(payload)) return false;
    const std::uint64_t lost = account_.lost();
    const std::uint64_t stray = account_.stray();
    const std::uint64_t skipped = account_.skipped();
    take(topic.to_string_view(), payload);
    tally_.bytes += topic.size() + payload.size();
    tally_.lost += account_.lost() - lost;
    tally_.stray += account_.stray() - stray;
    tally_.skipped += account_.skipped() - skipped;
    return true;
  }

  void take(std::string_view topic, const zmq::message_t& payload) {
    const auto parse = [&](auto& message) {
      return message.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
    };
    if (topic.starts_with("heartbeat/") && parse(heartbeat_)) return take_heartbeat();
    if (!begun_) return;
    if (topic.starts_with("level/") && parse(level_)) {
      account_.level(number_of(level_.code()), level_.index_sequence());
      ++tally_.levels;
      tally_.latency->record(wall_clock_ns() - level_.calculation_time());
    } else if (topic.starts_with("skipped/") && parse(skipped_)) {
      if (skipped_.kind() == v1::STREAM_KIND_LEVEL)
        account_.skipped(number_of(skipped_.code()), skipped_.from(), skipped_.to());
    }
  }

  // The first table gives the sequences at which this subscriber starts; later messages of the same
  // stream are newer.
  void take_heartbeat() {
    if (heartbeat_.pages() == 0) return;
    told_ = heartbeat_.indices(0).index_sequence();
    for (const v1::IndexSequence& index : heartbeat_.indices()) {
      const std::size_t code = number_of(index.code());
      begun_ ? account_.said_to(code, index.index_sequence())
             : account_.begin(code, base_[code] = index.index_sequence());
      if (index.index_sequence() != told_) told_ = kDifferent;
    }
    begun_ = true;
  }

  static constexpr std::uint64_t kDifferent = ~std::uint64_t{0};

  bool slow_;
  Tally& tally_;
  StreamAccount account_;
  std::vector<std::uint64_t> base_;  // where it began, by index
  zmq::socket_t socket_;
  bool begun_ = false;
  std::uint64_t told_ = kDifferent;
  std::int64_t next_ns_ = 0;
  v1::Heartbeat heartbeat_;
  v1::Level level_;
  v1::Skipped skipped_;
};

class Load {
 public:
  explicit Load(const Options& options) : endpoint_(options.endpoint) {
    for (int i = 0; i < options.healthy + options.slow; ++i) {
      const bool slow = i >= options.healthy;
      subscribers_.push_back(std::make_unique<Subscriber>(context_, options, slow, tallies_[slow]));
    }
  }

  void run() {
    while (!questions_.ended()) {
      std::this_thread::sleep_for(kLookEvery);
      const std::int64_t now = wall_clock_ns();
      for (const auto& each : subscribers_) each->work(now);
      if (const auto line = questions_.next()) ask(*line, now);
      if (waiting_ == Waiting::begun && all_begun()) answer();
      if (waiting_ == Waiting::finish && (all_told() || now > finish_by_ns_)) answer();
    }
  }

 private:
  enum class Waiting : std::uint8_t { nothing, begun, finish };

  void ask(const std::string& line, std::int64_t now) {
    if (line == "mark") return answer();
    if (line == "begun") waiting_ = Waiting::begun;
    for (const auto& each : subscribers_) {
      if (line == "rest") each->rest(endpoint_);
      if (line == "resume") each->resume(endpoint_);
    }
    if (!line.starts_with("finish ")) return;
    std::from_chars(line.data() + 7, line.data() + line.size(), sequence_);
    waiting_ = Waiting::finish;
    finish_by_ns_ = now + kFinishNs;
    for (const auto& each : subscribers_) each->hurry();
  }

  bool all_begun() const {
    return std::ranges::all_of(subscribers_, [](const auto& each) { return each->has_begun(); });
  }
  bool all_told() const {
    return std::ranges::all_of(subscribers_,
                               [this](const auto& each) { return each->is_told(sequence_); });
  }

  void answer() {
    std::string text =
        fmt::format("{{\"healthy\":{},\"slow\":{},", text_of(tallies_[0]), text_of(tallies_[1]));
    if (waiting_ == Waiting::finish) {
      text += fmt::format("\"told\":{},\"subscribers\":[", all_told());
      for (const auto& each : subscribers_) {
        const StreamAccount& account = each->account();
        text += fmt::format("{{\"published\":{},\"received\":{},\"skipped\":{},\"lost\":{}}},",
                            each->published(sequence_), account.levels(), account.skipped(),
                            account.lost());
      }
      text.back() = ']';
      text += ',';
    }
    waiting_ = Waiting::nothing;
    text.back() = '}';
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }

  const std::string endpoint_;
  zmq::context_t context_{1};
  std::array<Tally, 2> tallies_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;  // the healthy first
  Questions questions_;
  Waiting waiting_ = Waiting::nothing;
  std::uint64_t sequence_ = 0;
  std::int64_t finish_by_ns_ = 0;
};

}  // namespace
}  // namespace indexcast::soak

int main(int argc, char** argv) {
  indexcast::soak::Options options;
  CLI::App app("ZeroMQ subscribers, healthy and slow");
  app.add_option("--endpoint", options.endpoint, "of the server")->required();
  app.add_option("--indices", options.indices, "that the server has");
  app.add_option("--healthy", options.healthy, "how many read whatever comes");
  app.add_option("--slow", options.slow, "how many read less than comes");
  CLI11_PARSE(app, argc, argv);
  indexcast::soak::Load(options).run();
}
