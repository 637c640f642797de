#include "feedhandlers/simulator/venues/hkex_channels.h"

#include <algorithm>

namespace indexcast::sim {

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
