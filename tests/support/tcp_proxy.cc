#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <deque>
#include <system_error>

namespace indexcast::test {
namespace {

using Clock = std::chrono::steady_clock;

// What waits in one direction before the proxy stops reading.
constexpr std::size_t kWaitingMax = 1 << 20;
constexpr std::size_t kReadMax = 16 * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int make_socket() { return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

}  // namespace

// Two sockets and what waits between them.
class TcpProxy::Connection {
 public:
  Connection(int client, int server) : ends_{client, server} {}
  ~Connection() {
    for (const int end : ends_) close(end);
  }

  void append(std::vector<pollfd>& out) const {
    for (std::size_t i = 0; i < 2; ++i) {
      const bool full = ways_[i].size >= kWaitingMax;
      const bool due =
          !ways_[1 - i].chunks.empty() && ways_[1 - i].chunks.front().due <= Clock::now();
      out.push_back({ends_[i], static_cast<short>((full ? 0 : POLLIN) | (due ? POLLOUT : 0)), 0});
    }
  }

  // False when the connection is over, by itself or by the seed.
  bool work(const pollfd* items, const ProxyFaults& faults, std::mt19937_64& random,
            std::atomic<std::uint64_t>& cuts, std::atomic<std::uint64_t>& bytes) {
    for (std::size_t i = 0; i < 2; ++i) {
      if ((items[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
        if (std::bernoulli_distribution(faults.cut)(random)) {
          ++cuts;
          return false;
        }
        if (!read(i, faults, random)) return false;
      }
      if (!write(1 - i, faults, random, bytes)) return false;
    }
    return true;
  }

 private:
  struct Chunk {
    std::string bytes;
    Clock::time_point due;
  };
  struct Way {  // from one end to the other
    std::deque<Chunk> chunks;
    std::size_t size = 0;
  };

  bool read(std::size_t from, const ProxyFaults& faults, std::mt19937_64& random) {
    std::string bytes(kReadMax, '\0');
    const ssize_t count = recv(ends_[from], bytes.data(), bytes.size(), 0);
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    bytes.resize(static_cast<std::size_t>(count));
    const auto delay =
        std::chrono::milliseconds(std::uniform_int_distribution(0, faults.delay_max_ms)(random));
    Way& way = ways_[from];
    // Later bytes never pass earlier ones.
    const auto earliest = way.chunks.empty() ? Clock::time_point{} : way.chunks.back().due;
    way.size += bytes.size();
    way.chunks.push_back({std::move(bytes), std::max(Clock::now() + delay, earliest)});
    return true;
  }

  bool write(std::size_t from, const ProxyFaults& faults, std::mt19937_64& random,
             std::atomic<std::uint64_t>& bytes) {
    Way& way = ways_[from];
    if (way.chunks.empty() || way.chunks.front().due > Clock::now()) return true;
    std::string& waiting = way.chunks.front().bytes;
    std::size_t size = waiting.size();
    if (faults.slice_max > 0) {
      size =
          std::min(size, std::uniform_int_distribution<std::size_t>(1, faults.slice_max)(random));
    }
    const ssize_t sent = send(ends_[1 - from], waiting.data(), size, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    const auto count = static_cast<std::size_t>(sent);
    way.size -= count;
    bytes += count;
    waiting.erase(0, count);
    if (waiting.empty()) way.chunks.pop_front();
    return true;
  }

  int ends_[2];
  Way ways_[2];
};

TcpProxy::TcpProxy(std::uint16_t target_port, std::uint64_t seed)
    : target_port_(target_port), random_(seed) {
  listener_ = make_socket();
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || wake_ < 0 || bind(listener_, raw, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, raw, &size) != 0) {
    fail("tcp proxy");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

TcpProxy::TcpProxy(const std::string& endpoint, std::uint64_t seed)
    : TcpProxy(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))),
               seed) {}

TcpProxy::~TcpProxy() {
  running_ = false;
  eventfd_write(wake_, 1);
  thread_.join();
  connections_.clear();
  close(listener_);
  close(wake_);
}

void TcpProxy::set(const ProxyFaults& faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
  eventfd_write(wake_, 1);
}

ProxyFaults TcpProxy::faults() {
  const std::lock_guard lock(mutex_);
  return faults_;
}

void TcpProxy::run() {
  std::vector<pollfd> items;
  while (running_) {
    const ProxyFaults now = faults();
    items = {{wake_, POLLIN, 0}, {listener_, static_cast<short>(now.stall ? 0 : POLLIN), 0}};
    if (!now.stall) {
      for (const auto& connection : connections_) connection->append(items);
    }
    // What is delayed has no descriptor to wait for.
    ::poll(items.data(), items.size(), 1);
    std::uint64_t count = 0;
    eventfd_read(wake_, &count);
    if (now.stall) continue;
    const std::size_t before = connections_.size();
    std::vector<std::unique_ptr<Connection>> left;
    for (std::size_t i = 0; i < before; ++i) {
      if (connections_[i]->work(&items[2 + 2 * i], now, random_, cuts_, bytes_)) {
        left.push_back(std::move(connections_[i]));
      }
    }
    connections_ = std::move(left);
    if ((items[1].revents & POLLIN) != 0) accept_one();
  }
}

void TcpProxy::accept_one() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  const int server = make_socket();
  const sockaddr_in address = loopback(target_port_);
  const bool connected =
      server >= 0 &&
      (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
       errno == EINPROGRESS);
  if (connected) {
    connections_.push_back(std::make_unique<Connection>(client, server));
    return;
  }
  close(client);
  if (server >= 0) close(server);
}

}  // namespace indexcast::test
