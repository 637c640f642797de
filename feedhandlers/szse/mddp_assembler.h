// Puts the fragments of multicast packets together again (MDDP, notes 1.7).
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <memory>

#include "calc/time.h"
#include "feedhandlers/szse/mddp_packet.h"

namespace indexcast::szse {

// Fragments of one packet share channel, sender and SeqNum; both lines' fragments complete each
// other. One thread; allocates at construction only.
class MddpAssembler {
 public:
  // Packets in pieces at a time; a new one takes the place of the oldest.
  static constexpr std::size_t kMaxOpen = 16;
  static constexpr std::size_t kMaxFragments = 64;
  static constexpr std::size_t kFragmentBytes = 2048;  // more than an Ethernet frame carries

  explicit MddpAssembler(std::int64_t wait_ns)
      : wait_ns_(wait_ns),
        storage_(std::make_unique_for_overwrite<std::byte[]>(kMaxOpen * kMaxFragments *
                                                             kFragmentBytes)) {}

  enum class Result : std::uint8_t { complete, kept, duplicate, malformed };

  // On `complete`, `packet` becomes the whole packet; its body is valid until the next call.
  Result add(MddpPacket& packet, TimeNs now);
  // Drops what waited too long; returns how many packets.
  std::size_t expire(TimeNs now);
  // Whether a packet waits for pieces.
  bool waits() const {
    return std::ranges::any_of(open_, [](const Open& open) { return open.used && !open.done; });
  }

 private:
  struct Open {
    bool used = false;
    bool done = false;  // kept a while, so that the other line's pieces are known as copies
    MddpHeader header;  // of its first fragment that came
    TimeNs since{};
    std::bitset<kMaxFragments> present;
    std::array<std::uint16_t, kMaxFragments> sizes{};
  };

  static bool same_packet(const MddpHeader& a, const MddpHeader& b) {
    return a.channel == b.channel && a.sender_id == b.sender_id && a.seq_num == b.seq_num;
  }
  Open& find_or_open(const MddpHeader& header, TimeNs now);
  std::byte* bytes_of(const Open& open) {
    return storage_.get() +
           static_cast<std::size_t>(&open - open_.data()) * kMaxFragments * kFragmentBytes;
  }
  feed::Bytes join(const Open& open);

  const std::int64_t wait_ns_;
  std::array<Open, kMaxOpen> open_;
  const std::unique_ptr<std::byte[]> storage_;
  std::size_t displaced_ = 0;  // since the last expire()
};

}  // namespace indexcast::szse
