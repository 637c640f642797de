// Reads one pcap or pcapng file, packet by packet, with nanosecond stamps.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/transport/bytes.h"

struct bpf_program;
struct pcap;

namespace indexcast::feed {

// A frame as the file holds it. `bytes` stays valid until the reader's next call.
struct RawPacket {
  TimeNs time;
  std::uint64_t number = 0;  // from 1 in the file, as Wireshark numbers frames, filter or not
  Bytes bytes;
  bool time_valid = true;  // false: the stamp does not fit, `time` is that of the packet before
};

// Used by one thread. libpcap's own buffers are the only memory that grows with the file's
// packet size.
class PcapReader {
 public:
  // `filter` is a BPF expression in tcpdump's syntax; empty passes everything. The status names the
  // file and what libpcap says of it: missing, not a capture, unknown link type, bad filter.
  static absl::StatusOr<PcapReader> open(const std::string& path, const std::string& filter = {});
  // The same over an open file, which the reader then owns. `name` stands in messages.
  static absl::StatusOr<PcapReader> open(std::FILE* file, const std::string& name,
                                         const std::string& filter = {});

  PcapReader(PcapReader&&) noexcept = default;
  PcapReader& operator=(PcapReader&&) = delete;
  ~PcapReader() = default;

  // The next packet; false at the end of the file or where the file is damaged, which fault() tells
  // apart.
  bool next(RawPacket& packet);

  // Empty after a clean end; else why reading stopped, with the number of the packet it stopped at.
  const std::string& fault() const { return fault_; }
  const std::string& name() const { return name_; }
  int link_type() const { return link_type_; }

 private:
  struct Closer {
    void operator()(pcap* handle) const;
    void operator()(bpf_program* program) const;
  };

  PcapReader(std::string name, std::vector<char> buffer) noexcept
      : name_(std::move(name)), buffer_(std::move(buffer)) {}
  absl::Status set_filter(const std::string& filter);
  void note_end(int result);

  std::string name_;
  std::string fault_;
  std::vector<char> buffer_;  // stdio's; outlives the handle, which is declared after it
  std::unique_ptr<pcap, Closer> handle_;
  std::unique_ptr<bpf_program, Closer> filter_;  // null: everything passes
  int link_type_ = 0;
  std::uint64_t count_ = 0;
  TimeNs last_time_;
};

}  // namespace indexcast::feed
