// A TCP connection that is not a good one: between a client and a server on this machine, it cuts
// what passes into slices, delays them and breaks connections, as a seed says.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace indexcast::test {

struct ProxyFaults {
  std::size_t slice_max = 0;  // bytes that are written at once, 1 .. this; 0: all
  int delay_max_ms = 0;       // of what was read at once
  double cut = 0;             // probability, at each read, that the connection ends instead
  bool stall = false;         // nothing passes, and nobody is told
};

// A thread of its own does the work; every member is for any thread.
class TcpProxy {
 public:
  // Listens on a free port of loopback. Throws std::system_error.
  TcpProxy(std::uint16_t target_port, std::uint64_t seed);
  // `endpoint`: "tcp://127.0.0.1:PORT", as ZeroMQ names what it bound.
  TcpProxy(const std::string& endpoint, std::uint64_t seed);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  void set(const ProxyFaults& faults);
  // Connections that it broke.
  std::uint64_t cuts() const { return cuts_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  class Connection;

  void run();
  void accept_one();
  ProxyFaults faults();

  std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  int wake_ = -1;
  std::mt19937_64 random_;
  std::mutex mutex_;
  ProxyFaults faults_;
  std::atomic<std::uint64_t> cuts_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<bool> running_{true};
  std::vector<std::unique_ptr<Connection>> connections_;
  std::thread thread_;
};

}  // namespace indexcast::test
