// The only writer of one WebSocket client's socket: frames of the stream and Beast's own control
// frames in one order, as many as there are in one write.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/http/transport.h"
#include "server/stream/outbound_queue.h"

namespace indexcast::server {

// What the writer tells its client's session, which it keeps alive while a write is under way.
class WriteObserver : public std::enable_shared_from_this<WriteObserver> {
 public:
  virtual ~WriteObserver() = default;
  virtual void on_written(const OutboundQueue::Written& written, std::size_t bytes) = 0;
  virtual void on_write_failed() = 0;
};

// One thread.
class GatheredWriter {
 public:
  using Done = std::function<void(boost::system::error_code, std::size_t)>;

  GatheredWriter(Transport& transport, OutboundQueue& queue, WriteObserver& observer)
      : transport_(transport), queue_(queue), observer_(observer) {}

  // A control frame, or the answer to the handshake; `done` once all of it has left, or never can.
  void write_control(std::string bytes, Done done);
  // Frames wait in the queue.
  void wake();

 private:
  void on_write(boost::system::error_code error, std::size_t bytes);
  void gather();
  void finish_controls(std::size_t count, boost::system::error_code error);

  struct Control {
    std::size_t size;
    Done done;
  };

  Transport& transport_;
  OutboundQueue& queue_;
  WriteObserver& observer_;
  bool writing_ = false;
  boost::system::error_code error_;
  std::deque<Control> controls_;
  std::vector<boost::asio::const_buffer> buffers_;
  std::string record_;  // under TLS: what one record holds, in one piece
};

}  // namespace indexcast::server
