// Which channel of HKEX carries what (notes 1.3): reference data, trading status, market data by
// range of securities and indices are channels of their own where the settings name enough of them.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/layout.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/simulator/day/message_output.h"
#include "feedhandlers/simulator/day/simulated_security.h"

namespace indexcast::sim {

// Builds the packets of one OMD-C channel: gathers the messages of one instant, numbers them, and
// sends a heartbeat after silence.
class HkexPackets {
 public:
  HkexPackets(MessageOutput& output, std::uint32_t channel, std::uint32_t first_number)
      : output_(output), channel_(channel), first_number_(first_number) {}

  std::uint32_t channel() const { return channel_; }

  // Queues `message` (any of message.h); a full packet leaves at once. `security`: what it is
  // counted under.
  template <class Message>
  void add(const Message& message, Micros now, std::uint32_t security = 0) {
    if (output_.silent(feed::Venue::hkex, channel_, now)) return;
    output_.count(feed::Venue::hkex, hkex::layout::Layout<Message>::kType, security);
    if (open_ && open_->add(message)) return;
    flush(now);
    open_.emplace(next_sequence_, stamp(now));
    open_->add(message);
  }

  // Restarts the numbers with a reset packet, number 1. `first_number_` says whether the next
  // message is 2, or 1 again: the specification allows both readings (OMD-C 2.2.1, 3.4.2).
  void reset(Micros now);
  // The same once per line: on line A now, on line B at `on_b` or as soon after as packets leave.
  void reset_per_line(Micros now, Micros on_b);
  // Numbers begin again without a word.
  void restart(Micros now);
  // Sends a packet of another day, outside the numbering of this one.
  void send_apart(const hkex::PacketBuilder& packet, Micros now) {
    output_.emit(feed::Venue::hkex, channel_, 0, packet.bytes(), now);
  }
  // Sends what is queued.
  void flush(Micros now);
  // Sends a header without messages after two seconds of silence. It carries the number of the last
  // message (OMD-C 3.4.1) and uses no number itself.
  void heartbeat_if_idle(Micros now);

 private:
  TimeNs stamp(Micros now) { return output_.stamp(feed::Venue::hkex, channel_, now); }
  void send(const hkex::PacketBuilder& packet, Micros now);
  void send_reset(Lines lines, Micros now);

  MessageOutput& output_;
  std::uint32_t channel_;
  std::uint32_t first_number_;
  std::uint32_t next_sequence_ = 1;
  Micros last_sent_ = 0;
  std::optional<hkex::PacketBuilder> open_;
  std::optional<Micros> reset_on_b_;  // due then
};

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
