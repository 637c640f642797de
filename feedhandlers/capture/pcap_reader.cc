#include "feedhandlers/capture/pcap_reader.h"

#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "feedhandlers/capture/packet_view.h"

namespace indexcast::feed {
namespace {

// One read system call for some hundred packets; more gained nothing.
constexpr std::size_t kFileBuffer = 1 << 16;

// libpcap hands nanoseconds in tv_usec when opened with PCAP_TSTAMP_PRECISION_NANO. A pcapng stamp
// can name any 64-bit second, so the product is checked.
bool to_time(const timeval& stamp, TimeNs& time) {
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(static_cast<std::int64_t>(stamp.tv_sec), kNsPerSecond, &ns)) {
    return false;
  }
  if (__builtin_add_overflow(ns, static_cast<std::int64_t>(stamp.tv_usec), &ns)) return false;
  if (ns < 0) return false;
  time = TimeNs{ns};
  return true;
}

}  // namespace

void PcapReader::Closer::operator()(pcap* handle) const { pcap_close(handle); }

void PcapReader::Closer::operator()(bpf_program* program) const {
  pcap_freecode(program);
  delete program;
}

absl::StatusOr<PcapReader> PcapReader::open(const std::string& path, const std::string& filter) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    return absl::NotFoundError(path + ": " + std::strerror(errno));
  }
  return open(file, path, filter);
}

absl::StatusOr<PcapReader> PcapReader::open(std::FILE* file, const std::string& name,
                                            const std::string& filter) {
  PcapReader reader(name, std::vector<char>(kFileBuffer));
  std::setvbuf(file, reader.buffer_.data(), _IOFBF, reader.buffer_.size());
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  reader.handle_.reset(
      pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error.data()));
  if (!reader.handle_) {
    std::fclose(file);
    return absl::InvalidArgumentError(name + ": " + error.data());
  }
  reader.link_type_ = pcap_datalink(reader.handle_.get());
  if (!is_known_link_type(reader.link_type_)) {
    return absl::InvalidArgumentError(name + ": link type " + std::to_string(reader.link_type_) +
                                      " is not supported");
  }
  if (const absl::Status status = reader.set_filter(filter); !status.ok()) return status;
  return reader;
}

absl::Status PcapReader::set_filter(const std::string& filter) {
  if (filter.empty()) return absl::OkStatus();
  auto program = std::make_unique<bpf_program>();
  if (pcap_compile(handle_.get(), program.get(), filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return absl::InvalidArgumentError("filter '" + filter + "': " + pcap_geterr(handle_.get()));
  }
  filter_.reset(program.release());
  return absl::OkStatus();
}

bool PcapReader::next(RawPacket& packet) {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  do {
    const int result = pcap_next_ex(handle_.get(), &header, &data);
    if (result != 1) {
      note_end(result);
      return false;
    }
    ++count_;
  } while (filter_ && pcap_offline_filter(filter_.get(), header, data) == 0);
  packet.number = count_;
  packet.time_valid = to_time(header->ts, last_time_);
  packet.time = last_time_;
  packet.bytes = Bytes(reinterpret_cast<const std::byte*>(data), header->caplen);
  return true;
}

void PcapReader::note_end(int result) {
  if (result == PCAP_ERROR_BREAK) return;
  fault_ = name_ + ": packet " + std::to_string(count_ + 1) + ": " + pcap_geterr(handle_.get());
}

}  // namespace indexcast::feed
