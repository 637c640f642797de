// Bytes as a schedule of one tick channel: what arrives, what is given up, what the channel says of
// its last number. The expected number never goes back, and what is handed on follows it.
#include <cstdint>
#include <cstdlib>

#include "feedhandlers/szse/tick_channel.h"

namespace indexcast::szse {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void hand_on(TickChannel& channel) {
  while (const Tick* tick = channel.next()) {
    require(tick->sequence == channel.expected());
    channel.advance();
  }
}

void arrive(TickChannel& channel, std::int64_t sequence) {
  switch (channel.place(sequence)) {
    case TickChannel::Place::next:
      require(sequence == channel.expected());
      channel.advance();
      break;
    case TickChannel::Place::early:
      channel.hold({.sequence = sequence});
      break;
    case TickChannel::Place::beyond:
      while (channel.beyond(sequence)) {
        require(channel.give_up(sequence) > 0);
        hand_on(channel);
      }
      if (sequence != channel.expected()) return channel.hold({.sequence = sequence});
      channel.advance();
      break;
    case TickChannel::Place::duplicate:
      require(sequence < channel.expected() || channel.open());
      break;
    case TickChannel::Place::nowhere:
      break;
  }
  hand_on(channel);
}

}  // namespace
}  // namespace indexcast::szse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast::szse;
  TickChannel channel(16);
  std::int64_t base = 1;
  for (std::size_t i = 0; i + 1 < size; i += 2) {
    const std::int64_t before = channel.expected();
    const std::int64_t amount = data[i + 1];
    switch (data[i] % 5) {
      case 0:
        arrive(channel, channel.expected() + amount - 8);
        break;
      case 1:
        channel.note_last(channel.expected() + amount);
        break;
      case 2:
        if (const auto hole = channel.hole()) {
          require(hole->first == channel.expected() && hole->first <= hole->last);
          channel.give_up(hole->last + 1);
          hand_on(channel);
        }
        break;
      case 3:
        base = base * 31 + amount;
        arrive(channel, base);
        if (base > (std::int64_t{1} << 56)) base = 1;
        break;
      default:
        arrive(channel, channel.expected());
    }
    require(channel.expected() >= before);
  }
  return 0;
}
