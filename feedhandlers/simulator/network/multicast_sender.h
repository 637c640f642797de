// Sends datagrams to multicast groups on the loopback interface. TTL 0: nothing leaves the machine.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/udp.hpp>
#include <map>
#include <string>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

class MulticastSender {
 public:
  // `interface` is an address of it. Throws boost::system::system_error when it cannot be used.
  MulticastSender(boost::asio::io_context& io, const std::string& interface)
      : socket_(io, boost::asio::ip::udp::v4()) {
    namespace multicast = boost::asio::ip::multicast;
    socket_.set_option(multicast::outbound_interface(boost::asio::ip::make_address_v4(interface)));
    socket_.set_option(multicast::hops(0));
    socket_.set_option(multicast::enable_loopback(true));
  }

  // False when the kernel did not take it. Throws boost::system::system_error for a group that is
  // no address.
  bool send(const feed::Endpoint& group, feed::Bytes bytes) {
    auto address = addresses_.find(group.host);
    if (address == addresses_.end()) {
      address = addresses_.emplace(group.host, boost::asio::ip::make_address(group.host)).first;
    }
    boost::system::error_code error;
    socket_.send_to(boost::asio::buffer(bytes.data(), bytes.size()), {address->second, group.port},
                    0, error);
    return !error;
  }

 private:
  boost::asio::ip::udp::socket socket_;
  std::map<std::string, boost::asio::ip::address> addresses_;
};

}  // namespace indexcast::sim
