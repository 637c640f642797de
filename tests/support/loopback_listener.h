// A TCP listener on a free port of loopback, for whoever wants the sockets themselves.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace indexcast::test {

class LoopbackListener {
 public:
  LoopbackListener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    if (::bind(descriptor_, address, size) != 0 || ::listen(descriptor_, 4096) != 0 ||
        ::getsockname(descriptor_, address, &size) != 0)
      throw std::runtime_error("loopback: cannot listen");
  }
  ~LoopbackListener() { ::close(descriptor_); }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  std::uint16_t port() const { return ntohs(address_.sin_port); }
  // The next connection, whose descriptor is the caller's; waits for it. `flags`: of accept4.
  int accept(int flags = 0) {
    const int accepted = ::accept4(descriptor_, nullptr, nullptr, flags | SOCK_CLOEXEC);
    const int one = 1;
    ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return accepted;
  }

 private:
  int descriptor_;
  sockaddr_in address_{};
};

}  // namespace indexcast::test
