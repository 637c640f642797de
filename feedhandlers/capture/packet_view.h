// One captured frame taken apart down to its UDP or TCP payload, without a copy: what replay,
// decode and the reassembler see of a network.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {

// An IPv4 address and port in host byte order; the compact form of Endpoint for per-packet work.
struct SocketAddress {
  std::uint32_t host = 0;
  std::uint16_t port = 0;
  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

// "192.0.2.1:9129"
std::string to_string(const SocketAddress& address);

// The address in host byte order. False when `text` is not a dotted IPv4 address.
bool parse_host(std::string_view text, std::uint32_t& host);

enum class IpProtocol : std::uint8_t { udp, tcp };

enum class PacketVerdict : std::uint8_t {
  good,
  // Well formed and nothing that carries a feed: ARP, ICMP, an empty frame.
  other,
  ipv6,            // no feed here is carried by it
  truncated_link,  // shorter than its link header
  truncated_ip,    // shorter than its IP header
  bad_ip,          // version, header length or total length impossible
  truncated_udp,   // shorter than its UDP header
  bad_udp_length,  // a UDP length that contradicts the IP length
  truncated_tcp,   // shorter than its TCP header, or an impossible data offset
  short_capture,   // a UDP payload cut by the capture's snapshot length
  fragment,        // a piece of a fragmented datagram: no feed here sends more than one MTU
  bad_time,        // a time stamp that does not fit 64-bit nanoseconds
};
inline constexpr std::size_t kPacketVerdictCount = 12;

inline constexpr std::array<std::string_view, kPacketVerdictCount> kPacketVerdictNames{
    "good",          "other",         "ipv6",          "truncated_link",
    "truncated_ip",  "bad_ip",        "truncated_udp", "bad_udp_length",
    "truncated_tcp", "short_capture", "fragment",      "bad_time"};

constexpr std::string_view name_of(PacketVerdict verdict) {
  return kPacketVerdictNames[static_cast<std::size_t>(verdict)];
}

// True for every verdict that is a fault of the capture rather than foreign traffic.
constexpr bool is_malformed(PacketVerdict verdict) { return verdict > PacketVerdict::ipv6; }

inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpRst = 0x04;
inline constexpr std::uint8_t kTcpAck = 0x10;

// Valid while the frame's bytes are. `payload` of a TCP segment may be shorter than what was sent
// when the capture cut it; the reassembler then sees a hole.
struct PacketView {
  SocketAddress source;
  SocketAddress destination;
  IpProtocol transport = IpProtocol::udp;
  std::uint8_t tcp_flags = 0;
  std::uint32_t tcp_sequence = 0;
  std::uint32_t tcp_acknowledged = 0;
  Bytes payload;
  std::size_t cut_bytes = 0;  // of a TCP payload that the capture's snapshot length cut off
};

// Takes `frame` apart. `link_type` is libpcap's DLT value; Ethernet (with VLAN tags), raw IP, Linux
// cooked v1 and v2 and BSD loopback are known. Fills `view` only for `good`. Never reads past
// `frame`, allocates nothing; any thread.
PacketVerdict dissect(int link_type, Bytes frame, PacketView& view);

// Whether dissect knows the link type at all.
bool is_known_link_type(int link_type);

}  // namespace indexcast::feed
