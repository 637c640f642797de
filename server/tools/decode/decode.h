// `indexcast decode`: one line per exchange message of a capture.
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
  // TCP ports of gateways, or UDP ports of channels. Empty: found by looking. A TCP direction is
  // the venue's when one of its first frames convinces (type, length, checksum) within 64 KiB; a
  // UDP destination is HKEX's when a datagram for it has a plausible packet header, SZSE's (MDDP)
  // when one has a good checksum.
  std::vector<std::uint16_t> ports;
};

// Decodes what is left of `source` into `output`, whose account then holds every byte of it. The
// options' own captures are not looked at.
void decode_all(feed::CaptureSource& source, const DecodeOptions& options, DecodeOutput& output);

// Writes the messages to `out` in the order of the capture, and with --json the counts as the last
// line. Writes faults of captures and the counts to `err`. The six counts of decode_totals.h add up
// to all bytes of the captures; a message counts as decoded only when its fields were shown.
// Returns kExitOk; kExitInput when a capture is missing or is not a capture; kExitIncomplete when
// one ends damaged, bytes are missing or anything is malformed. Control plane: allocates, one
// thread, memory limited by the reassembler.
int run_decode(const DecodeOptions& options, std::ostream& out, std::ostream& err);

}  // namespace indexcast::server
