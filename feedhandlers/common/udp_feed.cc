#include "feedhandlers/common/udp_feed.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace indexcast::feed {

// What one recvmmsg fills.
struct UdpFeed::Batch {
  // More than any datagram of an Ethernet frame, so that a longer one is seen as what it is.
  static constexpr std::size_t kDatagramMax = 2048;
  // The drop counter is the only control message asked for.
  static constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(std::uint32_t));

  struct alignas(cmsghdr) Control {
    std::array<std::byte, kControlSize> bytes;
  };

  Batch() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {datagrams[i].data(), kDatagramMax};
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_control = &controls[i];
    }
  }

  std::size_t receive(int descriptor) {
    for (mmsghdr& message : messages) message.msg_hdr.msg_controllen = kControlSize;
    const int count = recvmmsg(descriptor, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  Bytes datagram(std::size_t i) const { return {datagrams[i].data(), messages[i].msg_len}; }

  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  std::array<Control, kBatch> controls{};
  std::array<std::array<std::byte, kDatagramMax>, kBatch> datagrams{};
};

UdpFeed::UdpFeed(const UdpFeedSettings& settings, DatagramHandler& handler)
    : venue_(settings.venue), handler_(handler), batch_(std::make_unique<Batch>()) {
  sources_.reserve(settings.lines.size());
  for (const UdpLine& line : settings.lines) {
    sources_.push_back(
        {line.channel, line.line,
         UdpSocket(line.address, settings.interface, settings.receive_buffer_bytes)});
  }
}

UdpFeed::~UdpFeed() = default;

std::size_t UdpFeed::poll(TimeNs now) {
  std::size_t received = 0;
  for (Source& source : sources_) received += receive(source, now);
  // Events that only time brought are work too: whoever waits for them has to be woken.
  const std::uint64_t events = counters().get(FeedCounter::events);
  handler_.on_time(now);
  return received + static_cast<std::size_t>(counters().get(FeedCounter::events) - events);
}

std::size_t UdpFeed::receive(Source& source, TimeNs now) {
  const std::size_t received = batch_->receive(source.socket.descriptor());
  for (std::size_t i = 0; i < received; ++i) {
    handler_.on_datagram(source.channel, source.line, batch_->datagram(i), now);
  }
  if (received > 0) note_drops(source, received);
  return received;
}

// The kernel's counter is the socket's total when the datagram was queued, modulo 2^32, and comes
// only once something was dropped; the last of a batch says it all.
void UdpFeed::note_drops(Source& source, std::size_t received) {
  msghdr& header = batch_->messages[received - 1].msg_hdr;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL) continue;
    std::uint32_t drops = 0;
    std::memcpy(&drops, CMSG_DATA(control), sizeof drops);
    handler_.counters().add(FeedCounter::kernel_drops, drops - source.drops_known);
    source.drops_known = drops;
  }
}

void UdpFeed::append_descriptors(std::vector<pollfd>& out) const {
  for (const Source& source : sources_) out.push_back({source.socket.descriptor(), POLLIN, 0});
}

int UdpFeed::receive_buffer_bytes() const {
  int smallest = sources_.empty() ? 0 : sources_.front().socket.receive_buffer_bytes();
  for (const Source& source : sources_) {
    smallest = std::min(smallest, source.socket.receive_buffer_bytes());
  }
  return smallest;
}

}  // namespace indexcast::feed
