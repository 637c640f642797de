#include "server/tools/decode/decode.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <utility>

#include "feedhandlers/capture/capture_source.h"
#include "server/settings/exit_code.h"
#include "server/tools/commands.h"
#include "server/tools/decode/datagram_decoder.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/stream_decoder.h"

namespace indexcast::server {
namespace {

void print_reasons(std::string_view name, const ReasonedCount& count, std::ostream& err) {
  for (const auto& [reason, part] : count.reasons) {
    err << "  " << name << ' ' << reason << ": " << part.items << " (" << part.bytes << " bytes)\n";
  }
}

void print_totals(const DecodeTotals& totals, std::ostream& err) {
  const auto print = [&](const char* name, const DecodeCount& count) {
    err << name << ' ' << count.items << " (" << count.bytes << " bytes), ";
  };
  print("decoded", totals.decoded);
  print("undescribed", totals.undescribed);
  print("named only", totals.named_only.all);
  print("unknown type", totals.unknown_type.all);
  print("skipped", totals.skipped.all);
  print("malformed", totals.malformed.all);
  err << "all " << totals.captured_bytes << " bytes; packets " << totals.packets
      << ", missing bytes " << totals.missing_bytes << ", cut bytes " << totals.cut_bytes << '\n';
  print_reasons("named only", totals.named_only, err);
  print_reasons("unknown type", totals.unknown_type, err);
  print_reasons("skipped", totals.skipped, err);
  print_reasons("malformed", totals.malformed, err);
  if (totals.accounted_bytes() != totals.captured_bytes)
    err << "internal error: the counts differ from the captured bytes by "
        << static_cast<std::int64_t>(totals.captured_bytes - totals.accounted_bytes())
        << "; please report this\n";
}

// Counts one packet. Calls `add(packet)` if its payload is readable.
template <class Add>
void take_packet(const feed::CapturedPacket& packet, DecodeOutput& output, Add&& add) {
  const bool good = packet.verdict == feed::PacketVerdict::good;
  const std::size_t bytes = good ? packet.view.payload.size() : packet.frame_bytes;
  DecodeTotals& totals = output.totals();
  ++totals.packets;
  totals.captured_bytes += bytes;
  if (good) {
    totals.cut_bytes += packet.view.cut_bytes;
    add(packet);
  } else if (is_malformed(packet.verdict)) {
    output.malformed_packet(packet.verdict, bytes, {packet.number, 0, packet.capture});
  } else {
    output.count_skipped(packet.verdict == feed::PacketVerdict::ipv6 ? "ipv6" : "not_ip", bytes);
  }
}

// Returns whether every capture was read to its end.
bool report_faults(const feed::CaptureSource& source, std::ostream& err) {
  const auto faults = source.faults();
  for (const std::string& fault : faults) err << fault << '\n';
  return faults.empty();
}

}  // namespace

// Decodes streams for every venue, and datagrams for HKEX and SZSE. SSE sends no datagrams.
void decode_all(feed::CaptureSource& source, const DecodeOptions& options, DecodeOutput& output) {
  StreamDecoder streams(options.venue, options.ports, output);
  DatagramDecoder datagrams(options.ports, output);
  MddpDecoder mddp(options.ports, output);
  feed::CapturedPacket packet;
  TimeNs last;
  while (source.next(packet)) {
    last = packet.time;
    take_packet(packet, output, [&](const feed::CapturedPacket& good) {
      if (good.view.transport == feed::IpProtocol::tcp) {
        streams.add(good);
      } else if (options.venue == feed::Venue::hkex) {
        datagrams.add(good);
      } else if (options.venue == feed::Venue::szse) {
        mddp.add(good);
      } else {
        output.count_skipped("foreign", good.view.payload.size());
      }
    });
  }
  streams.finish(last);
  mddp.finish();
  output.totals().missing_bytes = streams.tcp_counts().missing_bytes;
}

int run_decode(const DecodeOptions& options, std::ostream& out, std::ostream& err) {
  auto source = feed::CaptureSource::open(options.captures, options.filter);
  if (!source.ok()) {
    err << source.status().message() << '\n';
    return kExitInput;
  }
  DecodeOutput output(options.venue, options.json, out, options.captures);
  decode_all(*source, options, output);
  output.write_totals();
  output.flush();
  const DecodeTotals& totals = output.totals();
  print_totals(totals, err);
  const bool read_whole = report_faults(*source, err);
  const bool whole = read_whole && totals.missing_bytes == 0 && totals.malformed.all.items == 0;
  return whole ? kExitOk : kExitIncomplete;
}

void add_decode(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("decode", "print one line for each exchange message of a capture");
  const auto options = std::make_shared<DecodeOptions>();
  const std::map<std::string, feed::Venue> venues{
      {"sse", feed::Venue::sse}, {"szse", feed::Venue::szse}, {"hkex", feed::Venue::hkex}};
  command->add_option("VENUE", options->venue, "sse, szse or hkex")
      ->required()
      ->transform(CLI::CheckedTransformer(venues));
  command->add_option("CAPTURE", options->captures, "pcap or pcapng files")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_flag("--json", options->json, "print one JSON object per line");
  command->add_option("--filter", options->filter,
                      "decode only packets that match this BPF expression");
  command->add_option("--port", options->ports, "ports of gateways or channels; default: detected");
  command->callback([=, &exit_code] { exit_code = run_decode(*options, std::cout, std::cerr); });
}

}  // namespace indexcast::server
