#include "feedhandlers/simulator/hkex_services/hkex_lines.h"

#include <algorithm>

namespace indexcast::sim {
namespace {

constexpr TimeNs kNever = kNoDeadline;

}  // namespace

HkexLines::HkexLines(const Settings& settings, FaultBook& faults, TransportCounts& counts)
    : counts_(counts), lines_(settings, faults, counts), refresh_(settings, faults, counts) {
  for (const hkex::ChannelSettings& channel : settings.hkex.channels) {
    channels_[channel.id] = channel;
  }
}

void HkexLines::push(const ExchangeMessage& packet) {
  lines_.push(packet);
  refresh_.on_packet(packet);
}

std::optional<TimeNs> HkexLines::next_time() const {
  const TimeNs next =
      std::min(lines_.next_time().value_or(kNever), refresh_.next_time().value_or(kNever));
  return next == kNever ? std::nullopt : std::optional(next);
}

void HkexLines::send_until(TimeNs until, const Send& send) {
  if (until < kNever) refresh_.on_time(until);
  for (auto next = next_time(); next && *next <= until; next = next_time()) {
    LineDatagram datagram;
    RefreshPacket packet;
    if (lines_.take(*next, datagram)) {
      send_line(datagram, send);
    } else if (refresh_.take(*next, packet)) {
      send_refresh(packet, send);
    }
  }
}

void HkexLines::finish(TimeNs now, const Send& send) {
  lines_.release(now);
  send_until(kNever, send);
}

void HkexLines::send_line(const LineDatagram& datagram, const Send& send) {
  const hkex::ChannelSettings& channel = channels_.at(datagram.channel);
  const feed::Endpoint& group = datagram.line == 0 ? channel.line_a : channel.line_b;
  if (group.host.empty()) return;
  const bool sent = send(datagram.time, datagram.line, group, *datagram.bytes);
  ++(sent ? counts_.packets_sent[datagram.line] : counts_.send_errors);
}

void HkexLines::send_refresh(const RefreshPacket& packet, const Send& send) {
  const hkex::ChannelSettings& channel = channels_.at(packet.channel);
  for (std::size_t line = 0; line < kLineCount; ++line) {
    const feed::Endpoint& group = line == 0 ? channel.refresh_a : channel.refresh_b;
    if (group.host.empty()) continue;
    const bool sent = send(packet.time, line, group, packet.bytes);
    ++(sent ? counts_.refresh.packets_sent[line] : counts_.send_errors);
  }
}

}  // namespace indexcast::sim
