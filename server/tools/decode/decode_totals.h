// The account of `decode`: what became of every byte that the captures hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace indexcast::server {

struct DecodeCount {
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  void add(std::uint64_t size, std::uint64_t count = 1) {
    items += count;
    bytes += size;
  }
};

// A count with its parts by reason.
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
  DecodeCount decoded;      // messages and their bytes that stand in a field with its name
  DecodeCount undescribed;  // messages with further bytes that no field covers, and those bytes
  // Messages whose fields are not shown: the specification defines the type and no table describes
  // it, or it does not define the type. The reasons are the types.
  ReasonedCount named_only;
  ReasonedCount unknown_type;
  // Bytes of other sources, or without a fault: foreign (another protocol or port), ipv6, not_ip,
  // repeated (a TCP segment seen before), out_of_step (before the first frame of a stream that was
  // joined in its middle or after a gap), too_long, after_close, refused (more flows than are
  // followed), management (MDDP's own traffic), incomplete (fragments of an MDDP packet that lacks
  // others).
  ReasonedCount skipped;
  ReasonedCount malformed;  // messages, runs of bytes, packets
  std::uint64_t packets = 0;
  std::uint64_t captured_bytes = 0;  // counted apart from the six, as packets are read
  std::uint64_t cut_bytes = 0;       // sent, and beyond the capture's snapshot length
  std::uint64_t missing_bytes = 0;   // of TCP streams, in no packet of the captures

  std::uint64_t accounted_bytes() const {
    return decoded.bytes + undescribed.bytes + named_only.all.bytes + unknown_type.all.bytes +
           skipped.all.bytes + malformed.all.bytes;
  }
};

}  // namespace indexcast::server
