// Packets of one or several captures in the order in which they happened.
#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/capture/packet_view.h"
#include "feedhandlers/capture/pcap_reader.h"

namespace indexcast::feed {

// One packet with its place: enough to find it again with tcpdump or Wireshark.
struct CapturedPacket {
  TimeNs time;
  std::size_t capture = 0;   // position in the list of captures
  std::uint64_t number = 0;  // RawPacket::number
  std::size_t frame_bytes = 0;
  PacketVerdict verdict = PacketVerdict::good;
  PacketView view;  // filled when the verdict is `good`
};

// Every packet read is counted under its verdict.
struct CaptureCounts {
  std::array<std::uint64_t, kPacketVerdictCount> packets{};

  std::uint64_t of(PacketVerdict verdict) const {
    return packets[static_cast<std::size_t>(verdict)];
  }
  std::uint64_t total() const;
  std::uint64_t malformed() const;
};

// Merges captures by (time, position in the list). Each capture is read in file order, and its
// stamps are taken as they are: a capture whose clock stepped back is delivered in file order.
// Used by one thread; a packet's payload is valid until the next call. Allocates nothing per
// packet.
class CaptureSource {
 public:
  static absl::StatusOr<CaptureSource> open(const std::vector<std::string>& paths,
                                            const std::string& filter = {});
  explicit CaptureSource(std::vector<PcapReader> readers);

  // The next packet of any kind, malformed and foreign ones too; false when every capture has
  // ended.
  bool next(CapturedPacket& packet);

  const CaptureCounts& counts() const { return counts_; }
  // One line for each capture that did not end cleanly.
  std::vector<std::string> faults() const;
  const std::string& name(std::size_t capture) const { return readers_[capture].name(); }

 private:
  struct Head {
    RawPacket packet;
    bool present = false;
  };

  std::vector<PcapReader> readers_;
  std::vector<Head> heads_;
  std::size_t taken_;  // the capture whose head went out last and must be refilled; none: the size
  CaptureCounts counts_;
};

}  // namespace indexcast::feed
