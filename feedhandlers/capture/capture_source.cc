#include "feedhandlers/capture/capture_source.h"

#include <numeric>
#include <utility>

namespace indexcast::feed {

std::uint64_t CaptureCounts::total() const {
  return std::accumulate(packets.begin(), packets.end(), std::uint64_t{0});
}

std::uint64_t CaptureCounts::malformed() const {
  return total() - of(PacketVerdict::good) - of(PacketVerdict::other) - of(PacketVerdict::ipv6);
}

absl::StatusOr<CaptureSource> CaptureSource::open(const std::vector<std::string>& paths,
                                                  const std::string& filter) {
  std::vector<PcapReader> readers;
  for (const std::string& path : paths) {
    auto reader = PcapReader::open(path, filter);
    if (!reader.ok()) return reader.status();
    readers.push_back(*std::move(reader));
  }
  return CaptureSource(std::move(readers));
}

CaptureSource::CaptureSource(std::vector<PcapReader> readers)
    : readers_(std::move(readers)), heads_(readers_.size()), taken_(readers_.size()) {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    heads_[i].present = readers_[i].next(heads_[i].packet);
  }
}

bool CaptureSource::next(CapturedPacket& packet) {
  if (taken_ < heads_.size()) {
    heads_[taken_].present = readers_[taken_].next(heads_[taken_].packet);
  }
  taken_ = heads_.size();
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    if (!heads_[i].present) continue;
    if (taken_ == heads_.size() || heads_[i].packet.time < heads_[taken_].packet.time) taken_ = i;
  }
  if (taken_ == heads_.size()) return false;

  const RawPacket& raw = heads_[taken_].packet;
  packet.time = raw.time;
  packet.capture = taken_;
  packet.number = raw.number;
  packet.frame_bytes = raw.bytes.size();
  packet.verdict = raw.time_valid ? dissect(readers_[taken_].link_type(), raw.bytes, packet.view)
                                  : PacketVerdict::bad_time;
  ++counts_.packets[static_cast<std::size_t>(packet.verdict)];
  return true;
}

std::vector<std::string> CaptureSource::faults() const {
  std::vector<std::string> faults;
  for (const PcapReader& reader : readers_) {
    if (!reader.fault().empty()) faults.push_back(reader.fault());
  }
  return faults;
}

}  // namespace indexcast::feed
