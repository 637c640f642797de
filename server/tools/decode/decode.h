// The `decode` command: prints one line for each exchange message of a capture.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/market/venue.h"
#include "server/tools/decode/decode_output.h"

namespace indexcast::server {

struct DecodeOptions {
  feed::Venue venue = feed::Venue::sse;
  bool json = false;
  std::string filter;                 // BPF, tcpdump's syntax; empty: everything
  std::vector<std::string> captures;  // merged by time
  // TCP ports of gateways, or UDP ports of channels. Empty: detected. A TCP direction is the
  // venue's when a frame in its first 64 KiB identifies the venue (type, length, checksum); a UDP
  // destination is HKEX's when one of its datagrams has a plausible packet header, and SZSE's
  // (MDDP) when one has a good checksum.
  std::vector<std::uint16_t> ports;
};

// Decodes the rest of `source` into `output`, whose counts then include every byte read. Ignores
// options.captures.
void decode_all(feed::CaptureSource& source, const DecodeOptions& options, DecodeOutput& output);

// Writes the messages to `out` in the order of the capture, and with --json the counts as the last
// line. Writes faults of captures and the counts to `err`. The six counts of DecodeTotals add up to
// all bytes of the captures; a message counts as decoded only when its fields were shown.
// Returns kExitOk; kExitInput when a capture is missing or is not a capture; kExitIncomplete when
// a capture is cut off or damaged, bytes are missing or a message is malformed. Control plane:
// allocates, one thread, memory limited by the reassembler.
int run_decode(const DecodeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace indexcast::server
