#include "server/cli/decode.h"

#include <utility>

#include "feedhandlers/capture/capture_source.h"
#include "server/cli/datagram_decoder.h"
#include "server/cli/decode_output.h"
#include "server/cli/exit_code.h"
#include "server/cli/stream_decoder.h"

namespace indexcast::server {
namespace {

void print_totals(const DecodeTotals& totals, std::ostream& err) {
  const auto print = [&](const char* name, const DecodeCount& count) {
    err << name << ' ' << count.items << " (" << count.bytes << " bytes), ";
  };
  print("decoded", totals.decoded);
  print("skipped", totals.skipped);
  print("malformed", totals.malformed);
  err << "bytes " << totals.payload_bytes();
}

// Runs the captures through `add(packet)` where their transport is right, and closes the account.
template <class Add>
TimeNs read_packets(feed::CaptureSource& source, feed::Transport transport, DecodeOutput& output,
                    Add&& add) {
  feed::CapturedPacket packet;
  TimeNs last;
  while (source.next(packet)) {
    last = packet.time;
    if (is_malformed(packet.verdict)) {
      output.malformed_packet(packet.verdict, packet.number);
    } else if (packet.verdict == feed::PacketVerdict::good && packet.view.transport == transport) {
      add(packet);
    }
  }
  return last;
}

// Returns whether every capture was read to its end.
bool report_faults(const feed::CaptureSource& source, std::ostream& err) {
  const auto faults = source.faults();
  for (const std::string& fault : faults) err << fault << '\n';
  return faults.empty();
}

}  // namespace

int run_decode(const DecodeOptions& options, std::ostream& out, std::ostream& err) {
  auto source = feed::CaptureSource::open(options.captures, options.filter);
  if (!source.ok()) {
    err << source.status().message() << '\n';
    return kExitInput;
  }
  DecodeOutput output(options.venue, options.json, out);
  std::uint64_t foreign_bytes = 0;
  std::uint64_t missing_bytes = 0;
  if (options.venue == feed::Venue::hkex) {
    DatagramDecoder decoder(options.ports, output);
    read_packets(*source, feed::Transport::udp, output, [&](const auto& p) { decoder.add(p); });
    foreign_bytes = decoder.foreign_bytes();
  } else {
    StreamDecoder decoder(options.venue, options.ports, output);
    const TimeNs last =
        read_packets(*source, feed::Transport::tcp, output, [&](const auto& p) { decoder.add(p); });
    decoder.finish(last);
    foreign_bytes = decoder.foreign_bytes();
    missing_bytes = decoder.tcp_counts().missing_bytes;
  }
  output.flush();
  print_totals(output.totals(), err);
  err << "; packets " << source->counts().total() << ", malformed packets "
      << source->counts().malformed() << ", missing bytes " << missing_bytes << ", foreign bytes "
      << foreign_bytes << '\n';
  const bool read_whole = report_faults(*source, err);
  const bool whole = read_whole && missing_bytes == 0 && output.totals().malformed.items == 0;
  return whole ? kExitOk : kExitIncomplete;
}

}  // namespace indexcast::server
