#include "feedhandlers/simulator/venues/hkex_channels.h"

#include <algorithm>

namespace indexcast::sim {
namespace {

constexpr Micros kIdle = 2 * kMicrosPerSecond;

}  // namespace

void HkexPackets::reset(Micros now) {
  if (output_.muted()) return;
  flush(now);
  next_sequence_ = first_number_;
  send_reset(Lines::both, now);
}

void HkexPackets::reset_per_line(Micros now, Micros on_b) {
  flush(now);
  next_sequence_ = first_number_;
  send_reset(Lines::a, now);
  reset_on_b_ = on_b;
  flush(now);
}

void HkexPackets::restart(Micros now) {
  flush(now);
  next_sequence_ = 1;
}

void HkexPackets::send_reset(Lines lines, Micros now) {
  hkex::PacketBuilder packet(1, stamp(now));
  packet.add(hkex::SequenceReset{1});
  output_.count(feed::Venue::hkex, hkex::wire::sequence_reset::kType);
  ExchangeMessage message;
  message.exchange_time = output_.instant(now);
  message.venue = feed::Venue::hkex;
  message.channel = channel_;
  message.bytes.assign(packet.bytes().begin(), packet.bytes().end());
  message.lines = lines;
  output_.emit(std::move(message));
  last_sent_ = now;
}

void HkexPackets::flush(Micros now) {
  if (reset_on_b_ && now >= *reset_on_b_) {
    reset_on_b_.reset();
    send_reset(Lines::b, now);
  }
  if (!open_) return;
  send(*open_, now);
  next_sequence_ = open_->next_sequence();
  open_.reset();
}

void HkexPackets::heartbeat_if_idle(Micros now) {
  if (output_.muted() || open_ || now - last_sent_ < kIdle) return;
  send(hkex::PacketBuilder(next_sequence_ - 1, stamp(now)), now);
}

void HkexPackets::send(const hkex::PacketBuilder& packet, Micros now) {
  output_.emit(feed::Venue::hkex, channel_, 0, packet.bytes(), now);
  last_sent_ = now;
}

HkexChannels::HkexChannels(MessageOutput& output, const hkex::Settings& settings,
                           std::uint32_t first_number) {
  for (const hkex::ChannelSettings& channel : settings.channels) {
    const bool is_signal = channel.id == settings.disaster_recovery_channel;
    (is_signal ? signal_ : data_).emplace_back(output, channel.id, first_number);
  }
  // A signal alone: then it carries the rest too.
  if (data_.empty()) data_.swap(signal_);
  market_begin_ = data_.size() > 2 ? 2 : data_.size() - 1;
}

void HkexChannels::divide(const std::vector<SimulatedSecurity>& securities) {
  std::vector<std::uint32_t> codes;
  for (const SimulatedSecurity& security : securities) codes.push_back(security.listing().code);
  std::sort(codes.begin(), codes.end());
  const std::size_t end = data_.size() > 4 ? data_.size() - 1 : data_.size();
  const std::size_t channels = end - market_begin_;
  first_codes_.clear();
  for (std::size_t i = 1; i < channels && !codes.empty(); ++i) {
    first_codes_.push_back(codes[codes.size() * i / channels]);
  }
}

HkexPackets& HkexChannels::market(std::uint32_t security) {
  const auto range = std::upper_bound(first_codes_.begin(), first_codes_.end(), security);
  return data_[market_begin_ + static_cast<std::size_t>(range - first_codes_.begin())];
}

}  // namespace indexcast::sim
