// Which channel of HKEX carries what (notes 1.3): reference data, trading status, market data by
// range of securities and indices are channels of their own where the settings name enough of them.
#pragma once

#include <cstdint>
#include <vector>

#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/simulator/day/simulated_security.h"
#include "feedhandlers/simulator/venues/hkex_packets.h"

namespace indexcast::sim {

// By the number of channels beside that of the disaster recovery signal. One: everything. Two: the
// first has reference data, status, news and indices, the second market data. Three and four: the
// first reference data, the second status, news and indices, the rest market data. More: the last
// has the indices alone.
class HkexChannels {
 public:
  // `output` outlives the channels. `first_number`: of the first message after a reset, 1 or 2.
  HkexChannels(MessageOutput& output, const hkex::Settings& settings, std::uint32_t first_number);

  // Splits the market data channels' securities into ranges of equal numbers, by code.
  void divide(const std::vector<SimulatedSecurity>& securities);

  HkexPackets& reference() { return data_.front(); }
  HkexPackets& status() { return data_[data_.size() > 2 ? 1 : 0]; }
  HkexPackets& index() { return data_.size() > 4 ? data_.back() : status(); }
  HkexPackets& market(std::uint32_t security);
  // Channel of message 105: its own, or else that of the status.
  HkexPackets& disaster_recovery() { return signal_.empty() ? status() : signal_.front(); }

  template <class Visit>
  void for_each(Visit visit) {
    for (HkexPackets& channel : data_) visit(channel);
    for (HkexPackets& channel : signal_) visit(channel);
  }

 private:
  std::vector<HkexPackets> data_;
  std::vector<HkexPackets> signal_;  // one or none
  std::size_t market_begin_ = 0;
  std::vector<std::uint32_t> first_codes_;  // of each market data channel but the first
};

}  // namespace indexcast::sim
