// The lines of `decode` and its account of every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "feedhandlers/capture/packet_view.h"
#include "feedhandlers/common/field_sink.h"
#include "feedhandlers/common/venue.h"
#include "server/cli/frame_cutter.h"
#include "server/cli/json_fields.h"
#include "server/cli/plain_fields.h"
#include "server/cli/stream_protocol.h"

namespace indexcast::server {

struct DecodeCount {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  void add(std::size_t size) {
    ++items;
    bytes += size;
  }
};

struct DecodeTotals {
  DecodeCount decoded;
  DecodeCount skipped;    // types that nothing describes, bytes before the first frame
  DecodeCount malformed;  // messages, runs of bytes, packets
  std::uint64_t payload_bytes() const { return decoded.bytes + skipped.bytes + malformed.bytes; }
};

// One direction between two sockets, as text.
struct Direction {
  std::string from;
  std::string to;
};

// Collects lines in one reused string and passes them on in large pieces.
class DecodeOutput {
 public:
  DecodeOutput(feed::Venue venue, bool json, std::ostream& out)
      : venue_(name_of(venue)), json_(json), out_(out) {}

  // One message: `describe(FieldSink&)` fills in its fields. Counted as decoded, or as skipped when
  // its type is unknown.
  template <class Describe>
  void message(const MessageHead& head, std::size_t bytes, StreamPlace place,
               const Direction& direction, Describe&& describe) {
    begin_message(head, place, direction);
    if (json_) {
      JsonFields fields(line_);
      describe(fields);
    } else {
      PlainFields fields(line_);
      describe(fields);
    }
    end_message();
    (head.known() ? totals_.decoded : totals_.skipped).add(bytes);
  }
  // Bytes that do not decode.
  void malformed(std::string_view reason, std::size_t bytes, StreamPlace place,
                 const Direction& direction);
  // Bytes that nobody blames and nothing shows.
  void skipped(std::size_t bytes, StreamPlace place, const Direction& direction);
  // Bytes of a good message that belong to none: a packet's own header.
  void add_decoded_bytes(std::size_t bytes) { totals_.decoded.bytes += bytes; }
  // A frame of the capture without a payload that could be read.
  void malformed_packet(feed::PacketVerdict verdict, std::uint64_t number);

  const DecodeTotals& totals() const { return totals_; }
  void flush();

 private:
  void begin_message(const MessageHead& head, StreamPlace place, const Direction& direction);
  void end_message();
  void begin_object(std::string_view key, std::string_view value);
  void add_place(StreamPlace place);
  void end_line();

  std::string_view venue_;
  bool json_;
  std::ostream& out_;
  std::string line_;
  DecodeTotals totals_;
};

}  // namespace indexcast::server
