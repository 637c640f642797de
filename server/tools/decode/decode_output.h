// Writes the lines of `decode` and counts every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "feedhandlers/capture/packet_view.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/transport/decode_error.h"
#include "feedhandlers/transport/field_sink.h"
#include "server/tools/decode/fields.h"
#include "server/tools/decode/frame_cutter.h"

namespace indexcast::server {

struct DecodeCount {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  void add(std::uint64_t size, std::uint64_t count = 1) {
    items += count;
    bytes += size;
  }
};

// A total and its parts by reason.
struct ReasonedCount {
  DecodeCount all;
  std::map<std::string, DecodeCount, std::less<>> reasons;

  void add(std::string_view reason, std::uint64_t bytes, std::uint64_t items = 1) {
    if (items == 0 && bytes == 0) return;
    all.add(bytes, items);
    const auto it = reasons.find(reason);
    (it == reasons.end() ? reasons.emplace(reason, DecodeCount{}).first->second : it->second)
        .add(bytes, items);
  }
};

// Byte and message counts of one venue. The captures' bytes are the payloads of UDP and TCP, and
// whole frames if no such payload could be read. Each byte is in exactly one of the six counts.
struct DecodeTotals {
  DecodeCount decoded;      // messages with shown fields, and the bytes of these fields
  DecodeCount undescribed;  // messages with bytes that no field covers, and these bytes
  // Messages whose fields are not shown: of a type that has a name but no field table, or of a type
  // that the specification does not define. The reasons are the types.
  ReasonedCount named_only;
  ReasonedCount unknown_type;
  // Bytes that are not malformed and not shown: foreign (another protocol or port), ipv6, not_ip,
  // repeated (a TCP segment seen before), out_of_step (before the first frame after a gap or after
  // a capture that begins inside the stream), too_long, after_close, refused (beyond the maximum
  // number of flows), management (MDDP's own traffic), incomplete (fragments of an incomplete MDDP
  // packet).
  ReasonedCount skipped;
  ReasonedCount malformed;  // messages, runs of bytes, packets
  std::uint64_t packets = 0;
  std::uint64_t captured_bytes = 0;  // counted independently as packets are read
  std::uint64_t cut_bytes = 0;       // beyond the capture's snapshot length
  std::uint64_t missing_bytes = 0;   // of TCP streams, in no captured packet

  std::uint64_t accounted_bytes() const {
    return decoded.bytes + undescribed.bytes + named_only.all.bytes + unknown_type.all.bytes +
           skipped.all.bytes + malformed.all.bytes;
  }
};

// Type and number of one message.
struct MessageHead {
  std::string type;       // as the exchange writes it: M102, 300111, 60
  std::string_view name;  // empty: the specification does not define the type
  bool has_table = false;
  std::uint64_t sequence = 0;
  bool has_sequence = false;  // false for SZSE Binary messages other than ticks
  // Other than none: the frame is whole, but the message does not decode.
  feed::DecodeError error = feed::DecodeError::none;

  bool known() const { return !name.empty(); }
};

// Source and destination address as text.
struct Direction {
  std::string from;
  std::string to;
};

// Writes lines in large pieces and counts bytes. One thread.
class DecodeOutput {
 public:
  // `captures`: names, shown in each line if there are several.
  DecodeOutput(feed::Venue venue, bool json, std::ostream& out, std::vector<std::string> captures)
      : venue_(name_of(venue)), json_(json), out_(out), captures_(std::move(captures)) {}

  // Writes one message; `describe(FieldSink&)` writes its fields. Counts the bytes that the fields
  // cover as decoded if the head has a table for its type.
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
  // Writes a line for bytes that do not decode, and counts them as malformed.
  void malformed(std::string_view reason, std::size_t bytes, StreamPlace place,
                 const Direction& direction);
  // Writes a line for bytes that are not malformed and not shown, and counts them as skipped.
  void skipped(std::string_view reason, std::size_t bytes, StreamPlace place,
               const Direction& direction);
  // Counts skipped bytes without a line, for example those of other protocols.
  void count_skipped(std::string_view reason, std::uint64_t bytes, std::uint64_t items = 1) {
    totals_.skipped.add(reason, bytes, items);
  }
  // Counts bytes of a valid packet outside its messages: the packet's own header.
  void add_decoded_bytes(std::size_t bytes) { totals_.decoded.bytes += bytes; }
  // Counts a captured frame whose payload cannot be read.
  void malformed_packet(feed::PacketVerdict verdict, std::size_t bytes, StreamPlace place);

  DecodeTotals& totals() { return totals_; }
  // Writes the counts as the last line of JSON. Writes nothing in plain text.
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
