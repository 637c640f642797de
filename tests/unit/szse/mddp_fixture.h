// Multicast packets from our encoder, and a handler that receives them in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "feedhandlers/szse/mddp_handler.h"
#include "feedhandlers/szse/mddp_packet.h"
#include "tests/unit/sse/feed_fixture.h"
#include "tests/unit/szse/szse_messages.h"

namespace indexcast::szse::test {

inline constexpr TimeNs kMulticastStart{1'750'383'000'000'000'000};
inline constexpr std::uint16_t kMulticastChannel = 1011;

// Snapshot `number` of 000001, as multicast carries it: without its own checksum.
inline Message image(int number, std::size_t padding = 0) {
  const std::vector<std::int64_t> orders(padding, 100);
  const auto fields = test::snapshot_fields("T0", "000001", 20250620093003000 + number);
  Message bytes = test::snapshot(fields, {test::price_entry(kEntryLast, 10'000'000 + number),
                                          {kEntryBid, 10'000'000, 100, 1, 0, orders}});
  bytes.resize(bytes.size() - kTrailerSize);
  return bytes;
}

struct Shape {
  bool lengths = false;
  bool compressed = false;
  std::size_t fragment_bytes = 0;  // 0: whole
  std::uint8_t sender = 1;
};

// The packets of `messages`, whose first one has number `sequence`.
inline std::vector<Message> packets(std::int64_t sequence, const std::vector<Message>& messages,
                                    const Shape& shape = {}) {
  Message body;
  const std::vector<feed::Bytes> views(messages.begin(), messages.end());
  encode_mddp_body(views, shape.lengths, body);
  MddpHeader header{.sender_id = shape.sender,
                    .channel = kMulticastChannel,
                    .seq_num = sequence,
                    .msg_count = static_cast<std::uint16_t>(messages.size()),
                    .flag = mddp::kFlagApplication};
  if (shape.lengths) header.flag |= mddp::kFlagLengths;
  if (shape.compressed) {
    header.flag |= mddp::kFlagZlib | mddp::kFlagEncodeChecksum;
    header.encode_checksum = adler32_of(body);
    body = deflate_body(body);
  }
  const std::size_t piece = shape.fragment_bytes == 0 ? body.size() : shape.fragment_bytes;
  header.total_fragments = static_cast<std::uint16_t>((body.size() + piece - 1) / piece);
  if (header.total_fragments > 1) header.flag |= mddp::kFlagFragment;
  std::vector<Message> out;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    header.fragment_no = static_cast<std::uint16_t>(at / piece + 1);
    encode_mddp(header, feed::Bytes(body).subspan(at, std::min(piece, body.size() - at)),
                out.emplace_back());
  }
  return out;
}

inline Message mark(std::uint16_t channel, std::int64_t sequence, std::uint16_t count,
                    std::uint16_t flag) {
  Message out;
  encode_mddp(
      {.sender_id = 1, .channel = channel, .seq_num = sequence, .msg_count = count, .flag = flag},
      {}, out);
  return out;
}

class MulticastFixture : public testing::Test {
 protected:
  void deliver(const std::vector<Message>& sent, feed::Line line = feed::Line::a) {
    for (const Message& packet : sent) handler_.on_datagram(1, line, packet, now_);
  }
  void pass(std::int64_t ns) {
    now_ = now_ + ns;
    handler_.on_time(now_);
  }
  std::uint64_t count(feed::FeedCounter counter) { return handler_.counters().get(counter); }
  std::vector<std::int64_t> prices() const {
    std::vector<std::int64_t> found;
    for (const MarketEvent& event : log_.of(EventKind::price)) {
      found.push_back(event.value[0] - 10'000'000);
    }
    return found;
  }

  Universe universe_ = indexcast::test::universe_of(feed::Venue::szse, {"000001.SZ"});
  feed::SymbolTable symbols_ = make_symbols(Settings{}, universe_);
  indexcast::test::EventLog log_;
  Settings settings_;
  MddpHandler handler_{Settings{}, symbols_, log_};
  TimeNs now_ = kMulticastStart;
};

}  // namespace indexcast::szse::test
