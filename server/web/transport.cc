#include "server/web/transport.h"

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kLinger{1};

class Lingering : public std::enable_shared_from_this<Lingering> {
 public:
  explicit Lingering(std::unique_ptr<Transport> transport)
      : transport_(std::move(transport)), timer_(transport_->get_executor(), kLinger) {}

  void begin() {
    timer_.async_wait([self = shared_from_this()](error_code) { self->transport_->close(); });
    if (!transport_->encrypted()) return half_close();
    transport_->async_close_notify([self = shared_from_this()](error_code) { self->half_close(); });
  }

 private:
  void half_close() {
    error_code ignored;
    transport_->socket().shutdown(tcp::socket::shutdown_send, ignored);
    drain();
  }

  // The bytes themselves, whatever layer they are of.
  void drain() {
    transport_->socket().async_read_some(
        asio::buffer(bytes_), [self = shared_from_this()](error_code error, std::size_t) {
          error ? self->end() : self->drain();
        });
  }

  void end() {
    timer_.cancel();
    transport_->close();
  }

  std::unique_ptr<Transport> transport_;
  asio::steady_timer timer_;
  std::array<char, 4096> bytes_;
};

}  // namespace

void Transport::close() {
  error_code ignored;
  socket_.close(ignored);
}

void linger(std::unique_ptr<Transport> transport) {
  std::make_shared<Lingering>(std::move(transport))->begin();
}

}  // namespace indexcast::server
