#include "feedhandlers/session/udp_feed.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace indexcast::feed {

namespace {

std::vector<std::uint32_t> parse_sources(const std::vector<std::string>& sources) {
  std::vector<std::uint32_t> out;
  for (const std::string& source : sources) {
    in_addr address{};
    if (inet_pton(AF_INET, source.c_str(), &address) != 1) {
      throw std::runtime_error("udp source " + source + ": not an IPv4 address");
    }
    out.push_back(address.s_addr);
  }
  return out;
}

// Calls visit(type, data) for each control message of the socket's own level.
template <class Visit>
void for_each_control(msghdr& header, Visit&& visit) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == SOL_SOCKET) visit(control->cmsg_type, CMSG_DATA(control));
  }
}

}  // namespace

// Buffers of one recvmmsg.
struct UdpFeed::Batch {
  // More than any datagram of an Ethernet frame, so that a longer one is seen as what it is.
  static constexpr std::size_t kDatagramMax = 2048;
  // The control messages that were asked for: the drop counter and the stamp.
  static constexpr std::size_t kControlSize =
      CMSG_SPACE(sizeof(std::uint32_t)) + CMSG_SPACE(sizeof(timespec));

  struct alignas(cmsghdr) Control {
    std::array<std::byte, kControlSize> bytes;
  };

  Batch() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      vectors[i] = {datagrams[i].data(), kDatagramMax};
      messages[i].msg_hdr.msg_iov = &vectors[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_control = &controls[i];
      messages[i].msg_hdr.msg_name = &senders[i];
    }
  }

  // Datagrams received, or -1 with errno.
  int receive(int descriptor) {
    for (mmsghdr& message : messages) {
      message.msg_hdr.msg_controllen = kControlSize;
      message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
    }
    return recvmmsg(descriptor, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  }

  Bytes datagram(std::size_t i) const { return {datagrams[i].data(), messages[i].msg_len}; }

  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> vectors{};
  std::array<Control, kBatch> controls{};
  std::array<sockaddr_in, kBatch> senders{};
  std::array<std::array<std::byte, kDatagramMax>, kBatch> datagrams{};
};

UdpFeed::UdpFeed(const UdpFeedSettings& settings, DatagramHandler& handler)
    : venue_(settings.venue),
      handler_(handler),
      clocks_(settings.clocks),
      senders_(parse_sources(settings.sources)),
      batch_(std::make_unique<Batch>()) {
  const MulticastMembership membership{
      settings.interface, settings.join_sources ? settings.sources : std::vector<std::string>{}};
  sources_.reserve(settings.lines.size());
  for (const UdpLine& line : settings.lines) {
    sources_.push_back({line.channel, line.line,
                        UdpSocket(line.address, membership, settings.receive_buffer_bytes)});
  }
}

UdpFeed::~UdpFeed() = default;

void UdpFeed::watch(ReadySet& ready) {
  ready_set_ = &ready;
  for (Source& source : sources_) {
    source.ready = false;
    ready.add(source.socket.descriptor(), ReadySet::Wanted::read, source.ready);
  }
}

std::size_t UdpFeed::poll(TimeNs now) {
  stamps_.begin_poll(now, clocks_());
  std::size_t received = 0;
  if (last_poll_.ns != 0 && now - last_poll_ > kPauseNs) {
    draining_ = true;
    handler_.on_paused(now);
  }
  last_poll_ = now;
  bool empty = true;
  for (Source& source : sources_) {
    if (!source.ready && !draining_) continue;
    const std::size_t count = receive(source);
    if (ready_set_ != nullptr && count < kBatch) source.ready = false;
    empty &= count < kBatch;
    received += count;
  }
  // Datagrams may have come after the poll began.
  const TimeNs end = std::max(now, stamps_.latest());
  if (empty && std::exchange(draining_, false)) handler_.on_drained(end);
  // Events caused by time alone count too, because threads that wait for them must be woken.
  const std::uint64_t events = counters().get(FeedCounter::events);
  handler_.on_time(end);
  return received + static_cast<std::size_t>(counters().get(FeedCounter::events) - events);
}

std::size_t UdpFeed::receive(Source& source) {
  const int count = batch_->receive(source.socket.descriptor());
  if (count < 0) {
    const bool nothing = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (!nothing) handler_.counters().add(FeedCounter::receive_errors);
    return 0;
  }
  const auto received = static_cast<std::size_t>(count);
  if (received > 0) stamps_.begin_batch(clocks_());
  for (std::size_t i = 0; i < received; ++i) {
    if (is_wanted(i)) {
      handler_.on_datagram(source.channel, source.line, batch_->datagram(i), receive_time(i));
    } else {
      handler_.counters().add(FeedCounter::source_filtered);
    }
  }
  if (received > 0) note_drops(source, received);
  return received;
}

bool UdpFeed::is_wanted(std::size_t i) const {
  return senders_.empty() || std::find(senders_.begin(), senders_.end(),
                                       batch_->senders[i].sin_addr.s_addr) != senders_.end();
}

TimeNs UdpFeed::receive_time(std::size_t i) {
  TimeNs stamp{};
  for_each_control(batch_->messages[i].msg_hdr, [&stamp](int type, const unsigned char* data) {
    if (type != SCM_TIMESTAMPNS) return;
    timespec time{};
    std::memcpy(&time, data, sizeof time);
    stamp = {std::int64_t{time.tv_sec} * kNsPerSecond + time.tv_nsec};
  });
  const TimeNs time = stamps_.receive_time(stamp);
  if (!stamps_.last_usable()) handler_.counters().add(FeedCounter::stamps_unusable);
  return time;
}

// The kernel's counter is the socket's total when the datagram was queued, modulo 2^32, and comes
// only once something was dropped; the last of a batch says it all.
void UdpFeed::note_drops(Source& source, std::size_t received) {
  for_each_control(batch_->messages[received - 1].msg_hdr,
                   [this, &source](int type, const unsigned char* data) {
                     if (type != SO_RXQ_OVFL) return;
                     std::uint32_t drops = 0;
                     std::memcpy(&drops, data, sizeof drops);
                     handler_.counters().add(FeedCounter::kernel_drops, drops - source.drops_known);
                     source.drops_known = drops;
                   });
}

int UdpFeed::receive_buffer_bytes() const {
  int smallest = sources_.empty() ? 0 : sources_.front().socket.receive_buffer_bytes();
  for (const Source& source : sources_) {
    smallest = std::min(smallest, source.socket.receive_buffer_bytes());
  }
  return smallest;
}

}  // namespace indexcast::feed
