// The simulator on loopback sockets.
#include "feedhandlers/simulator/network_transport.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "feedhandlers/sse/encoder.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/encoder.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

// Three exchange minutes at a thousand times their speed.
Settings quick(Settings settings) {
  settings.begin_ms = feed::hms(10, 0);
  settings.end_ms = feed::hms(10, 3);
  settings.speed = 1'000.0;
  return settings;
}

// Plays the day on a thread of its own; stops and joins with the object.
class Simulation {
 public:
  explicit Simulation(const Settings& settings)
      : universe_(test::make_universe()), day_(settings, universe_), network(settings, stop_) {
    thread_ = std::thread([this] { play(day_, network, stop_); });
  }
  ~Simulation() {
    stop_.store(true);
    join();
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  Universe universe_;
  SimulatedDay day_;

 public:
  NetworkTransport network;

 private:
  std::thread thread_;
};

// A client without a handler of ours: blocking sockets and whole frames.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void send(const std::vector<std::byte>& bytes) { asio::write(socket_, asio::buffer(bytes)); }

  // The next frame; empty when the peer closed.
  template <class Scan>
  std::vector<std::byte> frame(Scan scan) {
    for (;;) {
      const feed::FrameScan found = scan(feed::Bytes(received_));
      if (found.status == feed::FrameScan::Status::malformed) {
        ADD_FAILURE() << "malformed bytes from the gateway";
        return {};
      }
      if (found.status == feed::FrameScan::Status::complete) {
        const auto end = received_.begin() + static_cast<std::ptrdiff_t>(found.length);
        std::vector<std::byte> result(received_.begin(), end);
        received_.erase(received_.begin(), end);
        return result;
      }
      std::array<std::byte, 65536> part;
      boost::system::error_code error;
      const std::size_t size = socket_.read_some(asio::buffer(part), error);
      if (error) return {};
      received_.insert(received_.end(), part.begin(),
                       part.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }

 private:
  asio::io_context io_;
  tcp::socket socket_;
  std::vector<std::byte> received_;
};

std::vector<std::byte> sse_logon(const Settings& settings) {
  return test::logon_of(feed::Venue::sse, settings, 0, 1);
}

std::vector<std::byte> szse_logon(const Settings& settings) {
  return test::logon_of(feed::Venue::szse, settings, 0, 1);
}

TEST(NetworkTransport, ShanghaiSessionFromLogonToLogout) {
  const Settings settings = quick(test::only(feed::Venue::sse));
  Simulation simulation(settings);
  RawClient client(simulation.network.port(feed::Venue::sse));
  client.send(sse_logon(settings));
  EXPECT_EQ(sse::decode_header(client.frame(sse::scan_frame)).msg_type, sse::kMsgLogon);
  std::map<std::uint32_t, int> types;
  std::set<std::uint32_t> securities;
  std::uint64_t expected = 2;
  for (auto frame = client.frame(sse::scan_frame); !frame.empty();
       frame = client.frame(sse::scan_frame)) {
    const sse::Header header = sse::decode_header(frame);
    ASSERT_EQ(header.msg_seq_num, expected++);
    ++types[header.msg_type];
    if (header.msg_type == sse::kMsgSnapshot) securities.insert(*sse::security_code(frame));
    if (header.msg_type == sse::kMsgLogout) break;
  }
  // Three shares, two indices, two funds and a product of an unknown stream.
  EXPECT_EQ(securities.size(), 8u);
  EXPECT_GT(types[sse::kMsgMarketStatus], 50);
  EXPECT_GT(types[sse::kMsgSnapshot], 50);
  EXPECT_EQ(types[sse::kMsgLogout], 1);
}

TEST(NetworkTransport, ShenzhenSessionFromLogonToLogout) {
  const Settings settings = quick(test::only(feed::Venue::szse));
  Simulation simulation(settings);
  RawClient client(simulation.network.port(feed::Venue::szse));
  client.send(szse_logon(settings));
  EXPECT_EQ(szse::decode_header(client.frame(szse::scan_frame)).msg_type, szse::kMsgLogon);
  std::map<std::uint32_t, int> types;
  for (auto frame = client.frame(szse::scan_frame); !frame.empty();
       frame = client.frame(szse::scan_frame)) {
    ++types[szse::decode_header(frame).msg_type];
    if (types.contains(szse::kMsgLogout)) break;
  }
  EXPECT_GT(types[szse::kMsgSnapshot], 50);
  EXPECT_GT(types[szse::kMsgChannelStatistics], 10);
  EXPECT_GT(types[szse::kMsgChannelHeartbeat], 50);
  EXPECT_EQ(types[szse::kMsgLogout], 1);
}

TEST(NetworkTransport, HeartbeatComesWhenTheDayIsSilent) {
  // Nothing is due for minutes at this speed, so the first message after the image is a heartbeat.
  Settings settings = quick(test::only(feed::Venue::szse));
  settings.speed = 0.001;
  Simulation simulation(settings);
  RawClient client(simulation.network.port(feed::Venue::szse));
  client.send(szse_logon(settings));
  std::uint32_t type = 0;
  while (type != szse::kMsgHeartbeat) {
    const auto frame = client.frame(szse::scan_frame);
    ASSERT_FALSE(frame.empty()) << "closed without a heartbeat";
    type = szse::decode_header(frame).msg_type;
  }
  SUCCEED();
}

TEST(NetworkTransport, RefusesALogonAndCloses) {
  Settings settings = quick(test::only(feed::Venue::sse));
  Simulation simulation(settings);
  RawClient client(simulation.network.port(feed::Venue::sse));
  settings.sse.gateways[0].sender_comp_id = "STRANGER";
  client.send(sse_logon(settings));
  EXPECT_EQ(sse::decode_header(client.frame(sse::scan_frame)).msg_type, sse::kMsgLogout);
  EXPECT_TRUE(client.frame(sse::scan_frame).empty());
}

// The second client comes when the day is under way, and is given every security before what
// happens next.
TEST(NetworkTransport, LateClientGetsTheWholeImageFirst) {
  Settings settings = quick(test::only(feed::Venue::sse));
  settings.speed = 1.0;
  Simulation simulation(settings);
  RawClient first(simulation.network.port(feed::Venue::sse));
  first.send(sse_logon(settings));
  std::set<std::uint32_t> known;
  while (known.size() < 8) {
    const auto frame = first.frame(sse::scan_frame);
    ASSERT_FALSE(frame.empty());
    if (sse::decode_header(frame).msg_type != sse::kMsgSnapshot) continue;
    if (const auto code = sse::security_code(frame)) known.insert(*code);
  }
  RawClient late(simulation.network.port(feed::Venue::sse));
  late.send(sse_logon(settings));
  EXPECT_EQ(sse::decode_header(late.frame(sse::scan_frame)).msg_type, sse::kMsgLogon);
  std::set<std::uint32_t> image;
  // Eight in MD001, MD002, MD004 and an unknown stream; two funds and a STAR share in another too.
  for (int i = 0; i < 11; ++i) {
    image.insert(sse::security_code(late.frame(sse::scan_frame)).value());
  }
  EXPECT_EQ(image, known);
}

TEST(NetworkTransport, DropsAClientThatDoesNotRead) {
  Settings settings = test::only(feed::Venue::szse);
  settings.speed = 100'000.0;
  settings.ticks_per_second = 20.0;
  settings.begin_ms = feed::hms(10, 0);
  settings.end_ms = feed::hms(11, 0);
  settings.client_backlog = 65'536;
  Simulation simulation(settings);
  RawClient client(simulation.network.port(feed::Venue::szse));
  client.send(szse_logon(settings));
  simulation.join();
  EXPECT_EQ(simulation.network.counts().slow_clients_dropped, 1u);
}

// A socket that listens to one line.
class LineListener {
 public:
  explicit LineListener(const feed::Endpoint& group) : socket_(io_) {
    socket_.open(udp::v4());
    socket_.set_option(udp::socket::reuse_address(true));
    socket_.set_option(asio::socket_base::receive_buffer_size(4 << 20));
    socket_.bind({asio::ip::make_address(group.host), group.port});
    socket_.set_option(asio::ip::multicast::join_group(asio::ip::make_address_v4(group.host),
                                                       asio::ip::address_v4::loopback()));
    socket_.non_blocking(true);
  }

  // Packets in the socket's buffer.
  std::vector<std::vector<std::byte>> drain() {
    std::vector<std::vector<std::byte>> packets;
    for (;;) {
      std::vector<std::byte> packet(2048);
      boost::system::error_code error;
      packet.resize(socket_.receive(asio::buffer(packet), 0, error));
      if (error) return packets;
      packets.push_back(std::move(packet));
    }
  }

 private:
  asio::io_context io_;
  udp::socket socket_;
};

TEST(NetworkTransport, MulticastLinesLoseDifferentPackets) {
  Settings settings = quick(test::only(feed::Venue::hkex));
  settings.speed = 100'000.0;
  settings.loss_a = settings.loss_b = 0.05;
  const hkex::ChannelSettings& channel = settings.hkex.channels.back();
  LineListener a(channel.line_a);
  LineListener b(channel.line_b);
  Simulation simulation(settings);
  simulation.join();
  const TransportCounts& counts = simulation.network.counts();
  EXPECT_GT(counts.packets_lost[0], 0u);
  EXPECT_GT(counts.packets_lost[1], 0u);
  EXPECT_EQ(counts.send_errors, 0u);
  const auto on_a = a.drain();
  const auto on_b = b.drain();
  std::set<std::vector<std::byte>> both(on_a.begin(), on_a.end());
  both.insert(on_b.begin(), on_b.end());
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  std::set<std::vector<std::byte>> sent;
  for (ExchangeMessage packet; day.next(packet);) {
    if (packet.channel == channel.id) sent.insert(packet.bytes);
  }
  EXPECT_EQ(both, sent);
  EXPECT_LT(on_a.size(), sent.size());
  EXPECT_LT(on_b.size(), sent.size());
}

// Two real connections, one for each server: what was multicast can be asked for again.
TEST(NetworkTransport, RetransmissionServersAnswerOverTcp) {
  Settings settings = quick(test::only(feed::Venue::hkex));
  settings.speed = 1.0;
  settings.hkex.retransmission.username = "INDEXCAST";
  settings.hkex.retransmission.requests_per_day = 1'000'000;  // it asks until the day begins
  settings.hkex.retransmission.servers = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  Simulation simulation(settings);
  const auto scan = [](feed::Bytes bytes) {
    using Status = feed::FrameScan::Status;
    const std::size_t size = bytes.size() < 2 ? 0 : hkex::wire::packet::PktSize.of(bytes.data());
    return size > 0 && bytes.size() >= size ? feed::FrameScan{Status::complete, size}
                                            : feed::FrameScan{Status::incomplete, size};
  };
  const auto ports = simulation.network.retransmission_ports();
  ASSERT_EQ(ports.size(), 2u);
  for (const std::uint16_t port : ports) {
    std::optional<RawClient> connection;
    // The session with the other server may not have ended yet: a user has one (OMD-C 4.3).
    for (std::uint8_t logon_status = 100; logon_status == 100;) {
      connection.emplace(port);
      hkex::PacketBuilder logon(0, {});
      hkex::Logon named{"INDEXCAST"};
      for (char& c : named.username.characters) c = c == ' ' ? '\0' : c;
      logon.add(named);
      connection->send({logon.bytes().begin(), logon.bytes().end()});
      const auto welcome = connection->frame(scan);
      ASSERT_FALSE(welcome.empty());
      logon_status = hkex::wire::logon_response::SessionStatus.of(welcome.data() + 16);
      EXPECT_TRUE(logon_status == 0 || logon_status == 100);
    }
    RawClient& client = *connection;
    // The first message of the day may still be on its way.
    std::uint8_t status = 2;
    while (status == 2) {
      hkex::PacketBuilder request(0, {});
      request.add(hkex::RetransmissionRequest{10, 2, 2});
      client.send({request.bytes().begin(), request.bytes().end()});
      const auto answer = client.frame(scan);
      ASSERT_FALSE(answer.empty());
      status = hkex::wire::retransmission_response::RetransStatus.of(answer.data() + 16);
    }
    EXPECT_EQ(status, 0);
    const auto packet = client.frame(scan);
    ASSERT_FALSE(packet.empty());
    EXPECT_EQ(hkex::wire::packet::SeqNum.of(packet.data()), 2u);
  }
}

TEST(NetworkTransport, StopEndsTheWaitForClients) {
  const Settings settings = quick(test::make_settings());
  Simulation simulation(settings);
  SUCCEED() << "the destructor stops and joins";
}

TEST(NetworkTransport, RefusesASpeedThatIsNotPositive) {
  Settings settings = test::make_settings();
  settings.speed = 0.0;
  const std::atomic<bool> stop{false};
  EXPECT_THROW(NetworkTransport(settings, stop), std::invalid_argument);
}

}  // namespace
}  // namespace indexcast::sim
