#include "feedhandlers/hkex/udp_lines.h"

#include <utility>

namespace indexcast::hkex {

feed::UdpFeedSettings udp_feed_settings(const Settings& settings) {
  feed::UdpFeedSettings out;
  out.venue = feed::Venue::hkex;
  out.interface = settings.interface;
  out.receive_buffer_bytes = settings.receive_buffer_bytes;
  for (const ChannelSettings& channel : settings.channels) {
    for (const auto& [line, address] :
         {std::pair{feed::Line::a, channel.line_a}, std::pair{feed::Line::b, channel.line_b}}) {
      if (!address.host.empty()) out.lines.push_back({channel.id, line, address});
    }
  }
  return out;
}

}  // namespace indexcast::hkex
