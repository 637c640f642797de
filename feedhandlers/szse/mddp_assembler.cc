#include "feedhandlers/szse/mddp_assembler.h"

#include <algorithm>
#include <cstring>

namespace indexcast::szse {

using feed::Bytes;

MddpAssembler::Result MddpAssembler::add(MddpPacket& packet, TimeNs now) {
  const MddpHeader& header = packet.header;
  if (header.total_fragments > kMaxFragments || packet.body.size() > kFragmentBytes) {
    return Result::malformed;
  }
  Open& open = find_or_open(header, now);
  if (open.done) return Result::duplicate;
  if (open.header.total_fragments != header.total_fragments ||
      open.header.msg_count != header.msg_count) {
    return Result::malformed;
  }
  const std::size_t index = header.fragment_no - 1U;
  if (open.present[index]) return Result::duplicate;
  open.present[index] = true;
  open.sizes[index] = static_cast<std::uint16_t>(packet.body.size());
  if (!packet.body.empty()) {
    std::memcpy(bytes_of(open) + index * kFragmentBytes, packet.body.data(), packet.body.size());
  }
  if (open.present.count() != header.total_fragments) return Result::kept;
  open.done = true;
  packet.header = open.header;
  packet.body = join(open);
  return Result::complete;
}

MddpAssembler::Open& MddpAssembler::find_or_open(const MddpHeader& header, TimeNs now) {
  Open* place = &open_.front();
  for (Open& open : open_) {
    if (open.used && same_packet(open.header, header)) return open;
    if (!open.used || (place->used && open.since < place->since)) place = &open;
  }
  displaced_ += place->used && !place->done ? 1 : 0;
  *place = Open{};
  place->used = true;
  place->header = header;
  place->since = now;
  return *place;
}

// The pieces move together in their own storage.
Bytes MddpAssembler::join(const Open& open) {
  std::byte* const first = bytes_of(open);
  std::size_t size = 0;
  for (std::size_t i = 0; i < open.header.total_fragments; ++i) {
    std::memmove(first + size, first + i * kFragmentBytes, open.sizes[i]);
    size += open.sizes[i];
  }
  return {first, size};
}

std::size_t MddpAssembler::expire(TimeNs now) {
  std::size_t dropped = displaced_;
  displaced_ = 0;
  for (Open& open : open_) {
    if (!open.used || now - open.since < wait_ns_) continue;
    open.used = false;
    dropped += open.done ? 0 : 1;
  }
  return dropped;
}

}  // namespace indexcast::szse
