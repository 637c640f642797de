#include "feedhandlers/transport/tcp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace indexcast::feed {
namespace {

bool would_block(int error) { return error == EAGAIN || error == EINPROGRESS || error == EINTR; }

TcpSocket::Transfer outcome(ssize_t result) {
  if (result > 0) return {TcpSocket::Status::done, static_cast<std::size_t>(result)};
  if (result < 0 && would_block(errno)) return {TcpSocket::Status::would_block, 0};
  return {TcpSocket::Status::failed, 0};
}

}  // namespace

TcpSocket::Status TcpSocket::connect(const Endpoint& endpoint) {
  close();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  if (inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr) != 1) return Status::failed;
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) return Status::failed;
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* target = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(descriptor_, target, sizeof address) == 0) return Status::done;
  return would_block(errno) ? Status::would_block : Status::failed;
}

TcpSocket::Status TcpSocket::connected() const {
  pollfd entry{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  if (::poll(&entry, 1, 0) <= 0) return Status::would_block;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return Status::failed;
  return error == 0 ? Status::done : Status::failed;
}

TcpSocket::Transfer TcpSocket::receive(std::byte* to, std::size_t capacity) {
  return outcome(::recv(descriptor_, to, capacity, 0));
}

TcpSocket::Transfer TcpSocket::send(Bytes bytes) {
  return outcome(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

void TcpSocket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace indexcast::feed
