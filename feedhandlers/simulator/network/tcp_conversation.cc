#include "feedhandlers/simulator/network/tcp_conversation.h"

#include <algorithm>
#include <utility>

namespace indexcast::sim {
namespace {

constexpr std::int64_t kBetweenFramesNs = 5'000;
// Any will do; fixed, because a capture of one seed is one file.
constexpr std::uint32_t kClientStart = 1'000'000;
constexpr std::uint32_t kServerStart = 5'000'000;

}  // namespace

TcpConversation::TcpConversation(feed::Endpoint client, feed::Endpoint server, FrameSink sink)
    : client_{std::move(client), kClientStart, 0},
      server_{std::move(server), kServerStart, 0},
      sink_(std::move(sink)) {}

void TcpConversation::open(TimeNs now) {
  using enum feed::TcpFlags;
  clock_ = std::max(clock_, now);
  segment(client_, server_, syn, {});
  ++client_.next_sequence;
  segment(server_, client_, syn | ack, {});
  ++server_.next_sequence;
  segment(client_, server_, ack, {});
}

void TcpConversation::send(Side& from, Side& to, feed::Bytes bytes, TimeNs now) {
  using enum feed::TcpFlags;
  clock_ = std::max(clock_, now);
  while (!bytes.empty()) {
    const feed::Bytes part = bytes.first(std::min(bytes.size(), feed::kMaxSegment));
    segment(from, to, push | ack, part);
    from.next_sequence += static_cast<std::uint32_t>(part.size());
    segment(to, from, ack, {});
    bytes = bytes.subspan(part.size());
  }
}

void TcpConversation::close(TimeNs now) {
  using enum feed::TcpFlags;
  clock_ = std::max(clock_, now);
  segment(server_, client_, fin | ack, {});
  ++server_.next_sequence;
  segment(client_, server_, fin | ack, {});
  ++client_.next_sequence;
  segment(server_, client_, ack, {});
}

void TcpConversation::segment(Side& from, const Side& to, feed::TcpFlags flags,
                              feed::Bytes payload) {
  const bool first = flags == feed::TcpFlags::syn;
  const feed::Endpoint& target = &from == &client_ ? server_.address : client_.address;
  sink_(clock_, feed::tcp_frame(from.address, target,
                                {from.next_sequence, first ? 0 : to.next_sequence, flags, payload},
                                from.ip_id++));
  clock_ = clock_ + kBetweenFramesNs;
}

}  // namespace indexcast::sim
