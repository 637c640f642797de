// A UDP socket that receives: joined to a multicast group, or bound to a unicast address.
#pragma once

#include <string>

#include "feedhandlers/common/endpoint.h"

namespace indexcast::feed {

// Owns the descriptor. Non-blocking; reports what the kernel dropped (SO_RXQ_OVFL) with each
// datagram.
class UdpSocket {
 public:
  // `address` is a multicast group, joined on the interface that has the address `interface`, or an
  // address of this host. Several sockets may share it. Asks for `receive_buffer_bytes` of kernel
  // buffer. Throws std::runtime_error that names the address and the reason.
  UdpSocket(const Endpoint& address, const std::string& interface, int receive_buffer_bytes);
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&&) = delete;
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int descriptor() const { return descriptor_; }
  // What the kernel granted, its own bookkeeping included (it doubles what it is asked for, up to
  // twice net.core.rmem_max).
  int receive_buffer_bytes() const;

 private:
  int descriptor_ = -1;
};

}  // namespace indexcast::feed
