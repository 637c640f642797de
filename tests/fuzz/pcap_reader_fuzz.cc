// Any bytes as a capture file: reader, dissector, reassembler, replay routing and all three
// decoders of `decode`. Beside not crashing, every payload byte must be accounted for.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/pcap_reader.h"
#include "server/cli/datagram_decoder.h"
#include "server/cli/decode_output.h"
#include "server/cli/stream_decoder.h"

namespace {

using namespace indexcast;  // NOLINT: a program of one file

feed::CaptureSource open_capture(const std::uint8_t* data, std::size_t size, bool& opened) {
  std::vector<feed::PcapReader> readers;
  // fmemopen does not write to a stream opened for reading.
  std::FILE* file = fmemopen(const_cast<std::uint8_t*>(data), size, "rb");
  auto reader = feed::PcapReader::open(file, "fuzz");
  opened = reader.ok();
  if (opened) readers.push_back(*std::move(reader));
  return feed::CaptureSource(std::move(readers));
}

void check(bool holds) {
  if (!holds) std::abort();
}

void decode_streams(feed::Venue venue, feed::CaptureSource source) {
  std::ostringstream out;
  server::DecodeOutput output(venue, venue == feed::Venue::sse, out);
  server::StreamDecoder decoder(venue, {}, output);
  feed::CapturedPacket packet;
  while (source.next(packet)) {
    const bool good = packet.verdict == feed::PacketVerdict::good;
    if (good && packet.view.transport == feed::Transport::tcp) decoder.add(packet);
  }
  decoder.finish(packet.time);
  check(output.totals().payload_bytes() + decoder.foreign_bytes() ==
        decoder.tcp_counts().delivered_bytes);
}

void decode_datagrams(feed::CaptureSource source) {
  std::ostringstream out;
  server::DecodeOutput output(feed::Venue::hkex, true, out);
  server::DatagramDecoder decoder({}, output);
  std::uint64_t payload = 0;
  feed::CapturedPacket packet;
  while (source.next(packet)) {
    const bool good = packet.verdict == feed::PacketVerdict::good;
    if (!good || packet.view.transport != feed::Transport::udp) continue;
    payload += packet.view.payload.size();
    decoder.add(packet);
  }
  check(output.totals().payload_bytes() + decoder.foreign_bytes() == payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  bool opened = false;
  feed::CaptureSource streams = open_capture(data, size, opened);
  if (!opened) return 0;
  decode_streams(feed::Venue::sse, std::move(streams));
  decode_streams(feed::Venue::szse, open_capture(data, size, opened));
  decode_datagrams(open_capture(data, size, opened));
  return 0;
}
