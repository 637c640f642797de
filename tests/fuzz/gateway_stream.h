// Any bytes, cut anywhere, through a whole connection to a mainland gateway. The first byte chooses
// how: its low bit says whether the checksums of what looks like frames are made good, so that the
// fuzzer gets past them; the next whether the stream is our own or watched; the rest how it is cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"
#include "tests/fuzz/silent_sinks.h"

namespace indexcast::fuzz {

inline Universe one_member(feed::Venue venue, std::string_view symbol) {
  IndexDefinition definition;
  definition.code = "X";
  definition.currency = "CNY";
  Member member;
  member.security = std::make_shared<const Security>(
      Security{std::string(symbol), "", "CNY", feed::market_of(venue)});
  member.shares = {1'000'000};
  member.close = member.base_price = member.reference_price = {1'000'000};
  definition.members = {member};
  return Universe({definition});
}

inline void make_checksums_good(std::vector<std::byte>& stream,
                                feed::FrameScan (*scan)(feed::Bytes), std::size_t trailer_size) {
  for (std::size_t at = 0; at < stream.size();) {
    const std::span rest = std::span(stream).subspan(at);
    const feed::FrameScan found = scan(rest);
    if (found.status == feed::FrameScan::Status::incomplete) return;
    if (found.status == feed::FrameScan::Status::complete) {
      const std::size_t end = found.length - trailer_size;
      feed::store_be(rest.data() + end, feed::byte_sum(rest.first(end)));
    }
    at += found.length;
  }
}

// `handler` is new; the stream goes through it as the upper bits of `how` say.
inline void run_stream(feed::StreamHandler& handler, std::uint8_t how, feed::Bytes stream) {
  feed::Outbox out;
  const bool watched = (how & 2) != 0;
  const std::size_t step = how < 4 ? std::max<std::size_t>(stream.size(), 1) : how / 4;
  TimeNs now{1'750'383'000'000'000'000};
  if (!watched) handler.on_connected(now, out);
  for (feed::Bytes rest = stream; !rest.empty(); now = now + kNsPerMs) {
    const std::size_t taken = std::min(step, rest.size());
    if (watched) {
      handler.on_captured(rest.first(taken), now, taken % 16 == 15);
    } else if (!handler.on_bytes(rest.first(taken), now, out) || !handler.on_time(now, out)) {
      break;
    }
    rest = rest.subspan(taken);
    out.clear();
  }
  handler.on_disconnected(now);
}

}  // namespace indexcast::fuzz
