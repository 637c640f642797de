// What the recovery tests share: a handler whose channel 1 has a refresh channel, a retransmission
// service that only takes notes, and snapshots.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "feedhandlers/hkex/retransmission_service.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex::test {

class NotedService final : public RetransmissionService {
 public:
  struct Asked {
    std::uint32_t channel;
    feed::NumberRange range;
  };

  RequestId request(std::uint32_t channel, feed::NumberRange range, TimeNs) override {
    if (!available) return kNoRequest;
    asked.push_back({channel, range});
    return static_cast<RequestId>(asked.size());
  }
  void cancel(RequestId id) override { cancelled.push_back(id); }
  RequestId last() const { return static_cast<RequestId>(asked.size()); }

  bool available = true;
  std::vector<Asked> asked;
  std::vector<RequestId> cancelled;
};

inline Settings with_retransmission(Settings settings = one_channel()) {
  settings.retransmission.servers = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
  return settings;
}

inline Settings with_refresh(Settings settings = one_channel()) {
  for (ChannelSettings& channel : settings.channels) {
    channel.refresh_a = {"239.0.0.1", 1};
    channel.refresh_b = {"239.0.0.2", 1};
  }
  return settings;
}

using States = std::vector<FeedState>;

struct RecoveryRig : Rig {
  explicit RecoveryRig(Settings configured = with_refresh(with_retransmission()),
                       bool bid_ask = false)
      : Rig(std::move(configured), bid_ask) {
    if (!settings.retransmission.servers.empty()) handler.use(&service);
  }

  void receive_refresh(const PacketBuilder& packet, feed::Line line = feed::Line::a) {
    handler.on_datagram(refresh_id(settings.channels.front().id), line, packet.bytes(), now);
  }
  void retransmit(const PacketBuilder& packet) {
    PacketHeader header;
    ASSERT_EQ(check_packet(packet.bytes(), header), DecodeError::none);
    handler.on_retransmitted(settings.channels.front().id, header, packet.bytes(), now);
  }
  void done(RetransmissionOutcome outcome) {
    handler.on_request_done(settings.channels.front().id, service.last(), outcome, now);
  }
  void pass(std::int64_t ns) {
    now = now + ns;
    handler.on_time(now);
  }
  // Past the short wait.
  void pass_wait() { pass(settings.reorder_wait_ns); }

  // A round of the refresh channel that says only what Tencent costs.
  void refresh(std::uint32_t last, std::int32_t price) {
    receive_refresh(packet(refresh_next, now, traded(kTencent, price), RefreshComplete{last}));
    refresh_next += 2;
  }
  // Lets the next round be a whole one.
  void end_of_a_round() {
    receive_refresh(packet(refresh_next, now, RefreshComplete{0}));
    ++refresh_next;
    pass_wait();  // its first packet is held as any channel's is
  }

  // Prices of Tencent in the order in which the core gets them, in 10^-3.
  std::vector<std::int64_t> prices() const {
    std::vector<std::int64_t> out;
    for (const MarketEvent& event : log.of(EventKind::price)) out.push_back(event.value[0] / 1000);
    return out;
  }
  // States of the channel in their order.
  States states() const {
    States out;
    for (const MarketEvent& event : log.of(EventKind::feed_state)) {
      if (event.channel != 0) out.push_back(static_cast<FeedState>(event.detail));
    }
    return out;
  }
  std::uint64_t numbers() {
    return count(feed::FeedCounter::sequence_received) +
           count(feed::FeedCounter::sequence_recovered) + count(feed::FeedCounter::sequence_lost);
  }

  NotedService service;
  std::uint32_t refresh_next = 100;
};

}  // namespace indexcast::hkex::test
