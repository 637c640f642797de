#include "feedhandlers/capture/pcap_writer.h"

#include <pcap/pcap.h>
#include <tins/ethernetII.h>
#include <tins/exceptions.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <stdexcept>

namespace indexcast::feed {
namespace {

constexpr int kSnapshotLength = 65535;
constexpr std::uint16_t kWindow = 65535;
constexpr std::uint16_t kMaxSegmentOption = kMaxSegment;
constexpr std::uint8_t kUnicastTtl = 64;
constexpr std::uint8_t kMulticastTtl = 1;

Tins::IPv4Address address_of(const std::string& host) {
  try {
    return Tins::IPv4Address(host);
  } catch (const Tins::exception_base&) {
    throw std::invalid_argument("not an IPv4 address: " + host);
  }
}

// Locally administered addresses derived from the host, so that each host has one; a group's by
// RFC 1112: the low 23 bits behind 01:00:5e.
Tins::HWAddress<6> hardware_of(const Tins::IPv4Address& address) {
  const std::string text = address.to_string();
  std::uint8_t octet[4] = {};
  std::size_t at = 0;
  for (const char c : text) {
    if (c == '.') {
      ++at;
    } else {
      octet[at] = static_cast<std::uint8_t>(octet[at] * 10 + (c - '0'));
    }
  }
  if (address.is_multicast()) {
    const std::uint8_t group[6] = {
        0x01, 0x00, 0x5e, static_cast<std::uint8_t>(octet[1] & 0x7f), octet[2], octet[3]};
    return Tins::HWAddress<6>(group);
  }
  const std::uint8_t host[6] = {0x02, 0x00, octet[0], octet[1], octet[2], octet[3]};
  return Tins::HWAddress<6>(host);
}

Tins::RawPDU raw(Bytes payload) {
  return {reinterpret_cast<const std::uint8_t*>(payload.data()),
          static_cast<std::uint32_t>(payload.size())};
}

// `transport` gets its checksum when it is serialised below IP.
std::vector<std::byte> frame(const Endpoint& from, const Endpoint& to, const Tins::PDU& transport,
                             std::uint16_t ip_id) {
  const Tins::IPv4Address source = address_of(from.host);
  const Tins::IPv4Address target = address_of(to.host);
  Tins::IP ip(target, source);
  ip.id(ip_id);
  ip.flags(Tins::IP::DONT_FRAGMENT);
  ip.ttl(target.is_multicast() ? kMulticastTtl : kUnicastTtl);
  Tins::EthernetII ethernet =
      Tins::EthernetII(hardware_of(target), hardware_of(source)) / ip / transport;
  const Tins::PDU::serialization_type bytes = ethernet.serialize();
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {begin, begin + bytes.size()};
}

}  // namespace

std::vector<std::byte> udp_frame(const Endpoint& from, const Endpoint& to, Bytes payload,
                                 std::uint16_t ip_id) {
  return frame(from, to, Tins::UDP(to.port, from.port) / raw(payload), ip_id);
}

std::vector<std::byte> tcp_frame(const Endpoint& from, const Endpoint& to,
                                 const TcpSegment& segment, std::uint16_t ip_id) {
  Tins::TCP tcp(to.port, from.port);
  const auto flags = static_cast<std::uint8_t>(segment.flags);
  tcp.seq(segment.sequence);
  tcp.ack_seq(segment.acknowledgment);
  tcp.window(kWindow);
  tcp.flags(flags);
  if ((flags & static_cast<std::uint8_t>(TcpFlags::syn)) != 0) tcp.mss(kMaxSegmentOption);
  if (segment.payload.empty()) return frame(from, to, tcp, ip_id);
  return frame(from, to, tcp / raw(segment.payload), ip_id);
}

struct PcapWriter::File {
  pcap_t* format = nullptr;
  pcap_dumper_t* dumper = nullptr;
  ~File() {
    if (dumper != nullptr) pcap_dump_close(dumper);
    if (format != nullptr) pcap_close(format);
  }
};

PcapWriter::PcapWriter(const std::string& path) : file_(std::make_unique<File>()), path_(path) {
  file_->format =
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kSnapshotLength, PCAP_TSTAMP_PRECISION_NANO);
  if (file_->format == nullptr) throw std::runtime_error("cannot prepare a capture: " + path);
  file_->dumper = pcap_dump_open(file_->format, path.c_str());
  if (file_->dumper == nullptr) {
    throw std::runtime_error("cannot write " + path + ": " + pcap_geterr(file_->format));
  }
}

PcapWriter::~PcapWriter() = default;

void PcapWriter::write(TimeNs time, Bytes bytes) {
  pcap_pkthdr header{};
  header.ts.tv_sec = time.ns / kNsPerSecond;
  header.ts.tv_usec = time.ns % kNsPerSecond;  // nanoseconds in a file of that precision
  header.caplen = header.len = static_cast<bpf_u_int32>(bytes.size());
  pcap_dump(reinterpret_cast<u_char*>(file_->dumper), &header,
            reinterpret_cast<const u_char*>(bytes.data()));
  ++frames_;
}

void PcapWriter::close() {
  if (file_ == nullptr) return;
  const bool whole = pcap_dump_flush(file_->dumper) == 0;
  file_.reset();
  if (!whole) throw std::runtime_error("capture is not complete, is the disk full? " + path_);
}

}  // namespace indexcast::feed
