#include "server/http/gathered_writer.h"

#include <algorithm>
#include <span>

namespace indexcast::server {
namespace {

using boost::system::error_code;

// What a TLS record holds (RFC 8446, 5.1): more would be cut into several anyway.
constexpr std::size_t kRecord = 16 * 1024;

}  // namespace

void GatheredWriter::write_control(std::string bytes, Done done) {
  if (error_) return done(error_, 0);
  controls_.push_back({bytes.size(), std::move(done)});
  queue_.push_control(std::move(bytes));
  wake();
}

void GatheredWriter::wake() {
  if (writing_ || error_ || queue_.empty()) return;
  gather();
  writing_ = true;
  transport_.async_write_some(std::span<const boost::asio::const_buffer>(buffers_),
                              [this, self = observer_.shared_from_this()](
                                  error_code error, std::size_t bytes) { on_write(error, bytes); });
}

// TLS makes a record of every buffer, and a packet of every record.
void GatheredWriter::gather() {
  buffers_.clear();
  const std::vector<std::string_view>& frames = queue_.gather();
  if (!transport_.encrypted()) {
    for (const std::string_view frame : frames) buffers_.emplace_back(frame.data(), frame.size());
    return;
  }
  record_.clear();
  for (const std::string_view frame : frames)
    record_.append(frame.substr(0, kRecord - record_.size()));
  buffers_.emplace_back(record_.data(), record_.size());
}

void GatheredWriter::on_write(error_code error, std::size_t bytes) {
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

void GatheredWriter::finish_controls(std::size_t count, error_code error) {
  for (; count > 0; --count) {
    const Control control = std::move(controls_.front());
    controls_.pop_front();
    control.done(error, error ? 0 : control.size);
  }
}

}  // namespace indexcast::server
