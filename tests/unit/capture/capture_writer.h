// Writes captures for tests: packets by libtins, files by libpcap, so that what our reader is held
// against is not our own idea of the formats.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/capture/packet_view.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::test {

using Frame = std::vector<std::uint8_t>;

struct TcpSegment {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::uint8_t flags = feed::kTcpAck;
  std::string payload;
};

inline constexpr feed::SocketAddress kGateway{0x0a000001, 9129};  // 10.0.0.1
inline constexpr feed::SocketAddress kClient{0x0a000002, 40000};  // 10.0.0.2
inline constexpr feed::SocketAddress kGroup{0xef010101, 51000};   // 239.1.1.1

// An IP packet without a link header.
Frame ip_udp(const feed::SocketAddress& source, const feed::SocketAddress& destination,
             std::string_view payload);
Frame ip_tcp(const feed::SocketAddress& source, const feed::SocketAddress& destination,
             const TcpSegment& segment);

// `ip` behind the link header of a libpcap DLT value.
Frame with_link(int link_type, const Frame& ip);

// A capture file that is deleted with the object.
class TemporaryCapture {
 public:
  // `link_type` of the file; times are nanoseconds.
  explicit TemporaryCapture(int link_type);
  ~TemporaryCapture();
  TemporaryCapture(const TemporaryCapture&) = delete;
  TemporaryCapture& operator=(const TemporaryCapture&) = delete;

  // Adds an IP packet, the link header put before it; `captured` cuts the frame as a snapshot
  // length would.
  void add(TimeNs time, const Frame& ip, std::size_t captured = ~std::size_t{0});
  void add_frame(TimeNs time, const Frame& frame, std::size_t captured = ~std::size_t{0});
  // The path, everything written.
  const std::string& path();
  // Cuts the file to its first `bytes`.
  void truncate(std::size_t bytes);

 private:
  int link_type_;
  std::string path_;
  void* handle_;  // pcap_t
  void* dumper_;  // pcap_dumper_t
};

// A file with any content.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline feed::Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace indexcast::test
