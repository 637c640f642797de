// The whole Hong Kong feed on real sockets of the loopback interface: what both lines lost comes
// back over TCP, and a snapshot where it does not. Time is ours; readiness is poll(2)'s.
#include "feedhandlers/hkex/live_feed.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <vector>

#include "tests/unit/hkex/retransmission_server.h"
#include "tests/unit/hkex/support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using test::at;
using test::kTencent;
using test::packet;
using test::traded;
using Prices = std::vector<std::int64_t>;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A blocking listener on a port of the system's choice.
class Server {
 public:
  Server() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback(0);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 4);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Server() {
    leave();
    close(listener_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  feed::Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  void accept() { peer_ = ::accept(listener_, nullptr, nullptr); }
  void leave() {
    if (peer_ >= 0) close(peer_);
    peer_ = -1;
  }
  void send(const test::Wire& bytes) const { ::send(peer_, bytes.data(), bytes.size(), 0); }
  test::Wire read(std::size_t size) const {
    test::Wire bytes(size);
    recv(peer_, bytes.data(), size, MSG_WAITALL);
    return bytes;
  }

 private:
  int listener_;
  int peer_ = -1;
  std::uint16_t port_ = 0;
};

class LiveFeedTest : public testing::Test {
 protected:
  LiveFeedTest() { feed.watch(ready); }

  static constexpr std::size_t kRequestSize = 32;

  static Settings make_settings(const std::vector<feed::Endpoint>& servers) {
    Settings settings;
    const feed::Endpoint any{"127.0.0.1", 0};
    settings.channels.push_back({7, any, any, any, any});
    settings.receive_buffer_bytes = 1 << 18;
    // A slow poll would otherwise receive later than `now`, and the waits would end later.
    settings.clocks = [] { return feed::ClockReading{}; };
    settings.retransmission.servers = servers;
    return settings;
  }

  // `line`: 0 and 1 are the channel's, 2 and 3 those of its refresh channel.
  void send(std::size_t line, const PacketBuilder& each) {
    const sockaddr_in to = loopback(feed.local_port(line));
    sendto(sender_, each.bytes().data(), each.bytes().size(), 0,
           reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  // As its thread does: looks what is ready, then gives the feed its turn.
  std::size_t poll() {
    ready.wait(0);
    return feed.poll(now);
  }
  void poll_until(const std::function<bool()>& reached) {
    for (int i = 0; i < 1000 && !reached(); ++i) {
      if (poll() > 0) continue;
      ready.wait(100 * kNsPerMs);
    }
    ASSERT_TRUE(reached());
  }
  void log_on(Server& server) {
    poll_until([this] { return feed.counters().get(FeedCounter::connects) > connects_; });
    connects_ = feed.counters().get(FeedCounter::connects);
    server.accept();
    server.read(kRequestSize);
    server.send(test::logon_answer(0));
    const std::uint64_t heard = feed.counters().get(FeedCounter::session_messages);
    poll_until([&] { return feed.counters().get(FeedCounter::session_messages) > heard; });
  }
  Prices prices() const {
    Prices out;
    for (const MarketEvent& event : log.of(EventKind::price)) out.push_back(event.value[0] / 1000);
    return out;
  }
  // 1 and 4 come, 2 and 3 are lost on both lines; time passes until they are asked for.
  void make_hole() {
    send(0, packet(1, now, traded(kTencent, 1)));
    send(1, packet(4, now, traded(kTencent, 4)));
    poll_until([this] {
      return feed.counters().get(FeedCounter::packets) >= 2 + connects_ && !prices().empty();
    });
    now = now + settings.reorder_wait_ns;
    poll();
    EXPECT_EQ(feed.state(), FeedState::recovering);
  }

  ~LiveFeedTest() override { close(sender_); }

  Server first;
  Server second;
  const Universe universe = test::make_universe();
  const feed::SymbolTable symbols{universe, feed::Venue::hkex};
  test::EventLog log;
  const Settings settings = make_settings({first.endpoint(), second.endpoint()});
  feed::ReadySet ready;
  LiveFeed feed{settings, symbols, log, 1};
  TimeNs now = at(10, 0);

 private:
  const int sender_ = socket(AF_INET, SOCK_DGRAM, 0);
  std::uint64_t connects_ = 0;
};

TEST_F(LiveFeedTest, AsksForWhatBothLinesLost) {
  log_on(first);
  make_hole();
  poll();
  const test::Wire request = first.read(kRequestSize);
  RetransmissionRequest asked;
  ASSERT_EQ(decode(Bytes(request).subspan(16), asked), DecodeError::none);
  EXPECT_EQ(asked, (RetransmissionRequest{7, 2, 3}));
  first.send(test::answer(7, 0, 2, 3));
  first.send(test::wire_of(packet(2, now, traded(kTencent, 2), traded(kTencent, 3))));
  poll_until([this] { return prices().size() == 4; });
  EXPECT_EQ(prices(), (Prices{1, 2, 3, 4}));
  EXPECT_EQ(feed.state(), FeedState::live);
  EXPECT_EQ(feed.counters().get(FeedCounter::sequence_recovered), 2u);
}

TEST_F(LiveFeedTest, AsksTheSecondServerWhenTheFirstLeaves) {
  log_on(first);
  make_hole();
  poll();
  first.read(kRequestSize);
  first.leave();
  poll_until([this] { return feed.counters().get(FeedCounter::disconnects) == 1; });
  now = now + kNsPerSecond;  // the back-off
  log_on(second);
  second.read(kRequestSize);
  second.send(test::answer(7, 0, 2, 3));
  second.send(test::wire_of(packet(2, now, traded(kTencent, 2), traded(kTencent, 3))));
  poll_until([this] { return prices().size() == 4; });
  EXPECT_EQ(prices(), (Prices{1, 2, 3, 4}));
}

TEST_F(LiveFeedTest, TakesARefreshWhenTheServiceRefuses) {
  log_on(first);
  send(2, packet(10, now, RefreshComplete{0}));
  make_hole();
  poll();
  first.read(kRequestSize);
  first.send(test::answer(7, 2, 2, 3));
  poll_until([this] {
    return feed.counters().get(FeedCounter::retransmission_refused) == 1 &&
           feed.counters().get(FeedCounter::refresh_messages) == 1;
  });
  send(3, packet(11, now, traded(kTencent, 1003), RefreshComplete{3}));
  poll_until([this] { return prices().size() == 3; });
  EXPECT_EQ(prices(), (Prices{1, 1003, 4}));
  EXPECT_EQ(feed.state(), FeedState::live);
  EXPECT_EQ(feed.counters().get(FeedCounter::sequence_lost), 2u);
}

}  // namespace
}  // namespace indexcast::hkex
