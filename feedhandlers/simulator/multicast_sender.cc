#include "feedhandlers/simulator/multicast_sender.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/multicast.hpp>

namespace indexcast::sim {
namespace {

namespace ip = boost::asio::ip;

ip::udp::endpoint group_of(const feed::Endpoint& endpoint) {
  return {ip::make_address(endpoint.host), endpoint.port};
}

}  // namespace

MulticastSender::MulticastSender(boost::asio::io_context& io, const Settings& settings,
                                 TransportCounts& counts)
    : socket_(io, ip::udp::v4()),
      loss_(settings.seed, settings.loss_a, settings.loss_b),
      counts_(counts) {
  socket_.set_option(
      ip::multicast::outbound_interface(ip::make_address_v4(settings.hkex.interface)));
  socket_.set_option(ip::multicast::hops(0));
  socket_.set_option(ip::multicast::enable_loopback(true));
  for (const hkex::ChannelSettings& channel : settings.hkex.channels) {
    channels_[channel.id] = {group_of(channel.line_a), group_of(channel.line_b)};
  }
}

void MulticastSender::publish(const ExchangeMessage& packet) {
  const Lines& lines = channels_.at(packet.channel);
  const Lost lost = loss_.next();
  const std::array<bool, 2> is_lost{lost.a, lost.b};
  for (std::size_t line = 0; line < lines.size(); ++line) {
    if (is_lost[line]) {
      ++counts_.packets_lost[line];
      continue;
    }
    boost::system::error_code error;
    socket_.send_to(boost::asio::buffer(packet.bytes), lines[line], 0, error);
    ++(error ? counts_.send_errors : counts_.packets_sent[line]);
  }
}

}  // namespace indexcast::sim
