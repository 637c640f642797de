// A non-blocking TCP socket, owned.
#pragma once

#include <cstddef>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::feed {

// Errors are outcomes here: whoever owns the connection closes it and goes on. One thread.
class TcpSocket {
 public:
  enum class Status { done, would_block, failed };
  struct Transfer {
    Status status = Status::failed;
    std::size_t count = 0;  // bytes moved when done
  };

  TcpSocket() = default;
  ~TcpSocket() { close(); }
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  // Begins a connection with TCP_NODELAY; `would_block` while it is being made.
  Status connect(const Endpoint& endpoint);
  // What became of connect(): would_block, done or failed.
  Status connected() const;
  // `failed` also when the peer has closed.
  Transfer receive(std::byte* to, std::size_t capacity);
  Transfer send(Bytes bytes);
  void close();

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

}  // namespace indexcast::feed
