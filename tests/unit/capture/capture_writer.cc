#include "tests/unit/capture/capture_writer.h"

#include <pcap/pcap.h>
#include <tins/ethernetII.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace indexcast::test {
namespace {

std::string temporary_path() {
  std::string path = "/tmp/indexcast_capture_XXXXXX";
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) throw std::runtime_error("mkstemp");
  close(descriptor);
  return path;
}

Tins::IPv4Address host(const feed::SocketAddress& address) {
  return Tins::IPv4Address(feed::byte_swap(address.host));
}

}  // namespace

Frame ip_udp(const feed::SocketAddress& source, const feed::SocketAddress& destination,
             std::string_view payload) {
  Tins::IP packet = Tins::IP(host(destination), host(source)) /
                    Tins::UDP(destination.port, source.port) / Tins::RawPDU(std::string(payload));
  return packet.serialize();
}

Frame ip_tcp(const feed::SocketAddress& source, const feed::SocketAddress& destination,
             const TcpSegment& segment) {
  Tins::TCP tcp(destination.port, source.port);
  tcp.seq(segment.sequence);
  tcp.ack_seq(segment.acknowledged);
  tcp.flags(segment.flags);
  Tins::IP packet = Tins::IP(host(destination), host(source)) / tcp;
  if (!segment.payload.empty()) packet /= Tins::RawPDU(segment.payload);
  return packet.serialize();
}

Frame with_link(int link_type, const Frame& ip) {
  Frame frame;
  switch (link_type) {
    case DLT_EN10MB:
      frame = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x08, 0x00};
      break;
    case DLT_LINUX_SLL:
      frame = {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x08, 0x00};
      break;
    case DLT_LINUX_SLL2:
      frame = {0x08, 0x00, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0};
      break;
    case DLT_NULL:
      frame = {2, 0, 0, 0};
      break;
    case DLT_LOOP:
      frame = {0, 0, 0, 2};
      break;
    default:
      break;
  }
  frame.insert(frame.end(), ip.begin(), ip.end());
  return frame;
}

TemporaryCapture::TemporaryCapture(int link_type)
    : link_type_(link_type), path_(temporary_path()), handle_(nullptr), dumper_(nullptr) {
  pcap_t* handle =
      pcap_open_dead_with_tstamp_precision(link_type, 65535, PCAP_TSTAMP_PRECISION_NANO);
  handle_ = handle;
  dumper_ = pcap_dump_open(handle, path_.c_str());
  if (dumper_ == nullptr) throw std::runtime_error(pcap_geterr(handle));
}

TemporaryCapture::~TemporaryCapture() {
  pcap_dump_close(static_cast<pcap_dumper_t*>(dumper_));
  pcap_close(static_cast<pcap_t*>(handle_));
  unlink(path_.c_str());
}

void TemporaryCapture::add(TimeNs time, const Frame& ip, std::size_t captured) {
  add_frame(time, with_link(link_type_, ip), captured);
}

void TemporaryCapture::add_frame(TimeNs time, const Frame& frame, std::size_t captured) {
  pcap_pkthdr header{};
  header.ts.tv_sec = time.ns / kNsPerSecond;
  header.ts.tv_usec = time.ns % kNsPerSecond;
  header.len = static_cast<bpf_u_int32>(frame.size());
  header.caplen = static_cast<bpf_u_int32>(std::min(captured, frame.size()));
  pcap_dump(static_cast<u_char*>(dumper_), &header, frame.data());
}

const std::string& TemporaryCapture::path() {
  pcap_dump_flush(static_cast<pcap_dumper_t*>(dumper_));
  return path_;
}

void TemporaryCapture::truncate(std::size_t bytes) {
  pcap_dump_flush(static_cast<pcap_dumper_t*>(dumper_));
  if (::truncate(path_.c_str(), static_cast<off_t>(bytes)) != 0) {
    throw std::runtime_error("truncate");
  }
}

TemporaryFile::TemporaryFile(std::string_view content) : path_(temporary_path()) {
  std::FILE* file = std::fopen(path_.c_str(), "wb");
  std::fwrite(content.data(), 1, content.size(), file);
  std::fclose(file);
}

TemporaryFile::~TemporaryFile() { unlink(path_.c_str()); }

}  // namespace indexcast::test
