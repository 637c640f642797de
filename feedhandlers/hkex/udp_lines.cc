#include "feedhandlers/hkex/udp_lines.h"

#include <utility>
#include <vector>

namespace indexcast::hkex {

namespace {

void add(std::vector<feed::UdpLine>& lines, std::uint32_t channel, feed::Line line,
         const feed::Endpoint& address) {
  if (!address.host.empty()) lines.push_back({channel, line, address});
}

}  // namespace

std::vector<feed::UdpLine> lines_of(const ChannelSettings& channel) {
  std::vector<feed::UdpLine> lines;
  add(lines, channel.id, feed::Line::a, channel.line_a);
  add(lines, channel.id, feed::Line::b, channel.line_b);
  add(lines, refresh_id(channel.id), feed::Line::a, channel.refresh_a);
  add(lines, refresh_id(channel.id), feed::Line::b, channel.refresh_b);
  return lines;
}

feed::UdpFeedSettings udp_feed_settings(const Settings& settings) {
  feed::UdpFeedSettings out;
  out.venue = feed::Venue::hkex;
  out.interface = settings.interface;
  out.receive_buffer_bytes = settings.receive_buffer_bytes;
  out.sources = settings.sources;
  out.join_sources = settings.join_sources;
  out.clocks = settings.clocks;
  for (const ChannelSettings& channel : settings.channels) {
    for (feed::UdpLine& line : lines_of(channel)) out.lines.push_back(std::move(line));
  }
  return out;
}

}  // namespace indexcast::hkex
