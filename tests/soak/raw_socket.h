// A TCP socket without any library between the test and the bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace indexcast::soak {

// Not blocking once connected. One thread.
class RawSocket {
 public:
  RawSocket() = default;
  // To a port of this machine; throws std::runtime_error. `receive_buffer`: bytes; 0: the system's.
  RawSocket(std::uint16_t port, int receive_buffer);
  ~RawSocket() { close(); }
  RawSocket(RawSocket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  RawSocket& operator=(RawSocket&& other) noexcept;

  // Sends what the kernel takes; false once the peer is gone.
  bool send(std::string_view bytes);
  // Bytes read into `to`; 0: none there, -1: the peer is gone.
  std::int64_t receive(std::span<char> to);
  void close();
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace indexcast::soak
