// The only writer of one WebSocket client's socket: frames of the stream and Beast's own control
// frames in one order, as many as there are in one write.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "server/web/outbound_queue.h"

namespace indexcast::server {

// What the writer tells its client's session, which it keeps alive while a write is under way.
class WriteObserver : public std::enable_shared_from_this<WriteObserver> {
 public:
  virtual ~WriteObserver() = default;
  virtual void on_written(const OutboundQueue::Written& written, std::size_t bytes) = 0;
  virtual void on_write_failed() = 0;
  // The monotonic clock by which writes are timed.
  virtual TimeNs now() const = 0;
};

// `Stream` is a Transport, or in a test what stands for one. One thread.
template <class Stream>
class GatheredWriter {
 public:
  using Done = std::function<void(boost::system::error_code, std::size_t)>;

  GatheredWriter(Stream& stream, OutboundQueue& queue, WriteObserver& observer)
      : stream_(stream), queue_(queue), observer_(observer) {}

  // A control frame, or the answer to the handshake; `done` once all of it has left, or never can.
  void write_control(std::string bytes, Done done) {
    if (error_) return done(error_, 0);
    controls_.push_back({bytes.size(), std::move(done)});
    queue_.push_control(std::move(bytes));
    wake();
  }

  // Whether a write began more than `limit_ns` ago and the socket has taken no byte of it. Every
  // kind of frame counts: of the stream, control frames, and the answer to the handshake.
  bool stalled(TimeNs now, std::int64_t limit_ns) const {
    return writing_ && now - write_began_ > limit_ns;
  }

  // Frames wait in the queue.
  void wake() {
    if (writing_ || error_ || queue_.empty()) return;
    gather();
    writing_ = true;
    write_began_ = observer_.now();
    stream_.async_write_some(
        std::span<const boost::asio::const_buffer>(buffers_),
        [this, self = observer_.shared_from_this()](boost::system::error_code error,
                                                    std::size_t bytes) { on_write(error, bytes); });
  }

 private:
  // What a TLS record holds (RFC 8446, 5.1): more would be cut into several anyway.
  static constexpr std::size_t kRecord = 16 * 1024;

  struct Control {
    std::size_t size;
    Done done;
  };

  // TLS makes a record of every buffer, and a packet of every record.
  void gather() {
    buffers_.clear();
    const std::vector<std::string_view>& frames = queue_.gather();
    if (!stream_.encrypted()) {
      for (const std::string_view frame : frames) buffers_.emplace_back(frame.data(), frame.size());
      return;
    }
    record_.clear();
    for (const std::string_view frame : frames)
      record_.append(frame.substr(0, kRecord - record_.size()));
    buffers_.emplace_back(record_.data(), record_.size());
  }

  void on_write(boost::system::error_code error, std::size_t bytes) {
    writing_ = false;
    if (error) {
      error_ = error;
      finish_controls(controls_.size(), error);
      return observer_.on_write_failed();
    }
    const OutboundQueue::Written written = queue_.consume(bytes);
    finish_controls(written.controls, {});
    observer_.on_written(written, bytes);
    wake();
  }

  void finish_controls(std::size_t count, boost::system::error_code error) {
    for (; count > 0; --count) {
      const Control control = std::move(controls_.front());
      controls_.pop_front();
      control.done(error, error ? 0 : control.size);
    }
  }

  Stream& stream_;
  OutboundQueue& queue_;
  WriteObserver& observer_;
  bool writing_ = false;
  TimeNs write_began_{};
  boost::system::error_code error_;
  std::deque<Control> controls_;
  std::vector<boost::asio::const_buffer> buffers_;
  std::string record_;  // under TLS: what one record holds, in one piece
};

}  // namespace indexcast::server
