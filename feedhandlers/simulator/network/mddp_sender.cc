#include "feedhandlers/simulator/network/mddp_sender.h"

#include <array>

namespace indexcast::sim {

MddpSender::MddpSender(const szse::MulticastSettings& settings, FaultBook& faults, Send send)
    : settings_(settings), faults_(faults), send_datagram_(std::move(send)) {
  packets_.choose_form([this](std::uint32_t channel) {
    const Opportunity here{feed::Venue::szse, channel, now_ms_, 0};
    return MddpPackets::Form{
        .encrypted = faults_.strike(FaultKind::mddp_encrypted, here) != nullptr,
        .sample = faults_.strike(FaultKind::mddp_sample_form, here) != nullptr};
  });
  for (const Fault& fault : faults.plan()) {
    if (fault.kind == FaultKind::mddp_restart) restarts_.push_back({&fault, instants_of(fault)});
  }
}

void MddpSender::restart_when_due(std::int64_t now_ms) {
  for (Restart& restart : restarts_) {
    while (!restart.instants.empty() && restart.instants.front() <= now_ms) {
      restart.instants.erase(restart.instants.begin());
      packets_.restart(restart.fault->amount != 0);
      faults_.happened(*restart.fault);
    }
  }
}

void MddpSender::on_exchange_time(TimeNs now) {
  now_ms_ = china_time_of_day_ms(now);
  restart_when_due(now_ms_);
  packets_.flush(now);
  for (const MddpDatagram& packet : packets_.take()) send(packet, now);
}

// ChannelNos are spread over the configured groups; the source's own heartbeat goes to all.
void MddpSender::send(const MddpDatagram& packet, TimeNs now) {
  ++counts_.packets;
  if (packet.channel == 0) {
    for (const szse::MulticastChannel& channel : settings_.channels) send_on(channel, packet, now);
  } else {
    send_on(settings_.channels[packet.channel % settings_.channels.size()], packet, now);
  }
}

void MddpSender::send_on(const szse::MulticastChannel& channel, const MddpDatagram& packet,
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
