// A gateway's end of a TCP connection on the loopback interface.
#pragma once

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::test {

// The exchange's side, blocking, on a port of the system's choice.
class LoopbackGateway {
 public:
  LoopbackGateway() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 4);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~LoopbackGateway() {
    leave();
    ::close(listener_);
  }
  LoopbackGateway(const LoopbackGateway&) = delete;
  LoopbackGateway& operator=(const LoopbackGateway&) = delete;

  feed::Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  void accept() { peer_ = ::accept(listener_, nullptr, nullptr); }
  void leave() {
    if (peer_ >= 0) ::close(peer_);
    peer_ = -1;
  }
  void send(feed::Bytes bytes) { ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // The same, and waits until the other end can read it.
  void deliver(feed::Bytes bytes) {
    send(bytes);
    int waiting = 0;
    do {
      std::this_thread::yield();
    } while (::ioctl(peer_, SIOCOUTQ, &waiting) == 0 && waiting > 0);
  }
  std::vector<std::byte> read(std::size_t size) {
    std::vector<std::byte> bytes(size);
    ::recv(peer_, bytes.data(), size, MSG_WAITALL);
    return bytes;
  }

 private:
  int listener_;
  int peer_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace indexcast::test
