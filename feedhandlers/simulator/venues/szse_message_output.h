// Shenzhen's messages on their way out.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "feedhandlers/simulator/day/message_output.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/szse/encoder.h"

namespace indexcast::sim {

class SzseMessageOutput {
 public:
  explicit SzseMessageOutput(MessageOutput& output) : output_(output) {}

  bool muted() const { return output_.muted(); }
  // OrigTime and TransactTime of this instant.
  std::int64_t stamp(Micros now) {
    return timestamp_digits(output_.stamp(feed::Venue::szse, 0, now));
  }

  // Emits what `encode` appends to an empty message; nothing while the day is muted.
  template <class Encode>
  void message(std::uint32_t type, std::uint32_t channel, Micros now, Encode encode) {
    emit(type, channel, 0, {}, 0, now, encode);
  }
  // The image of a security in a stream.
  template <class Encode>
  void image(std::uint32_t type, std::uint32_t channel, std::uint32_t security,
             std::string_view stream, Micros now, Encode encode) {
    emit(type, channel, security, stream, 0, now, encode);
  }
  // A tick, whose number in its channel is `sequence`; it is no image of the security.
  template <class Encode>
  void tick(std::uint32_t type, std::uint32_t channel, std::uint32_t security,
            std::string_view stream, std::int64_t sequence, Micros now, Encode encode) {
    emit(type, channel, security, stream, sequence, now, encode);
  }

 private:
  // Shares' images are of stream 0, others are told apart by the number that MDStreamID is.
  static std::uint32_t stream_number(std::string_view stream) {
    if (stream == szse::kStreamSpot) return 0;
    std::uint32_t number = 0;
    for (const char digit : stream) number = number * 10 + static_cast<std::uint32_t>(digit - '0');
    return number;
  }

  template <class Encode>
  void emit(std::uint32_t type, std::uint32_t channel, std::uint32_t security,
            std::string_view stream, std::int64_t sequence, Micros now, Encode encode) {
    const bool heartbeat = type == szse::kMsgChannelHeartbeat;
    if (heartbeat ? output_.muted() : output_.silent(feed::Venue::szse, channel, now)) return;
    bytes_.clear();
    encode(bytes_);
    output_.count(feed::Venue::szse, type, security, stream);
    output_.emit({output_.instant(now), feed::Venue::szse, channel, sequence > 0 ? 0 : security,
                  stream_number(stream), sequence, bytes_});
  }

  MessageOutput& output_;
  std::vector<std::byte> bytes_;
};

}  // namespace indexcast::sim
