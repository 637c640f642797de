// The lines of `decode` and its account of every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/capture/packet_view.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/transport/decode_error.h"
#include "feedhandlers/transport/field_sink.h"
#include "server/tools/decode/decode_totals.h"
#include "server/tools/decode/frame_cutter.h"
#include "server/tools/decode/json_fields.h"
#include "server/tools/decode/plain_fields.h"

namespace indexcast::server {

// The head of one message, before its fields.
struct MessageHead {
  std::string type;       // as the exchange writes it: M102, 300111, 60
  std::string_view name;  // empty: the specification does not define the type
  bool has_table = false;
  std::uint64_t sequence = 0;
  bool has_sequence = false;  // SZSE Binary numbers nothing but ticks
  // Not none: the message does not decode, though its frame is whole.
  feed::DecodeError error = feed::DecodeError::none;

  bool known() const { return !name.empty(); }
};

// One direction between two sockets, as text.
struct Direction {
  std::string from;
  std::string to;
};

// Collects lines in one reused string and passes them on in large pieces.
class DecodeOutput {
 public:
  // `captures`: their names, shown in each line when there are several.
  DecodeOutput(feed::Venue venue, bool json, std::ostream& out, std::vector<std::string> captures)
      : venue_(name_of(venue)), json_(json), out_(out), captures_(std::move(captures)) {}

  // One message: `describe(FieldSink&)` fills in its fields. Counted as decoded only when the head
  // has a table for its type, less the bytes that the fields do not cover.
  template <class Describe>
  void message(const MessageHead& head, std::size_t bytes, StreamPlace place,
               const Direction& direction, Describe&& describe) {
    begin_message(head, place, direction);
    const auto undescribed = [&](auto&& fields) {
      describe(fields);
      return fields.undescribed_bytes();
    };
    const std::size_t rest =
        json_ ? undescribed(JsonFields(line_)) : undescribed(PlainFields(line_));
    end_message();
    count_message(head, bytes, rest);
  }
  // Bytes that do not decode.
  void malformed(std::string_view reason, std::size_t bytes, StreamPlace place,
                 const Direction& direction);
  // Counts bytes without a fault that are not shown.
  void skipped(std::string_view reason, std::size_t bytes, StreamPlace place,
               const Direction& direction);
  // The same without a line: of other protocols and ports.
  void count_skipped(std::string_view reason, std::uint64_t bytes, std::uint64_t items = 1) {
    totals_.skipped.add(reason, bytes, items);
  }
  // Counts bytes of a valid packet outside its messages: the packet's own header.
  void add_decoded_bytes(std::size_t bytes) { totals_.decoded.bytes += bytes; }
  // A frame of the capture without a payload that could be read.
  void malformed_packet(feed::PacketVerdict verdict, std::size_t bytes, StreamPlace place);

  DecodeTotals& totals() { return totals_; }
  // The account as the last line of JSON; nothing in plain text, where it stands beside the lines.
  void write_totals();
  void flush();

 private:
  void begin_message(const MessageHead& head, StreamPlace place, const Direction& direction);
  void end_message();
  void count_message(const MessageHead& head, std::size_t bytes, std::size_t undescribed);
  void begin_object(std::string_view key, std::string_view value);
  void begin_line(StreamPlace place);
  void add_place(StreamPlace place);
  void remark(std::string_view kind, std::string_view reason, std::size_t bytes, StreamPlace place);
  void add_direction(const Direction& direction);
  void end_line();

  std::string_view venue_;
  bool json_;
  std::ostream& out_;
  std::vector<std::string> captures_;
  std::string line_;
  DecodeTotals totals_;
};

}  // namespace indexcast::server
