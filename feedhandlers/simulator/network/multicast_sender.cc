#include "feedhandlers/simulator/network/multicast_sender.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/multicast.hpp>

namespace indexcast::sim {

namespace ip = boost::asio::ip;

MulticastSender::MulticastSender(boost::asio::io_context& io, const std::string& interface)
    : socket_(io, ip::udp::v4()) {
  socket_.set_option(ip::multicast::outbound_interface(ip::make_address_v4(interface)));
  socket_.set_option(ip::multicast::hops(0));
  socket_.set_option(ip::multicast::enable_loopback(true));
}

bool MulticastSender::send(const feed::Endpoint& group, feed::Bytes bytes) {
  auto address = addresses_.find(group.host);
  if (address == addresses_.end()) {
    address = addresses_.emplace(group.host, ip::make_address(group.host)).first;
  }
  boost::system::error_code error;
  socket_.send_to(boost::asio::buffer(bytes.data(), bytes.size()), {address->second, group.port}, 0,
                  error);
  return !error;
}

}  // namespace indexcast::sim
