// Writes captures as tcpdump does: pcap with nanosecond stamps, Ethernet frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::feed {

enum class TcpFlags : std::uint8_t { fin = 0x01, syn = 0x02, push = 0x08, ack = 0x10 };
constexpr TcpFlags operator|(TcpFlags a, TcpFlags b) {
  return static_cast<TcpFlags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

struct TcpSegment {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgment = 0;
  TcpFlags flags = TcpFlags::ack;
  Bytes payload;  // at most kMaxSegment
};

// Payload of a TCP segment, and of a UDP datagram, in an Ethernet frame of 1500 bytes.
inline constexpr std::size_t kMaxSegment = 1460;
inline constexpr std::size_t kMaxDatagram = 1472;

// Frames with valid lengths and checksums. Hosts must be dotted IPv4 addresses; invalid ones throw
// std::invalid_argument. A multicast destination gets its group's Ethernet address and TTL 1.
std::vector<std::byte> udp_frame(const Endpoint& from, const Endpoint& to, Bytes payload,
                                 std::uint16_t ip_id);
std::vector<std::byte> tcp_frame(const Endpoint& from, const Endpoint& to,
                                 const TcpSegment& segment, std::uint16_t ip_id);

// One thread. The file is complete once the writer is closed or destroyed.
class PcapWriter {
 public:
  // Creates or replaces `path`; throws std::runtime_error with libpcap's reason.
  explicit PcapWriter(const std::string& path);
  ~PcapWriter();

  // Stamps should not go backwards: readers cope, but tools complain.
  void write(TimeNs time, Bytes frame);
  // Flushes and closes; throws std::runtime_error when the file could not be written whole.
  void close();

  std::uint64_t frames() const { return frames_; }

 private:
  struct File;
  std::unique_ptr<File> file_;
  std::string path_;
  std::uint64_t frames_ = 0;
};

}  // namespace indexcast::feed
