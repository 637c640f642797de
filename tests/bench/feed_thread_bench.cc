// One feed thread under load: OMD-C datagrams of both lines over loopback UDP at a stated rate,
// decoded, arbitrated and handed into the core's ring; and the same without sockets, as a ceiling.
// Exits with 1 when a sequence number was lost.
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "calc/spsc_ring.h"
#include "calc/universe.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/live_feed.h"
#include "feedhandlers/transport/udp_socket.h"
#include "tests/support/baskets.h"

namespace indexcast {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kChannel = 20;
constexpr std::uint32_t kSecurities = 400;  // of which every tenth is a member
constexpr std::size_t kTemplates = 64;
constexpr std::size_t kBurst = 16;  // packets a line and system call
constexpr TimeNs kSent = china_time(20250402, 36'000'000);

struct Options {
  double rate = 1'000'000;  // messages a second, each on both lines
  double seconds = 5;
  int buffer = 8 << 20;
};

Universe members() {
  std::vector<Member> list;
  for (std::uint32_t code = 10; code <= kSecurities; code += 10)
    list.push_back(test::member(fmt::format("{:05}.HK", code), 2, "HKD", "50.00", "1000000"));
  return Universe({test::index("B", std::move(list))});
}

struct Template {
  std::vector<std::byte> bytes;
  std::uint32_t messages = 0;
};

// A full packet: trade, nominal price and statistics of one security after another, as a busy
// channel carries them.
Template full_packet(std::uint32_t first) {
  hkex::PacketBuilder builder(1, kSent);
  for (std::uint32_t i = first;; ++i) {
    const std::uint32_t code = i % kSecurities + 1;
    const auto price = static_cast<std::int32_t>(50'000 + i % 97 * 10);
    hkex::Statistics statistics;
    statistics.security_code = code;
    statistics.last_price = price;
    statistics.shares_traded = i + 1;
    if (!builder.add(hkex::Trade{code, i, price, 100, 0, 0})) break;
    if (!builder.add(hkex::NominalPrice{code, price})) break;
    if (!builder.add(statistics)) break;
  }
  return {{builder.bytes().begin(), builder.bytes().end()}, builder.message_count()};
}

class Packets {
 public:
  Packets() {
    for (std::uint32_t i = 0; i < kTemplates; ++i) templates_.push_back(full_packet(i * 97));
  }
  // The next packet with its sequence number in place; valid until kTemplates later ones.
  feed::Bytes next() {
    Template& packet = templates_[count_++ % kTemplates];
    hkex::wire::packet::SeqNum.put(packet.bytes.data(), sequence_);
    sequence_ += packet.messages;
    return packet.bytes;
  }
  std::uint64_t messages() const { return sequence_ - 1; }

 private:
  std::vector<Template> templates_;
  std::size_t count_ = 0;
  std::uint32_t sequence_ = 1;
};

// Waits as the server's does when the ring is full, and counts it.
class RingSink final : public feed::EventSink {
 public:
  void push(const MarketEvent& event) override {
    while (!ring.try_push(event)) {
      ++waits;
      std::this_thread::yield();
    }
  }
  SpscRing<MarketEvent> ring{1 << 16};
  std::uint64_t waits = 0;
};

class Consumer {
 public:
  explicit Consumer(SpscRing<MarketEvent>& ring) : ring_(&ring), thread_([this] { run(); }) {}
  ~Consumer() { join(); }
  void join() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::uint64_t taken() const { return taken_; }

 private:
  void run() {
    while (true) {
      const bool last = done_;
      for (; ring_->front() != nullptr; ring_->pop()) ++taken_;
      if (last) return;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
  SpscRing<MarketEvent>* ring_;
  std::uint64_t taken_ = 0;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

// Sends every packet to both lines.
class Sender {
 public:
  Sender(std::array<std::uint16_t, 2> ports) : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    int buffer = 4 << 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
    for (std::size_t line = 0; line < 2; ++line) {
      address_[line].sin_family = AF_INET;
      address_[line].sin_port = __builtin_bswap16(ports[line]);
      address_[line].sin_addr.s_addr = __builtin_bswap32(0x7f000001);
    }
  }
  ~Sender() { ::close(socket_); }

  void send(Packets& packets, std::size_t count) {
    std::array<iovec, kBurst> pieces{};
    for (std::size_t i = 0; i < count; ++i) {
      const feed::Bytes packet = packets.next();
      pieces[i] = {const_cast<std::byte*>(packet.data()), packet.size()};
    }
    for (sockaddr_in& address : address_) {
      std::array<mmsghdr, kBurst> headers{};
      for (std::size_t i = 0; i < count; ++i) {
        headers[i].msg_hdr.msg_name = &address;
        headers[i].msg_hdr.msg_namelen = sizeof(address);
        headers[i].msg_hdr.msg_iov = &pieces[i];
        headers[i].msg_hdr.msg_iovlen = 1;
      }
      for (std::size_t sent = 0; sent < count;) {
        const int n =
            ::sendmmsg(socket_, headers.data() + sent, static_cast<unsigned>(count - sent), 0);
        if (n > 0) sent += static_cast<std::size_t>(n);
      }
    }
  }

 private:
  int socket_;
  std::array<sockaddr_in, 2> address_{};
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

TimeNs wall_clock() {
  return TimeNs{std::chrono::duration_cast<std::chrono::nanoseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count()};
}

hkex::Settings settings_of(const Options& options) {
  hkex::Settings settings;
  settings.receive_buffer_bytes = options.buffer;
  hkex::ChannelSettings channel;
  channel.id = kChannel;
  channel.line_a = {"127.0.0.1", 0};
  channel.line_b = {"127.0.0.1", 0};
  settings.channels.push_back(channel);
  return settings;
}

// Returns whether nothing was lost.
bool report(const char* name, std::uint64_t messages, double seconds, double cpu,
            const feed::FeedCounters& counters, const RingSink& sink, std::uint64_t taken) {
  const auto get = [&](feed::FeedCounter counter) { return counters.get(counter); };
  const std::uint64_t received = get(feed::FeedCounter::sequence_received);
  fmt::print(
      "{}: {:.3f} M messages/s for {:.2f} s ({} datagrams), feed thread {:.0f} % of a core; "
      "received {} of {}, recovered {}, lost {}, duplicate {}, kernel drops {}; events {} handed "
      "over, {} taken, ring waits {}\n",
      name, static_cast<double>(received) / seconds * 1e-6, seconds,
      get(feed::FeedCounter::packets), cpu / seconds * 100, received, messages,
      get(feed::FeedCounter::sequence_recovered), get(feed::FeedCounter::sequence_lost),
      get(feed::FeedCounter::duplicate), get(feed::FeedCounter::kernel_drops),
      get(feed::FeedCounter::events), taken, sink.waits);
  return received == messages && get(feed::FeedCounter::sequence_lost) == 0;
}

bool over_loopback(const Options& options) {
  const Universe universe = members();
  const feed::SymbolTable symbols(universe, feed::Venue::hkex);
  RingSink sink;
  hkex::LiveFeed feed(settings_of(options), symbols, sink, 1);
  std::atomic<bool> done{false};
  std::uint64_t messages = 0;
  double send_seconds = 0;
  double cpu = 0;
  Consumer consumer(sink.ring);
  const Clock::time_point start = Clock::now();
  std::thread feed_thread([&] {
    feed::ReadySet ready;
    feed.watch(ready);
    // Blocks when there is nothing, as the server's `block` does, so that its CPU is its work.
    while (true) {
      const bool last = done;
      if (feed.poll(wall_clock()) > 0) continue;
      if (last) break;
      ready.wait(10 * kNsPerMs);
    }
    cpu = thread_cpu_seconds();
  });
  {
    Packets packets;
    Sender sender({feed.local_port(0), feed.local_port(1)});
    for (double now = 0; now < options.seconds; now = since(start)) {
      const double due = options.rate * now;
      if (static_cast<double>(packets.messages()) >= due) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
      } else {
        sender.send(packets, kBurst);
      }
    }
    messages = packets.messages();
    send_seconds = since(start);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // what the kernel still holds
  done = true;
  feed_thread.join();
  consumer.join();
  fmt::print("receive buffer granted: {} bytes\n", feed.receive_buffer_bytes());
  return report("loopback", messages, send_seconds, cpu, feed.counters(), sink, consumer.taken());
}

bool in_memory(const Options& options) {
  const Universe universe = members();
  const feed::SymbolTable symbols(universe, feed::Venue::hkex);
  RingSink sink;
  hkex::Handler handler(settings_of(options), symbols, sink);
  Consumer consumer(sink.ring);
  Packets packets;
  std::uint64_t datagrams = 0;
  const double before = thread_cpu_seconds();
  const Clock::time_point start = Clock::now();
  TimeNs now = wall_clock();
  while (since(start) < options.seconds) {
    for (std::size_t i = 0; i < 256; ++i) {
      const feed::Bytes packet = packets.next();
      now = now + 1000;
      handler.on_datagram(kChannel, feed::Line::a, packet, now);
      handler.on_datagram(kChannel, feed::Line::b, packet, now);
      datagrams += 2;
    }
    handler.on_time(now);
  }
  const double seconds = since(start);
  const double cpu = thread_cpu_seconds() - before;
  consumer.join();
  handler.counters().add(feed::FeedCounter::packets, datagrams);
  return report("in memory", packets.messages(), seconds, cpu, handler.counters(), sink,
                consumer.taken());
}

}  // namespace
}  // namespace indexcast

int main(int argc, char** argv) {
  indexcast::Options options;
  CLI::App app("one feed thread under load");
  app.add_option("--rate", options.rate, "messages a second, each on both lines")
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each part")->capture_default_str();
  app.add_option("--buffer", options.buffer, "kernel buffer asked for, bytes")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const bool ceiling = indexcast::in_memory(options);
  const bool loopback = indexcast::over_loopback(options);
  return ceiling && loopback ? 0 : 1;
}
