// The address that a server of HTTP waits at.
#pragma once

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace indexcast::server {

// Binds and listens; returns the port, any free one for 0. Throws std::runtime_error with `name`
// and the address when it cannot be had.
inline std::uint16_t listen_at(boost::asio::ip::tcp::acceptor& acceptor, std::string_view name,
                               const std::string& address, std::uint16_t port) {
  using boost::asio::ip::tcp;
  try {
    const tcp::endpoint endpoint(boost::asio::ip::make_address(address), port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    return acceptor.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(
        fmt::format("{} {}:{}: {}", name, address, port, error.code().message()));
  }
}

}  // namespace indexcast::server
