// Any bytes as a retransmission session: what the server sends, cut anywhere, between requests,
// cancellations, time and lost connections. A request ends at most once and never after it was
// cancelled, packets are handed on whole, and a client that ended its session says so once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "feedhandlers/hkex/retransmission_client.h"

namespace {

using namespace indexcast;

void require(bool condition) {
  if (!condition) std::abort();
}

class Taker final : public hkex::RetransmissionSink {
 public:
  void on_retransmitted(std::uint32_t, const hkex::PacketHeader& header, feed::Bytes packet,
                        TimeNs) override {
    hkex::PacketHeader again;
    require(hkex::check_packet(packet, again) == feed::DecodeError::none);
    require(again.sequence == header.sequence && header.message_count > 0);
  }
  void on_request_done(std::uint32_t, hkex::RequestId id, hkex::RetransmissionOutcome,
                       TimeNs) override {
    require(open.erase(id) == 1);
  }
  std::set<hkex::RequestId> open;
};

class Run {
 public:
  void step(std::uint8_t what, feed::Bytes bytes) {
    now_ = now_ + (what >> 3) * 100 * kNsPerMs;
    switch (what & 7) {
      case 0:
        return request(bytes);
      case 1:
        if (taker_.open.empty()) return;
        client_.cancel(*taker_.open.begin());
        taker_.open.erase(taker_.open.begin());
        return;
      case 2:
        return disconnect();
      case 3:
        return client_.on_captured(bytes, now_, bytes.size() % 2 == 0);
      default:
        return receive(bytes);
    }
  }

 private:
  void request(feed::Bytes bytes) {
    if (bytes.size() < 3) return;
    const auto begin = static_cast<std::uint64_t>(bytes[1]);
    const auto id = client_.request(static_cast<std::uint32_t>(bytes[0]),
                                    {begin, begin + static_cast<std::uint64_t>(bytes[2])}, now_);
    if (id != hkex::kNoRequest) require(taker_.open.insert(id).second);
  }

  void disconnect() {
    if (connected_) client_.on_disconnected(now_);
    connected_ = false;
    out_.clear();
    require(client_.state() == FeedState::down);
  }

  void receive(feed::Bytes bytes) {
    if (!connected_) client_.on_connected(now_, out_);
    connected_ = true;
    if (!client_.on_bytes(bytes, now_, out_) || !client_.on_time(now_, out_)) disconnect();
    out_.clear();
  }

  static hkex::RetransmissionSettings make_settings() {
    hkex::RetransmissionSettings settings;
    settings.servers = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
    settings.messages_per_request = 16;
    settings.requests_per_day = 20;
    return settings;
  }

  feed::FeedCounters counters_;
  Taker taker_;
  hkex::RetransmissionClient client_{make_settings(), taker_, counters_};
  feed::Outbox out_;
  bool connected_ = false;
  TimeNs now_{kNsPerDay};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run run;
  for (std::size_t at = 0; at + 2 <= size;) {
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 2);
    run.step(data[at + 1], {reinterpret_cast<const std::byte*>(data + at + 2), length});
    at += 2 + length;
  }
  return 0;
}
