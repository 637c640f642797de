#include "feedhandlers/simulator/mddp_sender.h"

#include <array>

namespace indexcast::sim {

void MddpSender::on_exchange_time(TimeNs now) {
  packets_.flush(now);
  for (const MddpPacket& packet : packets_.take()) send(packet, now);
}

// ChannelNos are spread over the configured groups; the source's own heartbeat goes to all.
void MddpSender::send(const MddpPacket& packet, TimeNs now) {
  ++counts_.packets;
  if (packet.channel == 0) {
    for (const szse::MulticastChannel& channel : settings_.channels) send_on(channel, packet, now);
  } else {
    send_on(settings_.channels[packet.channel % settings_.channels.size()], packet, now);
  }
}

void MddpSender::send_on(const szse::MulticastChannel& channel, const MddpPacket& packet,
                         TimeNs now) {
  const Opportunity here{feed::Venue::szse, packet.channel, china_time_of_day_ms(now), 0};
  const Fault* const loss = faults_.strike(FaultKind::loss, here);
  const std::array<const feed::Endpoint*, kLineCount> lines{&channel.line_a, &channel.line_b};
  for (std::size_t line = 0; line < lines.size(); ++line) {
    if (lines[line]->host.empty()) continue;
    if (loss != nullptr && includes(loss->line, line)) {
      ++counts_.lost;
    } else {
      const bool sent = send_datagram_(now, line, *lines[line], packet.bytes);
      ++(sent ? counts_.sent : counts_.send_errors);
    }
  }
}

}  // namespace indexcast::sim
