#include "feedhandlers/transport/udp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

namespace indexcast::feed {
namespace {

[[noreturn]] void fail(const Endpoint& address, const std::string& what) {
  throw std::runtime_error("udp " + to_string(address) + ": " + what);
}

[[noreturn]] void fail_errno(const Endpoint& address, const std::string& what) {
  fail(address, what + ": " + std::strerror(errno));
}

std::optional<in_addr> parse_address(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
  return address;
}

template <class Value>
bool set_option(int descriptor, int level, int option, const Value& value) {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

void bind_to(int descriptor, in_addr host, const Endpoint& address) {
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(address.port);
  local.sin_addr = host;
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    fail_errno(address, "cannot bind");
  }
}

in_addr own_address(const MulticastMembership& membership, const Endpoint& address) {
  const auto interface = parse_address(membership.interface);
  if (!interface) fail(address, "interface is not an IPv4 address: " + membership.interface);
  return *interface;
}

void join_for_anybody(int descriptor, in_addr group, const MulticastMembership& membership,
                      const Endpoint& address) {
  ip_mreqn request{};
  request.imr_multiaddr = group;
  request.imr_address = own_address(membership, address);
  if (!set_option(descriptor, IPPROTO_IP, IP_ADD_MEMBERSHIP, request)) {
    fail_errno(address, "cannot join on interface " + membership.interface);
  }
}

void join_for(int descriptor, in_addr group, const std::string& source,
              const MulticastMembership& membership, const Endpoint& address) {
  const auto sender = parse_address(source);
  if (!sender) fail(address, "source is not an IPv4 address: " + source);
  ip_mreq_source request{};
  request.imr_multiaddr = group;
  request.imr_interface = own_address(membership, address);
  request.imr_sourceaddr = *sender;
  if (!set_option(descriptor, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, request)) {
    fail_errno(address,
               "cannot join for source " + source + " on interface " + membership.interface);
  }
}

void join(int descriptor, in_addr group, const MulticastMembership& membership,
          const Endpoint& address) {
  // Without this the socket also gets what other sockets of the host joined on the same port.
  set_option(descriptor, IPPROTO_IP, IP_MULTICAST_ALL, 0);
  if (membership.sources.empty()) join_for_anybody(descriptor, group, membership, address);
  for (const std::string& source : membership.sources) {
    join_for(descriptor, group, source, membership, address);
  }
}

}  // namespace

UdpSocket::UdpSocket(const Endpoint& address, const MulticastMembership& membership,
                     int receive_buffer_bytes)
    : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) fail_errno(address, "cannot open a socket");
  UdpSocket owner(std::move(*this));  // closes the descriptor when a step below throws
  const auto host = parse_address(address.host);
  if (!host) fail(address, "not an IPv4 address");
  if (!set_option(owner.descriptor_, SOL_SOCKET, SO_REUSEADDR, 1)) {
    fail_errno(address, "cannot share the address");
  }
  if (!set_option(owner.descriptor_, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes)) {
    fail_errno(address, "cannot set the receive buffer");
  }
  if (!set_option(owner.descriptor_, SOL_SOCKET, SO_RXQ_OVFL, 1)) {
    fail_errno(address, "cannot ask for the drop count");
  }
  // Without it datagrams carry the time of the poll that read them.
  set_option(owner.descriptor_, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  bind_to(owner.descriptor_, *host, address);
  if (IN_MULTICAST(ntohl(host->s_addr))) join(owner.descriptor_, *host, membership, address);
  std::swap(descriptor_, owner.descriptor_);
}

UdpSocket::~UdpSocket() {
  if (descriptor_ >= 0) close(descriptor_);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

int UdpSocket::receive_buffer_bytes() const {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  getsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, &size);
  return bytes / 2;
}

std::uint16_t UdpSocket::local_port() const {
  sockaddr_in local{};
  socklen_t size = sizeof local;
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&local), &size);
  return ntohs(local.sin_port);
}

}  // namespace indexcast::feed
