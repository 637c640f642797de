// Sends datagrams to multicast groups on the loopback interface. TTL 0: nothing leaves the machine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <map>
#include <string>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

class MulticastSender {
 public:
  // `interface` is an address of it. Throws boost::system::system_error when it cannot be used.
  MulticastSender(boost::asio::io_context& io, const std::string& interface);

  // False when the kernel did not take it. Throws boost::system::system_error for a group that is
  // no address.
  bool send(const feed::Endpoint& group, feed::Bytes bytes);

 private:
  boost::asio::ip::udp::socket socket_;
  std::map<std::string, boost::asio::ip::address> addresses_;
};

}  // namespace indexcast::sim
