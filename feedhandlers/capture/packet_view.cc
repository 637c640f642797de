#include "feedhandlers/capture/packet_view.h"

#include <arpa/inet.h>
#include <pcap/dlt.h>

#include <algorithm>
#include <optional>

namespace indexcast::feed {
namespace {

constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
constexpr std::uint16_t kEtherTypeVlan = 0x8100;
constexpr std::uint16_t kEtherTypeQinQ = 0x88a8;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::uint32_t kFamilyInet = 2;  // AF_INET, the same number on every system that captures
// AF_INET6 is not: Linux, NetBSD and OpenBSD, FreeBSD, Darwin.
constexpr std::array<std::uint32_t, 4> kFamilyInet6{10, 24, 28, 30};

// What a link header says: the EtherType and where the next header begins.
struct LinkHeader {
  std::uint16_t ether_type = 0;
  std::size_t length = 0;
};

// Fixed headers: the EtherType stands at `type_offset`, the next header at `length`.
std::optional<LinkHeader> fixed_header(Bytes frame, std::size_t type_offset, std::size_t length) {
  if (frame.size() < length) return std::nullopt;
  return LinkHeader{load_be<std::uint16_t>(frame.data() + type_offset), length};
}

// Steps over 802.1Q and QinQ tags.
std::optional<LinkHeader> skip_vlan_tags(Bytes frame, LinkHeader header) {
  while (header.ether_type == kEtherTypeVlan || header.ether_type == kEtherTypeQinQ) {
    if (frame.size() < header.length + 4) return std::nullopt;
    header.ether_type = load_be<std::uint16_t>(frame.data() + header.length + 2);
    header.length += 4;
  }
  return header;
}

// The family number is in the byte order of the capturing machine, so both orders are accepted.
std::optional<LinkHeader> loopback_header(Bytes frame) {
  if (frame.size() < 4) return std::nullopt;
  const auto is = [&](std::uint32_t family) {
    return load_le<std::uint32_t>(frame.data()) == family ||
           load_be<std::uint32_t>(frame.data()) == family;
  };
  if (is(kFamilyInet)) return LinkHeader{kEtherTypeIpv4, 4};
  const bool inet6 = std::any_of(kFamilyInet6.begin(), kFamilyInet6.end(), is);
  return LinkHeader{inet6 ? kEtherTypeIpv6 : std::uint16_t{0}, 4};
}

std::optional<LinkHeader> link_header(int link_type, Bytes frame) {
  switch (link_type) {
    case DLT_EN10MB: {
      const auto header = fixed_header(frame, 12, 14);
      return header ? skip_vlan_tags(frame, *header) : std::nullopt;
    }
    case DLT_LINUX_SLL: {
      const auto header = fixed_header(frame, 14, 16);
      return header ? skip_vlan_tags(frame, *header) : std::nullopt;
    }
    case DLT_LINUX_SLL2: {
      const auto header = fixed_header(frame, 0, 20);
      return header ? skip_vlan_tags(frame, *header) : std::nullopt;
    }
    case DLT_NULL:
    case DLT_LOOP:
      return loopback_header(frame);
    default:  // raw IP: the version nibble decides below
      return LinkHeader{kEtherTypeIpv4, 0};
  }
}

PacketVerdict dissect_udp(Bytes segment, std::size_t sent_length, PacketView& view) {
  if (segment.size() < 8) {
    return sent_length < 8 ? PacketVerdict::truncated_udp : PacketVerdict::short_capture;
  }
  const std::size_t length = load_be<std::uint16_t>(segment.data() + 4);
  if (length < 8 || length > sent_length) return PacketVerdict::bad_udp_length;
  if (length > segment.size()) return PacketVerdict::short_capture;
  view.transport = IpProtocol::udp;
  view.payload = segment.subspan(8, length - 8);
  return PacketVerdict::good;
}

PacketVerdict dissect_tcp(Bytes segment, PacketView& view) {
  if (segment.size() < 20) return PacketVerdict::truncated_tcp;
  const std::size_t header = (std::to_integer<std::size_t>(segment[12]) >> 4) * 4;
  if (header < 20 || header > segment.size()) return PacketVerdict::truncated_tcp;
  view.transport = IpProtocol::tcp;
  view.tcp_sequence = load_be<std::uint32_t>(segment.data() + 4);
  view.tcp_acknowledged = load_be<std::uint32_t>(segment.data() + 8);
  view.tcp_flags = std::to_integer<std::uint8_t>(segment[13]);
  view.payload = segment.subspan(header);
  return PacketVerdict::good;
}

PacketVerdict dissect_ipv4(Bytes packet, PacketView& view) {
  if (packet.empty()) return PacketVerdict::truncated_ip;
  const auto first = std::to_integer<unsigned>(packet[0]);
  if (first >> 4 == 6) return PacketVerdict::ipv6;
  if (first >> 4 != 4) return PacketVerdict::bad_ip;
  if (packet.size() < 20) return PacketVerdict::truncated_ip;
  const std::size_t header = (first & 0xf) * 4;
  std::size_t total = load_be<std::uint16_t>(packet.data() + 2);
  // A card that segments for the kernel leaves the total length empty on the sender's side.
  if (total == 0) total = packet.size();
  if (header < 20 || total < header) return PacketVerdict::bad_ip;
  if (packet.size() < header) return PacketVerdict::truncated_ip;
  const auto protocol = std::to_integer<std::uint8_t>(packet[9]);
  if (protocol != kProtocolTcp && protocol != kProtocolUdp) return PacketVerdict::other;
  if ((load_be<std::uint16_t>(packet.data() + 6) & 0x3fff) != 0) return PacketVerdict::fragment;

  // What follows the stated length is padding of the link layer.
  const Bytes segment = packet.subspan(header, std::min(total, packet.size()) - header);
  view.source.host = load_be<std::uint32_t>(packet.data() + 12);
  view.destination.host = load_be<std::uint32_t>(packet.data() + 16);
  if (segment.size() >= 4) {
    view.source.port = load_be<std::uint16_t>(segment.data());
    view.destination.port = load_be<std::uint16_t>(segment.data() + 2);
  }
  view.cut_bytes = total > packet.size() ? total - packet.size() : 0;
  return protocol == kProtocolUdp ? dissect_udp(segment, total - header, view)
                                  : dissect_tcp(segment, view);
}

}  // namespace

std::string to_string(const SocketAddress& address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(address.host >> shift & 0xff);
    text += shift == 0 ? ':' : '.';
  }
  return text + std::to_string(address.port);
}

bool parse_host(std::string_view text, std::uint32_t& host) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return false;
  host = byte_swap(static_cast<std::uint32_t>(address.s_addr));
  return true;
}

bool is_known_link_type(int link_type) {
  constexpr std::array kKnown{DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                              DLT_LOOP,   DLT_RAW,       DLT_IPV4};
  return std::find(kKnown.begin(), kKnown.end(), link_type) != kKnown.end();
}

PacketVerdict dissect(int link_type, Bytes frame, PacketView& view) {
  const auto header = link_header(link_type, frame);
  if (!header) return PacketVerdict::truncated_link;
  if (header->ether_type == kEtherTypeIpv6) return PacketVerdict::ipv6;
  if (header->ether_type != kEtherTypeIpv4) return PacketVerdict::other;
  return dissect_ipv4(frame.subspan(header->length), view);
}

}  // namespace indexcast::feed
