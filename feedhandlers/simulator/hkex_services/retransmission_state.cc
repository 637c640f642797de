#include "feedhandlers/simulator/hkex_services/retransmission_state.h"

#include "feedhandlers/simulator/hkex_services/hkex_raw_packet.h"

namespace indexcast::sim {

RetransmissionState::RetransmissionState(const hkex::Settings& settings, FaultBook& faults,
                                         TransportCounts& counts)
    : settings_(settings.retransmission),
      faults_(faults),
      counts_(counts),
      store_(settings.retransmission.messages_available) {
  for (const hkex::ChannelSettings& channel : settings.channels) store_.open(channel.id);
}

void RetransmissionState::on_packet(const ExchangeMessage& packet) {
  ms_ = china_time_of_day_ms(packet.exchange_time);
  if (is_of_its_day(packet.bytes, packet.exchange_time)) store_.keep(packet);
}

const Fault* RetransmissionState::strike(FaultKind kind, std::uint32_t channel) {
  return faults_.strike(kind, {feed::Venue::hkex, channel, ms_});
}

const Fault* RetransmissionState::strike_partial(std::uint32_t channel, std::int64_t wanted) {
  constexpr FaultKind kKind = FaultKind::retransmission_partial;
  const Fault* fault = faults_.in_force(kKind, {feed::Venue::hkex, channel, ms_});
  return fault != nullptr && fault->amount < wanted ? strike(kKind, channel) : nullptr;
}

std::uint8_t RetransmissionState::log_on(const std::string& user) {
  if (const Fault* fault = strike(FaultKind::retransmission_refuse_logon, 0)) {
    return static_cast<std::uint8_t>(fault->amount);
  }
  if (user != settings_.username) return kInvalidUser;
  return users_.insert(user).second ? kSessionActive : kAlreadyConnected;
}

std::uint8_t RetransmissionState::check(const RetransmissionRange& range) {
  if (requests_today_ >= settings_.requests_per_day) return kQuotaReached;
  ++requests_today_;
  if (!store_.knows(range.channel)) return kUnknownChannel;
  if (range.end >= range.begin && range.end - range.begin >= settings_.messages_per_request) {
    return kRangeTooLong;
  }
  return store_.holds(range.channel, range.begin, range.end) ? kAccepted : kNotAvailable;
}

}  // namespace indexcast::sim
