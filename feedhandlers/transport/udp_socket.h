// A UDP socket that receives: joined to a multicast group, or bound to a unicast address.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/transport/endpoint.h"

namespace indexcast::feed {

// How a socket takes part in a multicast group.
struct MulticastMembership {
  std::string interface = "127.0.0.1";  // dotted IPv4 address of the interface that joins
  // Senders to join for (IGMPv3, source-specific multicast); empty: whoever sends to the group.
  std::vector<std::string> sources;
};

// Owns the descriptor. Non-blocking; reports with each datagram what the kernel dropped
// (SO_RXQ_OVFL) and when it took the datagram from the network (SO_TIMESTAMPNS).
class UdpSocket {
 public:
  // `address` is a multicast group, joined as `membership` says, or an address of this host.
  // Several sockets may share it. Asks for `receive_buffer_bytes` of kernel buffer. Throws
  // std::runtime_error that names the address and the reason.
  UdpSocket(const Endpoint& address, const MulticastMembership& membership,
            int receive_buffer_bytes);
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&&) = delete;
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  // What the kernel granted of what it was asked for: at most net.core.rmem_max. (It reserves twice
  // that, for its own bookkeeping.)
  int receive_buffer_bytes() const;
  // The port that is bound; the kernel's choice when the address said 0.
  std::uint16_t local_port() const;

 private:
  int descriptor_ = -1;
};

}  // namespace indexcast::feed
